// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule: that of tests/guest/nmis, for the ways in that a 64-bit guest has: a NMI
 * of the machine changes nothing but that its handler runs. With an argument it
 * runs until tests/guest/nmi-steps, which sends the NMIs, sets 'stop'. An argument
 * that begins with "no-step" leaves SYSENTER with TF out.
 *
 * It looks at returns as well that the processor refuses, or does only when a
 * page of the LDT is mapped.
 *
 * Test: nmis-long -w 64
 * Test: nmis-long-intel -w 64 -I
 */
#include "user.h"

#define SYSCALL_ENTRY	0x98u
#define SYSCALL32_ENTRY	0x99u
#define SYSENTER_ENTRY	0x9au
#define BAD_CS		0x13u	/* the guest has no GDT */
#define LDT_CS		7u
#define LDT_CODE64	0x00affb000000ffffull	/* DPL 3, accessed */
#define ROUNDS		20u
#define WRITES_8	(DR7_RESET | DR7_LOCAL(0) | DR7_TYPE(0, DR7_WRITE) | \
			 DR7_LENGTH(0, DR7_8))
#define NO_STACK	0x7ffffffff008ul	/* nothing is there */

volatile u32 stop, taken;
static volatile u32 steps;
static u64 ldt[512] __attribute__((aligned(4096)));

static void nmi(struct trap_frame *f)
{
	(void)f;
	taken++;
}

static void step(struct trap_frame *f)
{
	steps++;
	f->eflags &= ~(ulong)X86_EFLAGS_TF;
}

static void skip2(struct trap_frame *f)
{
	f->eip += 2;
}

void ready(void);
__attribute__((noinline)) void ready(void)
{
	print("ready\n");
}

/* All registers but RAX, RCX and R11, before and after an instruction. */
#define EACH(what)							\
	what(rdx, 3) what(rsi, 4) what(rdi, 5) what(rbp, 6) what(r8, 8)	\
	what(r9, 9) what(r10, 10) what(r12, 12) what(r13, 13)		\
	what(r14, 14) what(r15, 15)
#define SET(reg, n)	"movq $" #n ", %%" #reg "\n"
#define TEST(reg, n)	"subq $" #n ", %%" #reg "; orq %%" #reg ", %%rbx\n"
#define KEEPS(insn, rax, result) ({					\
	ulong _a = (ulong)(rax), _bad;					\
									\
	__asm__ volatile("pushq %%rbp\n" EACH(SET) "movq $1, %%rbx\n"	\
			 insn "\nsubq $1, %%rbx\n" EACH(TEST)		\
			 "popq %%rbp"					\
			 : "+a" (_a), "=b" (_bad)			\
			 :: "rcx", "rdx", "rsi", "rdi", "r8", "r9",	\
			 "r10", "r11", "r12", "r13", "r14", "r15",	\
			 "memory", "cc");				\
	CHECK(_bad, 0);							\
	CHECK(_a, (ulong)(result));					\
})

static void kernel_round(void)
{
	KEEPS("syscall", NO_HYPERCALL, -XEN_ENOSYS);
	KEEPS("int3", 77, 77);
	KEEPS("ud2", 78, 78);
	KEEPS("hlt; nop", 79, 79);
	KEEPS(SET_TF "nop", 80, 80);
	set_trap_handler(X86_TRAP_PF, skip2);
	KEEPS("movl (%%rax), %%eax", NOWHERE, NOWHERE);
	set_trap_handler(X86_TRAP_PF, 0);
}

static void user_round(void)
{
	struct iret_context c = USER_CONTEXT(
		"movl $2, %%ebx; movl $8, %%r8d; movl $9, %%r9d;"
		"movl $10, %%r10d; movl $15, %%r15d; syscall");

	/* SYSCALL comes in with it: a NMI needs a stack of its own there. */
	c.rsp = NO_STACK;
	CHECK_TRAP(iret_to(&c), SYSCALL_ENTRY);
	CHECK(came.frame.esp, NO_STACK);
	CHECK(came.frame.ebx, 2);
	CHECK(came.frame.r8, 8);
	CHECK(came.frame.r9, 9);
	CHECK(came.frame.r10, 10);
	CHECK(came.frame.r15, 15);
	CHECK_TRAP(RUN_USER("int $0x80"), 0x80);
	c = COMPAT_CONTEXT("syscall");
	c.cs = FLAT_USER_CS32;
	iret_to(&c);
	if (!is_intel() || came.frame.vector != X86_TRAP_UD)
		CHECK_TRAP(came.frame.vector, SYSCALL32_ENTRY);
}

