// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (cpu/processor.c, entry/traps.c): breakpoints never reach the hypervisor's
 * own memory (a 32-bit address space has none of it, where a 64-bit one has it an
 * address is refused), nor is there
 * general detect. Those on ports need CR4.DE, and hit once the access is done;
 * without CR4.DE DR4 and DR5 are DR6 and DR7. One on memory that the hypervisor
 * reads or writes for the guest (frames, lists, buffers, GDT) stops nothing,
 * nor does TF, nor a MOV SS with a breakpoint on its operand before an entry.
 * The guest gets the result that it would get without, and its own #DB for its
 * own accesses. Classes: XSA-260, 265, 444.
 *
 * Test: breakpoints
 * Test: breakpoints-intel -I
 * Test: breakpoints-64 -w 64
 * Test: breakpoints-64-intel -w 64 -I long
 */
#include "guest.h"
#include <xen/arch-x86/cpuid.h>

/* Values of DR7: the breakpoint in DR0, of a type and a length */
#define DR7(type, length) \
	(DR7_RESET | DR7_LOCAL(0) | DR7_TYPE(0, type) | DR7_LENGTH(0, length))
#define WRITE1		DR7(DR7_WRITE, DR7_1)
#define ACCESS4		DR7(DR7_ACCESS, DR7_4)
#define ACCESS8		DR7(DR7_ACCESS, DR7_8)
#define EXECUTE		DR7(DR7_EXECUTE, DR7_1)
#define PORT1		DR7(DR7_PORT, DR7_1)
#define PORT2		DR7(DR7_PORT, DR7_2)
#define PORT4		DR7(DR7_PORT, DR7_4)
#define PORT8		DR7(DR7_PORT, DR7_8)
/* Of a port, but not enabled; in place of local enabled for all tasks */
#define DISABLED	(PORT1 & ~DR7_LOCAL(0))
#define GLOBAL		(DISABLED | DR7_GLOBAL(0))
#define SYSTEM_CALL	0x80

static volatile u32 hits, last_eip, others;
u32 operand __attribute__((aligned(8)));
static char text[64] __attribute__((aligned(8)));
enum { DATA = 1 };
static u64 gdt[512] __attribute__((aligned(4096)));

static void debug_trap(struct trap_frame *f)
{
	hits++;
	last_eip = (u32)f->eip;
	f->eflags = (f->eflags | X86_EFLAGS_RF) & ~(ulong)X86_EFLAGS_TF;
}

static void count_others(struct trap_frame *f)
{
	others++;
	if (f->vector == X86_TRAP_UD)
		f->eip += 2;
	f->eflags &= ~(ulong)X86_EFLAGS_TF;
}

static void count_and_skip1(struct trap_frame *f)
{
	others++;
	f->eip++;
	f->eflags &= ~(ulong)X86_EFLAGS_TF;
}

static void off(void)
{
	CHECK(HC2(set_debugreg, 7, DR7_RESET), 0);
	CHECK(HC2(set_debugreg, 6, DR6_RESET), 0);
}

static void set(const void *at, u32 control)
{
	hits = others = 0;
	CHECK(HC2(set_debugreg, 0, at), 0);
	CHECK(HC2(set_debugreg, 7, control), 0);
}

#define DETECT		(EXECUTE | DR7_DETECT)
#define LAST_OF_USERS	0xbfffffff

