// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/arch-x86/xen-x86_32.h and xen-x86_64.h, iret hypercall): the frame is
 * AX, IP, CS, FLAGS, and SP and SS, which a 32-bit guest's has to ring 3 alone; the
 * event mask becomes the inverse of IF; to user mode and back by int 0x80 the kernel
 * stack is the one that stack_switch named; user mode can neither make hypercalls
 * nor touch kernel memory, has no instruction of ring 0, never gets IOPL, and uses
 * the ports of a bitmap that it cannot read. A
 * frame that the processor does not take is a fault at the place it points to; one
 * whose stack segment is in an LDT that was not used before is good; RF holds a
 * breakpoint off for one instruction.
 *
 * What else a 64-bit guest's frame may hold: tests/guest/frames.
 *
 * Test: iret
 * Test: iret-64 -w 64
 */
#include "user.h"

#define SYSTEM_CALL	0x80u
#define INITIAL_AX	0x1234
#define FLAGS		X86_EFLAGS_FIXED
#define FLAGS_IF	(FLAGS | X86_EFLAGS_IF)
#define LDT_INDEX	8
#define LDT_STACK	LDT_SELECTOR(LDT_INDEX, 3)
#define KERNEL_PAGE	0x100000ul	/* the guest's first */

static u64 ldt[512] __attribute__((aligned(4096)));

static u32 run_with(ulong flags, ulong ax, struct code code)
{
	struct iret_context c = user_context(code);

	c.rflags = flags;
	c.rax = ax;
	return iret_to(&c);
}
#define RUN(flags, insns)	run_with(flags, INITIAL_AX, INSNS(insns))
#define RUN_AX(ax, insns)	run_with(FLAGS_IF, ax, INSNS(insns))

static void test_round_trip(void)
{
	u32 i;

	for (i = 0; i < 2; i++) {
		CHECK_TRAP(RUN(i ? FLAGS_IF : FLAGS, "int $0x80"), SYSTEM_CALL);
		CHECK_SELECTOR((u16)came.frame.cs, FLAT_USER_CS);
		CHECK_SELECTOR((u16)came.frame.ss, FLAT_USER_SS);
		CHECK(came.frame.esp, USER_STACK);
		CHECK(came.frame.eax, INITIAL_AX);
		CHECK((ulong)(came.at + 1),
		      (ulong)kernel_stack + KERNEL_STACK_SIZE);
		CHECK(!!(came.frame.eflags & X86_EFLAGS_IF), i);
		CHECK(frame_mask(&came.frame), !i);
		CHECK(came.mask, !i);
	}
}

static void test_instructions(void)
{
	const ulong all = FLAGS_IF | X86_EFLAGS_IOPL;

	CHECK_TRAP(RUN(all, "cli"), X86_TRAP_GP);
	CHECK_TRAP(RUN(all, "movw $0x70, %%dx; inb %%dx, %%al"), X86_TRAP_GP);
	CHECK_TRAP(RUN(all, "hlt"), X86_TRAP_GP);
	CHECK_TRAP(RUN(FLAGS_IF, "mov %%cr3, " R(ax)), X86_TRAP_GP);
	CHECK_TRAP(RUN(FLAGS_IF, "movl $" STRING(MSR_EFER) ", %%ecx; rdmsr"),
		   X86_TRAP_GP);
	CHECK_TRAP(RUN(FLAGS_IF, "movl $" STRING(MSR_GS_BASE) ", %%ecx; wrmsr"),
		   X86_TRAP_GP);
	/* swapgs */
	CHECK_TRAP(RUN(FLAGS_IF, ".byte 0x0f, 0x01, 0xf8"),
		   WIDTH == 32 ? X86_TRAP_UD : X86_TRAP_GP);
	CHECK_TRAP(RUN(FLAGS_IF, "push $" STRING(XEN_CS) "; push $0;" FAR_RETURN),
		   X86_TRAP_GP);
	/* A nested task */
	CHECK_TRAP(RUN(FLAGS_IF | X86_EFLAGS_NT, "iretl"), X86_TRAP_GP);
	/* The gate of a 32-bit kernel's hypercalls */
	CHECK_TRAP(RUN(FLAGS_IF, "int $0x82; int $0x80"), X86_TRAP_GP);
}

/* Kernel memory, which is there, and what is the hypervisor's */
static void test_memory(void)
{
	CHECK_TRAP(RUN_AX(KERNEL_PAGE, "movl (" R(ax) "), %%eax"), X86_TRAP_PF);
	CHECK(came.frame.error, KERNEL_PAGE_ERROR);
	CHECK_TRAP(RUN_AX(HYPERVISOR_PAGE, "movl (" R(ax) "), %%eax"),
		   X86_TRAP_PF);
	CHECK(came.frame.error & (X86_PF_USER | X86_PF_WRITE), X86_PF_USER);
	CHECK_TRAP(RUN_AX(HYPERVISOR_VIRT_START, "movl %%eax, (" R(ax) ")"),
		   X86_TRAP_PF);
	CHECK(came.frame.error & (X86_PF_USER | X86_PF_WRITE),
	      X86_PF_USER | X86_PF_WRITE);
}

