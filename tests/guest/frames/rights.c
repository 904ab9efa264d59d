// SPDX-License-Identifier: GPL-2.0-only
/*
 * User mode of a 64-bit guest has no memory of the kernel's and no instruction of
 * ring 0, whatever IOPL its frame has. A stack segment of an LDT that was not used
 * before is good; RF holds a breakpoint off for one instruction.
 */
#include "user.h"
#include "rights.h"

#define SYSTEM_CALL	0x80u
#define FLAGS		(X86_EFLAGS_FIXED | X86_EFLAGS_IF)
#define LDT_INDEX	8
#define LDT_STACK	LDT_SELECTOR(LDT_INDEX, 3)

static u64 ldt[512] __attribute__((aligned(4096)));

static u32 run_with(ulong flags, struct code code)
{
	struct iret_context c = user_context(code);

	c.rflags = flags;
	return iret_to(&c);
}
#define RUN(flags, insns)	run_with(flags, INSNS(insns))

static void test_instructions(void)
{
	const ulong all = FLAGS | X86_EFLAGS_IOPL;

	CHECK_TRAP(RUN(all, "cli"), X86_TRAP_GP);
	CHECK_TRAP(RUN(all, "movw $0x70, %%dx; inb %%dx, %%al"), X86_TRAP_GP);
	CHECK_TRAP(RUN(all, "hlt"), X86_TRAP_GP);
	CHECK_TRAP(RUN(FLAGS, "movq %%cr3, %%rax"), X86_TRAP_GP);
	CHECK_TRAP(RUN(FLAGS, "movl $" STRING(MSR_EFER) ", %%ecx; rdmsr"),
		   X86_TRAP_GP);
	CHECK_TRAP(RUN(FLAGS, "movl $" STRING(MSR_GS_BASE) ", %%ecx; wrmsr"),
		   X86_TRAP_GP);
	CHECK_TRAP(RUN(FLAGS, "swapgs"), X86_TRAP_GP);
	CHECK_TRAP(RUN(FLAGS, "pushq $" STRING(XEN_CS) "; pushq $0; lretq"),
		   X86_TRAP_GP);
	/* A nested task; a gate of the hypervisor's */
	CHECK_TRAP(RUN(FLAGS | X86_EFLAGS_NT, "iretq"), X86_TRAP_GP);
	CHECK_TRAP(RUN(FLAGS, "int $0x82"), X86_TRAP_GP);
}

/* The kernel's page is not in the user root; the array is, for kernels alone. */
static void test_memory(void)
{
	CHECK_TRAP(RUN(FLAGS, "movl 0x100000, %%eax"), X86_TRAP_PF);
	CHECK(came.frame.error, X86_PF_USER);
	CHECK_TRAP(RUN(FLAGS, "movq $-1, %%rax; shlq $47, %%rax;"
		       "movl %%eax, (%%rax)"), X86_TRAP_PF);
	CHECK(came.frame.error & (X86_PF_USER | X86_PF_WRITE),
	      X86_PF_USER | X86_PF_WRITE);
}

static void test_ldt_stack(void)
{
	struct iret_context c = USER_CONTEXT("int $0x80");

	c.ss = LDT_STACK;
	CHECK_TRAP(iret_to(&c), X86_TRAP_GP);
	CHECK(came.frame.error, LDT_STACK & ~3);
	ldt[LDT_INDEX] = FLAT_DATA(3);
	CHECK(make_ro(ldt), 0);
	CHECK(mmuext(MMUEXT_SET_LDT, (ulong)ldt, ARRAY_SIZE(ldt)), 0);
	CHECK_TRAP(iret_to(&c), SYSTEM_CALL);
	CHECK_SELECTOR(came.frame.ss, LDT_STACK);
	CHECK(mmuext(MMUEXT_SET_LDT, 0, 0), 0);
	CHECK(make_rw(ldt), 0);
}

static void test_resume_flag(void)
{
	u32 i;

	CHECK(HC2(set_debugreg, 0, USER_CODE), 0);
	CHECK(HC2(set_debugreg, 7, DR7_RESET | DR7_GLOBAL(0)), 0);
	for (i = 0; i < 2; i++) {
		CHECK_TRAP(RUN(i ? FLAGS | X86_EFLAGS_RF : FLAGS,
			       "nop; int $0x80"), i ? SYSTEM_CALL : X86_TRAP_DB);
		CHECK(came.frame.eip, USER_CODE + (i ? 3 : 0));
	}
	CHECK(HC2(set_debugreg, 7, DR7_RESET), 0);
}

void test_rights(void)
{
	test_instructions();
	test_memory();
	test_ldt_stack();
	test_resume_flag();
}
