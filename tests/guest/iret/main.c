// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/arch-x86/xen-x86_32.h, iret hypercall): the frame is EAX, EIP,
 * CS, EFLAGS and, for ring 3, ESP and SS; the event mask becomes the inverse
 * of IF; to ring 3 and back by int 0x80 the kernel stack is the one that
 * stack_switch named; user mode can neither make hypercalls nor touch kernel
 * memory, and never gets IOPL. A frame that the processor does not take is a
 * fault at the place it points to; one whose stack segment is in an LDT that
 * was not used before is good; RF holds a breakpoint off for one instruction.
 *
 * A 64-bit guest's frame, and what it may hold: tests/guest/frames.
 *
 * Test: iret
 */
#include "guest.h"

#define SYSTEM_CALL	0x80u
#define INITIAL_EAX	0x1234
#define FLAGS		X86_EFLAGS_FIXED
#define FLAGS_IF	(FLAGS | X86_EFLAGS_IF)
#define LDT_INDEX	8
#define LDT_STACK	LDT_SELECTOR(LDT_INDEX, 3)

PAGE_BUFFER(user_page);
PAGE_BUFFER(user_stack);
static u8 kernel_stack[8192] __attribute__((aligned(4096)));

static volatile u32 vector, error, from_cs, from_flags, from_esp, from_ss;
static volatile u32 entry_esp, result_eax, from_eip;
static u64 ldt[512] __attribute__((aligned(4096)));
u32 user_ss = FLAT_USER_DS;

static void leave_user(struct trap_frame *f)
{
	vector = f->vector;
	error = f->error;
	from_eip = f->eip;
	from_cs = f->cs & 0xffff;
	from_flags = f->eflags;
	from_esp = f->esp;
	from_ss = f->ss;
	result_eax = f->eax;
	entry_esp = (u32)(f + 1);
	__asm__ volatile("movl saved_sp, %esp; movl saved_bp, %ebp; ret");
}

__asm__(".data; .globl saved_sp, saved_bp; saved_sp: .long 0; "
	"saved_bp: .long 0; .text\n"
	"go_user:	pushl %ebx; pushl %esi; pushl %edi\n"
	"	call 1f\n"
	"	popl %edi; popl %esi; popl %ebx; ret\n"
	"1:	movl %esp, saved_sp; movl %ebp, saved_bp\n"
	"	pushl user_ss\n"		/* SS */
	"	pushl %edx\n"			/* ESP */
	"	pushl %ecx\n"			/* EFLAGS */
	"	pushl $" STRING(FLAT_USER_CS) "\n"
	"	pushl %eax\n"			/* EIP */
	"	pushl $" STRING(INITIAL_EAX) "\n"
	"	movl $" STRING(__HYPERVISOR_iret) ", %eax; int $0x82\n"
	"	ud2");
void go_user(void);

static void run_user(struct code code, u32 flags)
{
	u32 eip = (u32)user_page, esp = (u32)user_stack + PAGE_SIZE;

	memcpy(user_page, code.at, (u32)(code.end - code.at));
	vector = ~0u;
	__asm__ volatile("call go_user" : "+a" (eip), "+c" (flags), "+d" (esp)
			 :: "memory", "cc");
}
#define USER(flags, insns)	run_user(INSNS(insns), flags)

static void test_round_trip(void)
{
	u32 i;

	for (i = 0; i < 2; i++) {
		USER(i ? FLAGS_IF : FLAGS, "int $0x80");
		CHECK_TRAP(vector, SYSTEM_CALL);
		CHECK_SELECTOR(from_cs, FLAT_USER_CS);
		CHECK_SELECTOR(from_ss, FLAT_USER_DS);
		CHECK(from_esp, (u32)user_stack + PAGE_SIZE);
		CHECK(result_eax, INITIAL_EAX);
		CHECK(entry_esp, (u32)kernel_stack + sizeof(kernel_stack));
		CHECK(!!(from_flags & X86_EFLAGS_IF), i);
		CHECK(shared->vcpu_info[0].evtchn_upcall_mask, !i);
	}
	mask_events(true);
}