/* By a bitmap (xen/physdev.h) that the kernel alone has in its tables */
static void test_ports(void)
{
	static u8 bitmap[PAGE_SIZE] __attribute__((aligned(4096)));
	struct physdev_set_iobitmap op = { .nr_ports = 0x84 };
	u32 i;

	bitmap[0x80 / 8] = 1 << 1;
	set_xen_guest_handle(op.bitmap, bitmap);
	for (i = 0; i < 2; i++) {
		CHECK(HC2(physdev_op, PHYSDEVOP_set_iobitmap, &op), 0);
		CHECK_TRAP(RUN(FLAGS_IF, "inb $0x80, %%al; int $0x80"),
			   i ? X86_TRAP_GP : SYSTEM_CALL);
		CHECK_TRAP(RUN(FLAGS_IF, "inb $0x81, %%al; int $0x80"),
			   X86_TRAP_GP);
		CHECK_TRAP(RUN(FLAGS_IF, "inb $0x84, %%al; int $0x80"),
			   X86_TRAP_GP);
		/* A bitmap that is not there */
		set_xen_guest_handle(op.bitmap, (u8 *)NOWHERE);
	}
	op.nr_ports = 0;
	CHECK(HC2(physdev_op, PHYSDEVOP_set_iobitmap, &op), 0);
}

/* No such entry: #GP with the selector, from where it was to go. */
static void test_bad_frame(void)
{
	struct iret_context c = USER_CONTEXT("int $0x80");

	c.ss = LDT_STACK;
	CHECK_TRAP(iret_to(&c), X86_TRAP_GP);
	CHECK(came.frame.error, LDT_STACK & ~3);
	CHECK_SELECTOR((u16)came.frame.cs, FLAT_USER_CS);
	CHECK(came.frame.eip, USER_CODE);
	CHECK_SELECTOR((u16)came.frame.ss, LDT_STACK);
}

static void test_ldt_stack(void)
{
	struct iret_context c = USER_CONTEXT("int $0x80");

	ldt[LDT_INDEX] = FLAT_DATA(3);
	CHECK(make_ro(ldt), 0);
	CHECK(mmuext(MMUEXT_SET_LDT, (ulong)ldt, ARRAY_SIZE(ldt)), 0);
	c.ss = LDT_STACK;
	CHECK_TRAP(iret_to(&c), SYSTEM_CALL);
	CHECK_SELECTOR((u16)came.frame.ss, LDT_STACK);
	CHECK(mmuext(MMUEXT_SET_LDT, 0, 0), 0);
	CHECK(make_rw(ldt), 0);
}

/*
 * Its page is not there: the fault of whoever loads the selector, at the
 * descriptor's address.
 */
static void test_no_ldt_page(void)
{
	struct iret_context c = USER_CONTEXT("movl %%eax, %%fs; int $0x80");
	u32 i;

	c.rax = LDT_STACK;
	CHECK(mmuext(MMUEXT_SET_LDT, NOWHERE, ARRAY_SIZE(ldt)), 0);
	for (i = 0; i < 2; i++) {
		CHECK_TRAP(iret_to(&c), X86_TRAP_PF);
		CHECK(came.frame.error, X86_PF_USER);
		CHECK(shared->vcpu_info[0].arch.cr2, NOWHERE + LDT_INDEX * 8);
		CHECK(came.frame.eip, USER_CODE);
		c.ss = LDT_STACK;
	}
	CHECK(mmuext(MMUEXT_SET_LDT, 0, 0), 0);
}

static void test_resume_flag(void)
{
	u32 i;

	CHECK(HC2(set_debugreg, 0, USER_CODE), 0);
	CHECK(HC2(set_debugreg, 7, DR7_RESET | DR7_GLOBAL(0)), 0);
	for (i = 0; i < 2; i++) {
		CHECK_TRAP(RUN(i ? FLAGS_IF | X86_EFLAGS_RF : FLAGS_IF,
			       "nop; int $0x80"), i ? SYSTEM_CALL : X86_TRAP_DB);
		CHECK(came.frame.eip, USER_CODE + (i ? 3 : 0));
	}
	CHECK(HC2(set_debugreg, 7, DR7_RESET), 0);
}

void test_main(void)
{
	user_init();
	test_round_trip();
	test_instructions();
	test_memory();
	test_ports();
	test_bad_frame();
	test_ldt_stack();
	test_no_ldt_page();
	test_resume_flag();
}
