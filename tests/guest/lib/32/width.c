// SPDX-License-Identifier: GPL-2.0-only
/* Hypercalls of a 32-bit guest, and arguments that have a form of their own. */
#include "guest.h"

extern u8 hypercall_page[];

long hypercall(u32 nr, ulong a, ulong b, ulong c, ulong d, ulong e)
{
	ulong rc;

	__asm__ volatile("call *%[page]" : "=a" (rc), "+b" (a), "+c" (b),
			 "+d" (c), "+S" (d), "+D" (e)
			 : [page] "m" ((ulong){ (ulong)hypercall_page + nr * 32 })
			 : "memory");
	return (long)rc;
}

long set_pte_va(const void *p, u64 value, u32 flags)
{
	return HC4(update_va_mapping, p, value, value >> 32, flags);
}

multicall_entry_t va_mapping_call(const void *p, u64 value)
{
	return (multicall_entry_t){
		.op = __HYPERVISOR_update_va_mapping,
		.args = { (ulong)p, (ulong)value, (ulong)(value >> 32), UVMF_INVLPG },
	};
}

long set_timer_op(u64 at)
{
	return HC2(set_timer_op, at, at >> 32);
}

long update_descriptor(u64 at, u64 descriptor)
{
	return HC4(update_descriptor, at, at >> 32, descriptor,
		   descriptor >> 32);
}

xen_callback_t callback_at(ulong entry)
{
	return (xen_callback_t){ FLAT_KERNEL_CS, entry };
}

long set_kernel_callbacks(void)
{
	return HC4(set_callbacks, FLAT_KERNEL_CS, event_entry, FLAT_KERNEL_CS,
		   failsafe_entry);
}

void context_callbacks(vcpu_guest_context_t *c)
{
	c->event_callback_cs = c->failsafe_callback_cs = FLAT_KERNEL_CS;
	c->event_callback_eip = (ulong)event_entry;
	c->failsafe_callback_eip = (ulong)failsafe_entry;
}