static void test_addresses(void)
{
	static const ulong good[] = {
		0, 0x1000, 0x100000, 0x80000000, LAST_OF_USERS,
	};
	/* Xen's at 64 bits, and the last ones of all */
	static const struct {
		ulong at;
		bool taken;
	} bad[] = {
		{ HYPERVISOR_VIRT_START, WIDTH == 32 },
		{ HYPERVISOR_VIRT_START + PAGE_SIZE, WIDTH == 32 },
		{ HYPERVISOR_PAGE, WIDTH == 32 },
		{ -8ul, true }, { ~0ul, true },
	};
	u32 i, reg;

	for (reg = 0; reg < 4; reg++) {
		for (i = 0; i < ARRAY_SIZE(good); i++) {
			CHECK(HC2(set_debugreg, reg, good[i]), 0);
			CHECK(HC1(get_debugreg, reg), good[i]);
		}
		for (i = 0; i < ARRAY_SIZE(bad); i++) {
			CHECK(HC2(set_debugreg, reg, bad[i].at),
			      bad[i].taken ? 0 : -XEN_EPERM);
			CHECK(HC1(get_debugreg, reg), bad[i].taken ?
			      bad[i].at : LAST_OF_USERS);
			CHECK(HC2(set_debugreg, 7, DR7_RESET |
				  DR7_LOCAL(reg) | DR7_GLOBAL(reg) |
				  DR7_TYPE(reg, DR7_ACCESS) |
				  DR7_LENGTH(reg, DR7_4)), 0);
			CHECK(HC2(xen_version, XENVER_version, 0), XEN_4_17);
			off();
			CHECK(HC2(set_debugreg, reg, LAST_OF_USERS), 0);
		}
		CHECK(HC2(set_debugreg, reg, 0), 0);
	}
	for (i = 8; i < 40; i++)
		CHECK(HC2(set_debugreg, i, 0) != 0, 1);
	/* By the instruction as well. */
	EXPECT_TRAP("mov %0, %%db2", "r" (HYPERVISOR_VIRT_START));
	HC2(set_debugreg, 2, 0);
}

/* What DR7 may hold, and what stands there after. */
static void test_control(void)
{
	u32 i, v;

	for (i = 0; i < 32; i++) {
		HC2(set_debugreg, 7, 1u << i);
		v = HC1(get_debugreg, 7);
		CHECK(v & (DR7_DETECT | DR7_RESERVED), 0);
		off();
	}
	for (i = 0; i < 4; i++) {
		v = DR7_RESET | DR7_GLOBAL(i) | DR7_TYPE(i, DR7_PORT);
		CHECK(HC2(set_debugreg, 7, v), -XEN_EPERM);
		CHECK(HC1(get_debugreg, 7) & 0xff, 0);
	}
	CHECK(HC2(set_debugreg, 7, DETECT) != 0 ||
	      !(HC1(get_debugreg, 7) & DR7_DETECT), 1);
	off();
}

static void set_de(bool on)
{
	ulong cr4;

	__asm__ volatile("mov %%cr4, %0" : "=r" (cr4));
	cr4 = on ? cr4 | X86_CR4_DE : cr4 & ~(ulong)X86_CR4_DE;
	__asm__ volatile("mov %0, %%cr4" :: "r" (cr4));
}

/* All bits that DR6 can have; values of DR7 that are not just EXECUTE */
#define DR6_ALL		0xffffefff
#define MIXED		(DR7_LOCAL(0) | DR7_LOCAL(1) | DR7_LOCAL(2) |	\
			 DR7_LOCAL(3) | DR7_TYPE(0, DR7_PORT) |		\
			 DR7_LENGTH(0, DR7_4))
#define PORT(n)		(DR7_GLOBAL(n) | DR7_TYPE(n, DR7_PORT) |	\
			 DR7_LENGTH(n, DR7_8))
#define ALL_PORTS	(DR7_RESET | PORT(0) | PORT(1) | PORT(2) | PORT(3))
#define NO_DE		false		/* CR4.DE */
#define DE		true

