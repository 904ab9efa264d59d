// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule: an instruction means to the decoder what it means to the assembler (a
 * table of instructions in 16-, 32- and 64-bit code: length, operand width,
 * registers, immediate, memory operand) and to the processor (the address of
 * every form of ModRM, SIB and REX, as lea computes it).
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "errno.h"
#include "guest/insn.h"
#include "host.h"

#define CODE	0x100u		/* where the table's instructions run */

/* What register n holds; as 32 and as 16 bits it is less, or negative. */
#define R(n)	(0x1234567931003110ull * ((n) + 1ull))
#define WORD(a)	((u16)(a))
#define LONG(a)	((u32)(a))
enum { AX, CX, DX, BX, SP, BP, SI, DI, R8, R9, R12 = 12, R13, R15 = 15 };

struct entry {
	u8 bytes[16];
	u8 mode, length, op, width, reg, segment;
	u64 offset, imm;
};
extern const struct entry __start_corpus[], __stop_corpus[];

#define NONE	0xff		/* no segment: no operand in memory */

#define HALVES(a)	"i" ((s32)(a)), "i" ((s32)((u64)(a) >> 32))

/* An entry of the table; the assembler says which bytes, and how many. */
#define INSN(bits, text, op, width, reg, segment, offset, imm)		\
	__asm__ volatile(						\
		".pushsection corpus, \"a\"\n"				\
		".balign 8\n"						\
		".code" #bits "\n"					\
		"1:	" text "\n"					\
		"2:	.skip 16 - (2b - 1b), 0xcc\n"			\
		".code64\n"						\
		".byte " #bits " / 8, 2b - 1b, %c0, %c1, %c2, %c3\n"	\
		".balign 8\n"						\
		".long %c4, %c5, %c6, %c7\n"				\
		".popsection\n"						\
		:: "i" (INSN_##op), "i" (width), "i" (reg),		\
		   "i" (segment), HALVES(offset), HALVES(imm))
#define CORPUS(name)							\
	__attribute__((used, __noinline__)) static void name(void)

CORPUS(corpus16)
{
	INSN(16, "cli", CLI, 2, 0, NONE, 0, 0);
	INSN(16, "inw %%dx, %%ax", IN, 2, 0, NONE, 0, 0);
	INSN(16, "inl %%dx, %%eax", IN, 4, 0, NONE, 0, 0);
	INSN(16, "insw", INS, 2, 0, SEG_ES, WORD(R(DI)), 0);
	INSN(16, "movb %%al, (%%bx,%%si)", MOV, 1, AX, SEG_DS,
	     WORD(R(BX) + R(SI)), 0);
	INSN(16, "movw %%cx, 4(%%bx,%%di)", MOV, 2, CX, SEG_DS,
	     WORD(R(BX) + R(DI) + 4), 0);
	INSN(16, "movw %%cx, -4(%%bp,%%si)", MOV, 2, CX, SEG_SS,
	     WORD(R(BP) + R(SI) - 4), 0);
	INSN(16, "movw %%cx, 0x1234(%%bp,%%di)", MOV, 2, CX, SEG_SS,
	     WORD(R(BP) + R(DI) + 0x1234), 0);
	INSN(16, "movl %%edx, (%%si)", MOV, 4, DX, SEG_DS, WORD(R(SI)), 0);
	INSN(16, "xchgw %%dx, (%%di)", XCHG, 2, DX, SEG_DS, WORD(R(DI)), 0);
	INSN(16, "movw $-2, (%%bp)", MOV, 2, 0, SEG_SS, WORD(R(BP)), -2);
	INSN(16, "orw $0x1234, %%ds:0x7f(%%bp)", OR, 2, 1, SEG_DS,
	     WORD(R(BP) + 0x7f), 0x1234);
	INSN(16, "andw %%bx, 0x8001(%%bx)", AND, 2, BX, SEG_DS,
	     WORD(R(BX) + 0x8001), 0);
	INSN(16, "movw %%cx, 0xfedc", MOV, 2, CX, SEG_DS, 0xfedc, 0);
	INSN(16, "movw %%cx, (%%eax,%%ebx,2)", MOV, 2, CX, SEG_DS,
	     LONG(R(AX) + R(BX) * 2), 0);
}

CORPUS(corpus32)
{
	INSN(32, "movl %%ecx, (%%eax)", MOV, 4, CX, SEG_DS, LONG(R(AX)), 0);
	INSN(32, "movb %%ch, 0x12345678(%%ebx,%%esi,4)", MOV, 1, 5, SEG_DS,
	     LONG(R(BX) + R(SI) * 4 + 0x12345678), 0);
	INSN(32, "movw $0x8234, -8(%%ebp)", MOV, 2, 0, SEG_SS,
	     LONG(R(BP) - 8), (s16)0x8234);
	INSN(32, "movl $-2, %%fs:(%%esp,%%edi)", MOV, 4, 0, SEG_FS,
	     LONG(R(SP) + R(DI)), -2);
	INSN(32, "movb $0x80, (%%esp)", MOV, 1, 0, SEG_SS, LONG(R(SP)), -128);
	INSN(32, "movl %%edx, -0x1000(,%%edx,8)", MOV, 4, DX, SEG_DS,
	     LONG(R(DX) * 8 - 0x1000), 0);
	INSN(32, "movl %%ecx, %%es:0x2000", MOV, 4, CX, SEG_ES, 0x2000, 0);
	INSN(32, "movl %%ecx, 4(%%bx,%%di)", MOV, 4, CX, SEG_DS,
	     WORD(R(BX) + R(DI) + 4), 0);
	INSN(32, "xchgb %%bh, 1(%%edi)", XCHG, 1, 7, SEG_DS, LONG(R(DI) + 1),
	     0);
	INSN(32, "lock; andl $-3, (%%esi)", AND, 4, 4, SEG_DS, LONG(R(SI)),
	     -3);
	INSN(32, "andl $0x12345678, %%gs:(%%esi)", AND, 4, 4, SEG_GS,
	     LONG(R(SI)), 0x12345678);
	INSN(32, "lock; orb $1, (%%edi)", OR, 1, 1, SEG_DS, LONG(R(DI)), 1);
	INSN(32, "orl %%ebx, %%cs:(%%edi)", OR, 4, BX, SEG_CS, LONG(R(DI)), 0);
	INSN(32, "andb %%dl, %%ss:(%%edi)", AND, 1, DX, SEG_SS, LONG(R(DI)),
	     0);
	INSN(32, "lock; cmpxchgl %%ecx, (%%edi)", CMPXCHG, 4, CX, SEG_DS,
	     LONG(R(DI)), 0);
	INSN(32, "cmpxchgb %%cl, (%%edi)", CMPXCHG, 1, CX, SEG_DS, LONG(R(DI)),
	     0);
	INSN(32, "lock; cmpxchg8b 8(%%ecx)", CMPXCHG8B, 8, 1, SEG_DS,
	     LONG(R(CX) + 8), 0);
	INSN(32, "btsl $33, (%%edi)", BTS, 4, 5, SEG_DS, LONG(R(DI)), 33);
	INSN(32, "btrw $1, (%%edi)", BTR, 2, 6, SEG_DS, LONG(R(DI)), 1);
	/* A register counts bits from the address on, or back from it. */
	INSN(32, "btrl %%ecx, (%%edi)", BTR, 4, CX, SEG_DS,
	     LONG(R(DI) + ((s32)R(CX) >> 5) * 4), 0);
	INSN(32, "btsl %%edx, (%%edi)", BTS, 4, DX, SEG_DS,
	     LONG(R(DI) + ((s32)R(DX) >> 5) * 4), 0);
	INSN(32, "btsw %%dx, (%%edi)", BTS, 2, DX, SEG_DS,
	     LONG(R(DI) + ((s16)R(DX) >> 4) * 2), 0);
	INSN(32, "inb $0x80, %%al", IN, 1, 0, NONE, 0, -128);
	INSN(32, "outl %%eax, $0x20", OUT, 4, 0, NONE, 0, 0x20);
	INSN(32, "outw %%ax, %%dx", OUT, 2, 0, NONE, 0, 0);
	INSN(32, "rep; insl", INS, 4, 0, SEG_ES, LONG(R(DI)), 0);
	INSN(32, "fs; insb", INS, 1, 0, SEG_ES, LONG(R(DI)), 0);
	INSN(32, "fs; outsb", OUTS, 1, 0, SEG_FS, LONG(R(SI)), 0);
	INSN(32, ".byte 0x67; outsw", OUTS, 2, 0, SEG_DS, WORD(R(SI)), 0);
	INSN(32, "sti", STI, 4, 0, NONE, 0, 0);
	INSN(32, "int $0x80", INT, 4, 0, NONE, 0, -128);
	INSN(32, "mov %%cr3, %%ebx", READ_CR, 4, 3, NONE, 0, 0);
	INSN(32, "mov %%ecx, %%db7", WRITE_DR, 4, 7, NONE, 0, 0);
	INSN(32, ".byte 0x0f, 0x21, 0x3d", READ_DR, 4, 7, NONE, 0, 0);
	INSN(32, "xsetbv", XSETBV, 4, 2, NONE, 0, 0);
	INSN(32, "rdtscp", RDTSCP, 4, 7, NONE, 0, 0);
	INSN(32, "cpuid", CPUID, 4, 0, NONE, 0, 0);
	INSN(32, "ud2; .ascii \"xen\"; cpuid", UD2, 4, 0, NONE, 0,
	     (s64)0xffffffa20f6e6578);
}

CORPUS(corpus64)
{
	INSN(64, "movl %%ecx, (%%rax)", MOV, 4, CX, SEG_DS, R(AX), 0);
	INSN(64, "movq %%r9, (%%r13)", MOV, 8, R9, SEG_DS, R(R13), 0);
	INSN(64, "movw %%r9w, (%%r12)", MOV, 2, R9, SEG_DS, R(R12), 0);
	INSN(64, "movb %%sil, -1(%%rbp)", MOV, 1, SI, SEG_SS, R(BP) - 1, 0);
	INSN(64, "movq $-2, 8(%%r8,%%r15,8)", MOV, 8, 0, SEG_DS,
	     R(R8) + R(R15) * 8 + 8, -2);
	INSN(64, "movl %%ecx, (%%rsp,%%r12)", MOV, 4, CX, SEG_SS,
	     R(SP) + R(R12), 0);
	INSN(64, "movl %%ecx, 8(%%rip)", MOV, 4, CX, SEG_DS, CODE + 6 + 8, 0);
	INSN(64, "movb $1, -8(%%rip)", MOV, 1, 0, SEG_DS, CODE + 7 - 8, 1);
	INSN(64, "movl %%ecx, 4(%%r9d)", MOV, 4, CX, SEG_DS, LONG(R(R9) + 4),
	     0);
	INSN(64, "movq %%rcx, %%fs:-0x10", MOV, 8, CX, SEG_FS, -0x10, 0);
	/* DS means nothing here, and takes nothing from GS. */
	INSN(64, "gs; ds; movl %%ecx, (%%rax)", MOV, 4, CX, SEG_GS, R(AX), 0);
	/* So does REX in front of another prefix. */
	INSN(64, ".byte 0x4f, 0x66, 0x89, 0x08", MOV, 2, CX, SEG_DS, R(AX),
	     0);
	INSN(64, "andq $-3, (%%rsi)", AND, 8, 4, SEG_DS, R(SI), -3);
	INSN(64, "orq $0x12345678, (%%rsi)", OR, 8, 1, SEG_DS, R(SI),
	     0x12345678);
	INSN(64, "xchgq %%rdi, (%%rsi)", XCHG, 8, DI, SEG_DS, R(SI), 0);
	INSN(64, "lock; cmpxchgq %%r8, (%%rsi)", CMPXCHG, 8, R8, SEG_DS,
	     R(SI), 0);
	INSN(64, "cmpxchg8b (%%rsi)", CMPXCHG8B, 8, 1, SEG_DS, R(SI), 0);
	INSN(64, "cmpxchg16b (%%rsi)", CMPXCHG8B, 16, 1, SEG_DS, R(SI), 0);
	INSN(64, "btsq %%rdi, (%%rsi)", BTS, 8, DI, SEG_DS,
	     R(SI) + ((s64)R(DI) >> 6) * 8, 0);
	INSN(64, "inl %%dx, %%eax", IN, 4, 0, NONE, 0, 0);
	INSN(64, "rex.W inl %%dx, %%eax", IN, 4, 0, NONE, 0, 0);
	INSN(64, ".byte 0x67; insb", INS, 1, 0, SEG_ES, LONG(R(DI)), 0);
	INSN(64, "outsl", OUTS, 4, 0, SEG_DS, R(SI), 0);
	INSN(64, "mov %%cr3, %%r9", READ_CR, 4, 3, NONE, 0, 0);
	INSN(64, "cli", CLI, 4, 0, NONE, 0, 0);
}

#define ENTRIES		78

static struct regs some_regs(u64 ip)
{
	struct regs r = { .ip = ip };
	u32 n;

	for (n = 0; n < 16; n++)
		*insn_gpr(&r, n) = R(n);
	return r;
}

static void check(const struct entry *e, const struct insn *i)
{
	assert_int_equal(i->op, e->op);
	assert_int_equal(i->length, e->length);
	assert_int_equal(i->next, CODE + e->length);
	assert_int_equal(i->width, e->width);
	assert_int_equal(i->reg, e->reg);
	assert_int_equal(i->imm, e->imm);
	assert_int_equal(i->memory, e->segment != NONE);
	if (!i->memory)
		return;
	assert_int_equal(i->segment, e->segment);
	assert_int_equal(i->offset, e->offset);
}

/* Behind an instruction there may be nothing: it is decoded all the same. */
static void test_table(void **state)
{
	struct regs r = some_regs(CODE);
	const struct entry *e;
	struct insn i;
	u32 n;

	(void)state;
	assert_int_equal(__stop_corpus - __start_corpus, ENTRIES);
	host_reset();
	for (e = __start_corpus; e < __stop_corpus; e++) {
		host_window(CODE, (u8 *)e->bytes, sizeof(e->bytes));
		n = CODE + e->length - 1u;
		assert_int_equal(insn_decode_in(0, n, e->mode, &r, &i), 0);
		check(e, &i);
		assert_int_equal(insn_decode_in(0, n - 1, e->mode, &r, &i),
				 -EINVAL);
	}
	host_window(0, NULL, 0);
}

/*
 * u64 run(struct regs *r, const u8 *code): load r's registers but RSP, which
 * goes to r instead, and call the code; what it leaves in RAX.
 */
u64 run(struct regs *r, const u8 *code);
__asm__(".text\n"
	"run:\n"
	"	push %rbx; push %rbp; push %r12; push %r13; push %r14\n"
	"	push %r15; push %rsi\n"
	"	lea -8(%rsp), %rax; mov %rax, 160(%rdi)\n"
	"	mov (%rdi), %r15; mov 8(%rdi), %r14; mov 16(%rdi), %r13\n"
	"	mov 24(%rdi), %r12; mov 32(%rdi), %rbp; mov 40(%rdi), %rbx\n"
	"	mov 48(%rdi), %r11; mov 56(%rdi), %r10; mov 64(%rdi), %r9\n"
	"	mov 72(%rdi), %r8; mov 80(%rdi), %rax; mov 88(%rdi), %rcx\n"
	"	mov 96(%rdi), %rdx; mov 104(%rdi), %rsi\n"
	"	mov 112(%rdi), %rdi\n"
	"	call *(%rsp)\n"
	"	add $8, %rsp\n"
	"	pop %r15; pop %r14; pop %r13; pop %r12; pop %rbp; pop %rbx\n"
	"	ret\n");
_Static_assert(offsetof(struct regs, sp) == 160, "as run() has it");
_Static_assert(offsetof(struct regs, di) == 112, "as run() has it");

/* The same address by lea and by the decoder, which takes it for a mov. */
static void check_address(u8 *code, u32 narrow, u8 rex, u8 modrm, u8 sib)
{
	u8 *opcode = code + narrow + 1;
	struct regs r;
	struct insn i;
	u64 at;

	memset(code, 0xcc, 16);
	code[0] = 0x67;
	code[narrow] = rex;
	memcpy(opcode + 1, (u8[]){ modrm, sib, 0x81, 0x7f, 0x01, 0x92 }, 6);
	r = some_regs((u64)code);
	*opcode = 0x89;
	assert_int_equal(insn_decode_in(0, ~0ull, 8, &r, &i), 0);
	*opcode = 0x8d;
	code[i.length] = 0xc3;
	at = run(&r, code);
	*opcode = 0x89;
	assert_int_equal(insn_decode_in(0, ~0ull, 8, &r, &i), 0);
	assert_int_equal(i.offset, at);
}

static void test_addresses(void **state)
{
	u8 *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	u32 modrm, sib, k;

	(void)state;
	host_reset();
	for (modrm = 0; modrm < 0xc0; modrm++) {
		if (modrm & 0x38)
			continue;	/* RAX gets the address */
		for (sib = 0; sib < ((modrm & 7) == 4 ? 256 : 1); sib++)
			for (k = 0; k < 8; k++)
				check_address(code, k & 1,
					      (u8)(0x48 | k >> 1),
					      (u8)modrm, (u8)sib);
	}
	munmap(code, 4096);
}

/*
 * A part of a register: four bytes clear the upper half, less leaves the rest.
 * Registers 4 to 7 of one byte are AH to BH, but with REX SPL to DIL.
 */
static void test_registers(void **state)
{
	static const struct {
		u8 width, rex, reg;
		u64 get, set_dx, set_si;
	} cases[] = {
		{ 8, 0x48, 2, 0x8877665544332211, 0xf8f7f6f5f4f3f2f1, 0 },
		{ 4, 0, 2, 0x44332211, 0xf4f3f2f1, 0 },
		{ 2, 0, 2, 0x2211, 0x887766554433f2f1, 0 },
		{ 1, 0, 2, 0x11, 0x88776655443322f1, 0 },
		{ 1, 0x40, 2, 0x11, 0x88776655443322f1, 0 },
		{ 1, 0, 6, 0x22, 0x887766554433f111, 0 },
		{ 1, 0x40, 6, 0, 0x8877665544332211, 0xf1 },
	};
	struct regs r;
	struct insn i;
	u32 k;

	(void)state;
	for (k = 0; k < ARRAY_SIZE(cases); k++) {
		r = (struct regs){ .dx = 0x8877665544332211 };
		i = (struct insn){ .width = cases[k].width,
				   .rex = cases[k].rex };
		assert_int_equal(insn_get_reg(&r, &i, cases[k].reg),
				 cases[k].get);
		insn_set_reg(&r, &i, cases[k].reg, 0xf8f7f6f5f4f3f2f1);
		assert_int_equal(r.dx, cases[k].set_dx);
		assert_int_equal(r.si, cases[k].set_si);
	}
}

EXPORT_TESTS(decode, cmocka_unit_test(test_table),
	     cmocka_unit_test(test_addresses),
	     cmocka_unit_test(test_registers));
