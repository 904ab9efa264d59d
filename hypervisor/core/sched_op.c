// SPDX-License-Identifier: GPL-2.0-only
/*
 * sched_op (xen/sched.h): how a guest waits, yields and ends, and how the
 * privileged one ends another.
 */
#include <xen/sched.h>
#include "domain.h"
#include "errno.h"
#include "evtchn.h"
#include "guest.h"
#include "lib.h"
#include "nmi.h"
#include "sched.h"

#define MAX_POLL_PORTS	128

static long do_block(struct vcpu *v)
{
	vcpu_set_upcall_mask(v, false);
	__atomic_fetch_or(&v->state, VCPU_BLOCKED, __ATOMIC_SEQ_CST);
	if (vcpu_event_pending(v) || nmi_deliverable(v))
		__atomic_fetch_and(&v->state, ~(u32)VCPU_BLOCKED,
				   __ATOMIC_SEQ_CST);
	else
		sched_stop(v);
	return 0;
}

/* The number of ports, each checked, and the last one; or an error. */
static long check_ports(const struct vcpu *v, const struct sched_poll *p,
			u32 *port)
{
	u32 i;

	if (p->nr_ports > MAX_POLL_PORTS)
		return -EINVAL;
	for (i = 0; i < p->nr_ports; i++) {
		if (guest_read(port, gva_index(HANDLE(p->ports), i, 4), 4))
			return -EFAULT;
		if (*port >= evtchn_limit(v->d))
			return -EINVAL;
	}
	return 0;
}

static bool any_pending(struct vcpu *v, const struct sched_poll *p)
{
	u32 i, port;

	if (vcpu_events_deliverable(v) || nmi_deliverable(v))
		return true;
	for (i = 0; i < p->nr_ports; i++)
		if (!guest_read(&port, gva_index(HANDLE(p->ports), i, 4), 4) &&
		    evtchn_pending(v, port))
			return true;
	return false;
}

static long do_poll(struct vcpu *v, u64 arg)
{
	struct sched_poll p;
	u32 port = 0;
	long rc;

	if (abi_get(LAYOUT_POLL, gva(arg), &p, sizeof(p)))
		return -EFAULT;
	rc = check_ports(v, &p, &port);
	if (rc)
		return rc;
	v->poll_port = p.nr_ports == 1 ? port : 0;
	__atomic_fetch_or(&v->state, VCPU_BLOCKED | VCPU_POLLING,
			  __ATOMIC_SEQ_CST);
	if (any_pending(v, &p)) {
		__atomic_fetch_and(&v->state,
				   ~(u32)(VCPU_BLOCKED | VCPU_POLLING),
				   __ATOMIC_SEQ_CST);
		return 0;
	}
	if (p.timeout)
		timer_set(&v->poll, p.timeout);
	sched_stop(v);
	return 0;
}

static long do_remote_shutdown(struct domain *by, void *arg)
{
	const struct sched_remote_shutdown *rs = arg;
	struct domain *d;

	if (!by->privileged)
		return -EPERM;
	d = domain_get(rs->domain_id);
	if (!d)
		return -ESRCH;
	domain_shutdown(d, rs->reason & 0xff);
	domain_put(d);
	return 0;
}

static long do_shutdown(struct domain *d, void *arg)
{
	domain_shutdown(d, ((const struct sched_shutdown *)arg)->reason & 0xff);
	return 0;
}

/* The reason that the tools will see if nobody says a better one. */
static long do_shutdown_code(struct domain *d, void *arg)
{
	const struct sched_shutdown *sd = arg;

	domain_set_shutdown_code(d, sd->reason & 0xff);
	return 0;
}

#define OP(name, type) [SCHEDOP_##name] = \
	{ do_##name, sizeof(struct type), false, false }
static const struct abi_op ops[] = {
	OP(shutdown, sched_shutdown),
	OP(shutdown_code, sched_shutdown),
	OP(remote_shutdown, sched_remote_shutdown),
};

long sched_op(u64 a[])
{
	struct vcpu *v = current_vcpu();

	switch ((u32)a[0]) {
	case SCHEDOP_yield:
		v->yielded = true;
		sched_stop(v);
		return 0;
	case SCHEDOP_block:
		return do_block(v);
	case SCHEDOP_poll:
		return do_poll(v, a[1]);
	default:
		return abi_op(ops, ARRAY_SIZE(ops), (u32)a[0], v->d,
			      gva(a[1]));
	}
}