/* Every rule of what a register takes: the answer, and what stands there. */
static void test_rules(void)
{
	static const struct {
		u32 reg, value;
		bool de;
		long rc, then;
	} cases[] = {
		{ 6, 0, NO_DE, 0, DR6_RESET }, { 6, ~0u, NO_DE, 0, DR6_ALL },
		{ 4, 0xe00f, NO_DE, 0, DR6_ALL },
		{ 7, 0, NO_DE, 0, DR7_RESET },
		{ 7, DR7_RESERVED, NO_DE, 0, DR7_RESET },
		{ 7, DR7_DETECT | DR7_RESET, NO_DE, -XEN_EPERM, DR7_RESET },
		{ 5, EXECUTE, NO_DE, 0, EXECUTE },
		{ 5, 0, NO_DE, 0, DR7_RESET },
		{ 7, PORT1, NO_DE, -XEN_EPERM, DR7_RESET },
		{ 7, DISABLED, NO_DE, 0, DISABLED },
		{ 7, EXECUTE | DR7_TYPE(1, DR7_PORT), NO_DE, -XEN_EPERM,
		  DISABLED },
		{ 7, 0, NO_DE, 0, DR7_RESET }, { 7, PORT1, DE, 0, PORT1 },
		{ 7, MIXED, DE, 0, MIXED | DR7_RESET },	/* that is always set */
		{ 7, ALL_PORTS, DE, 0, ALL_PORTS },
		{ 7, DETECT, DE, -XEN_EPERM, ALL_PORTS },
		{ 4, 0, DE, -XEN_ENODEV, -XEN_ENODEV },
		{ 5, 0, DE, -XEN_ENODEV, -XEN_ENODEV },
		{ 8, 0, NO_DE, -XEN_ENODEV, -XEN_ENODEV },
		{ ~0u, 0, DE, -XEN_ENODEV, -XEN_ENODEV },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		set_de(cases[i].de);
		if (HC2(set_debugreg, cases[i].reg, cases[i].value) !=
		    cases[i].rc ||
		    HC1(get_debugreg, cases[i].reg) != cases[i].then)
			print("DR%u of %x\n", cases[i].reg, cases[i].value);
		CHECK(HC2(set_debugreg, cases[i].reg, cases[i].value),
		      cases[i].rc);
		CHECK(HC1(get_debugreg, cases[i].reg), cases[i].then);
	}
	CHECK_INSN("mov %%db4, " R(ax), X86_TRAP_UD);
	CHECK_INSN("mov " R(ax) ", %%db5", X86_TRAP_UD);
	off();
	set_de(false);
	CHECK_INSN("mov %%db4, " R(ax), NO_TRAP);
	CHECK_TRAP(EXPECT_TRAP("mov %0, %%db7", "r" ((ulong)PORT1)),
		   X86_TRAP_GP);
}

/* A #DB sets bits of DR6, and clears none that the guest left there. */
static void test_status(void)
{
	CHECK(HC2(set_debugreg, 6, DR6_ALL), 0);
	__asm__ volatile("push $0x102; popf; nop" ::: "cc", "memory");
	CHECK((u32)HC1(get_debugreg, 6), DR6_ALL);
	off();
}

/* On ports that are not ours: what the hypervisor answers is a hit as well. */
static void test_ports(void)
{
	static const struct {
		u32 control;
		/* hits of accesses: to it, 0x81, 4 bytes from 0x7e, 3 times */
		u32 at, b81, l7e, string;
	} cases[] = {
		{ PORT1, 1, 0, 1, 3 }, { GLOBAL, 1, 0, 1, 3 },
		{ PORT2, 1, 1, 1, 3 }, { PORT4, 1, 1, 1, 3 },
		{ PORT8, 1, 1, 1, 3 }, { DISABLED, 0, 0, 0, 0 },
	};
	struct physdev_set_iopl iopl = { .iopl = 1 };
	u32 i, n;
	char *to;

	CHECK(HC2(physdev_op, PHYSDEVOP_set_iopl, &iopl), 0);
	set_de(true);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		set((void *)0x80, cases[i].control);
		__asm__ volatile("outb %%al, $0x80" :: "a" (0));
		CHECK(hits, cases[i].at);
		if (hits)
			CHECK(HC1(get_debugreg, 6) & 15, DR6_HIT0);
		hits = 0;
		__asm__ volatile("outb %%al, $0x81" :: "a" (0));
		CHECK(hits, cases[i].b81);
		hits = 0;
		__asm__ volatile("inl %%dx" : "=a" (n) : "d" (0x7e));
		CHECK(hits, cases[i].l7e);
		hits = 0;
		n = 3;
		to = text;
		__asm__ volatile("cld; rep insb" : "+D" (to), "+c" (n)
				 : "d" (0x80) : "memory");
		CHECK(hits, cases[i].string);
		CHECK(n, 0);
		off();
	}
	set((void *)0x80, PORT1);
	set_de(false);		/* it stays, and sleeps */
	__asm__ volatile("outb %%al, $0x80" :: "a" (0));
	CHECK(hits, 0);
	off();
	iopl.iopl = 0;
	CHECK(HC2(physdev_op, PHYSDEVOP_set_iopl, &iopl), 0);
}

