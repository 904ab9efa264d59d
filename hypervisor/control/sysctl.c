// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysctl (xen/sysctl.h): operations of the privileged domain on the machine as
 * a whole. The structure's layout is the same for all guests.
 */
#include "control/ctl.h"
#include "control/keys.h"
#include "hypercalls.h"
#include "machine/log.h"

#define RATE_LIMIT_US	500	/* PREEMPT_LEAD of the scheduler */
#define MAX_DEBUG_KEYS	32u

_Static_assert(sizeof(struct xen_sysctl) == 136, "public ABI, any bitness");
_Static_assert(offsetof(struct xen_sysctl, u) == 8, "public ABI");

static long do_readconsole(struct xen_sysctl *op)
{
	struct xen_sysctl_readconsole *r = &op->u.readconsole;
	gva_t to = gva((u64)r->buffer.p);
	u64 at = log_first();
	char piece[256];
	u32 done = 0;
	size_t n;

	if (r->incremental)
		at = log_position(r->index);
	while (done < r->count) {
		n = log_read(&at, piece, MIN(r->count - done, sizeof(piece)));
		if (!n)
			break;
		if (guest_write(gva(to.a + done), piece, n))
			return -EFAULT;
		done += (u32)n;
	}
	if (r->clear)
		log_clear(at);
	r->count = done;
	r->index = (u32)at;
	return 0;
}

static long do_sched_id(struct xen_sysctl *op)
{
	op->u.sched_id.sched_id = XEN_SCHEDULER_CREDIT2;
	return 0;
}

static long do_scheduler(struct xen_sysctl *op)
{
	struct xen_sysctl_scheduler_op *s = &op->u.scheduler_op;

	if (s->cpupool_id)
		return -ESRCH;
	if (s->sched_id != XEN_SCHEDULER_CREDIT2)
		return -EINVAL;
	if (s->cmd == XEN_SYSCTL_SCHEDOP_getinfo) {
		s->u.sched_credit2.ratelimit_us = RATE_LIMIT_US;
		return 0;
	}
	/* The limit cannot be changed. */
	return s->cmd == XEN_SYSCTL_SCHEDOP_putinfo &&
	       s->u.sched_credit2.ratelimit_us == RATE_LIMIT_US ? 0 : -EINVAL;
}

static long do_list(struct xen_sysctl *op)
{
	struct xen_sysctl_getdomaininfolist *l = &op->u.getdomaininfolist;
	struct xen_domctl_getdomaininfo info;
	struct domain *d;
	u32 id = l->first_domain, n;

	for (n = 0; n < l->max_domains; n++) {
		d = domain_get_from(id);
		if (!d)
			break;
		domain_info(d, &info);
		id = d->id + 1;
		domain_put(d);
		if (guest_write(gva((u64)(l->buffer.p + n)), &info,
				sizeof(info)))
			return -EFAULT;
	}
	l->num_domains = n;
	return 0;
}

static long do_debug_keys(struct xen_sysctl *op)
{
	const struct xen_sysctl_debug_keys *k = &op->u.debug_keys;
	u32 i;
	char c;

	for (i = 0; i < MIN(k->nr_keys, MAX_DEBUG_KEYS); i++) {
		if (guest_read(&c, gva((u64)(k->keys.p + i)), 1))
			return -EFAULT;
		keys_handle(c);
	}
	return 0;
}

static long do_levelling(struct xen_sysctl *op)
{
	op->u.cpu_levelling_caps.caps = 0;
	return 0;
}

static long (*const ops[])(struct xen_sysctl *op) = {
	[XEN_SYSCTL_readconsole]		= do_readconsole,
	[XEN_SYSCTL_physinfo]			= sysctl_physinfo,
	[XEN_SYSCTL_sched_id]			= do_sched_id,
	[XEN_SYSCTL_getdomaininfolist]		= do_list,
	[XEN_SYSCTL_debug_keys]			= do_debug_keys,
	[XEN_SYSCTL_getcpuinfo]			= sysctl_cpu_info,
	[XEN_SYSCTL_availheap]			= sysctl_heap,
	[XEN_SYSCTL_cputopoinfo]		= sysctl_cpu_topology,
	[XEN_SYSCTL_numainfo]			= sysctl_numa,
	[XEN_SYSCTL_cpupool_op]			= sysctl_cpupool,
	[XEN_SYSCTL_scheduler_op]		= do_scheduler,
	[XEN_SYSCTL_get_cpu_levelling_caps]	= do_levelling,
	[XEN_SYSCTL_get_cpu_featureset]		= sysctl_cpu_features,
	[XEN_SYSCTL_get_cpu_policy]		= sysctl_cpu_policy,
};

static long dispatch(struct xen_sysctl *op)
{
	switch (op->cmd) {
	case XEN_SYSCTL_cpu_hotplug:
	case XEN_SYSCTL_pcitopoinfo:
	case XEN_SYSCTL_psr_cmt_op:
	case XEN_SYSCTL_psr_alloc:
		return -EOPNOTSUPP;
	default:
		break;
	}
	if (op->cmd >= ARRAY_SIZE(ops) || !ops[op->cmd])
		return -ENOSYS;
	return ops[op->cmd](op);
}

long do_sysctl(u64 a[])
{
	struct xen_sysctl op;
	long rc;

	if (guest_read(&op, gva(a[0]), sizeof(op)))
		return -EFAULT;
	if (op.interface_version != XEN_SYSCTL_INTERFACE_VERSION)
		return -EACCES;
	if (!current_domain()->privileged)
		return -EPERM;
	rc = dispatch(&op);
	if ((!rc || rc == -ENOBUFS) && guest_write(gva(a[0]), &op, sizeof(op)))
		return -EFAULT;
	return rc;
}
