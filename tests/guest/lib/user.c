// SPDX-License-Identifier: GPL-2.0-only
/* Runs of user mode: see user.h. */
#include "user.h"

u8 user_code[PAGE_SIZE] __attribute__((aligned(4096)));
u8 user_stack[PAGE_SIZE] __attribute__((aligned(4096)));
u8 kernel_stack[KERNEL_STACK_SIZE] __attribute__((aligned(4096)));
struct arrival came;

static void arrive(struct trap_frame *f)
{
	came.frame = *f;
	came.at = f;
	came.mask = shared->vcpu_info[0].evtchn_upcall_mask;
	__asm__ volatile("pushf; pop %0; movw %%cs, %1; movw %%ss, %2"
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
		.rip = USER_CODE, .cs = FLAT_USER_CS,
		.rflags = X86_EFLAGS_IF | X86_EFLAGS_FIXED,
		.rsp = USER_STACK, .ss = FLAT_USER_SS,
	};
}

u32 run_user(struct code code)
{
	struct iret_context c = user_context(code);

	return iret_to(&c);
}

long register_callback(u16 type, ulong address, u16 flags)
{
	struct callback_register cb = {
		.type = type, .flags = flags, .address = callback_at(address),
	};

	return HC2(callback_op, CALLBACKOP_register, &cb);
}
