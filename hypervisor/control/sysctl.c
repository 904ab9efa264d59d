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

_Static_assert(sizeof(struct xen_sysctl) == 136, "public ABI, any bitness");
_Static_assert(offsetof(struct xen_sysctl, u) == 8, "public ABI");

static long do_readconsole(struct xen_sysctl *op)
{
	struct xen_sysctl_readconsole *r = &op->u.readconsole;
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
		if (guest_write(gva((u64)r->buffer.p + done), piece, n))
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

	if (s->cpupool_id && s->cmd <= XEN_SYSCTL_SCHEDOP_getinfo)
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
	DOMAIN_REF(d) = domain_get_from(l->first_domain);
	u32 n;

	for (n = 0; d && n < l->max_domains; d = domain_next(d), n++) {
		domain_info(d, &info);
		if (ctl_put(l->buffer, n, &info))
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

	for (i = 0; i < k->nr_keys; i++) {
		if (ctl_get(k->keys, i, &c))
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

#define REFUSED(name, error)	[XEN_SYSCTL_##name] = { NULL, -(error) }

static const struct sysctl {
	sysctl_fn *fn;
	int error;		/* of one that is refused; 0: -ENOSYS */
} ops[] = {
	[XEN_SYSCTL_readconsole]		= { do_readconsole },
	[XEN_SYSCTL_physinfo]			= { sysctl_physinfo },
	[XEN_SYSCTL_sched_id]			= { do_sched_id },
	[XEN_SYSCTL_getdomaininfolist]		= { do_list },
	[XEN_SYSCTL_debug_keys]			= { do_debug_keys },
	[XEN_SYSCTL_getcpuinfo]			= { sysctl_cpu_info },
	[XEN_SYSCTL_availheap]			= { sysctl_heap },
	[XEN_SYSCTL_cputopoinfo]		= { sysctl_cpu_topology },
	[XEN_SYSCTL_numainfo]			= { sysctl_numa },
	[XEN_SYSCTL_pcitopoinfo]		= { sysctl_pci_topology },
	[XEN_SYSCTL_cpupool_op]			= { sysctl_cpupool },
	[XEN_SYSCTL_scheduler_op]		= { do_scheduler },
	[XEN_SYSCTL_get_cpu_levelling_caps]	= { do_levelling },
	[XEN_SYSCTL_get_cpu_featureset]		= { sysctl_cpu_features },
	[XEN_SYSCTL_get_cpu_policy]		= { sysctl_cpu_policy },
	REFUSED(cpu_hotplug, EOPNOTSUPP), REFUSED(coverage_op, EOPNOTSUPP),
	REFUSED(psr_cmt_op, EOPNOTSUPP), REFUSED(psr_alloc, EOPNOTSUPP),
	/* xenpm takes any other error for a machine that has statistics. */
	REFUSED(get_pmstat, ENODEV), REFUSED(pm_op, ENODEV),
};

long do_sysctl(u64 a[])
{
	const struct sysctl *o;
	struct xen_sysctl op;
	long rc = ctl_begin(a[0], &op, sizeof(op), XEN_SYSCTL_INTERFACE_VERSION);

	if (rc)
		return rc;
	o = &ops[op.cmd < ARRAY_SIZE(ops) ? op.cmd : 0];
	if (!o->fn)
		return o->error ? o->error : -ENOSYS;
	rc = o->fn(&op);
	if ((!rc || rc == -ENOBUFS) && guest_write(gva(a[0]), &op, sizeof(op)))
		return -EFAULT;
	return rc;
}
