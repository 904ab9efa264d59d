// SPDX-License-Identifier: GPL-2.0-only
/*
 * domctl (xen/domctl.h): operations of the privileged domain on others. This
 * file has the table of operations, and those that create, pause, limit and
 * destroy a domain; other files have the others. The structure's layout is
 * the same for all guests; the memory that its handles point to may differ.
 *
 * The domctl lock admits one operation at a time. An operation that stops
 * half-way is restarted with its unchanged structure, and skips what it has
 * done.
 */
#include "control/ctl.h"
#include "grant/grant.h"
#include "hypercalls.h"
#include "machine/boot.h"

_Static_assert(sizeof(struct xen_domctl) == 144, "public ABI, any bitness");
_Static_assert(offsetof(struct xen_domctl, u) == 16, "public ABI");

static struct spinlock domctl_lock = SPINLOCK(LOCK_DOMCTL);

/* A number that no domain has, after the one chosen last; 0: none. */
static u32 choose_id(void)
{
	static u32 last;
	u32 i;

	for (i = 0; i < DOMID_FIRST_RESERVED; i++) {
		last = last + 1 < DOMID_FIRST_RESERVED ? last + 1 : 1;
		if (!domain_exists(last))
			return last;
	}
	return 0;
}

static bool config_ok(const struct xen_domctl_createdomain *c)
{
	u32 flags = XEN_DOMCTL_CDF_xs_domain;

	if (boot_flag(UNSAFE_PASSTHROUGH, false))
		flags |= XEN_DOMCTL_CDF_iommu;
	return !(c->flags & ~flags) &&
	       (!c->iommu_opts || (c->flags & XEN_DOMCTL_CDF_iommu)) &&
	       c->max_vcpus && c->max_vcpus <= MAX_DOMAIN_VCPUS &&
	       !c->vmtrace_size && !c->cpupool_id &&
	       !c->arch.emulation_flags &&
	       !(c->arch.misc_flags & ~(u32)XEN_X86_MSR_RELAXED) &&
	       grant_config_ok(c->grant_opts, c->max_grant_frames,
			       c->max_maptrack_frames);
}

static long do_create(struct domain *none, struct xen_domctl *op)
{
	const struct xen_domctl_createdomain *c = &op->u.createdomain;
	struct domain_config config = {
		.id = op->domain, .width = &width64,
		.max_vcpus = c->max_vcpus,
		.max_evtchn_port = c->max_evtchn_port,
		.max_grant_frames = c->max_grant_frames,
		.max_maptrack_frames = c->max_maptrack_frames,
	};
	struct domain *d;

	memcpy(config.handle, c->handle, sizeof(config.handle));
	if (!config.id || config.id >= DOMID_FIRST_RESERVED)
		config.id = choose_id();
	else if (domain_exists(config.id))
		return -EEXIST;
	if (config.id && !config_ok(c))
		return -EINVAL;
	d = config.id ? domain_create(&config) : NULL;
	if (!d)
		return -ENOMEM;
	d->policy.msr_relaxed = c->arch.misc_flags & XEN_X86_MSR_RELAXED;
	op->domain = (domid_t)d->id;
	return 0;
}

static long do_max_vcpus(struct domain *d, struct xen_domctl *op)
{
	u32 i;

	if (op->u.max_vcpus.max != d->max_vcpus)
		return -EINVAL;
	for (i = 0; i < d->max_vcpus; i++)
		if (!d->vcpu[i] && !domain_create_vcpu(d, i))
			return -ENOMEM;
	return 0;
}

static long do_destroy(struct domain *d, struct xen_domctl *op)
{
	return domain_kill(d);
}

static long do_pause(struct domain *d, struct xen_domctl *op)
{
	domain_pause(d);
	return 0;
}

static long do_unpause(struct domain *d, struct xen_domctl *op)
{
	if (!d->life.pause_count)
		return -EINVAL;
	d->sched.has_run |= d->life.pause_count == 1;
	vcpu_update_wallclock(d);
	domain_unpause(d);
	return 0;
}

