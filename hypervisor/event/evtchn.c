// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on event channels (xen/event_channel.h).
 *
 * The event lock of a domain guards its ports. Joining and closing a channel
 * between two domains takes both locks. Each end points to the other domain and
 * needs no reference: a domain closes all its ports before it is freed, which
 * makes the ports at the other ends unbound. Sending takes one lock after the
 * other.
 */
#include "device/irq.h"
#include "event/evtchn_port.h"
#include "guest/operation.h"
#include "hypercalls.h"

void evtchn_send_pirq(struct domain *d, u32 pirq)
{
	spin_guard_irqsave(&d->events.lock);
	if (pirq < d->dev.pirq_count && d->dev.pirqs[pirq].port)
		evtchn_port_set_pending(d, d->dev.pirqs[pirq].port);
}

void evtchn_send_virq(struct vcpu *v, u32 virq)
{
	spin_guard_irqsave(&v->d->events.lock);
	if (v->virq_port[virq])
		evtchn_port_set_pending(v->d, v->virq_port[virq]);
}

void evtchn_send_global_virq(u32 virq)
{
	if (dom0 && dom0->vcpu[0])
		evtchn_send_virq(dom0->vcpu[0], virq);
}

/* Open a new port; *number is its number. */
static int open_port(struct domain *d, u8 state, u32 vcpu, u32 peer,
		     evtchn_port_t *number)
{
	int port = evtchn_port_alloc(d);
	struct evtchn *e;

	if (port < 0)
		return port;
	e = evtchn_port(d, (u32)port);
	e->state = state;
	e->vcpu = (u16)vcpu;
	e->peer = peer;
	*number = (u32)port;
	return 0;
}

static long do_alloc_unbound(struct domain *d, void *arg)
{
	struct evtchn_alloc_unbound *op = arg;
	int rc = open_port(d, EVTCHN_UNBOUND, 0, 0, &op->port);

	if (!rc)
		evtchn_port(d, op->port)->remote_domid =
			op->remote_dom != DOMID_SELF ? op->remote_dom :
			(u16)current_domain()->id;
	return rc;
}

/* Join a new port of d to an unbound one of r. Both event locks are held. */
static long join(struct domain *d, struct domain *r,
		 struct evtchn_bind_interdomain *op)
{
	struct evtchn *peer;
	int rc = open_port(d, EVTCHN_INTERDOMAIN, 0, op->remote_port,
			   &op->local_port);

	if (rc)
		return rc;
	peer = evtchn_port(r, op->remote_port);
	if (!peer || peer->state != EVTCHN_UNBOUND ||
	    peer->remote_domid != d->id) {
		evtchn_port_free(d, op->local_port);
		return -EINVAL;
	}
	evtchn_port(d, op->local_port)->remote = r;
	peer->state = EVTCHN_INTERDOMAIN;
	peer->remote = d;
	peer->peer = op->local_port;
	/* The peer may have sent an event before anyone was bound to it. */
	evtchn_port_set_pending(d, op->local_port);
	return 0;
}

static long do_bind_interdomain(struct domain *d, void *arg)
{
	struct evtchn_bind_interdomain *op = arg;
	DOMAIN_REF(r) = domain_get(op->remote_dom);
	long rc;
	u64 f;

	if (!r)
		return -ESRCH;
	f = spin_lock_pair_irqsave(&d->events.lock, &r->events.lock);
	rc = join(d, r, op);
	spin_unlock_pair_irqrestore(&d->events.lock, &r->events.lock, f);
	return rc;
}

static bool virq_is_global(u32 virq)
{
	return virq != VIRQ_TIMER && virq != VIRQ_DEBUG &&
	       virq != VIRQ_XENOPROF && virq != VIRQ_XENPMU;
}

static long do_bind_virq(struct domain *d, void *arg)
{
	struct evtchn_bind_virq *op = arg;
	struct vcpu *v = domain_vcpu(d, op->vcpu);
	int rc;

	if (op->virq >= ARRAY_SIZE(v->virq_port) ||
	    (virq_is_global(op->virq) && op->vcpu))
		return -EINVAL;
	if (!v)
		return -ENOENT;
	if (v->virq_port[op->virq])
		return -EEXIST;
	rc = open_port(d, EVTCHN_VIRQ, op->vcpu, op->virq, &op->port);
	if (!rc)
		v->virq_port[op->virq] = op->port;
	return rc;
}

static long do_bind_ipi(struct domain *d, void *arg)
{
	struct evtchn_bind_ipi *op = arg;

	if (!domain_vcpu(d, op->vcpu))
		return -ENOENT;
	return open_port(d, EVTCHN_IPI, op->vcpu, 0, &op->port);
}

