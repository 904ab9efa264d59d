// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event channels of the 2-level ABI (xen/event_channel.h).
 *
 * A port is an index into pages of struct evtchn that exist as far as ports
 * have been used; its pending and mask bits lie in shared_info, where the
 * guest changes them at any time, so they are only ever read or set one bit
 * at a time and never believed.
 *
 * The event lock of a domain guards its ports. Channels between domains need
 * both locks; as long as one domain exists, only loop-back ones can be made.
 */
#include <xen/event_channel.h>
#include "domain.h"
#include "errno.h"
#include "evtchn.h"
#include "guest.h"
#include "irq.h"
#include "paging.h"
#include "lib.h"
#include "sched.h"

#define INFO_PENDING	0	/* vcpu_info.evtchn_upcall_pending */
#define INFO_MASK	1	/* vcpu_info.evtchn_upcall_mask */

static bool bit_test_and_set(u8 *map, u32 bit)
{
	u8 old = __atomic_fetch_or(&map[bit / 8], (u8)(1u << bit % 8),
				   __ATOMIC_SEQ_CST);

	return old >> bit % 8 & 1;
}

static void bit_clear(u8 *map, u32 bit)
{
	__atomic_fetch_and(&map[bit / 8], (u8)~(1u << bit % 8),
			   __ATOMIC_SEQ_CST);
}

static bool bit_test(const u8 *map, u32 bit)
{
	return READ_ONCE(map[bit / 8]) >> bit % 8 & 1;
}

bool vcpu_event_pending(const struct vcpu *v)
{
	return READ_ONCE(v->info[INFO_PENDING]);
}

bool vcpu_upcall_mask(const struct vcpu *v)
{
	return READ_ONCE(v->info[INFO_MASK]);
}

void vcpu_set_upcall_mask(struct vcpu *v, bool masked)
{
	WRITE_ONCE(v->info[INFO_MASK], masked);
}

bool vcpu_events_deliverable(const struct vcpu *v)
{
	return vcpu_event_pending(v) && !vcpu_upcall_mask(v);
}

void vcpu_mark_pending(struct vcpu *v)
{
	if (!__atomic_exchange_n(&v->info[INFO_PENDING], 1, __ATOMIC_SEQ_CST))
		sched_kick(v);
}

static struct evtchn *port_get(struct domain *d, u32 port)
{
	struct evtchn *page;

	if (port >= d->abi->max_ports)
		return NULL;
	page = d->ports[port / PORTS_PER_PAGE];
	return page ? &page[port % PORTS_PER_PAGE] : NULL;
}

/* The first free port from 1 on, its page made if needed. */
static int port_alloc(struct domain *d)
{
	struct evtchn *e;
	mfn_t m;
	u32 p;

	for (p = 1; p < d->abi->max_ports; p++) {
		if (!d->ports[p / PORTS_PER_PAGE]) {
			m = frame_alloc_hv(0);
			if (mfn_eq(m, INVALID_MFN))
				return -ENOMEM;
			d->ports[p / PORTS_PER_PAGE] = mfn_to_virt(m);
		}
		e = port_get(d, p);
		if (e->state == EVTCHN_FREE) {
			*e = (struct evtchn){ .state = EVTCHN_RESERVED };
			return (int)p;
		}
	}
	return -ENOSPC;
}

/* Wake v for a port that became pending and is not masked. */
static void notify(struct domain *d, struct vcpu *v, u32 port)
{
	const struct abi *a = d->abi;

	if (bit_test(d->shared + a->mask_offset, port))
		return;
	bit_test_and_set(v->info + a->sel_offset, port / a->sel_bits);
	vcpu_mark_pending(v);
}

