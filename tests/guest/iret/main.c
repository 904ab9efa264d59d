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
 * Test: iret
 */
#include "guest.h"

#define USER_CS	0xe02b
#define USER_DS	0xe033

static u8 user_page[4096] __attribute__((aligned(4096)));
static u8 user_stack[4096] __attribute__((aligned(4096)));
static u8 kernel_stack[8192] __attribute__((aligned(4096)));

static volatile u32 vector, error, from_cs, from_flags, from_esp, from_ss;
static volatile u32 entry_esp, result_eax, from_eip;
static u64 ldt[512] __attribute__((aligned(4096)));
u32 user_ss = USER_DS;

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
	"	pushl $0xe02b\n"		/* CS */
	"	pushl %eax\n"			/* EIP */
	"	pushl $0x1234\n"		/* EAX */
	"	movl $23, %eax; int $0x82\n"
	"	ud2");
void go_user(void);

static void run_user(const u8 *code, u32 n, u32 flags)
{
	u32 eip = (u32)user_page, esp = (u32)user_stack + 4096;

	memcpy(user_page, code, n);
	vector = ~0u;
	__asm__ volatile("call go_user" : "+a" (eip), "+c" (flags), "+d" (esp)
			 :: "memory", "cc");
}

#define USER(flags, ...) ({						\
	static const u8 _code[] = { __VA_ARGS__ };			\
	run_user(_code, sizeof(_code), flags);				\
})

static void test_round_trip(void)
{
	u32 i;

	for (i = 0; i < 2; i++) {
		/* int $0x80 */
		USER(i ? 0x202 : 0x002, 0xcd, 0x80);
		CHECK_TRAP(vector, 0x80);
		CHECK(from_cs, USER_CS);
		CHECK(from_ss, USER_DS);
		CHECK(from_esp, (u32)user_stack + 4096);
		CHECK(result_eax, 0x1234);
		CHECK(entry_esp, (u32)kernel_stack + 8192);
		CHECK(from_flags >> 9 & 1, i);
		CHECK(shared->vcpu_info[0].evtchn_upcall_mask, !i);
	}
	shared->vcpu_info[0].evtchn_upcall_mask = 1;
}

static void test_user_rights(void)
{
	/* int $0x82; int $0x80 */
	USER(0x202, 0xcd, 0x82, 0xcd, 0x80);
	CHECK_TRAP(vector, X86_TRAP_GP);
	/* mov 0x100000, %eax: kernel memory has no user bit */
	USER(0x202, 0xa1, 0x00, 0x00, 0x10, 0x00);
	CHECK_TRAP(vector, X86_TRAP_PF);
	CHECK(error, 5);
	/* the window: mov (window + 4 KiB), %eax */
	USER(0x202, 0xa1, 0x00, 0x10, 0xe0, 0xff);
	CHECK_TRAP(vector, X86_TRAP_PF);
	/* cli; in (%dx), %al; hlt; mov %cr3, %eax; each a fault */
	USER(0x3202, 0xfa);
	CHECK_TRAP(vector, X86_TRAP_GP);
	USER(0x3202, 0x66, 0xba, 0x70, 0x00, 0xec);
	CHECK_TRAP(vector, X86_TRAP_GP);
	USER(0x3202, 0xf4);
	CHECK_TRAP(vector, X86_TRAP_GP);
	USER(0x202, 0x0f, 0x20, 0xd8);
	CHECK_TRAP(vector, X86_TRAP_GP);
	/* lret to the hypervisor's code segment: push $0xe008; push $0; lret */
	USER(0x202, 0x68, 0x08, 0xe0, 0, 0, 0x6a, 0, 0xcb);
	CHECK_TRAP(vector, X86_TRAP_GP);
	/* NT and iret: nested task */
	USER(0x4202, 0xcf);
	CHECK(vector != ~0u, 1);
}

static void test_bad_frame(void)
{
	/* no such entry: #GP with the selector, from where it was to go */
	user_ss = 0x47;
	USER(0x202, 0xcd, 0x80);
	CHECK_TRAP(vector, X86_TRAP_GP);
	CHECK(error, 0x44);
	CHECK(from_cs, USER_CS);
	CHECK(from_eip, (u32)user_page);
	CHECK(from_ss, 0x47);
	user_ss = USER_DS;
}

static void test_ldt_stack(void)
{
	ldt[8] = 0x00cff3000000ffffull;
	CHECK(make_ro(ldt), 0);
	CHECK(mmuext(MMUEXT_SET_LDT, (u32)ldt, 512), 0);
	user_ss = 0x47;
	USER(0x202, 0xcd, 0x80);
	CHECK_TRAP(vector, 0x80);
	CHECK(from_ss, 0x47);
	user_ss = USER_DS;
	CHECK(mmuext(MMUEXT_SET_LDT, 0, 0), 0);
	CHECK(make_rw(ldt), 0);
}

static void test_resume_flag(void)
{
	u32 i;

	CHECK(HC2(set_debugreg, 0, (u32)user_page), 0);
	CHECK(HC2(set_debugreg, 7, 0x402), 0);
	for (i = 0; i < 2; i++) {
		USER(i ? 0x10202 : 0x202, 0x90, 0xcd, 0x80);
		CHECK(vector, i ? 0x80 : 1);
		CHECK(from_eip, (u32)user_page + (i ? 3 : 0));
	}
	CHECK(HC2(set_debugreg, 7, 0), 0);
}

void test_main(void)
{
	u32 v;

	static const u32 vectors[] = { 13, 14, 6, 0x80, 10, 11, 12, 1 };
	for (v = 0; v < ARRAY_SIZE(vectors); v++)
		set_trap_handler(vectors[v], leave_user);
	CHECK(HC2(stack_switch, 0xe021, (u32)kernel_stack + 8192), 0);
	CHECK(set_pte_va(user_page, va_maddr(user_page) | PTE_RWP | PTE_US,
			 UVMF_INVLPG), 0);
	CHECK(set_pte_va(user_stack, va_maddr(user_stack) | PTE_RWP | PTE_US,
			 UVMF_INVLPG), 0);
	/* The tables above must let user mode through as well. */
	CHECK(mmu_update(va_maddr(l2_of(0)) + ((u32)user_page >> 21) * 8,
			 ((u64 *)l2_of(0))[(u32)user_page >> 21] | PTE_US), 0);
	mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0);
	test_round_trip();
	test_user_rights();
	test_bad_frame();
	test_ldt_stack();
	test_resume_flag();
}
