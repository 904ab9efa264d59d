// SPDX-License-Identifier: GPL-2.0-only
/*
 * Operations on event channels (xen/event_channel.h).
 *
 * The event lock of a domain guards its ports. A channel between two domains
 * is made and closed with both locks held. It names the other domain, and
 * that is safe without a reference: a domain closes all its ports before it
 * goes, and the ends of those in other domains become unbound. Sending takes
 * one lock after the other.
 */
#include <xen/event_channel.h>
#include "domain.h"
#include "errno.h"
#include "evtchn.h"
#include "evtchn_port.h"
#include "guest.h"
#include "irq.h"
#include "lib.h"
#include "sched.h"

void evtchn_send_pirq(struct domain *d, u32 pirq)
{
	u64 f = spin_lock_irqsave(&d->event_lock);

	if (pirq < MAX_PIRQS && d->pirqs[pirq].port)
		evtchn_port_set_pending(d, d->pirqs[pirq].port);
	spin_unlock_irqrestore(&d->event_lock, f);
}

void evtchn_send_virq(struct vcpu *v, u32 virq)
{
	u64 f = spin_lock_irqsave(&v->d->event_lock);

	if (v->virq_port[virq])
		evtchn_port_set_pending(v->d, v->virq_port[virq]);
	spin_unlock_irqrestore(&v->d->event_lock, f);
}

void evtchn_send_global_virq(u32 virq)
{
	if (dom0 && dom0->vcpu[0])
		evtchn_send_virq(dom0->vcpu[0], virq);
}

static long alloc_unbound_in(struct domain *d, struct evtchn_alloc_unbound *op)
{
	u64 f = spin_lock_irqsave(&d->event_lock);
	int port = evtchn_port_alloc(d);
	struct evtchn *e;

	if (port >= 0) {
		e = evtchn_port(d, (u32)port);
		e->state = EVTCHN_UNBOUND;
		e->remote_domid = op->remote_dom != DOMID_SELF ?
				  op->remote_dom : (u16)current_domain()->id;
		op->port = (evtchn_port_t)port;
	}
	spin_unlock_irqrestore(&d->event_lock, f);
	return port < 0 ? port : 0;
}

static long do_alloc_unbound(struct evtchn_alloc_unbound *op)
{
	struct domain *d = domain_get(op->dom);
	long rc = -EPERM;

	if (!d)
		return -ESRCH;
	if (domain_may(current_domain(), d))
		rc = alloc_unbound_in(d, op);
	domain_put(d);
	return rc;
}

/* Join a new port of d with an unbound one of r; both are locked. */
static long join(struct domain *d, struct domain *r,
		 struct evtchn_bind_interdomain *op)
{
	int port = evtchn_port_alloc(d);
	struct evtchn *e, *peer;

	if (port < 0)
		return port;
	e = evtchn_port(d, (u32)port);
	peer = evtchn_port(r, op->remote_port);
	if (!peer || peer->state != EVTCHN_UNBOUND ||
	    peer->remote_domid != d->id) {
		evtchn_port_free(d, (u32)port);
		return -EINVAL;
	}
	e->state = peer->state = EVTCHN_INTERDOMAIN;
	e->remote = r;
	e->peer = op->remote_port;
	peer->remote = d;
	peer->peer = (u32)port;
	op->local_port = (evtchn_port_t)port;
	/* What the peer sent before there was anybody to hear it. */
	evtchn_port_set_pending(d, (u32)port);
	return 0;
}

static long do_bind_interdomain(struct domain *d,
				struct evtchn_bind_interdomain *op)
{
	struct domain *r = domain_get(op->remote_dom);
	long rc;
	u64 f;

	if (!r)
		return -ESRCH;
	f = spin_lock_pair_irqsave(&d->event_lock, &r->event_lock);
	rc = join(d, r, op);
	spin_unlock_pair_irqrestore(&d->event_lock, &r->event_lock, f);
	domain_put(r);
	return rc;
}

static bool virq_is_global(u32 virq)
{
	return virq != VIRQ_TIMER && virq != VIRQ_DEBUG &&
	       virq != VIRQ_XENOPROF && virq != VIRQ_XENPMU;
}