static void test_user_rights(void)
{
	/* No hypercall. */
	USER(FLAGS_IF, "int $0x82; int $0x80");
	CHECK_TRAP(vector, X86_TRAP_GP);
	/* No kernel memory, which is there, and nothing of the hypervisor's. */
	USER(FLAGS_IF, "movl 0x100000, %%eax");
	CHECK_TRAP(vector, X86_TRAP_PF);
	CHECK(error, X86_PF_USER | X86_PF_PROT);
	USER(FLAGS_IF, "movl 0xffe01000, %%eax");
	CHECK_TRAP(vector, X86_TRAP_PF);
	/* No privileged instruction, whatever IOPL the frame has. */
	USER(FLAGS_IF | X86_EFLAGS_IOPL, "cli");
	CHECK_TRAP(vector, X86_TRAP_GP);
	USER(FLAGS_IF | X86_EFLAGS_IOPL, "movw $0x70, %%dx; inb %%dx, %%al");
	CHECK_TRAP(vector, X86_TRAP_GP);
	USER(FLAGS_IF | X86_EFLAGS_IOPL, "hlt");
	CHECK_TRAP(vector, X86_TRAP_GP);
	USER(FLAGS_IF, "movl %%cr3, %%eax");
	CHECK_TRAP(vector, X86_TRAP_GP);
	USER(FLAGS_IF, "pushl $" STRING(XEN_CS) "; pushl $0; lret");
	CHECK_TRAP(vector, X86_TRAP_GP);
	/* A nested task: a fault of some kind. */
	USER(FLAGS_IF | X86_EFLAGS_NT, "iret");
	CHECK(vector != ~0u, 1);
}

static void test_bad_frame(void)
{
	/* No such entry: #GP with the selector, from where it was to go. */
	user_ss = LDT_STACK;
	USER(FLAGS_IF, "int $0x80");
	CHECK_TRAP(vector, X86_TRAP_GP);
	CHECK(error, LDT_STACK & ~3);
	CHECK_SELECTOR(from_cs, FLAT_USER_CS);
	CHECK(from_eip, (u32)user_page);
	CHECK_SELECTOR(from_ss, LDT_STACK);
	user_ss = FLAT_USER_DS;
}

static void test_ldt_stack(void)
{
	ldt[LDT_INDEX] = FLAT_DATA(3);
	CHECK(make_ro(ldt), 0);
	CHECK(mmuext(MMUEXT_SET_LDT, (u32)ldt, ARRAY_SIZE(ldt)), 0);
	user_ss = LDT_STACK;
	USER(FLAGS_IF, "int $0x80");
	CHECK_TRAP(vector, SYSTEM_CALL);
	CHECK_SELECTOR(from_ss, LDT_STACK);
	user_ss = FLAT_USER_DS;
	CHECK(mmuext(MMUEXT_SET_LDT, 0, 0), 0);
	CHECK(make_rw(ldt), 0);
}

static void test_resume_flag(void)
{
	u32 i;

	CHECK(HC2(set_debugreg, 0, (u32)user_page), 0);
	CHECK(HC2(set_debugreg, 7, DR7_RESET | DR7_GLOBAL(0)), 0);
	for (i = 0; i < 2; i++) {
		USER(i ? FLAGS_IF | X86_EFLAGS_RF : FLAGS_IF, "nop; int $0x80");
		CHECK_TRAP(vector, i ? SYSTEM_CALL : X86_TRAP_DB);
		CHECK(from_eip, (u32)user_page + (i ? 3 : 0));
	}
	CHECK(HC2(set_debugreg, 7, 0), 0);
}

static void user_may(const void *p)
{
	CHECK(set_pte_va(p, va_maddr(p) | PTE_RWP | PTE_US, UVMF_INVLPG), 0);
	/* The tables above must let user mode through as well. */
	CHECK(mmu_update(va_maddr(entry_of(p, 2)), *entry_of(p, 2) | PTE_US),
	      0);
}

void test_main(void)
{
	static const u32 vectors[] = {
		X86_TRAP_DB, X86_TRAP_UD, X86_TRAP_TS, X86_TRAP_NP, X86_TRAP_SS,
		X86_TRAP_GP, X86_TRAP_PF, SYSTEM_CALL,
	};
	u32 v;

	for (v = 0; v < ARRAY_SIZE(vectors); v++)
		set_trap_handler(vectors[v], leave_user);
	CHECK(HC2(stack_switch, FLAT_KERNEL_SS,
		  (u32)kernel_stack + sizeof(kernel_stack)), 0);
	user_may(user_page);
	user_may(user_stack);
	mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0);
	test_round_trip();
	test_user_rights();
	test_bad_frame();
	test_ldt_stack();
	test_resume_flag();
}
