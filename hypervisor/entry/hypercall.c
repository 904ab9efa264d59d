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
#include "cpu/callbacks.h"
#include "cpu/descriptors.h"
#include "cpu/processor.h"
#include "cpu/vcpu.h"
#include "domain/domain.h"
#include "entry/compat.h"
#include "entry/hypercall.h"
#include "errno.h"
#include "event/evtchn.h"
#include "grant/grant.h"
#include "guest/guest.h"
#include "lib/lib.h"
#include "machine/log.h"
#include "mmu/mmu.h"
#include "sched/sched.h"

#define INT_SIZE	2	/* cd 82 */
#define ENTRY_LONGS	(2 + HYPERCALL_ARGS)	/* operation, result, args */

static long hc_multicall(u64 a[]);

/* Xen's answer where its option does not enable the hypercall. */
static long hc_switched_off(u64 a[])
{
	(void)a;
	return -EOPNOTSUPP;
}

/* __HYPERVISOR_* of xen.h; what is not here gives -ENOSYS. */
static const hypercall_fn table[] = {
	[__HYPERVISOR_set_trap_table]		= pv_set_trap_table,
	[__HYPERVISOR_mmu_update]		= pv_mmu_update,
	[__HYPERVISOR_set_gdt]			= pv_set_gdt,
	[__HYPERVISOR_stack_switch]		= pv_stack_switch,
	[__HYPERVISOR_set_callbacks]		= pv_set_callbacks,
	[__HYPERVISOR_fpu_taskswitch]		= pv_fpu_taskswitch,
	[__HYPERVISOR_sched_op_compat]		= pv_sched_op_compat,
	[__HYPERVISOR_platform_op]		= platform_op,
	[__HYPERVISOR_set_debugreg]		= pv_set_debugreg,
	[__HYPERVISOR_get_debugreg]		= pv_get_debugreg,
	[__HYPERVISOR_update_descriptor]	= pv_update_descriptor,
	[__HYPERVISOR_memory_op]		= memory_op,
	[__HYPERVISOR_multicall]		= hc_multicall,
	[__HYPERVISOR_update_va_mapping]	= pv_update_va_mapping,
	[__HYPERVISOR_update_va_mapping_otherdomain] =
		pv_update_va_mapping_otherdomain,
	[__HYPERVISOR_set_timer_op]		= set_timer_op,
	[__HYPERVISOR_event_channel_op_compat]	= pv_event_channel_op_compat,
	[__HYPERVISOR_xen_version]		= version_op,
	[__HYPERVISOR_console_io]		= console_io,
	[__HYPERVISOR_physdev_op_compat]	= pv_physdev_op_compat,
	[__HYPERVISOR_grant_table_op]		= grant_table_op,
	[__HYPERVISOR_vm_assist]		= pv_vm_assist,
	[__HYPERVISOR_iret]			= pv_iret,
	[__HYPERVISOR_vcpu_op]			= vcpu_op,
	[__HYPERVISOR_mmuext_op]		= pv_mmuext_op,
	[__HYPERVISOR_nmi_op]			= pv_nmi_op,
	[__HYPERVISOR_sched_op]			= sched_op,
	[__HYPERVISOR_callback_op]		= pv_callback_op,
	[__HYPERVISOR_event_channel_op]		= evtchn_op,
	[__HYPERVISOR_physdev_op]		= physdev_op,
	[__HYPERVISOR_sysctl]			= sysctl,
	[__HYPERVISOR_domctl]			= domctl,
	[__HYPERVISOR_xenpmu_op]		= hc_switched_off,
};

static hypercall_fn lookup(u64 nr)
{
	return nr < ARRAY_SIZE(table) ? table[nr] : NULL;
}

static int put_result(gva_t entry, long rc)
{
	u32 size = current_domain()->abi->long_size;

	return abi_put_longs(gva_index(entry, 1, size), &(u64){ (u64)rc }, 1);
}

/* The result is the EAX that iret loaded, even if the entry is not writable. */
static long multicall_iret(gva_t entry)
{
	pv_iret(NULL);
	put_result(entry, (long)this_block()->guest.ax);
	return (u32)this_block()->guest.ax;
}

/* One entry; 'left': an iret, after which the list must not go on. */
static long multicall_entry(gva_t at, bool *left)
{
	u32 size = current_domain()->abi->long_size;
	u64 entry[ENTRY_LONGS], *args = &entry[2];
	hypercall_fn fn;
	long rc;

	if (abi_get_longs(at, entry, ENTRY_LONGS))
		return -EFAULT;
	fn = lookup(entry[0]);
	*left = entry[0] == __HYPERVISOR_iret;
	if (*left)
		return multicall_iret(at);
	if (!fn)
		rc = -ENOSYS;
	else if (fn == hc_multicall)
		rc = -EINVAL;
	else
		do
			rc = fn(args);
		while (rc == -ERESTART && !sched_preempt_needed());
	if (rc == -ERESTART)
		return abi_put_longs(gva_index(at, 2, size), args,
				     HYPERCALL_ARGS) ? -EFAULT : -ERESTART;
	return put_result(at, rc);
}

static long hc_multicall(u64 a[])
{
	const struct domain *d = current_domain();
	u64 size = ENTRY_LONGS * d->abi->long_size;
	bool left = false;
	long rc = 0;

	while (a[1] && !rc) {
		rc = multicall_entry(gva(a[0]), &left);
		if (rc || left)
			break;
		a[0] += size;
		a[1]--;
		if (d->life.crashed || d->life.shut_down)
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