static long do_bind_virq(struct domain *d, struct evtchn_bind_virq *op)
{
	struct vcpu *v;
	struct evtchn *e;
	int port;

	if (op->virq >= ARRAY_SIZE(v->virq_port) ||
	    (virq_is_global(op->virq) && op->vcpu))
		return -EINVAL;
	if (op->vcpu >= d->max_vcpus || !d->vcpu[op->vcpu])
		return -ENOENT;
	v = d->vcpu[op->vcpu];
	if (v->virq_port[op->virq])
		return -EEXIST;
	port = evtchn_port_alloc(d);
	if (port < 0)
		return port;
	e = evtchn_port(d, (u32)port);
	e->state = EVTCHN_VIRQ;
	e->vcpu = (u16)op->vcpu;
	e->peer = op->virq;
	v->virq_port[op->virq] = (u32)port;
	op->port = (evtchn_port_t)port;
	return 0;
}

static long do_bind_ipi(struct domain *d, struct evtchn_bind_ipi *op)
{
	struct evtchn *e;
	int port;

	if (op->vcpu >= d->max_vcpus || !d->vcpu[op->vcpu])
		return -ENOENT;
	port = evtchn_port_alloc(d);
	if (port < 0)
		return port;
	e = evtchn_port(d, (u32)port);
	e->state = EVTCHN_IPI;
	e->vcpu = (u16)op->vcpu;
	op->port = (evtchn_port_t)port;
	return 0;
}

static long do_bind_pirq(struct domain *d, struct evtchn_bind_pirq *op)
{
	struct evtchn *e;
	struct pirq *p;
	int port, rc;

	if (op->pirq >= MAX_PIRQS || !d->privileged)
		return -EINVAL;
	p = &d->pirqs[op->pirq];
	if (p->port)
		return -EEXIST;
	port = evtchn_port_alloc(d);
	if (port < 0)
		return port;
	e = evtchn_port(d, (u32)port);
	e->state = EVTCHN_PIRQ;
	e->peer = op->pirq;
	p->port = (u32)port;
	rc = p->vector ? irq_bind_guest(p->vector, d, op->pirq) : 0;
	if (rc) {
		p->port = 0;
		evtchn_port_free(d, (u32)port);
		return rc;
	}
	op->port = (evtchn_port_t)port;
	return 0;
}

/* What else knows the port; both ends' locks are held. */
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
		p = &d->pirqs[e->peer];
		if (p->vector)
			irq_unbind_guest(p->vector);
		p->port = 0;
		break;
	case EVTCHN_INTERDOMAIN:
		peer = evtchn_port(e->remote, e->peer);
		peer->state = EVTCHN_UNBOUND;
		peer->remote = NULL;
		peer->remote_domid = (u16)d->id;
		break;
	default:
		break;
	}
}

/*
 * Close a port if its other end is in 'r' (NULL: it has none, or in d); if it
 * is elsewhere, *r becomes that domain, with a reference, and it is -EAGAIN.
 */
