// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hypercall table, multicall, and the continuation of long calls.
 *
 * A call that has to stop puts the rest of its work into its own arguments;
 * the guest is sent back to its int 0x82 and makes the call again. Whatever
 * the guest does with those registers meanwhile, they are checked as if they
 * were new. A multicall stops between entries and, for a long entry, writes
 * the changed arguments back into it.
 */
#include <xen/xen.h>
#include "ctl.h"
#include "domain.h"
#include "errno.h"
#include "evtchn.h"
#include "grant.h"
#include "guest.h"
#include "hypercall.h"
#include "lib.h"
#include "log.h"
#include "pv.h"
#include "sched.h"
#include "vcpu.h"

#define INT_SIZE	2	/* cd 82 */
#define ENTRY_LONGS	(2 + HYPERCALL_ARGS)	/* operation, result, args */

static long hc_set_trap_table(u64 a[])
{
	return pv_set_trap_table(a[0]);
}

static long hc_mmu_update(u64 a[])
{
	return pv_mmu_update(a);
}

static long hc_set_gdt(u64 a[])
{
	return pv_set_gdt(a[0], (u32)a[1]);
}

static long hc_stack_switch(u64 a[])
{
	return pv_stack_switch((u32)a[0], a[1]);
}

static long hc_set_callbacks(u64 a[])
{
	return pv_set_callbacks(a);
}

static long hc_fpu_taskswitch(u64 a[])
{
	return pv_fpu_taskswitch(a[0]);
}

static long hc_set_debugreg(u64 a[])
{
	return pv_set_debugreg((u32)a[0], a[1]);
}

static long hc_get_debugreg(u64 a[])
{
	return pv_get_debugreg((u32)a[0]);
}

static long hc_update_descriptor(u64 a[])
{
	return pv_update_descriptor(a[1] << 32 | a[0], a[3] << 32 | a[2]);
}

static long hc_update_va_mapping(u64 a[])
{
	return pv_update_va_mapping(a[0], a[2] << 32 | a[1], a[3]);
}

static long hc_set_timer_op(u64 a[])
{
	return set_timer_op(a[1] << 32 | a[0]);
}

static long hc_xen_version(u64 a[])
{
	return version_op((u32)a[0], a[1]);
}

static long hc_vm_assist(u64 a[])
{
	return pv_vm_assist((u32)a[0], (u32)a[1]);
}

static long hc_iret(u64 a[])
{
	(void)a;
	return pv_iret();
}

static long hc_vcpu_op(u64 a[])
{
	return vcpu_op((u32)a[0], (u32)a[1], a[2]);
}

static long hc_sched_op(u64 a[])
{
	return sched_op((u32)a[0], a[1]);
}

static long hc_callback_op(u64 a[])
{
	return pv_callback_op((u32)a[0], a[1]);
}

static long hc_event_channel_op(u64 a[])
{
	return evtchn_op((u32)a[0], a[1]);
}

static long hc_physdev_op(u64 a[])
{
	return physdev_op((u32)a[0], a[1]);
}

static long hc_platform_op(u64 a[])
{
	return platform_op(a[0]);
}

static long hc_multicall(u64 a[]);

/* __HYPERVISOR_* of xen.h; what is not here gives -ENOSYS. */
static const hypercall_fn table[] = {
	[__HYPERVISOR_set_trap_table]		= hc_set_trap_table,
	[__HYPERVISOR_mmu_update]		= hc_mmu_update,
	[__HYPERVISOR_set_gdt]			= hc_set_gdt,
	[__HYPERVISOR_stack_switch]		= hc_stack_switch,
	[__HYPERVISOR_set_callbacks]		= hc_set_callbacks,
	[__HYPERVISOR_fpu_taskswitch]		= hc_fpu_taskswitch,
	[__HYPERVISOR_platform_op]		= hc_platform_op,
	[__HYPERVISOR_set_debugreg]		= hc_set_debugreg,
	[__HYPERVISOR_get_debugreg]		= hc_get_debugreg,
	[__HYPERVISOR_update_descriptor]	= hc_update_descriptor,
	[__HYPERVISOR_memory_op]		= memory_op,
	[__HYPERVISOR_multicall]		= hc_multicall,
	[__HYPERVISOR_update_va_mapping]	= hc_update_va_mapping,
	[__HYPERVISOR_set_timer_op]		= hc_set_timer_op,
	[__HYPERVISOR_xen_version]		= hc_xen_version,
	[__HYPERVISOR_console_io]		= console_io,
	[__HYPERVISOR_grant_table_op]		= grant_table_op,
	[__HYPERVISOR_vm_assist]		= hc_vm_assist,
	[__HYPERVISOR_iret]			= hc_iret,
	[__HYPERVISOR_vcpu_op]			= hc_vcpu_op,
	[__HYPERVISOR_mmuext_op]		= pv_mmuext_op,
	[__HYPERVISOR_sched_op]			= hc_sched_op,
	[__HYPERVISOR_callback_op]		= hc_callback_op,
	[__HYPERVISOR_event_channel_op]		= hc_event_channel_op,
	[__HYPERVISOR_physdev_op]		= hc_physdev_op,
	[__HYPERVISOR_sysctl]			= sysctl,
	[__HYPERVISOR_domctl]			= domctl,
};

