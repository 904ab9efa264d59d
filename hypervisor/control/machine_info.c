// SPDX-License-Identifier: GPL-2.0-only
/*
 * sysctl about the machine: the tools see one node with all memory, one socket
 * with all CPUs, and one pool.
 */
#include "control/ctl.h"
#include "machine/boot.h"

#define LOCAL_DISTANCE	10u
/* As on Xen, whatever the machine: the tools size their sets of nodes by it. */
#define MAX_NODE_ID	63u
#define MAX_DEVICES	64u	/* that one call answers for */

long sysctl_physinfo(struct xen_sysctl *op)
{
	struct xen_sysctl_physinfo *p = &op->u.physinfo;
	u32 i;

	*p = (struct xen_sysctl_physinfo){
		.threads_per_core = 1, .cores_per_socket = cpu_count,
		.nr_cpus = cpu_count, .max_cpu_id = cpu_count - 1,
		.nr_nodes = 1, .max_node_id = MAX_NODE_ID,
		.cpu_khz = (u32)(tsc_scale.hz / 1000),
		.capabilities = XEN_SYSCTL_PHYSCAP_pv |
				XEN_SYSCTL_PHYSCAP_gnttab_v1,
		.total_pages = frames_total, .free_pages = frames_free(),
		.outstanding_pages = frames_claimed(),
		.max_mfn = frame_count - 1,
	};
	if (boot_flag(UNSAFE_PASSTHROUGH, false))
		p->capabilities |= XEN_SYSCTL_PHYSCAP_directio;
	for (i = 0; i < ARRAY_SIZE(p->hw_cap); i++)
		p->hw_cap[i] = sysctl_feature_word(i);
	return 0;
}

long sysctl_cpu_topology(struct xen_sysctl *op)
{
	struct xen_sysctl_cputopoinfo *t = &op->u.cputopoinfo;
	struct xen_sysctl_cputopo one = { 0 };
	u32 n = t->cputopo.p ? MIN(cpu_count, t->num_cpus) : cpu_count, i;

	for (i = 0; t->cputopo.p && i < n; i++) {
		one.core = i;
		if (ctl_put(t->cputopo, i, &one))
			return -EFAULT;
	}
	t->num_cpus = n;
	return 0;
}

long sysctl_numa(struct xen_sysctl *op)
{
	struct xen_sysctl_numainfo *n = &op->u.numainfo;
	const struct xen_sysctl_meminfo memory = {
		frames_total << PAGE_SHIFT, frames_free() << PAGE_SHIFT
	};
	const u32 distance = LOCAL_DISTANCE;

	if ((n->meminfo.p || n->distance.p) && !n->num_nodes)
		return 0;
	if ((n->meminfo.p && ctl_put(n->meminfo, 0, &memory)) ||
	    (n->distance.p && ctl_put(n->distance, 0, &distance)))
		return -EFAULT;
	n->num_nodes = 1;
	return 0;
}

/* No device has a node of its own. The tools repeat the call for further devices. */
long sysctl_pci_topology(struct xen_sysctl *op)
{
	struct xen_sysctl_pcitopoinfo *t = &op->u.pcitopoinfo;
	const u32 node = XEN_INVALID_NODE_ID;
	physdev_pci_device_t unused;
	u32 i;

	if (!t->devs.p || !t->nodes.p)
		return -EINVAL;
	t->num_devs = MIN(t->num_devs, MAX_DEVICES);
	for (i = 0; i < t->num_devs; i++)
		if (ctl_get(t->devs, i, &unused) || ctl_put(t->nodes, i, &node))
			return -EFAULT;
	return 0;
}

long sysctl_cpu_info(struct xen_sysctl *op)
{
	struct xen_sysctl_getcpuinfo *info = &op->u.getcpuinfo;
	struct xen_sysctl_cpuinfo one;
	u32 i, n = MIN(info->max_cpus, cpu_count);

	for (i = 0; i < n; i++) {
		one.idletime = sched_idle_time(i);
		if (ctl_put(info->info, i, &one))
			return -EFAULT;
	}
	info->nr_cpus = n;
	return 0;
}

static u32 count_domains(void)
{
	struct domain *d;
	u32 n = 0;

	for (d = domain_get_from(0); d; d = domain_next(d))
		n++;
	return n;
}

static long move_domain(u32 id, u32 pool)
{
	DOMAIN_REF(d) = domain_get_any(id);

	return !d ? -ESRCH : d == current_domain() ? -EPERM : pool ? -ENOENT : 0;
}

/* One pool, number 0, with all CPUs and all domains. */
long sysctl_cpupool(struct xen_sysctl *op)
{
	struct xen_sysctl_cpupool_op *p = &op->u.cpupool_op;

	switch (p->op) {
	case XEN_SYSCTL_CPUPOOL_OP_INFO:
		if (p->cpupool_id)
			return -ENOENT;
		p->sched_id = XEN_SCHEDULER_CREDIT2;
		p->n_dom = count_domains();
		return ctl_put_bitmap(&p->cpumap, cpus_below(cpu_count));
	case XEN_SYSCTL_CPUPOOL_OP_FREEINFO:
		return ctl_put_bitmap(&p->cpumap, cpus_below(0));
	case XEN_SYSCTL_CPUPOOL_OP_MOVEDOMAIN:
		return move_domain(p->domid, p->cpupool_id);
	default:
		log_warn("Pool-0 is the only cpupool, and has all processors");
		return -EOPNOTSUPP;
	}
}

/* Free memory of any address width, unless the limit leaves no page. */
long sysctl_heap(struct xen_sysctl *op)
{
	struct xen_sysctl_availheap *h = &op->u.availheap;
	bool any = (!h->node || h->node == -1) &&
		   (!h->max_bitwidth || h->max_bitwidth > PAGE_SHIFT);

	h->avail_bytes = any ? frames_free() << PAGE_SHIFT : 0;
	return 0;
}