/* Own accesses are seen, so the breakpoints of the other tests are live. */
static void test_live(void)
{
	set(&operand, WRITE1);
	*(volatile u32 *)&operand = 1;
	CHECK(hits, 1);
	CHECK(HC1(get_debugreg, 6) & DR6_HIT0, DR6_HIT0);
	off();
}

#define ON_STACK(top, insn)						\
	__asm__ volatile("mov " R(sp) ", " R(di) "; mov %0, " R(sp) "\n" \
			 insn "; mov " R(di) ", " R(sp)		\
			 :: "r" (top) : "edi", "memory")

/* int3 from a known stack, whose frame lies on the breakpoint. */
static void test_frames(void)
{
	static const u32 controls[] = { WRITE1, ACCESS4, ACCESS8 };
	static u32 stack[1024] __attribute__((aligned(64)));
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(controls); i++)
		for (k = 0; k < 8; k++) {
			/*
			 * EFLAGS, CS, EIP, then what our own stub pushes; SS,
			 * RSP, RFLAGS, CS
			 */
			set(&stack[(999 - k) & (i == 2 ? ~1u : ~0u)],
			    controls[i]);
			ON_STACK(&stack[1000], "int3");
			CHECK(others, 1);
			off();
			set(&stack[999 - k],
			    controls[i] & ~DR7_LENGTH(0, DR7_8));
			ON_STACK(&stack[1000], "ud2");
			CHECK(others, 1);
			off();
		}
}

/* Buffers and lists of hypercalls, read and written under a breakpoint. */
static void test_buffers(void)
{
	static multicall_entry_t list[2] __attribute__((aligned(64)));
	u32 i;

	for (i = 0; i < 8; i++) {
		set(text + i, i & 3 ? WRITE1 : ACCESS4);
		CHECK(HC2(xen_version, XENVER_extraversion, text), 0);
		CHECK(hits, 0);
		off();
		list[0] = list[1] = (multicall_entry_t){
			.op = __HYPERVISOR_xen_version, .result = 7,
		};
		set((u32 *)list + i, ACCESS4);
		CHECK(HC2(multicall, list, 2), 0);
		CHECK(hits, 0);
		off();
		CHECK(list[0].result, XEN_4_17);
		CHECK(list[1].result, XEN_4_17);
	}
	/* Where the hypervisor keeps its own of ours: time, event mask. */
	set(&shared->vcpu_info[0].time, ACCESS4);
	HC2(sched_op, SCHEDOP_yield, 0);
	off();
	set(pte_of(text), ACCESS4);
	CHECK(make_ro(text), 0);
	CHECK(make_rw(text), 0);
	off();
}

/* Whether MOV SS under a breakpoint, then this, does what it does without. */
#define AFTER_MOV_SS(insn, ...)						\
	__asm__ volatile("movw %w[ss], %%ss\n" insn :			\
			 : [ss] "m" (operand), __VA_ARGS__ : "memory", "cc")

