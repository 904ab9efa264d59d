// SPDX-License-Identifier: GPL-2.0-only
/* getdomaininfo, and what domctl and sysctl share. */
#include "control/ctl.h"

#define MAX_BITMAP_BYTES	4096u

int ctl_begin(u64 at, void *op, u32 size, u32 version)
{
	if (guest_read(op, gva(at), size))
		return -EFAULT;
	if (((const u32 *)op)[1] != version)
		return -EACCES;
	return current_domain()->privileged ? 0 : -EPERM;
}

int ctl_get_bitmap(const struct xenctl_bitmap *from, cpus_t *set)
{
	u32 bits = MIN(from->nr_bits, (u32)MAX_CPUS);

	*set = cpus_below(0);
	if (guest_read(set, HANDLE(from->bitmap), DIV_ROUND_UP(bits, 8)))
		return -EFAULT;
	*set = cpus_and(*set, cpus_below(bits));
	return 0;
}

int ctl_put_bitmap(const struct xenctl_bitmap *to, cpus_t set)
{
	u32 n = MIN(DIV_ROUND_UP(to->nr_bits, 8), MAX_BITMAP_BYTES), i;
	u8 byte;

	for (i = 0; i < n; i++) {
		byte = i < sizeof(set) ? ((const u8 *)&set)[i] : 0;
		if (guest_write(gva((u64)to->bitmap.p + i), &byte, 1))
			return -EFAULT;
	}
	return 0;
}

/* Add one vCPU to the domain's flags and sums. */
static u32 add_vcpu(const struct vcpu *v, u32 flags,
		    struct xen_domctl_getdomaininfo *to)
{
	struct vcpu_runstate_info rs;

	sched_runstate(v, &rs);
	to->cpu_time += rs.time[RUNSTATE_running];
	to->max_vcpu_id = v->id;
	if (!(v->sched.state & VCPU_UP))
		return flags;
	to->nr_online_vcpus++;
	if (!(v->sched.state & (VCPU_BLOCKED | VCPU_POLLING)))
		flags &= ~(u32)XEN_DOMINF_blocked;
	return v->sched.running ? flags | XEN_DOMINF_running : flags;
}

/* The tools see a shutdown only after all vCPUs have stopped. */
static u32 domain_flags(const struct domain *d)
{
	u32 flags = 0;

	if (d->life.is_dying == DOMAIN_DEAD)
		flags |= XEN_DOMINF_dying;
	if (d->life.shut_down && domain_stopped(d))
		flags |= XEN_DOMINF_shutdown;
	if (d->life.pause_count)
		flags |= XEN_DOMINF_paused;
	return flags | d->life.shutdown_code << XEN_DOMINF_shutdownshift;
}

void domain_info(const struct domain *d, struct xen_domctl_getdomaininfo *to)
{
	u32 flags = XEN_DOMINF_blocked;
	const struct vcpu *v;

	memset(to, 0, sizeof(*to));
	to->domain = (domid_t)d->id;
	to->max_vcpu_id = XEN_INVALID_MAX_VCPU_ID;
	domain_for_each_vcpu(d, v)
		flags = add_vcpu(v, flags, to);
	to->flags = domain_flags(d) | (to->nr_online_vcpus ? flags : 0);
	to->tot_pages = d->mem.tot_pages;
	to->max_pages = d->mem.max_pages;
	to->outstanding_pages = d->mem.claim;
	to->shared_info_frame = d->shared_frame.n;
	memcpy(to->handle, d->handle, sizeof(d->handle));
}
