// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event channels of the FIFO ABI (xen/event_channel.h).
 *
 * Every port has a word in the guest's memory, and every vCPU a control block
 * with the heads of sixteen queues. The hypervisor appends a word to a queue by
 * writing the link of its last word; the guest takes words off. The hypervisor
 * keeps the number of each queue's last word itself, and uses no link, head or
 * bit that the guest can write as an index. A guest that corrupts its words
 * breaks its own queues at most.
 *
 * Each of these pages has a reference and a WRITABLE type reference, until the
 * guest returns to the 2-level ABI or dies.
 */
#include "event/evtchn_port.h"

#define WORDS_PER_PAGE	(PAGE_SIZE / sizeof(event_word_t))
#define ARRAY_PAGES	(EVTCHN_FIFO_NR_CHANNELS / WORDS_PER_PAGE)
#define QUEUES		EVTCHN_FIFO_MAX_QUEUES
#define RAISE_PORTS	4u	/* in one hold: the polls of all vCPUs look at each */
#define LINK_TRIES	5	/* what a well-behaved guest needs at most */

#define PENDING		(1u << EVTCHN_FIFO_PENDING)
#define MASKED		(1u << EVTCHN_FIFO_MASKED)
#define LINKED		(1u << EVTCHN_FIFO_LINKED)
#define BUSY		(1u << EVTCHN_FIFO_BUSY)

struct fifo {
	u32 pages;			/* of the array */
	event_word_t *array[ARRAY_PAGES];
	struct fifo_vcpu {
		struct evtchn_fifo_control_block *control;
		u32 tail[QUEUES];	/* last ports; 0: none */
	} vcpu[MAX_DOMAIN_VCPUS];
};
_Static_assert(sizeof(struct fifo) <= PAGE_SIZE, "one page");
_Static_assert(sizeof(struct evtchn_fifo_control_block) == 72, "public ABI");
_Static_assert(sizeof(struct evtchn_init_control) == 24, "any bitness");

static event_word_t *word_of(const struct domain *d, u32 port)
{
	const struct fifo *f = d->events.fifo;

	if (port >= f->pages * WORDS_PER_PAGE)
		return NULL;
	return &f->array[port / WORDS_PER_PAGE][port % WORDS_PER_PAGE];
}

/*
 * Append a port to the last word of a queue; false if that word is no longer on
 * a queue. By the ABI the guest must not unmask the word while BUSY is set, so
 * five tries are enough. A guest that breaks this rule breaks its own queue.
 */
static bool append(event_word_t *last, u32 port)
{
	u32 old = READ_ONCE(*last), i;

	for (i = 0; i < LINK_TRIES; i++) {
		if (!(old & LINKED))
			break;
		if (atomic_cmpxchg(last, &old,
				   (old & ~(BUSY | EVTCHN_FIFO_LINK_MASK)) | port))
			return true;
		if (!i) {
			atomic_or(last, BUSY);
			old = READ_ONCE(*last);
		}
	}
	if (i)
		atomic_and(last, ~BUSY);
	return i == LINK_TRIES;
}

/* Put a word that was just marked LINKED on its queue; true: it is alone. */
static bool enqueue(struct domain *d, struct evtchn *e, u32 port)
{
	struct fifo *f = d->events.fifo;
	u32 *old_tail = &f->vcpu[e->last_vcpu].tail[e->last_priority];
	struct fifo_vcpu *fv = &f->vcpu[e->vcpu];
	u32 *tail = &fv->tail[e->priority];
	event_word_t *last;
	bool alone = true;

	/* It is on no queue. If it was the last of one, that queue is empty. */
	if (*old_tail == port)
		*old_tail = 0;
	e->last_vcpu = e->vcpu;
	e->last_priority = e->priority;
	last = *tail ? word_of(d, *tail) : NULL;
	if (last)
		alone = !append(last, port);
	if (alone)
		WRITE_ONCE(fv->control->head[e->priority], port);
	*tail = port;
	return alone;
}

void evtchn_fifo_set_pending(struct domain *d, struct evtchn *e, u32 port)
{
	struct fifo_vcpu *fv = &d->events.fifo->vcpu[e->vcpu];
	event_word_t *word = word_of(d, port);

	ASSERT_HELD(&d->events.lock);
	if (!word) {
		e->pending = true;	/* until its page is added */
		return;
	}
	atomic_or(word, PENDING);
	/* Without a control block it waits for an unmask. Xen 4.17 drops it. */
	if (!fv->control || (READ_ONCE(*word) & MASKED) ||
	    (atomic_or(word, LINKED) & LINKED))
		return;
	if (enqueue(d, e, port) &&
	    !(atomic_or(&fv->control->ready, 1u << e->priority) >>
	      e->priority & 1))
		evtchn_mark_pending(d->vcpu[e->vcpu]);
}

void evtchn_fifo_clear_pending(struct domain *d, u32 port)
{
	ASSERT_HELD(&d->events.lock);
	event_word_t *word = word_of(d, port);

	if (word)
		atomic_and(word, ~PENDING);
}

