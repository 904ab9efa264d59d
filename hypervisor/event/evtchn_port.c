// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ports of event channels: their storage, and making them pending.
 *
 * A port is an index into pages of struct evtchn, which exist as far as ports
 * were used. Its pending and mask bits lie in memory that the guest can change
 * at any time: in shared_info for the 2-level ABI, in pages of the guest for
 * the FIFO ABI (event/evtchn_fifo.c). The hypervisor reads or sets them one bit
 * at a time, and no decision on its own state depends on them.
 *
 * A closed port whose event is still on a queue must not be used again until
 * the guest takes the event off, of which the hypervisor is not notified. Such
 * ports are in a list, and each allocation of a port tests some of them.
 */
#include "domain/part.h"
#include "event/evtchn_port.h"

#define LOOK_AT		32	/* closed ports tested by an allocation */

_Static_assert(EVTCHN_PAGES * PORTS_PER_PAGE == EVTCHN_FIFO_NR_CHANNELS,
	       "all ports have a page");
_Static_assert(EVTCHN_DIRS * PORT_PAGES_PER_DIR == EVTCHN_PAGES, "and a place");

static bool bit_test_and_set(u8 *map, u32 bit)
{
	u8 old = atomic_or(&map[bit / 8], (u8)(1u << bit % 8));

	return old >> bit % 8 & 1;
}

static bool bit_test_and_clear(u8 *map, u32 bit)
{
	u8 old = atomic_and(&map[bit / 8], (u8)~(1u << bit % 8));

	return old >> bit % 8 & 1;
}

static bool bit_test(const u8 *map, u32 bit)
{
	return READ_ONCE(map[bit / 8]) >> bit % 8 & 1;
}

void evtchn_mark_pending(struct vcpu *v)
{
	if (!atomic_xchg(&v->shared.info[INFO_PENDING], 1))
		sched_kick(v);
}

u32 evtchn_limit(const struct domain *d)
{
	return d->events.fifo ? EVTCHN_FIFO_NR_CHANNELS : d->width->max_ports;
}

/* NULL if no port of its page was ever used. */
static struct evtchn *port_at(const struct domain *d, u32 port)
{
	u32 page = port / PORTS_PER_PAGE;
	struct evtchn **dir = d->events.ports[page / PORT_PAGES_PER_DIR];
	struct evtchn *ports = dir ? dir[page % PORT_PAGES_PER_DIR] : NULL;

	return ports ? &ports[port % PORTS_PER_PAGE] : NULL;
}

struct evtchn *evtchn_port(const struct domain *d, u32 port)
{
	return port < evtchn_limit(d) ? port_at(d, port) : NULL;
}

/* Allocation takes the lowest free port, and pages of ports are kept. */
bool evtchn_used_many(const struct domain *d)
{
	ASSERT_HELD(&d->events.lock);
	return port_at(d, width32.max_ports);
}

/* 'more' (1 or -1) ports of the page became free. */
static void count_free(struct domain *d, u32 port, s32 more)
{
	u32 page = port / PORTS_PER_PAGE;
	struct evtchn *first = port_at(d, page * PORTS_PER_PAGE);

	first->page_used -= (u32)more;
	if (first->page_used == PORTS_PER_PAGE)
		d->events.full_pages[page / 64] |= BIT(page % 64);
	else
		d->events.full_pages[page / 64] &= ~BIT(page % 64);
}

/* Add the page that a port lies in. Port 0 is never allocated. */
static bool add_page(struct domain *d, u32 port)
{
	u32 page = port / PORTS_PER_PAGE;
	struct evtchn ***dir = &d->events.ports[page / PORT_PAGES_PER_DIR];

	if (!frames_make_page(dir) ||
	    !frames_make_page(&(*dir)[page % PORT_PAGES_PER_DIR]))
		return false;
	if (!page) {
		port_at(d, 0)->state = EVTCHN_RESERVED;
		port_at(d, 0)->page_used = 1;
	}
	return true;
}

/*
 * Keep last_vcpu and last_priority: a queue's tail may still refer to the port.
 */
static void port_init(struct evtchn *e, u8 state)
{
	*e = (struct evtchn){
		.state = state, .priority = EVTCHN_FIFO_PRIORITY_DEFAULT,
		.last_vcpu = e->last_vcpu, .last_priority = e->last_priority,
		.page_used = e->page_used,
	};
}

/* Free a closed port, or append it to the list if it is on a queue. */
static void release(struct domain *d, u32 port)
{
	struct evtchn *e = port_at(d, port);

	if (!d->events.fifo ||
	    !evtchn_fifo_has(d, port, 1u << EVTCHN_FIFO_LINKED)) {
		port_init(e, EVTCHN_FREE);
		count_free(d, port, 1);
		d->events.first_free_port =
			MIN(d->events.first_free_port, port);
		return;
	}
	port_init(e, EVTCHN_RESERVED);
	if (d->events.first_linked_port)
		port_at(d, d->events.last_linked_port)->peer = port;
	else
		d->events.first_linked_port = port;
	d->events.last_linked_port = port;
}

