// SPDX-License-Identifier: GPL-2.0-only
/* User mode of a 64-bit guest: see user.h. */
#include "user.h"

struct user_root user_root;
u8 user_code[PAGE_SIZE] __attribute__((aligned(4096)));
u8 user_stack[PAGE_SIZE] __attribute__((aligned(4096)));
u8 kernel_stack[KERNEL_STACK_SIZE] __attribute__((aligned(4096)));
struct arrival came;

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
void enter_frame(const struct iret_context *c, u32 nr, ulong a, ulong b);
void leave_frame(void) __attribute__((noreturn));

static void arrive(struct trap_frame *f)
{
	came.frame = *f;
	came.at = f;
	came.mask = shared->vcpu_info[0].evtchn_upcall_mask;
	__asm__ volatile("pushf; popq %0; movw %%cs, %1; movw %%ss, %2"
			 : "=r" (came.flags), "=r" (came.cs), "=r" (came.ss));
	mask_events(true);
	other_handler = NULL;
	leave_frame();
}

u32 iret_by(const struct iret_context *c, u32 nr, ulong a, ulong b)
{
	memset(&came, 0xff, sizeof(came));
	other_handler = arrive;
	enter_frame(c, nr, a, b);
	return (u32)came.frame.vector;
}

u32 iret_to(const struct iret_context *c)
{
	return iret_by(c, __HYPERVISOR_iret, 0, 0);
}

struct iret_context user_context(struct code code)
{
	memcpy(user_code, code.at, (ulong)(code.end - code.at));
	return (struct iret_context){
		.rip = USER_CODE, .cs = FLAT_USER_CS64,
		.rflags = X86_EFLAGS_IF | X86_EFLAGS_FIXED,
		.rsp = USER_STACK, .ss = FLAT_USER_SS64,
	};
}

void to_kernel(struct iret_context *c)
{
	c->rip = (ulong)user_code;
	c->cs = FLAT_KERNEL_CS & ~3;
	c->rsp = (ulong)user_stack + PAGE_SIZE;
}

u32 run_user(struct code code)
{
	struct iret_context c = user_context(code);

	return iret_to(&c);
}

long register_callback(u16 type, ulong address, u16 flags)
{
	struct callback_register cb = {
		.type = type, .flags = flags, .address = address,
	};

	return HC2(callback_op, CALLBACKOP_register, &cb);
}