static void set_pending(struct domain *d, u32 port)
{
	struct evtchn *e = port_get(d, port);
	struct vcpu *v = e ? d->vcpu[e->vcpu] : NULL;
	u32 i;

	if (!v)
		return;
	if (!bit_test_and_set(d->shared + d->abi->pending_offset, port))
		notify(d, v, port);
	for (i = 0; i < d->max_vcpus; i++)
		if (d->vcpu[i] && (d->vcpu[i]->state & VCPU_POLLING))
			sched_poll_check(d->vcpu[i], port);
}

bool evtchn_pending(const struct vcpu *v, u32 port)
{
	const struct domain *d = v->d;

	return port < d->abi->max_ports &&
	       bit_test(d->shared + d->abi->pending_offset, port);
}

void evtchn_send_pirq(struct domain *d, u32 pirq)
{
	u64 f = spin_lock_irqsave(&d->event_lock);

	if (pirq < MAX_PIRQS && d->pirqs[pirq].port)
		set_pending(d, d->pirqs[pirq].port);
	spin_unlock_irqrestore(&d->event_lock, f);
}

void evtchn_send_virq(struct vcpu *v, u32 virq)
{
	u64 f = spin_lock_irqsave(&v->d->event_lock);

	if (v->virq_port[virq])
		set_pending(v->d, v->virq_port[virq]);
	spin_unlock_irqrestore(&v->d->event_lock, f);
}

void evtchn_send_global_virq(u32 virq)
{
	if (dom0 && dom0->vcpu[0])
		evtchn_send_virq(dom0->vcpu[0], virq);
}

static long do_alloc_unbound(struct domain *d, struct evtchn_alloc_unbound *op)
{
	int port;

	if (domain_find_self(op->dom) != d)
		return -ESRCH;
	port = port_alloc(d);
	if (port < 0)
		return port;
	*port_get(d, (u32)port) = (struct evtchn){
		.state = EVTCHN_UNBOUND,
		.remote_domid = op->remote_dom == DOMID_SELF ? (u16)d->id :
				op->remote_dom,
	};
	op->port = (evtchn_port_t)port;
	return 0;
}

/* Only to an unbound port of this very domain, as long as there is one. */
static long do_bind_interdomain(struct domain *d,
				struct evtchn_bind_interdomain *op)
{
	struct evtchn *remote;
	int port;

	if (domain_find_self(op->remote_dom) != d)
		return -ESRCH;
	port = port_alloc(d);
	if (port < 0)
		return port;
	remote = port_get(d, op->remote_port);
	if (!remote || remote->state != EVTCHN_UNBOUND ||
	    remote->remote_domid != d->id) {
		port_get(d, (u32)port)->state = EVTCHN_FREE;
		return -EINVAL;
	}
	*port_get(d, (u32)port) = (struct evtchn){
		.state = EVTCHN_INTERDOMAIN, .remote_domid = (u16)d->id,
		.peer = op->remote_port,
	};
	remote->state = EVTCHN_INTERDOMAIN;
	remote->peer = (u32)port;
	op->local_port = (evtchn_port_t)port;
	set_pending(d, (u32)port);
	return 0;
}

static bool virq_is_global(u32 virq)
{
	return virq != VIRQ_TIMER && virq != VIRQ_DEBUG &&
	       virq != VIRQ_XENOPROF && virq != VIRQ_XENPMU;
}

static long do_bind_virq(struct domain *d, struct evtchn_bind_virq *op)
{
	struct vcpu *v;
	int port;

	if (op->virq >= ARRAY_SIZE(v->virq_port) ||
	    (virq_is_global(op->virq) && op->vcpu))
		return -EINVAL;
	if (op->vcpu >= d->max_vcpus || !d->vcpu[op->vcpu])
		return -ENOENT;
	v = d->vcpu[op->vcpu];
	if (v->virq_port[op->virq])
		return -EEXIST;
	port = port_alloc(d);
	if (port < 0)
		return port;
	*port_get(d, (u32)port) = (struct evtchn){
		.state = EVTCHN_VIRQ, .vcpu = (u16)op->vcpu, .peer = op->virq,
	};
	v->virq_port[op->virq] = (u32)port;
	op->port = (evtchn_port_t)port;
	return 0;
}

