// SPDX-License-Identifier: GPL-2.0-only
/* User mode of a 32-bit guest: see user_space.h. */
#include "user.h"

static void user_may(const void *p)
{
	u64 *l2 = entry_of(p, 2);

	CHECK(set_pte_va(p, va_maddr(p) | PTE_RWP | PTE_US, UVMF_INVLPG), 0);
	/* The tables above must let user mode through as well. */
	if (!(*l2 & PTE_US))
		CHECK(mmu_update(va_maddr(l2), *l2 | PTE_US), 0);
}

void user_init(void)
{
	user_may(user_code);
	user_may(user_stack);
	CHECK(mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0), 0);
	CHECK(HC2(stack_switch, FLAT_KERNEL_SS,
		  kernel_stack + KERNEL_STACK_SIZE), 0);
}

/* A return to ring 3 would make the kernel's data selectors null. */
__asm__(".pushsection .text; .globl enter_at, leave_frame\n"
	"enter_at:\n"
	"	pushl %ebx; pushl %ebp; pushl %esi; pushl %edi\n"
	"	movl %esp, enter_sp\n"
	"	movl 24(%esp), %eax; movl 28(%esp), %ebx; movl 32(%esp), %ecx\n"
	"	movl 20(%esp), %esp\n"
	"	movl $" STRING(FLAT_USER_DS) ", %edx\n"
	"	movl %edx, %ds; movl %edx, %es\n"
	"	int $0x82\n"
	"	ud2\n"
	"leave_frame:\n"
	"	movl $" STRING(FLAT_KERNEL_DS) ", %edx\n"
	"	movl %edx, %ds; movl %edx, %es; movl %edx, %ss\n"
	"	movl enter_sp, %esp\n"
	"	popl %edi; popl %esi; popl %ebp; popl %ebx\n"
	"	cld\n"
	"	ret\n"
	".popsection\n"
	".pushsection .bss; .balign 4; enter_sp: .skip 4; .popsection");
void enter_at(const void *sp, u32 nr, ulong a, ulong b);

/*
 * The frame lies where a handler that comes instead of the return has a stack: for a
 * return to the kernel below the stack pointer after it.
 */
void enter_frame(const struct iret_context *c, u32 nr, ulong a, ulong b)
{
	bool kernel = (c->cs & 3) == KERNEL_RPL;
	ulong size = kernel ? offsetof(struct iret_context, rsp) : sizeof(*c);
	ulong end = kernel ? c->rsp : (ulong)kernel_stack + KERNEL_STACK_SIZE / 2;

	enter_at(memcpy((void *)(end - size), c, size), nr, a, b);
}

void to_kernel(struct iret_context *c)
{
	c->cs = FLAT_KERNEL_CS;
}
