// SPDX-License-Identifier: GPL-2.0-only
/* Other vCPUs of a test guest, on the address space of the first. */
#include "guest.h"

#define WAIT_MS		20000u

void vcpu_context(vcpu_guest_context_t *c, void (*entry)(void), void *stack_end)
{
	memset(c, 0, sizeof(*c));
	c->flags = VGCF_in_kernel;
	c->user_regs.eip = (ulong)entry;
	c->user_regs.cs = FLAT_KERNEL_CS;
	c->user_regs.ss = c->kernel_ss = FLAT_KERNEL_SS;
	c->user_regs.ds = c->user_regs.es = FLAT_KERNEL_DS;
	c->user_regs.esp = c->kernel_sp = (ulong)stack_end;
	c->user_regs.eflags = X86_EFLAGS_IF | X86_EFLAGS_FIXED;
	c->ctrlreg[3] = xen_pfn_to_cr3(va_mfn((void *)start_info->pt_base));
	context_callbacks(c);
}

void vcpu_start(u32 id, const vcpu_guest_context_t *c)
{
	shared->vcpu_info[id].evtchn_upcall_mask = 1;
	CHECK(HC3(vcpu_op, VCPUOP_initialise, id, c), 0);
	CHECK(HC3(vcpu_op, VCPUOP_up, id, 0), 0);
}

void vcpu_run(u32 id, void (*entry)(void), void *stack_end)
{
	static vcpu_guest_context_t context;

	vcpu_context(&context, entry, stack_end);
	vcpu_start(id, &context);
}

void vcpu_down(u32 id)
{
	for (;;)
		HC3(vcpu_op, VCPUOP_down, id, 0);
}

bool vcpu_wait(const volatile u32 *what, u32 value)
{
	u64 end = time_now() + WAIT_MS * NS_PER_MS;

	while (*what != value && time_now() < end)
		HC2(sched_op, SCHEDOP_yield, 0);
	return *what == value;
}

bool vcpu_wait_change(const volatile u32 *what, u32 value)
{
	u64 end = time_now() + WAIT_MS * NS_PER_MS;

	while (*what == value && time_now() < end)
		HC2(sched_op, SCHEDOP_yield, 0);
	return *what != value;
}