static long do_bind_ipi(struct domain *d, struct evtchn_bind_ipi *op)
{
	int port;

	if (op->vcpu >= d->max_vcpus || !d->vcpu[op->vcpu])
		return -ENOENT;
	port = port_alloc(d);
	if (port < 0)
		return port;
	*port_get(d, (u32)port) = (struct evtchn){
		.state = EVTCHN_IPI, .vcpu = (u16)op->vcpu,
	};
	op->port = (evtchn_port_t)port;
	return 0;
}

static long do_bind_pirq(struct domain *d, struct evtchn_bind_pirq *op)
{
	struct pirq *p;
	int port, rc;

	if (op->pirq >= MAX_PIRQS || !d->privileged)
		return -EINVAL;
	p = &d->pirqs[op->pirq];
	if (p->port)
		return -EEXIST;
	port = port_alloc(d);
	if (port < 0)
		return port;
	*port_get(d, (u32)port) = (struct evtchn){
		.state = EVTCHN_PIRQ, .peer = op->pirq,
	};
	p->port = (u32)port;
	rc = p->vector ? irq_bind_guest(p->vector, d, op->pirq) : 0;
	if (rc) {
		p->port = 0;
		port_get(d, (u32)port)->state = EVTCHN_FREE;
		return rc;
	}
	op->port = (evtchn_port_t)port;
	return 0;
}

static void unbind(struct domain *d, u32 port, const struct evtchn *e)
{
	struct evtchn *peer;
	struct pirq *p;

	switch (e->state) {
	case EVTCHN_VIRQ:
		if (d->vcpu[e->vcpu] && virq_is_global(e->peer))
			d->vcpu[0]->virq_port[e->peer] = 0;
		else if (d->vcpu[e->vcpu])
			d->vcpu[e->vcpu]->virq_port[e->peer] = 0;
		break;
	case EVTCHN_PIRQ:
		p = &d->pirqs[e->peer];
		if (p->vector)
			irq_unbind_guest(p->vector);
		p->port = 0;
		break;
	case EVTCHN_INTERDOMAIN:
		peer = port_get(d, e->peer);
		if (peer && peer->state == EVTCHN_INTERDOMAIN &&
		    peer->peer == port)
			peer->state = EVTCHN_UNBOUND;
		break;
	default:
		break;
	}
}

static long do_close(struct domain *d, u32 port)
{
	struct evtchn *e = port_get(d, port), old;

	if (!e || e->state == EVTCHN_FREE || e->state == EVTCHN_RESERVED)
		return -EINVAL;
	old = *e;
	*e = (struct evtchn){ 0 };
	unbind(d, port, &old);
	bit_clear(d->shared + d->abi->pending_offset, port);
	return 0;
}

static long do_send(struct domain *d, u32 port)
{
	struct evtchn *e = port_get(d, port);

	if (!e)
		return -EINVAL;
	switch (e->state) {
	case EVTCHN_INTERDOMAIN:
		set_pending(d, e->peer);
		return 0;
	case EVTCHN_IPI:
		set_pending(d, port);
		return 0;
	case EVTCHN_UNBOUND:
		return 0;
	default:
		return -EINVAL;
	}
}

static long do_status(struct domain *d, struct evtchn_status *op)
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
	struct evtchn *e;

	if (domain_find_self(op->dom) != d)
		return -ESRCH;
	e = port_get(d, op->port);
	if (!e) {
		if (op->port >= d->abi->max_ports)
			return -EINVAL;
		op->status = EVTCHNSTAT_closed;
		return 0;
	}
	op->status = public_state[e->state];
	op->vcpu = e->vcpu;
	if (e->state == EVTCHN_UNBOUND)
		op->u.unbound.dom = e->remote_domid;
	else if (e->state == EVTCHN_INTERDOMAIN) {
		op->u.interdomain.dom = e->remote_domid;
		op->u.interdomain.port = e->peer;
	} else if (e->state == EVTCHN_PIRQ)
		op->u.pirq = e->peer;
	else if (e->state == EVTCHN_VIRQ)
		op->u.virq = e->peer;
	return 0;
}