/* With TF the #DB comes behind it, in the hypervisor. */
static void sysenter_round(bool with_tf)
{
	struct iret_context c = USER_CONTEXT("movl $2, %%ebx; sysenter");

	if (!is_intel())
		return;
	CHECK_TRAP(iret_to(&c), SYSENTER_ENTRY);
	CHECK(came.frame.ebx, 2);
	if (!with_tf)
		return;
	c = USER_CONTEXT("pushf; orl $" STRING(X86_EFLAGS_TF) ", (%%rsp); popf;"
			 "sysenter");
	CHECK_TRAP(iret_to(&c), SYSENTER_ENTRY);
	CHECK(came.frame.eflags & X86_EFLAGS_TF, X86_EFLAGS_TF);
}

static void fault_round(void)
{
	struct iret_context c = USER_CONTEXT("movl $2, %%ebx; int $0x80");

	set_trap_handler(X86_TRAP_GP, NULL);
	c.cs = BAD_CS;
	CHECK_TRAP(iret_to(&c), X86_TRAP_GP);
	CHECK(came.frame.error, BAD_CS & ~3u);
	CHECK(came.frame.eip, c.rip);
	set_trap_handler(X86_TRAP_GP, skip2);
	/* Each time anew: this drops the page that was mapped. */
	CHECK(mmuext(MMUEXT_SET_LDT, (ulong)ldt, 1), 0);
	c.cs = LDT_CS;
	CHECK_TRAP(iret_to(&c), 0x80);
	CHECK_SELECTOR((u16)came.frame.cs, LDT_CS);
	CHECK(came.frame.ebx, 2);
	CHECK(mmuext(MMUEXT_SET_LDT, 0, 0), 0);
}

/* Only the hypervisor writes to the breakpoint's address: the frame's last word. */
static void stack_round(void)
{
	CHECK(HC2(set_debugreg, 0, kernel_stack + KERNEL_STACK_SIZE - sizeof(u64)),
	      0);
	CHECK(HC2(set_debugreg, 7, WRITES_8), 0);
	CHECK_TRAP(RUN_USER("int $0x80"), 0x80);
	CHECK(HC2(set_debugreg, 7, DR7_RESET), 0);
}

/* With an event pending, though masked, an exit takes a longer way. */
static void pending_round(void)
{
	mask_events(true);
	shared->vcpu_info[0].evtchn_upcall_pending = 1;
	CHECK(HC2(xen_version, XENVER_version, 0), XEN_4_17);
	shared->vcpu_info[0].evtchn_upcall_pending = 0;
}

static void prepare(void)
{
	user_init();
	HC3(vcpu_op, VCPUOP_stop_periodic_timer, 0, 0);
	ldt[0] = LDT_CODE64;
	CHECK(make_ro(ldt), 0);
	CHECK(register_callback(CALLBACKTYPE_syscall,
				trap_entries[SYSCALL_ENTRY], 0), 0);
	CHECK(register_callback(CALLBACKTYPE_syscall32,
				trap_entries[SYSCALL32_ENTRY], 0), 0);
	CHECK(register_callback(CALLBACKTYPE_sysenter,
				trap_entries[SYSENTER_ENTRY], 0), 0);
	set_trap_handler(X86_TRAP_DB, step);
	set_trap_handler(2, nmi);
	set_trap_handler(X86_TRAP_BP, step);
	set_trap_handler(X86_TRAP_UD, skip2);
	set_trap_handler(X86_TRAP_GP, skip2);
}

void test_main(void)
{
	bool wait = start_info->cmd_line[0];
	u32 rounds;

	prepare();
	ready();
	for (rounds = 0; wait ? !stop : rounds < ROUNDS; rounds++) {
		kernel_round();
		user_round();
		sysenter_round(start_info->cmd_line[0] != 'n');
		fault_round();
		stack_round();
		pending_round();
		CHECK(steps, rounds * 2 + 2);
	}
	CHECK(taken != 0, wait);
	print("%u rounds, %u NMIs taken\n", rounds, taken);
}