static void mov_ss(bool step)
{
	long rc;

	set(&operand, ACCESS4);
	if (step)
		__asm__ volatile(SET_TF ::: "memory", "cc");
	AFTER_MOV_SS("int3", "i" (0));
	CHECK(others, 1);
	off();
	set(&operand, ACCESS4);
	AFTER_MOV_SS("ud2", "i" (0));
	CHECK(others, 1);
	off();
	set(&operand, ACCESS4);
	AFTER_MOV_SS("int $0x80", "i" (0));
	CHECK(others, 1);
	off();
	set(&operand, ACCESS4);
	rc = HYPERCALL_BETWEEN("movw operand, %%ss\n",
			       __HYPERVISOR_xen_version, XENVER_version, 0, "");
	CHECK(rc, XEN_4_17);
	off();
	set(&operand, ACCESS4);
	set_trap_handler(X86_TRAP_GP, count_and_skip1);
	AFTER_MOV_SS("hlt", "i" (0));
	set_trap_handler(X86_TRAP_GP, 0);
	CHECK(others, 1);
	off();
	set(&operand, ACCESS4);
	rc = XEN_CPUID_FIRST_LEAF;
	__asm__ volatile("movw %w1, %%ss;" XEN_CPUID : "+a" (rc) : "m" (operand)
			 : "ebx", "ecx", "edx", "memory");
	CHECK((u32)rc >= XEN_CPUID_LEAF(2), 1);
	off();
}

static void test_mov_ss(void)
{
	operand = FLAT_KERNEL_SS;
	mov_ss(false);
	mov_ss(true);
}

/* On handlers themselves, the hypercall page, and descriptors in use. */
static void test_code(void)
{
	xen_pfn_t frame = va_mfn(gdt);

	set((void *)trap_entries[X86_TRAP_BP], EXECUTE);
	__asm__ volatile("int3");
	CHECK(others, 1);
	CHECK(hits, 1);
	CHECK(last_eip, trap_entries[X86_TRAP_BP]);
	off();
	gdt[DATA] = FLAT_DATA(3);
	CHECK(make_ro(gdt), 0);
	CHECK(HC2(set_gdt, &frame, ARRAY_SIZE(gdt)), 0);
	set(&gdt[DATA], ACCESS4);
	CHECK_TRAP(EXPECT_TRAP("movl %0, %%gs; int3; push $0; pop %%gs",
			       "r" (SELECTOR(DATA, 3))), NO_TRAP);
	CHECK(others, 1);
	off();
	CHECK(HC2(set_gdt, &frame, 0), 0);
	CHECK(make_rw(gdt), 0);
}

/* TF where the instruction goes to the hypervisor. */
static void test_single_steps(void)
{
	u32 rc, after;
	ulong cr2;

	hits = others = 0;
	CHECK(HYPERCALL_BETWEEN(SET_TF, __HYPERVISOR_xen_version,
				XENVER_version, 0, "nop"), XEN_4_17);
	CHECK(hits, 1);
	hits = 0;
	__asm__ volatile(SET_TF "int3; nop" ::: "memory", "cc");
	CHECK(others, 1);
	__asm__ volatile(SET_TF "ud2; nop" ::: "memory", "cc");
	CHECK(others, 2);
	/* Emulated ones stop behind themselves. */
	hits = 0;
	rc = XEN_CPUID_FIRST_LEAF;
	__asm__ volatile(SET_TF XEN_CPUID "\n1: nop; nop; movl $1b, %%edi"
			 : "+a" (rc), "=D" (after)
			 :: "ebx", "ecx", "edx", "memory", "cc");
	CHECK(hits, 1);
	CHECK(last_eip, after);
	CHECK(HC1(get_debugreg, 6) & DR6_STEP, DR6_STEP);
	hits = 0;
	__asm__ volatile(SET_TF "mov %%cr2, %0\n1: nop; nop; movl $1b, %1"
			 : "=r" (cr2), "=D" (after) :: "memory", "cc");
	CHECK(hits, 1);
	CHECK(last_eip, after);
}

void test_main(void)
{
	test_addresses();
	test_control();
	test_rules();
	set_trap_handler(X86_TRAP_DB, debug_trap);
	set_trap_handler(X86_TRAP_BP, count_others);
	set_trap_handler(X86_TRAP_UD, count_others);
	set_trap_handler(SYSTEM_CALL, count_others);
	test_status();
	test_ports();
	test_live();
	test_frames();
	test_buffers();
	test_mov_ss();
	test_code();
	test_single_steps();
}