static long do_bind_pirq(struct domain *d, void *arg)
{
	struct evtchn_bind_pirq *op = arg;
	struct pirq *p;
	int rc;

	if (op->pirq >= d->dev.pirq_count)
		return -EINVAL;
	p = &d->dev.pirqs[op->pirq];
	if (!(d->privileged ? p->gsi || p->irq : p->allowed))
		return -EPERM;
	if (p->port)
		return -EEXIST;
	rc = open_port(d, EVTCHN_PIRQ, 0, op->pirq, &op->port);
	if (rc)
		return rc;
	p->port = op->port;
	p->share = op->flags & BIND_PIRQ__WILL_SHARE;
	rc = p->irq ? irq_bind_guest(p->irq, d, op->pirq, p->share) : 0;
	if (rc) {
		p->port = 0;
		evtchn_port_free(d, op->port);
	}
	return rc;
}

/* Remove other references to the port. Both ends' locks are held. */
static void unbind(struct domain *d, const struct evtchn *e)
{
	struct evtchn *peer;
	struct pirq *p;
	u32 vcpu;

	switch (e->state) {
	case EVTCHN_VIRQ:
		vcpu = virq_is_global(e->peer) ? 0 : e->vcpu;
		d->vcpu[vcpu]->virq_port[e->peer] = 0;
		break;
	case EVTCHN_PIRQ:
		p = &d->dev.pirqs[e->peer];
		irq_unbind_guest(p->irq, d, e->peer);
		p->port = p->was = 0;
		break;
	case EVTCHN_INTERDOMAIN:
		peer = evtchn_port(e->remote, e->peer);
		peer->state = EVTCHN_UNBOUND;
		peer->remote = NULL;
		peer->remote_domid = (u16)d->id;
		break;
	}
}

/*
 * Close a port whose other end is in *r; NULL: in d itself, or there is none.
 * If the other end is in another domain, set *r to that domain, with a
 * reference, and return -EAGAIN.
 */
static long try_close(struct domain *d, u32 port, struct domain **r)
{
	struct evtchn *e = evtchn_port(d, port);
	struct domain *other;

	if (!evtchn_is_open(e))
		return -EINVAL;
	other = e->state == EVTCHN_INTERDOMAIN && e->remote != d ? e->remote :
		NULL;
	if (other && other != *r) {
		domain_hold(other);
		*r = other;
		return -EAGAIN;
	}
	unbind(d, e);
	evtchn_port_free(d, port);
	return 0;
}

static long close_port(struct domain *d, u32 port)
{
	struct domain *held = NULL, *r;
	struct spinlock *other;
	long rc;
	u64 f;

	do {
		r = held;
		other = held ? &held->events.lock : &d->events.lock;
		f = spin_lock_pair_irqsave(&d->events.lock, other);
		rc = try_close(d, port, &r);
		spin_unlock_pair_irqrestore(&d->events.lock, other, f);
		if (held)
			domain_put(held);
		held = rc == -EAGAIN ? r : NULL;
	} while (held);
	return rc;
}

static long do_close(struct domain *d, void *arg)
{
	return close_port(d, ((const struct evtchn_close *)arg)->port);
}

/*
 * One pass from next_reset on: 0, -ERESTART, or -EAGAIN if ports are open at
 * its end. A guest that opens ports meanwhile loses them or sees that error.
 */
static long reset_ports(struct domain *d)
{
	u32 port, limit = evtchn_limit(d);

	for (port = READ_ONCE(d->events.next_reset);
	     port < limit && READ_ONCE(d->events.open_ports); port++) {
		close_port(d, port);
		if (port % 64 == 0 && sched_preempt_needed()) {
			WRITE_ONCE(d->events.next_reset, port + 1);
			return -ERESTART;
		}
	}
	WRITE_ONCE(d->events.next_reset, 0);
	return evtchn_fifo_destroy(d);
}

/*
 * The guest may have left next_reset anywhere, so that a first pass leaves
 * ports open. No port is opened any more: the second pass closes them all.
 */
int evtchn_kill(struct domain *d)
{
	u64 f = spin_lock_irqsave(&d->events.lock);
	long rc;

	spin_unlock_irqrestore(&d->events.lock, f);
	do
		rc = reset_ports(d);
	while (rc == -EAGAIN);
	return (int)rc;
}

/* The tools may reset another domain's ports only while it is paused. */
static long do_reset(struct domain *d, void *arg)
{
	return d == current_domain() || d->life.pause_count ? reset_ports(d) :
	       -EINVAL;
}

/* Send to the other end, unless it was closed meanwhile. */
static void send_remote(struct domain *r, u32 port, const struct domain *from,
			u32 from_port)
{
	const struct evtchn *e;

	spin_guard_irqsave(&r->events.lock);
	e = evtchn_port(r, port);
	if (e && e->state == EVTCHN_INTERDOMAIN && e->remote == from &&
	    e->peer == from_port)
		evtchn_port_set_pending(r, port);
}