static long do_resume(struct domain *d, struct xen_domctl *op)
{
	domain_resume(d);
	return 0;
}

/* The domain with this number, or else the next higher one. */
static long do_info(struct domain *none, struct xen_domctl *op)
{
	bool valid = op->domain < DOMID_FIRST_RESERVED;
	DOMAIN_REF(d) = valid ? domain_get_from(op->domain) : NULL;

	if (!d)
		return valid ? -ESRCH : -EINVAL;
	domain_info(d, &op->u.getdomaininfo);
	op->domain = (domid_t)d->id;
	return 0;
}

static long do_max_mem(struct domain *d, struct xen_domctl *op)
{
	d->mem.max_pages = MIN(op->u.max_mem.max_memkb >> (PAGE_SHIFT - 10),
			       (u64)~0u);
	return 0;
}

/*
 * A domain is born 64-bit. It may become a 32-bit one while it has no page and
 * no event channel: the page lock keeps pages out meanwhile, the event lock
 * channels.
 */
static long make_narrow(struct domain *d)
{
	spin_guard(&d->tables.lock);
	spin_scoped_irqsave(&d->events.lock) {
		if (d->mem.tot_pages || evtchn_used_many(d))
			return -EACCES;
		domain_set_width(d, &width32);
	}
	return 0;
}

static long do_set_address_size(struct domain *d, struct xen_domctl *op)
{
	u32 size = op->u.address_size.size;

	if (size == d->width->long_size * 8)
		return 0;
	return size == 32 ? make_narrow(d) : -EINVAL;
}

static long do_get_address_size(struct domain *d, struct xen_domctl *op)
{
	op->u.address_size.size = d->width->long_size * 8;
	return 0;
}

static long do_scheduler(struct domain *d, struct xen_domctl *op)
{
	struct xen_domctl_scheduler_op *s = &op->u.scheduler_op;

	if (s->sched_id != XEN_SCHEDULER_CREDIT2)
		return -EINVAL;
	if (s->cmd == XEN_DOMCTL_SCHEDOP_getinfo) {
		s->u.credit2.weight = (u16)d->sched.weight;
		s->u.credit2.cap = (u16)d->sched.cap;
		return 0;
	}
	if (s->cmd != XEN_DOMCTL_SCHEDOP_putinfo ||
	    s->u.credit2.cap > 100 * d->max_vcpus)
		return -EINVAL;
	sched_set_params(d, s->u.credit2.weight ? s->u.credit2.weight :
			 d->sched.weight, s->u.credit2.cap);
	return 0;
}

static long do_handle(struct domain *d, struct xen_domctl *op)
{
	memcpy(d->handle, op->u.setdomainhandle.handle, sizeof(d->handle));
	return 0;
}

static long do_time_offset(struct domain *d, struct xen_domctl *op)
{
	d->policy.time_offset = op->u.settimeoffset.time_offset_seconds;
	vcpu_update_wallclock(d);
	return 0;
}

/* There is one node: accept each set that contains it. */
static long do_set_nodes(struct domain *d, struct xen_domctl *op)
{
	cpus_t nodes;

	if (ctl_get_bitmap(&op->u.nodeaffinity.nodemap, &nodes))
		return -EFAULT;
	return cpus_has(&nodes, 0) ? 0 : -EINVAL;
}

static long do_get_nodes(struct domain *d, struct xen_domctl *op)
{
	return ctl_put_bitmap(&op->u.nodeaffinity.nodemap, cpus_one(0));
}

/* The hypervisor never intercepts RDTSC, in any mode. */
static long do_set_tsc(struct domain *d, struct xen_domctl *op)
{
	return op->u.tsc_info.tsc_mode <= 2 ? 0 : -EINVAL;
}

static long do_get_tsc(struct domain *d, struct xen_domctl *op)
{
	op->u.tsc_info = (struct xen_domctl_tsc_info){
		.tsc_mode = 2, .gtsc_khz = (u32)(tsc_scale.hz / 1000),
		.elapsed_nsec = time_now(),
	};
	return 0;
}