static long try_close(struct domain *d, u32 port, struct domain **r)
{
	struct evtchn *e = evtchn_port(d, port);
	struct domain *other;

	if (!e || e->state == EVTCHN_FREE || e->state == EVTCHN_RESERVED)
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

static long do_close(struct domain *d, u32 port)
{
	struct domain *held = NULL, *r;
	struct spinlock *other;
	long rc;
	u64 f;

	do {
		r = held;
		other = held ? &held->event_lock : &d->event_lock;
		f = spin_lock_pair_irqsave(&d->event_lock, other);
		rc = try_close(d, port, &r);
		spin_unlock_pair_irqrestore(&d->event_lock, other, f);
		if (held)
			domain_put(held);
		held = rc == -EAGAIN ? r : NULL;
	} while (held);
	return rc;
}

/* No port is opened any more; the guest may have left next_reset anywhere. */
int evtchn_kill(struct domain *d)
{
	u32 port, limit = evtchn_limit(d);

	while (READ_ONCE(d->open_ports)) {
		port = d->next_reset < limit ? d->next_reset : 0;
		d->next_reset = port + 1;
		do_close(d, port);
		if (port % 64 == 0 && sched_preempt_needed())
			return -ERESTART;
	}
	fifo_destroy(d);
	return 0;
}

/* One pass; who opens ports meanwhile loses them or has it fail. */
static long reset_ports(struct domain *d)
{
	u32 port, limit = evtchn_limit(d);

	for (port = READ_ONCE(d->next_reset);
	     port < limit && READ_ONCE(d->open_ports); port++) {
		do_close(d, port);
		if (port % 64 == 0 && sched_preempt_needed()) {
			WRITE_ONCE(d->next_reset, port + 1);
			return -ERESTART;
		}
	}
	WRITE_ONCE(d->next_reset, 0);
	return fifo_destroy(d);
}

/* Another domain's ports only while it is paused. */
static long do_reset(const struct evtchn_reset *op)
{
	struct domain *d = domain_get(op->dom);
	long rc = -EPERM;

	if (!d)
		return -ESRCH;
	if (domain_may(current_domain(), d))
		rc = d == current_domain() || d->pause_count ? reset_ports(d) :
		     -EINVAL;
	domain_put(d);
	return rc;
}

/* The other end, if it still is that of this port. */
static void send_remote(struct domain *r, u32 port, const struct domain *from,
			u32 from_port)
{
	u64 f = spin_lock_irqsave(&r->event_lock);
	const struct evtchn *e = evtchn_port(r, port);

	if (e && e->state == EVTCHN_INTERDOMAIN && e->remote == from &&
	    e->peer == from_port)
		evtchn_port_set_pending(r, port);
	spin_unlock_irqrestore(&r->event_lock, f);
}

static long do_send(struct domain *d, u32 port)
{
	u64 f = spin_lock_irqsave(&d->event_lock);
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
	spin_unlock_irqrestore(&d->event_lock, f);
	if (r) {
		send_remote(r, peer, d, port);
		domain_put(r);
	}
	return rc;
}

static void describe(const struct evtchn *e, struct evtchn_status *op)
{
	static const u8 public_state[] = {
		[EVTCHN_FREE] = EVTCHNSTAT_closed,
		[EVTCHN_RESERVED] = EVTCHNSTAT_closed,
		[EVTCHN_UNBOUND] = EVTCHNSTAT_unbound,
		[EVTCHN_INTERDOMAIN] = EVTCHNSTAT_interdomain,
		[EVTCHN_PIRQ] = EVTCHNSTAT_pirq,
		[EVTCHN_VIRQ] = EVTCHNSTAT_virq,
		[EVTCHN_IPI] = EVTCHNSTAT_ipi,
	};

	op->status = public_state[e->state];
	op->vcpu = e->vcpu;
	if (e->state == EVTCHN_UNBOUND)
		op->u.unbound.dom = e->remote_domid;
	else if (e->state == EVTCHN_INTERDOMAIN) {
		op->u.interdomain.dom = (domid_t)e->remote->id;
		op->u.interdomain.port = e->peer;
	} else if (e->state == EVTCHN_PIRQ)
		op->u.pirq = e->peer;
	else if (e->state == EVTCHN_VIRQ)
		op->u.virq = e->peer;
}

static long status_of(struct domain *d, struct evtchn_status *op)
{
	static const struct evtchn closed = { .state = EVTCHN_FREE };
	const struct evtchn *e;
	u64 f;

	if (!domain_may(current_domain(), d))
		return -EPERM;
	if (op->port >= evtchn_limit(d))
		return -EINVAL;
	f = spin_lock_irqsave(&d->event_lock);
	e = evtchn_port(d, op->port);
	describe(e ? e : &closed, op);
	spin_unlock_irqrestore(&d->event_lock, f);
	return 0;
}

static long do_status(struct evtchn_status *op)
{
	struct domain *d = domain_get_any(op->dom);
	long rc;

	if (!d)
		return -ESRCH;
	rc = status_of(d, op);
	domain_put(d);
	return rc;
}

static long do_bind_vcpu(struct domain *d, const struct evtchn_bind_vcpu *op)
{
	struct evtchn *e = evtchn_port(d, op->port);

	if (op->vcpu >= d->max_vcpus || !d->vcpu[op->vcpu])
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
	case EVTCHN_PIRQ:
		break;
	default:
		return -EINVAL;
	}
	e->vcpu = (u16)op->vcpu;
	return 0;
}

static long do_unmask(struct domain *d, u32 port)
{
	struct evtchn *e = evtchn_port(d, port);

	if (!e || !d->vcpu[e->vcpu])
		return -EINVAL;
	evtchn_port_unmask(d, port);
	return 0;
}

