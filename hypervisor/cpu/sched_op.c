// SPDX-License-Identifier: GPL-2.0-only
/*
 * sched_op (xen/sched.h): a guest waits, yields or shuts down, and the
 * privileged domain shuts down another one.
 */
#include <xen/sched.h>
#include "domain/domain.h"
#include "guest/layout.h"
#include "guest/operation.h"
#include "hypercalls.h"

#define MAX_POLL_PORTS	128

static long do_block(struct vcpu *v)
{
	shared_set_upcall_mask(v, false);
	atomic_or(&v->sched.state, VCPU_BLOCKED);
	if (shared_event_pending(v) || nmi_deliverable(v))
		atomic_and(&v->sched.state, ~(u32)VCPU_BLOCKED);
	else
		sched_stop(v);
	return 0;
}

/*
 * 1: something is pending, so the vCPU need not wait; 0: nothing is; or -errno.
 * Reads the ports in order, up to the first one that is pending.
 */
static int look(struct vcpu *v, const struct sched_poll *p, u32 *port)
{
	u32 i;
	int rc;

	if (shared_events_deliverable(v) || nmi_deliverable(v))
		return 1;
	for (i = 0; i < p->nr_ports; i++) {
		if (guest_read(port, gva_index(HANDLE(p->ports), i, 4), 4))
			return -EFAULT;
		rc = evtchn_pending(v, *port);
		if (rc)
			return rc;
	}
	return 0;
}

static long do_poll(struct vcpu *v, u64 arg)
{
	struct sched_poll p;
	u32 port = 0;
	long rc;

	if (layout_get(LAYOUT_POLL, gva(arg), &p, sizeof(p)))
		return -EFAULT;
	if (p.nr_ports > MAX_POLL_PORTS)
		return -EINVAL;
	if (!guest_range_ok(HANDLE(p.ports), p.nr_ports * 4ull))
		return -EFAULT;
	/* 0: any port wakes the vCPU, until the port is known. */
	v->sched.poll_port = 0;
	atomic_or(&v->sched.state, VCPU_BLOCKED | VCPU_POLLING);
	rc = look(v, &p, &port);
	if (rc) {
		atomic_and(&v->sched.state, ~(u32)(VCPU_BLOCKED | VCPU_POLLING));
		return MIN(rc, 0);
	}
	if (p.nr_ports == 1)
		v->sched.poll_port = port;
	if (p.timeout)
		timer_set(&v->timers.poll, (s64)p.timeout < 0 ? 1 : p.timeout);
	sched_stop(v);
	return 0;
}

static long do_remote_shutdown(struct domain *d, void *arg)
{
	const struct sched_remote_shutdown *rs = arg;

	if (rs->domain_id == DOMID_SELF)
		return -ESRCH;
	if (!current_domain()->privileged)
		return -EPERM;
	domain_shutdown(d, rs->reason & 0xff);
	return 0;
}

static long do_shutdown(struct domain *d, void *arg)
{
	domain_shutdown(d, ((const struct sched_shutdown *)arg)->reason & 0xff);
	return 0;
}

/* Set the reason that the tools will see. Only the first one counts. */
static long do_shutdown_code(struct domain *d, void *arg)
{
	const struct sched_shutdown *sd = arg;

	domain_set_shutdown_code(d, sd->reason & 0xff);
	return 0;
}

static long do_pin_override(struct domain *d, void *arg)
{
	return sched_pin(current_vcpu(),
			 ((const struct sched_pin_override *)arg)->pcpu);
}

#define OP(name, type, ...) [SCHEDOP_##name] = \
	{ do_##name, OPERATION_SIZE(struct type), false, __VA_ARGS__ }
static const struct operation ops[] = {
	OP(shutdown, sched_shutdown),
	OP(shutdown_code, sched_shutdown),
	OP(remote_shutdown, sched_remote_shutdown, OPERATION_TARGET),
	OP(pin_override, sched_pin_override, OPERATION_PRIVILEGED_FIRST),
	[SCHEDOP_watchdog] = { vcpu_set_watchdog,
		OPERATION_SIZE(struct sched_watchdog), false, OPERATION_LOCKED },
};

long do_sched_op(u64 a[])
{
	struct vcpu *v = current_vcpu();

	switch ((u32)a[0]) {
	case SCHEDOP_yield:
		v->sched.yielded = true;
		sched_stop(v);
		return 0;
	case SCHEDOP_block:
		return do_block(v);
	case SCHEDOP_poll:
		return do_poll(v, a[1]);
	default:
		return operation_call(ops, ARRAY_SIZE(ops), a);
	}
}
