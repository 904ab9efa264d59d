// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run a few bytes of code in the kernel or in user mode, entered by the iret
 * hypercall: see conf.h. The page has another address in each.
 */
#include "../conf.h"
#include "user.h"

u32 user_eax, user_ebx, user_ecx, user_edx;

u32 code_address(bool user)
{
	return (u32)(user ? USER_CODE : (ulong)user_code);
}

static const struct came *run(const u8 *code, u32 n, bool user, u32 eflags)
{
	static struct came end;
	static bool ready;
	const struct trap_frame *f = &came.frame;
	struct iret_context c = {
		.rip = USER_CODE, .cs = FLAT_USER_CS64, .rflags = eflags,
		.rsp = USER_STACK - PAGE_SIZE / 2, .ss = FLAT_USER_SS64,
		.rax = user_eax, .rcx = user_ecx,
	};

	if (!ready)
		user_init();
	ready = true;
	CHECK(HC2(stack_switch, FLAT_KERNEL_SS,
		  kernel_stack + KERNEL_STACK_SIZE), 0);
	put_code(user_code, code, n);
	if (!user)
		to_kernel(&c);
	/* The third register of the call stays as it is. */
	iret_by(&c, __HYPERVISOR_iret, user_edx, 0);
	end = (struct came){
		.vector = (u32)f->vector, .error = (u32)f->error,
		.at = (u32)f->eip, .eip = (u32)f->eip - code_address(user),
		.cs = (u32)f->cs, .eflags = (u32)f->eflags, .esp = (u32)f->esp,
		.ss = (u32)f->ss, .eax = (u32)f->eax, .ebx = (u32)f->ebx,
		.ecx = (u32)f->ecx, .edx = (u32)f->edx,
	};
	return &end;
}

const struct came *run_in_user(const u8 *code, u32 n, u32 eflags)
{
	return run(code, n, true, eflags);
}

const struct came *run_in_kernel(const u8 *code, u32 n, u32 eflags)
{
	return run(code, n, false, eflags);
}