static long do_set_priority(struct domain *d,
			    const struct evtchn_set_priority *op)
{
	struct evtchn *e = evtchn_port(d, op->port);

	if (!e)
		return -EINVAL;
	if (!d->fifo)
		return -ENOSYS;
	if (op->priority > EVTCHN_FIFO_PRIORITY_MIN)
		return -EINVAL;
	e->priority = (u8)op->priority;
	return 0;
}

union evtchn_arg {
	struct evtchn_alloc_unbound alloc_unbound;
	struct evtchn_bind_interdomain bind_interdomain;
	struct evtchn_bind_virq bind_virq;
	struct evtchn_bind_pirq bind_pirq;
	struct evtchn_bind_ipi bind_ipi;
	struct evtchn_close close;
	struct evtchn_send send;
	struct evtchn_status status;
	struct evtchn_bind_vcpu bind_vcpu;
	struct evtchn_unmask unmask;
	struct evtchn_reset reset;
	struct evtchn_init_control init_control;
	struct evtchn_expand_array expand_array;
	struct evtchn_set_priority set_priority;
};
_Static_assert(sizeof(struct evtchn_status) == 24, "public ABI, any bitness");

#define ARG(name, is_out) [EVTCHNOP_##name] = \
	{ sizeof(struct evtchn_##name), is_out }
static const struct {
	u8 size;
	bool out;
} arg_info[] = {
	ARG(bind_interdomain, true),
	ARG(bind_virq, true),
	ARG(bind_pirq, true),
	ARG(close, false),
	ARG(send, false),
	ARG(status, true),
	ARG(alloc_unbound, true),
	ARG(bind_ipi, true),
	ARG(bind_vcpu, false),
	ARG(unmask, false),
	ARG(reset, false),
	ARG(init_control, true),
	ARG(expand_array, false),
	ARG(set_priority, false),
};

/* Operations on ports of the caller's alone; its event lock is held. */
static long dispatch_locked(struct domain *d, u32 cmd, union evtchn_arg *a)
{
	switch (cmd) {
	case EVTCHNOP_bind_virq:
		return do_bind_virq(d, &a->bind_virq);
	case EVTCHNOP_bind_pirq:
		return do_bind_pirq(d, &a->bind_pirq);
	case EVTCHNOP_bind_ipi:
		return do_bind_ipi(d, &a->bind_ipi);
	case EVTCHNOP_bind_vcpu:
		return do_bind_vcpu(d, &a->bind_vcpu);
	case EVTCHNOP_unmask:
		return do_unmask(d, a->unmask.port);
	default:
		return do_set_priority(d, &a->set_priority);
	}
}

static long dispatch(struct domain *d, u32 cmd, union evtchn_arg *a)
{
	long rc;
	u64 f;

	switch (cmd) {
	case EVTCHNOP_send:
		return do_send(d, a->send.port);
	case EVTCHNOP_bind_interdomain:
		return do_bind_interdomain(d, &a->bind_interdomain);
	case EVTCHNOP_close:
		return do_close(d, a->close.port);
	case EVTCHNOP_status:
		return do_status(&a->status);
	case EVTCHNOP_alloc_unbound:
		return do_alloc_unbound(&a->alloc_unbound);
	case EVTCHNOP_reset:
		return do_reset(&a->reset);
	case EVTCHNOP_init_control:
		return fifo_init_control(d, &a->init_control);
	case EVTCHNOP_expand_array:
		return fifo_expand_array(d, a->expand_array.array_gfn);
	default:
		f = spin_lock_irqsave(&d->event_lock);
		rc = dispatch_locked(d, cmd, a);
		spin_unlock_irqrestore(&d->event_lock, f);
		return rc;
	}
}

long evtchn_op(u32 cmd, u64 arg)
{
	union evtchn_arg a = { 0 };
	long rc;

	if (cmd >= ARRAY_SIZE(arg_info) || !arg_info[cmd].size)
		return -ENOSYS;
	if (guest_read(&a, gva(arg), arg_info[cmd].size))
		return -EFAULT;
	rc = dispatch(current_domain(), cmd, &a);
	if (!rc && arg_info[cmd].out &&
	    guest_write(gva(arg), &a, arg_info[cmd].size))
		return -EFAULT;
	return rc;
}
