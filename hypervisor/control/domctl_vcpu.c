// SPDX-License-Identifier: GPL-2.0-only
/* domctl on vCPUs: where they may run, what they did, and their context. */
#include "control/ctl.h"
#include "cpu/nmi.h"
#include "machine/smp.h"

static long set_mask(struct vcpu *v, const struct xenctl_bitmap *map,
		     bool hard)
{
	cpus_t cpus, usable;

	if (ctl_get_bitmap(map, &cpus))
		return -EFAULT;
	usable = cpus_and(cpus, smp_all());
	return hard && !cpus_any(&usable) ? -EINVAL :
	       sched_set_affinity(v, cpus, hard);
}

/*
 * Set or get the masks that are named, the hard one first, and answer with what
 * holds: as in Xen, only the last one's answer must arrive. If the soft mask
 * cannot be set, the hard one is as before.
 */
static long affinity(struct vcpu *v, const struct xen_domctl_vcpuaffinity *a,
		     bool set)
{
	const bool hard = a->flags & XEN_VCPUAFFINITY_HARD;
	const cpus_t old = sched_get_affinity(v);
	cpus_t usable;
	long rc = 0;

	if (set && (a->flags & XEN_VCPUAFFINITY_FORCE))
		sched_pin(v, -1);	/* Dom0 may have left it pinned. */
	if (hard && set)
		rc = set_mask(v, &a->cpumap_hard, true);
	if (rc)
		return rc;
	usable = cpus_and(sched_get_affinity(v), smp_all());
	if (hard)
		rc = ctl_put_bitmap(&a->cpumap_hard, usable);
	if (!(a->flags & XEN_VCPUAFFINITY_SOFT))
		return rc;
	rc = set ? set_mask(v, &a->cpumap_soft, false) : 0;
	if (rc && hard)
		sched_set_affinity(v, old, true);
	return rc ? rc : ctl_put_bitmap(&a->cpumap_soft,
		cpus_and(v->sched.soft_affinity, set ? usable : smp_all()));
}

long domctl_affinity(struct domain *d, struct xen_domctl *op)
{
	const struct xen_domctl_vcpuaffinity *a = &op->u.vcpuaffinity;
	struct vcpu *v = domain_vcpu(d, a->vcpu);

	if (!v)
		return a->vcpu < d->max_vcpus ? -ESRCH : -EINVAL;
	if (!a->flags ||
	    ((a->flags & XEN_VCPUAFFINITY_HARD) && !a->cpumap_hard.bitmap.p) ||
	    ((a->flags & XEN_VCPUAFFINITY_SOFT) && !a->cpumap_soft.bitmap.p))
		return -EINVAL;
	return affinity(v, a, op->cmd == XEN_DOMCTL_setvcpuaffinity);
}

long domctl_vcpu_info(struct domain *d, struct xen_domctl *op)
{
	struct xen_domctl_getvcpuinfo *info = &op->u.getvcpuinfo;
	const struct vcpu *v = domain_vcpu(d, info->vcpu);
	struct vcpu_runstate_info rs;

	if (!v)
		return info->vcpu < d->max_vcpus ? -ESRCH : -EINVAL;
	sched_runstate(v, &rs);
	info->online = !!(v->sched.state & VCPU_UP);
	info->blocked = !!(v->sched.state & (VCPU_BLOCKED | VCPU_POLLING));
	info->running = v->sched.running;
	info->cpu_time = rs.time[RUNSTATE_running];
	info->cpu = v->sched.cpu;
	return 0;
}

/* The whole domain is paused meanwhile, so it cannot be the caller's own. */
long domctl_context(struct domain *d, struct xen_domctl *op)
{
	struct vcpu *v = domain_vcpu(d, op->u.vcpucontext.vcpu);
	gva_t at = HANDLE(op->u.vcpucontext.ctxt);
	bool set = op->cmd == XEN_DOMCTL_setvcpucontext;
	long rc;

	if (d == current_domain() || !v)
		return -EINVAL;
	if (!set && !v->proc.initialised)
		return -ENODATA;
	if (set && d->width->is_long && errata_forbid_long_domu()) {
		log_warn("d%u: this processor does not run 64-bit DomUs safely "
			 "(option allow_unsafe)", d->id);
		return -EPERM;
	}
	domain_pause(d);
	rc = set ? vcpu_context_set(v, at) : vcpu_context_get(v, at);
	domain_unpause(d);
	return rc;
}

long domctl_trigger(struct domain *d, struct xen_domctl *op)
{
	struct vcpu *v = domain_vcpu(d, op->u.sendtrigger.vcpu);

	if (!v)
		return -ESRCH;
	switch (op->u.sendtrigger.trigger) {
	case XEN_DOMCTL_SENDTRIGGER_NMI:
		nmi_raise(v);
		return 0;
	case XEN_DOMCTL_SENDTRIGGER_POWER:
	case XEN_DOMCTL_SENDTRIGGER_SLEEP:
		return -EINVAL;		/* no ACPI buttons */
	default:
		return -ENOSYS;
	}
}

/* Callbacks of the fast system calls; the rest of the structure is empty. */
long domctl_get_ext_context(struct domain *d, struct xen_domctl *op)
{
	struct xen_domctl_ext_vcpucontext *e = &op->u.ext_vcpucontext;
	const struct vcpu *v = domain_vcpu(d, e->vcpu);
	u32 id = e->vcpu;

	if (!v || v == current_vcpu())
		return -ESRCH;
	*e = (struct xen_domctl_ext_vcpucontext){
		.vcpu = id, .size = sizeof(*e),
		.syscall32_callback_eip = v->entry.callback[CB_SYSCALL32].ip,
		.syscall32_callback_cs = v->entry.callback[CB_SYSCALL32].cs,
		.syscall32_disables_events =
			!!(v->entry.callback[CB_SYSCALL32].flags & TRAP_MASKS),
		.sysenter_callback_eip = v->entry.callback[CB_SYSENTER].ip,
		.sysenter_callback_cs = v->entry.callback[CB_SYSENTER].cs,
		.sysenter_disables_events =
			!!(v->entry.callback[CB_SYSENTER].flags & TRAP_MASKS),
	};
	return 0;
}

long domctl_set_ext_context(struct vcpu *v, struct xen_domctl *op)
{
	const struct xen_domctl_ext_vcpucontext *e = &op->u.ext_vcpucontext;
	u64 mask = v->d->width->long_mask;

	if (e->size < offsetof(struct xen_domctl_ext_vcpucontext, mcg_cap) ||
	    !cpu_canonical(e->syscall32_callback_eip) ||
	    !cpu_canonical(e->sysenter_callback_eip))
		return -EINVAL;
	vcpu_set_callback(v, CB_SYSCALL32, e->syscall32_callback_cs,
			  e->syscall32_callback_eip & mask,
			  e->syscall32_disables_events);
	vcpu_set_callback(v, CB_SYSENTER, e->sysenter_callback_cs,
			  e->sysenter_callback_eip & mask,
			  e->sysenter_disables_events);
	return 0;
}
