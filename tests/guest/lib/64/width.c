// SPDX-License-Identifier: GPL-2.0-only
/* Hypercalls of a 64-bit guest, and arguments that have a form of their own. */
#include "guest.h"

extern u8 hypercall_page[];

long hypercall(u32 nr, ulong a, ulong b, ulong c, ulong d, ulong e)
{
	register ulong r10 __asm__("r10") = d;
	register ulong r8 __asm__("r8") = e;
	ulong rc;

	__asm__ volatile("call *%[page]" : "=a" (rc), "+D" (a), "+S" (b),
			 "+d" (c), "+r" (r10), "+r" (r8)
			 : [page] "m" ((ulong){ (ulong)hypercall_page + nr * 32 })
			 : "rcx", "r11", "memory");
	return (long)rc;
}

long set_pte_va(const void *p, u64 value, u32 flags)
{
	return HC3(update_va_mapping, p, value, flags);
}

multicall_entry_t va_mapping_call(const void *p, u64 value)
{
	return (multicall_entry_t){
		.op = __HYPERVISOR_update_va_mapping,
		.args = { (ulong)p, value, UVMF_INVLPG },
	};
}

long set_timer_op(u64 at)
{
	return HC1(set_timer_op, at);
}

long update_descriptor(u64 at, u64 descriptor)
{
	return HC2(update_descriptor, at, descriptor);
}

xen_callback_t callback_at(ulong entry)
{
	return entry;
}

long set_kernel_callbacks(void)
{
	return HC3(set_callbacks, event_entry, failsafe_entry, 0);
}

void context_callbacks(vcpu_guest_context_t *c)
{
	c->event_callback_eip = (ulong)event_entry;
	c->failsafe_callback_eip = (ulong)failsafe_entry;
}