static long do_subscribe(struct domain *d, struct xen_domctl *op)
{
	d->life.suspend_port = op->u.subscribe.port;
	return 0;
}

/* Accepted without effect: there is no debugger. */
static long do_debugging(struct domain *d, struct xen_domctl *op)
{
	return 0;
}

#define OUT	1u	/* the structure is written back, */
#define ALWAYS	2u	/* even after an error: it says how far fn came */
#define DYING	4u	/* also for a domain that is dying */
#define OTHER	8u	/* not for the caller's own domain: -EINVAL */
#define NONE	16u	/* fn gets no domain */
#define VCPU	32u	/* by call_on_vcpu() */
#define OP(name, function, flags) \
	[XEN_DOMCTL_##name] = { .fn = (function), .how = (flags) }
#define VCPU_OP(name, function, flags) \
	[XEN_DOMCTL_##name] = { .on_vcpu = (function), .how = VCPU | (flags) }
#define REFUSED(name, value)	[XEN_DOMCTL_##name] = { .error = -(value) }

/* Refused: those for other kinds of domains, or for hardware not supported. */
static const struct domctl {
	union {
		domctl_fn *fn;
		domctl_vcpu_fn *on_vcpu;	/* with VCPU */
	};
	u32 how;
	int error;		/* of one that is refused; 0: -ENOSYS */
} ops[] = {
	OP(createdomain, do_create, OUT | NONE),
	OP(getdomaininfo, do_info, OUT | NONE),
	OP(destroydomain, do_destroy, DYING),
	OP(pausedomain, do_pause, OTHER),
	OP(unpausedomain, do_unpause, 0),
	OP(resumedomain, do_resume, OTHER),
	OP(setvcpuaffinity, domctl_affinity, 0),
	OP(getvcpuaffinity, domctl_affinity, DYING),
	OP(max_mem, do_max_mem, 0),
	OP(setvcpucontext, domctl_context, 0),
	OP(getvcpucontext, domctl_context, 0),
	OP(getvcpuinfo, domctl_vcpu_info, OUT | DYING),
	OP(max_vcpus, do_max_vcpus, OTHER),
	OP(scheduler_op, do_scheduler, OUT | DYING),
	OP(setdomainhandle, do_handle, 0),
	OP(setdebugging, do_debugging, OTHER),
	OP(ioport_permission, devices_domctl_ports, 0),
	OP(irq_permission, physdev_domctl_irq, 0),
	OP(iomem_permission, devices_domctl_iomem, 0),
	OP(hypercall_init, domctl_hypercall_page, 0),
	OP(sendtrigger, domctl_trigger, 0),
	OP(settimeoffset, do_time_offset, 0),
	OP(set_address_size, do_set_address_size, 0),
	OP(get_address_size, do_get_address_size, OUT | DYING),
	VCPU_OP(set_ext_vcpucontext, domctl_set_ext_context, 0),
	OP(get_ext_vcpucontext, domctl_get_ext_context, OUT),
	OP(subscribe, do_subscribe, 0),
	OP(gettscinfo, do_get_tsc, OUT | DYING | OTHER),
	OP(settscinfo, do_set_tsc, OTHER),
	OP(getpageframeinfo3, domctl_page_info, 0),
	VCPU_OP(setvcpuextstate, domctl_set_extended_state, 0),
	VCPU_OP(getvcpuextstate, domctl_get_extended_state, OUT),
	OP(setnodeaffinity, do_set_nodes, 0),
	OP(getnodeaffinity, do_get_nodes, DYING),
	VCPU_OP(get_vcpu_msrs, domctl_get_msrs, OUT | ALWAYS),
	VCPU_OP(set_vcpu_msrs, domctl_set_msrs, OUT | ALWAYS),
	OP(get_cpu_policy, domctl_get_policy, OUT | DYING),
	OP(set_cpu_policy, domctl_set_policy, OTHER | ALWAYS),
	OP(assign_device, devices_domctl_assign, NONE),
	OP(deassign_device, devices_domctl_assign, NONE),
	OP(test_assign_device, devices_domctl_assign, NONE),
	REFUSED(shadow_op, EINVAL), REFUSED(bind_pt_irq, EINVAL),
	REFUSED(unbind_pt_irq, EINVAL), REFUSED(gethvmcontext, EINVAL),
	REFUSED(sethvmcontext, EINVAL), REFUSED(gethvmcontext_partial, EINVAL),
	REFUSED(debug_op, EINVAL), REFUSED(set_broken_page_p2m, EINVAL),
	REFUSED(setvnumainfo, EINVAL), REFUSED(soft_reset, EINVAL),
	REFUSED(vmtrace_op, EINVAL), REFUSED(psr_cmt_op, ENODEV),
	REFUSED(psr_alloc, ENODEV), REFUSED(set_virq_handler, EOPNOTSUPP),
	REFUSED(ioport_mapping, EOPNOTSUPP),
	REFUSED(get_device_group, EOPNOTSUPP), REFUSED(set_target, EOPNOTSUPP),
	REFUSED(get_paging_mempool_size, EOPNOTSUPP),
	REFUSED(set_paging_mempool_size, EOPNOTSUPP),
	REFUSED(vm_event_op, EOPNOTSUPP),
};

/* All structures of these operations begin with the vCPU's number. */
static long call_on_vcpu(domctl_vcpu_fn *fn, struct domain *d,
			 struct xen_domctl *op)
{
	struct vcpu *v = domain_vcpu(d, op->u.vcpuextstate.vcpu);
	long rc;

	if (!v)
		return -ESRCH;
	if (d == current_domain())
		return op->cmd == XEN_DOMCTL_set_ext_vcpucontext ? -ESRCH :
		       -EINVAL;
	domain_pause(d);
	rc = fn(v, op);
	domain_unpause(d);
	return rc;
}

/* 'at' is where the caller has the structure. */
static long call(const struct domctl *o, struct xen_domctl *op, gva_t at)
{
	DOMAIN_REF(d) = o->how & NONE ? NULL : domain_get_any(op->domain);
	long rc;

	if (!d && !(o->how & NONE))
		return -ESRCH;
	if (!o->fn)
		return o->error ? o->error : -ENOSYS;
	if (d && d->life.is_dying && !(o->how & DYING))
		return -ESRCH;
	if (d == current_domain() && (o->how & OTHER))
		return -EINVAL;
	rc = o->how & VCPU ? call_on_vcpu(o->on_vcpu, d, op) : o->fn(d, op);
	return o->how & (rc ? ALWAYS : OUT) && guest_write(at, op, sizeof(*op)) ?
	       -EFAULT : rc;
}

/* Whether there is the domain that the operation names, or it needs none. */
static bool has_domain(u32 cmd, u32 domid)
{
	return cmd == XEN_DOMCTL_createdomain ||
	       cmd == XEN_DOMCTL_getdomaininfo || domain_exists(domid) ||
	       (domid == DOMID_IO && (cmd == XEN_DOMCTL_assign_device ||
				      cmd == XEN_DOMCTL_deassign_device)) ||
	       (domid == DOMID_INVALID && (cmd == XEN_DOMCTL_vm_event_op ||
					   cmd == XEN_DOMCTL_test_assign_device));
}

/*
 * Xen tests whether the domain exists before it refuses a caller. For whoever is
 * not refused, the lock keeps the domain.
 */
long do_domctl(u64 a[])
{
	struct xen_domctl op;
	long rc = ctl_begin(a[0], &op, sizeof(op), XEN_DOMCTL_INTERFACE_VERSION);

	if (rc)
		return rc == -EPERM && !has_domain(op.cmd, op.domain) ? -ESRCH :
		       rc;
	spin_guard(&domctl_lock);
	return !has_domain(op.cmd, op.domain) ? -ESRCH :
	       call(&ops[op.cmd < ARRAY_SIZE(ops) ? op.cmd : 0], &op, gva(a[0]));
}