void evtchn_fifo_unmask(struct domain *d, struct evtchn *e, u32 port)
{
	ASSERT_HELD(&d->events.lock);
	event_word_t *word = word_of(d, port);

	if (!word)
		return;
	atomic_and(word, ~MASKED);
	if (READ_ONCE(*word) & PENDING)
		evtchn_fifo_set_pending(d, e, port);
}

bool evtchn_fifo_has(const struct domain *d, u32 port, u32 bit)
{
	const event_word_t *word = word_of(d, port);

	return word && (READ_ONCE(*word) & bit);
}

/* Call fn for 'count' ports from 'port' on, some in each hold of the lock. */
static void for_ports(struct domain *d, u32 port, u32 count,
		      void (*fn)(struct domain *d, struct evtchn *e, u32 port))
{
	u32 end = port + count;
	struct evtchn *e;

	while (port < end) {
		spin_guard_irqsave(&d->events.lock);
		do {
			e = evtchn_port(d, port);
			if (d->events.fifo && evtchn_is_open(e))
				fn(d, e, port);
		} while (++port % RAISE_PORTS);
	}
}

/*
 * What is pending of a port, by the 2-level ABI, comes back when the port's
 * word has its page. No more is added there once the domain has the FIFO ABI.
 */
static void save_pending(struct domain *d, struct evtchn *e, u32 port)
{
	const u8 *bits = d->shared + d->width->pending_offset;

	if (READ_ONCE(bits[port / 8]) >> port % 8 & 1)
		evtchn_fifo_set_pending(d, e, port);
}

static int use_control(struct domain *d, const struct evtchn_init_control *op,
		       mfn_t m, struct fifo *page)
{
	struct fifo_vcpu *fv;

	if (d->life.is_dying)
		return -EINVAL;
	if (!d->events.fifo) {
		if (!page)
			return -ENOMEM;
		d->events.fifo = page;
	}
	fv = &d->events.fifo->vcpu[op->vcpu];
	if (fv->control)
		return -EINVAL;
	fv->control = (void *)((u8 *)mfn_to_virt(m) + op->offset);
	return 0;
}

long evtchn_fifo_init_control(struct domain *d, void *arg)
{
	struct evtchn_init_control *op = arg;
	mfn_t m = mfn(op->control_gfn);
	struct fifo *page = NULL;
	bool first;
	long rc;

	op->link_bits = EVTCHN_FIFO_LINK_BITS;
	if (!domain_vcpu(d, op->vcpu))
		return -ENOENT;
	if (op->offset > PAGE_SIZE - sizeof(struct evtchn_fifo_control_block) ||
	    op->offset % 8)
		return -EINVAL;
	if (ptype_get_direct(d, m, true))
		return -EINVAL;
	if (!d->events.fifo)
		page = frames_new(sizeof(*page));
	spin_scoped_irqsave(&d->events.lock) {
		rc = use_control(d, op, m, page);
		first = page && d->events.fifo == page;
	}
	if (rc)
		ptype_put_foreign(m, true);
	if (!first)
		frames_delete(page, sizeof(*page));
	if (first)
		for_ports(d, 0, d->width->max_ports, save_pending);
	return rc;
}

/* Returns the first port whose word lies in the page, or -ENOSPC. */
static int add_page(struct domain *d, mfn_t m)
{
	struct fifo *f = d->events.fifo;

	if (f->pages == ARRAY_PAGES)
		return -ENOSPC;
	f->array[f->pages] = mfn_to_virt(m);
	return (int)(f->pages++ * WORDS_PER_PAGE);
}

/* Send the event that was saved for a port, if there was one. */
static void raise(struct domain *d, struct evtchn *e, u32 port)
{
	if (!e->pending)
		return;
	e->pending = false;
	evtchn_port_set_pending(d, port);
}

long evtchn_fifo_expand_array(struct domain *d, void *arg)
{
	mfn_t m = mfn(((const struct evtchn_expand_array *)arg)->array_gfn);
	int port;

	if (!d->events.fifo)
		return -EOPNOTSUPP;
	if (ptype_get_direct(d, m, true))
		return -EINVAL;
	spin_scoped_irqsave(&d->events.lock)
		port = d->events.fifo && !d->life.is_dying ?
		       add_page(d, m) : -EOPNOTSUPP;
	if (port < 0) {
		ptype_put_foreign(m, true);
		return port;
	}
	for_ports(d, (u32)port, WORDS_PER_PAGE, raise);
	return 0;
}

/* Drop the references to the page of guest memory that p lies in. */
static void put_page(const void *p)
{
	if (p)
		ptype_put_foreign(virt_to_mfn(p), true);
}

void evtchn_fifo_for_each_page(const struct fifo *f,
			       void (*fn)(const void *page))
{
	u32 i;

	for (i = 0; i < f->pages; i++)
		fn(f->array[i]);
	for (i = 0; i < MAX_DOMAIN_VCPUS; i++)
		fn(f->vcpu[i].control);
}

int evtchn_fifo_destroy(struct domain *d)
{
	struct fifo *f;

	spin_scoped_irqsave(&d->events.lock) {
		if (d->events.open_ports)
			return -EAGAIN;
		f = d->events.fifo;
		d->events.fifo = NULL;
	}
	if (f)
		evtchn_fifo_for_each_page(f, put_page);
	frames_delete(f, sizeof(*f));
	return 0;
}