static long do_bind_vcpu(struct domain *d, const struct evtchn_bind_vcpu *op)
{
	struct evtchn *e = port_get(d, op->port);

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
	struct evtchn *e = port_get(d, port);
	const struct abi *a = d->abi;

	if (!e || !d->vcpu[e->vcpu])
		return -EINVAL;
	bit_clear(d->shared + a->mask_offset, port);
	if (bit_test(d->shared + a->pending_offset, port))
		notify(d, d->vcpu[e->vcpu], port);
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
};
_Static_assert(sizeof(struct evtchn_status) == 24, "public ABI, any bitness");

static const struct {
	u8 size;
	bool out;
} arg_info[] = {
	[EVTCHNOP_bind_interdomain] =
		{ sizeof(struct evtchn_bind_interdomain), true },
	[EVTCHNOP_bind_virq] = { sizeof(struct evtchn_bind_virq), true },
	[EVTCHNOP_bind_pirq] = { sizeof(struct evtchn_bind_pirq), true },
	[EVTCHNOP_close] = { sizeof(struct evtchn_close), false },
	[EVTCHNOP_send] = { sizeof(struct evtchn_send), false },
	[EVTCHNOP_status] = { sizeof(struct evtchn_status), true },
	[EVTCHNOP_alloc_unbound] =
		{ sizeof(struct evtchn_alloc_unbound), true },
	[EVTCHNOP_bind_ipi] = { sizeof(struct evtchn_bind_ipi), true },
	[EVTCHNOP_bind_vcpu] = { sizeof(struct evtchn_bind_vcpu), false },
	[EVTCHNOP_unmask] = { sizeof(struct evtchn_unmask), false },
};

static long dispatch(struct domain *d, u32 cmd, union evtchn_arg *a)
{
	switch (cmd) {
	case EVTCHNOP_bind_interdomain:
		return do_bind_interdomain(d, &a->bind_interdomain);
	case EVTCHNOP_bind_virq:
		return do_bind_virq(d, &a->bind_virq);
	case EVTCHNOP_bind_pirq:
		return do_bind_pirq(d, &a->bind_pirq);
	case EVTCHNOP_close:
		return do_close(d, a->close.port);
	case EVTCHNOP_send:
		return do_send(d, a->send.port);
	case EVTCHNOP_status:
		return do_status(d, &a->status);
	case EVTCHNOP_alloc_unbound:
		return do_alloc_unbound(d, &a->alloc_unbound);
	case EVTCHNOP_bind_ipi:
		return do_bind_ipi(d, &a->bind_ipi);
	case EVTCHNOP_bind_vcpu:
		return do_bind_vcpu(d, &a->bind_vcpu);
	case EVTCHNOP_unmask:
		return do_unmask(d, a->unmask.port);
	default:
		return -ENOSYS;
	}
}

long evtchn_op(u32 cmd, u64 arg)
{
	struct domain *d = current_domain();
	union evtchn_arg a = { 0 };
	long rc;
	u64 f;

	if (cmd >= ARRAY_SIZE(arg_info) || !arg_info[cmd].size)
		return -ENOSYS;
	if (guest_read(&a, gva(arg), arg_info[cmd].size))
		return -EFAULT;
	f = spin_lock_irqsave(&d->event_lock);
	rc = dispatch(d, cmd, &a);
	spin_unlock_irqrestore(&d->event_lock, f);
	if (!rc && arg_info[cmd].out &&
	    guest_write(gva(arg), &a, arg_info[cmd].size))
		return -EFAULT;
	return rc;
}