static long do_send(struct domain *d, void *arg)
{
	u32 port = ((const struct evtchn_send *)arg)->port;
	u64 f = spin_lock_irqsave(&d->events.lock);
	struct evtchn *e = evtchn_port(d, port);
	struct domain *r = NULL;
	u32 peer = 0;
	long rc = 0;

	switch (e ? e->state : EVTCHN_FREE) {
	case EVTCHN_INTERDOMAIN:
		r = e->remote;
		peer = e->peer;
		domain_hold(r);
		break;
	case EVTCHN_IPI:
		evtchn_port_set_pending(d, port);
		break;
	case EVTCHN_UNBOUND:
		break;
	default:
		rc = -EINVAL;
	}
	spin_unlock_irqrestore(&d->events.lock, f);
	if (r) {
		send_remote(r, peer, d, port);
		domain_put(r);
	}
	return rc;
}

void evtchn_send_end(struct domain *d, u32 port)
{
	struct evtchn_send op = { port };

	if (!port || do_send(d, &op))
		evtchn_send_global_virq(VIRQ_DOM_EXC);
}

static long do_status(struct domain *by, void *arg)
{
	struct evtchn_status *op = arg;
	DOMAIN_REF(d) = domain_get_any(op->dom != DOMID_SELF ? op->dom : by->id);
	const struct evtchn *e;

	if (!d)
		return -ESRCH;
	spin_guard_irqsave(&d->events.lock);
	e = evtchn_port(d, op->port);
	if (!e)
		return -EINVAL;
	if (!domain_may(by, d))
		return -EPERM;
	op->status = e->state == EVTCHN_RESERVED ? EVTCHNSTAT_closed : e->state;
	op->vcpu = e->vcpu;
	if (e->state == EVTCHN_UNBOUND) {
		op->u.unbound.dom = e->remote_domid;
	} else if (e->state == EVTCHN_INTERDOMAIN) {
		op->u.interdomain.dom = (domid_t)e->remote->id;
		op->u.interdomain.port = e->peer;
	} else if (e->state == EVTCHN_PIRQ || e->state == EVTCHN_VIRQ) {
		op->u.pirq = e->peer;	/* or u.virq, at the same place */
	}
	return 0;
}

static long do_bind_vcpu(struct domain *d, void *arg)
{
	const struct evtchn_bind_vcpu *op = arg;
	struct evtchn *e = evtchn_port(d, op->port);

	if (!domain_vcpu(d, op->vcpu))
		return -ENOENT;
	if (!e)
		return -EINVAL;
	switch (e->state) {
	case EVTCHN_VIRQ:
		if (!virq_is_global(e->peer))
			return -EINVAL;
		break;
	case EVTCHN_UNBOUND:
	case EVTCHN_INTERDOMAIN:
		break;
	case EVTCHN_PIRQ:
		irq_move(d->dev.pirqs[e->peer].irq,
			 d->vcpu[op->vcpu]->sched.cpu);
		break;
	default:
		return -EINVAL;
	}
	e->vcpu = (u16)op->vcpu;
	return 0;
}

static long do_unmask(struct domain *d, void *arg)
{
	u32 port = ((const struct evtchn_unmask *)arg)->port;
	struct evtchn *e = evtchn_port(d, port);

	if (!e)
		return -EINVAL;
	if (evtchn_is_open(e))
		evtchn_port_unmask(d, port);
	return 0;
}

static long do_set_priority(struct domain *d, void *arg)
{
	const struct evtchn_set_priority *op = arg;
	struct evtchn *e = evtchn_port(d, op->port);

	if (!e)
		return -EINVAL;
	if (!d->events.fifo)
		return -ENOSYS;
	if (!evtchn_is_open(e))
		return -EACCES;
	if (op->priority > EVTCHN_FIFO_PRIORITY_MIN)
		return -EINVAL;
	e->priority = (u8)op->priority;
	return 0;
}

_Static_assert(sizeof(struct evtchn_status) == 24, "public ABI, any bitness");

#define OP(name, fn, out, how) [EVTCHNOP_##name] = \
	{ fn, OPERATION_SIZE(struct evtchn_##name), out, how }
static const struct operation ops[] = {
	OP(bind_interdomain, do_bind_interdomain, true, 0),
	OP(bind_virq, do_bind_virq, true, OPERATION_LOCKED),
	OP(bind_pirq, do_bind_pirq, true, OPERATION_LOCKED),
	OP(close, do_close, false, 0),
	OP(send, do_send, false, 0),
	OP(status, do_status, true, 0),
	OP(alloc_unbound, do_alloc_unbound, true,
	   OPERATION_TARGET | OPERATION_LOCKED),
	OP(bind_ipi, do_bind_ipi, true, OPERATION_LOCKED),
	OP(bind_vcpu, do_bind_vcpu, false, OPERATION_LOCKED),
	OP(unmask, do_unmask, false, OPERATION_LOCKED),
	OP(reset, do_reset, false, OPERATION_TARGET),
	OP(init_control, evtchn_fifo_init_control, true, 0),
	OP(expand_array, evtchn_fifo_expand_array, false, 0),
	OP(set_priority, do_set_priority, false, OPERATION_LOCKED),
};

long do_event_channel_op(u64 a[])
{
	return operation_call(ops, ARRAY_SIZE(ops), a);
}
