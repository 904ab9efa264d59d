// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule: QEMU's IRET enters virtual-8086 mode from 32-bit code of a 64-bit machine, if
 * the flags in the frame say so; no processor does. The domain that does it crashes or
 * goes on, and nobody else suffers: whatever it executes there, and whatever the
 * selectors look like there, which are none. Reference Xen panics.
 *
 * Test: fuzz/vm86 krypton-debug
 * Test: fuzz/vm86-intel -I krypton-debug
 * Test: fuzz/vm86-64 -w 64 krypton-debug
 * Test: fuzz/vm86-xpti -w 64 -I -o xpti=domu krypton-debug
 */
#include "domu.h"

#define CODE		(DOMU_CODE << 12)
#define FRAME		(CODE + 0x100)	/* of the IRET */
#define PLACE		0x200u		/* in the code page: of 16-bit code */
#define SEGMENT		(CODE >> 4)
#define CODE_BYTES	16u

/* What IRET takes to that mode */
struct frame {
	u32 eip, cs, eflags, esp, ss, es, ds, fs, gs;
};

/* 32-bit code in either width */
DEFINE_CODE(enter, "movl $" STRING(0x7100) ", %esp; .byte 0xcf; ud2");
_Static_assert(FRAME == 0x7100, "enter names it");

DEFINE_CODE(spin, "1: jmp 1b");
DEFINE_CODE(hlt, "hlt");
DEFINE_CODE(ud2, "ud2");
DEFINE_CODE(int3, "int3");
DEFINE_CODE(into, "movb $0x7f, %al; addb $1, %al; .byte 0xce");
DEFINE_CODE(int80, "int $0x80");
DEFINE_CODE(int82, "int $0x82");
DEFINE_CODE(nowhere, ".byte 0xea, 0, 0, 0xff, 0xff");
DEFINE_CODE(cli, "cli; sti; pushf; popf; iretl");
DEFINE_CODE(divide, "xorl %eax, %eax; divl %eax");
DEFINE_CODE(sysenter, "sysenter");
DEFINE_CODE(syscall, "syscall");
DEFINE_CODE(step, "nop; nop; nop; nop; hlt");

static const struct attack {
	const char *what;
	const u8 *code;			/* CODE_BYTES of it */
	u32 flags;
} attacks[] = {
	{ "an endless loop", spin, 0 }, { "HLT", hlt, 0 }, { "UD2", ud2, 0 },
	{ "INT3", int3, 0 }, { "INTO", into, 0 }, { "INT 0x80", int80, 0 },
	{ "INT 0x82", int82, 0 }, { "a far jump", nowhere, 0 },
	{ "CLI and more", cli, 0 }, { "a division", divide, 0 },
	{ "SYSENTER", sysenter, 0 }, { "SYSCALL", syscall, 0 },
	{ "single steps", step, X86_EFLAGS_TF },
	{ "with IOPL", cli, X86_EFLAGS_IOPL },
	{ "INT 0x82 with IOPL", int82, X86_EFLAGS_IOPL },
};

PAGE_BUFFER(place);
static vcpu_guest_context_t ctx;

#if WIDTH == 64
/* Its kernel and its user mode have ring 3. */
static void set_ring(u32 ring)
{
	(void)ring;
	ctx.user_regs.cs = FLAT_USER_CS32;
	ctx.user_regs.ss = FLAT_USER_DS32;
}
#else
static void set_ring(u32 ring)
{
	if (ring != 3)
		return;
	ctx.flags &= ~(u32)VGCF_in_kernel;
	ctx.user_regs.cs = FLAT_USER_CS;
	ctx.user_regs.ss = ctx.user_regs.ds = ctx.user_regs.es = FLAT_USER_DS;
}
#endif

static void make(struct domu *u, const struct attack *a, u32 rpl, u32 ring)
{
	struct frame *f = (struct frame *)(place + (FRAME & 0xfff));
	u32 cs = SEGMENT + rpl;

	domu_empty(u);
	domu_fill(u, place, enter, CODE_SIZE(enter));
	*f = (struct frame){
		.eip = CODE + PLACE - (cs << 4), .cs = cs, .ss = SEGMENT + rpl,
		.eflags = X86_EFLAGS_VM | X86_EFLAGS_FIXED | X86_EFLAGS_IF |
			  a->flags,
		.esp = 0x800,
	};
	memcpy(place + PLACE, a->code, CODE_BYTES);
	domu_let_user(u, place);
	CHECK(set_pte_va(place, 0, UVMF_INVLPG), 0);
	CHECK(domu_pin(u, PIN_ROOT, u->frames[0]), 0);
	domu_context(u, &ctx);
	set_ring(ring);
	CHECK(domu_set_context(u, &ctx), 0);
}

static void attack(const struct attack *a, u32 rpl, u32 ring)
{
	u32 before = failures;
	struct domu u;

	make(&u, a, rpl, ring);
	CHECK(domu_ctl(&u, XEN_DOMCTL_unpausedomain), 0);
	sleep_ms(20);
	CHECK(domu_ctl(&u, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_gone(&u), 1);
	neighbour_check();
	if (failures != before)
		print("that was %s, selectors that end with %u, ring %u\n",
		      a->what, rpl, ring);
}

void test_main(void)
{
	u32 i, n;

	neighbour_start();
	for (i = 0; i < ARRAY_SIZE(attacks); i++)
		for (n = 0; n < 8; n++)
			attack(&attacks[i], n / 2, n % 2 ? 3 : KERNEL_RPL);
	print("%u domains\n", i * n);
	neighbour_end();
}