static hypercall_fn lookup(u64 nr)
{
	return nr < ARRAY_SIZE(table) ? table[nr] : NULL;
}

/*
 * One entry. An entry that is itself a multicall, or an iret (after which the
 * caller's privilege is no longer known), is refused.
 */
static long multicall_entry(gva_t at)
{
	u32 size = current_domain()->abi->long_size;
	u64 entry[ENTRY_LONGS], *args = &entry[2], op;
	hypercall_fn fn;
	long rc;

	if (abi_get_longs(at, entry, ENTRY_LONGS))
		return -EFAULT;
	op = entry[0];
	fn = lookup(op);
	if (!fn || op == __HYPERVISOR_multicall || op == __HYPERVISOR_iret)
		rc = -ENOSYS;
	else
		do
			rc = fn(args);
		while (rc == -ERESTART && !sched_preempt_needed());
	if (rc == -ERESTART)
		return abi_put_longs(gva_index(at, 2, size), args,
				     HYPERCALL_ARGS) ? -EFAULT : -ERESTART;
	return abi_put_longs(gva_index(at, 1, size), &(u64){ (u64)rc }, 1);
}

static long hc_multicall(u64 a[])
{
	const struct domain *d = current_domain();
	u64 size = ENTRY_LONGS * d->abi->long_size;
	long rc = 0;

	while (a[1] && !rc) {
		rc = multicall_entry(gva(a[0]));
		if (rc)
			break;
		a[0] += size;
		a[1]--;
		if (d->crashed || d->shut_down)
			break;
		if (a[1] && sched_preempt_needed())
			rc = -ERESTART;
	}
	return rc;
}

void hypercall_entry(struct regs *r)
{
	u64 a[HYPERCALL_ARGS] = {
		(u32)r->bx, (u32)r->cx, (u32)r->dx, (u32)r->si, (u32)r->di,
		(u32)r->bp
	};
	u64 nr = (u32)r->ax;
	hypercall_fn fn = lookup(nr);
	long rc;

	if (!fn) {
		log_debug("hypercall %lu is not known", nr);
		r->ax = (u32)-ENOSYS;
		return;
	}
	rc = fn(a);
	domain_reap();
	if (log_news())
		evtchn_send_global_virq(VIRQ_CON_RING);
	if (nr == __HYPERVISOR_iret)
		return;			/* it has set all registers */
	if (rc != -ERESTART) {
		r->ax = (u32)rc;
		return;
	}
	r->ip -= INT_SIZE;
	r->bx = (u32)a[0];
	r->cx = (u32)a[1];
	r->dx = (u32)a[2];
	r->si = (u32)a[3];
	r->di = (u32)a[4];
}

/* 128 slots of 32 bytes: mov $nr, %eax; int $0x82; ret. */
void hypercall_page_fill(u8 *page)
{
	u32 i;
	u8 *p;

	memset(page, 0xcc, PAGE_SIZE);
	for (i = 0; i < PAGE_SIZE / 32; i++) {
		p = page + i * 32;
		if (i == __HYPERVISOR_iret)
			*p++ = 0x50;	/* push %eax: part of the frame */
		*p++ = 0xb8;
		memcpy(p, &i, 4);
		p += 4;
		*p++ = 0xcd;
		*p++ = 0x82;
		*p = 0xc3;
	}
}
