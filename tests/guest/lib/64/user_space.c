// SPDX-License-Identifier: GPL-2.0-only
/* User mode of a 64-bit guest: see user_space.h. */
#include "user.h"

struct user_root user_root;

void user_tables(struct user_root *r)
{
	r->l4[0] = va_maddr(r->l3) | PTE_USER_RW;
	r->l3[USER_SPACE >> 30] = va_maddr(r->l2) | PTE_USER_RW;
	r->l2[0] = va_maddr(r->l1) | PTE_USER_RW;
	r->l1[0] = va_maddr(user_code) | PTE_USER_RW;
	r->l1[1] = va_maddr(user_stack) | PTE_USER_RW;
}

long user_pin(struct user_root *r)
{
	CHECK(make_ro(r->l4), 0);
	CHECK(make_ro(r->l3), 0);
	CHECK(make_ro(r->l2), 0);
	CHECK(make_ro(r->l1), 0);
	return mmuext(MMUEXT_PIN_L4_TABLE, va_mfn(r->l4), 0);
}

long user_use(const struct user_root *r)
{
	return mmuext(MMUEXT_NEW_USER_BASEPTR, r ? va_mfn(r->l4) : 0, 0);
}

long user_map(struct user_root *r, u32 n, const void *p, u64 flags)
{
	return mmu_update(va_maddr(&r->l1[n]), p ? va_maddr(p) | flags : 0);
}

void user_init(void)
{
	user_tables(&user_root);
	CHECK(user_pin(&user_root), 0);
	CHECK(user_use(&user_root), 0);
	CHECK(HC2(stack_switch, FLAT_KERNEL_SS,
		  kernel_stack + KERNEL_STACK_SIZE), 0);
}

__asm__(".pushsection .text; .globl enter_frame, leave_frame\n"
	"enter_frame:\n"
	"	pushq %rbx; pushq %rbp; pushq %r12\n"
	"	pushq %r13; pushq %r14; pushq %r15\n"
	"	movq %rsp, enter_sp\n"
	"	movq %rdi, %rsp\n"
	"	movl %esi, %eax; movq %rdx, %rdi; movq %rcx, %rsi\n"
	"	syscall\n"
	"	ud2\n"
	"leave_frame:\n"
	"	movq enter_sp, %rsp\n"
	"	popq %r15; popq %r14; popq %r13\n"
	"	popq %r12; popq %rbp; popq %rbx\n"
	"	ret\n"
	".popsection\n"
	".pushsection .bss; .balign 8; enter_sp: .skip 8; .popsection");

void to_kernel(struct iret_context *c)
{
	c->rip = (ulong)user_code;
	c->cs = FLAT_KERNEL_CS & ~3;
	c->rsp = (ulong)user_stack + PAGE_SIZE;
}