static void look_at_linked(struct domain *d)
{
	u32 last = d->events.last_linked_port, port = 0, i;

	for (i = 0; i < LOOK_AT && d->events.first_linked_port && port != last;
	     i++) {
		port = d->events.first_linked_port;
		d->events.first_linked_port = port_at(d, port)->peer;
		release(d, port);
	}
}

/*
 * No port below first_free_port is free. A page that is not marked full
 * therefore has its free port at or after p.
 */
static int take_port(struct domain *d, u32 limit)
{
	u32 p = d->events.first_free_port, page;
	u64 open;

	while (p < limit) {
		page = p / PORTS_PER_PAGE;
		open = ~d->events.full_pages[page / 64] >> page % 64;
		if (!(open & 1)) {
			page += open ? (u32)__builtin_ctzl(open) :
				64 - page % 64;
			p = page * PORTS_PER_PAGE;
			continue;
		}
		if (!port_at(d, p) && !add_page(d, p))
			return -ENOMEM;
		if (port_at(d, p)->state == EVTCHN_FREE) {
			count_free(d, p, -1);
			d->events.first_free_port = p + 1;
			return (int)p;
		}
		p++;
	}
	d->events.first_free_port = p;
	return -ENOSPC;
}

int evtchn_port_alloc(struct domain *d)
{
	u32 limit = evtchn_limit(d);
	int port;

	ASSERT_HELD(&d->events.lock);
	if (d->life.is_dying)
		return -EINVAL;
	if (d->events.max_port && d->events.max_port < limit)
		limit = d->events.max_port + 1;
	look_at_linked(d);
	port = take_port(d, limit);
	if (port > 0) {
		port_init(port_at(d, (u32)port), EVTCHN_RESERVED);
		d->events.open_ports++;
	}
	return port;
}

void evtchn_port_free(struct domain *d, u32 port)
{
	ASSERT_HELD(&d->events.lock);
	if (d->events.fifo)
		evtchn_fifo_clear_pending(d, port);
	else
		bit_test_and_clear(d->shared + d->width->pending_offset, port);
	release(d, port);
	d->events.open_ports--;
}

/*
 * 2-level: wake v for a port that became pending and is not masked, unless its
 * word has been announced already.
 */
static void notify(struct domain *d, struct vcpu *v, u32 port)
{
	const struct width *a = d->width;

	if (bit_test(d->shared + a->mask_offset, port))
		return;
	if (!bit_test_and_set(v->shared.info + a->sel_offset,
			      port / a->sel_bits))
		evtchn_mark_pending(v);
}

void evtchn_port_set_pending(struct domain *d, u32 port)
{
	struct evtchn *e = evtchn_port(d, port);
	struct vcpu *v;

	ASSERT_HELD(&d->events.lock);
	if (!e || !d->vcpu[e->vcpu])
		return;
	if (d->events.fifo)
		evtchn_fifo_set_pending(d, e, port);
	else if (!bit_test_and_set(d->shared + d->width->pending_offset, port))
		notify(d, d->vcpu[e->vcpu], port);
	domain_for_each_vcpu(d, v)
		if (sched_polls(&v->sched, port))
			sched_wake(v);
}

void evtchn_port_unmask(struct domain *d, u32 port)
{
	struct evtchn *e = evtchn_port(d, port);
	const struct width *a = d->width;

	ASSERT_HELD(&d->events.lock);
	if (d->events.fifo) {
		evtchn_fifo_unmask(d, e, port);
		return;
	}
	if (bit_test_and_clear(d->shared + a->mask_offset, port) &&
	    bit_test(d->shared + a->pending_offset, port))
		notify(d, d->vcpu[e->vcpu], port);
}

int evtchn_pending(const struct vcpu *v, u32 port)
{
	struct domain *d = v->d;
	const struct evtchn *e;

	spin_guard_irqsave(&d->events.lock);
	e = evtchn_port(d, port);
	if (!evtchn_is_open(e))
		return -EINVAL;
	if (d->events.fifo)
		return evtchn_fifo_has(d, port, 1u << EVTCHN_FIFO_PENDING);
	return bit_test(d->shared + d->width->pending_offset, port);
}

/* All ports are closed and the domain has no reference. */
static void free_ports(struct domain *d)
{
	u32 i, j;

	for (i = 0; i < EVTCHN_DIRS; i++) {
		for (j = 0; d->events.ports[i] && j < PORT_PAGES_PER_DIR; j++)
			frames_delete(d->events.ports[i][j], PAGE_SIZE);
		frames_delete(d->events.ports[i], PAGE_SIZE);
	}
}

static int create(struct domain *d, const struct domain_config *config)
{
	spin_init(&d->events.lock, LOCK_EVENTS);
	d->events.max_port = config->max_evtchn_port;
	return add_page(d, 0) ? 0 : -ENOMEM;
}

DOMAIN_PART(EVENTS,
	.create = create,
	.kill = evtchn_kill,
	.free = free_ports);
