// SPDX-License-Identifier: GPL-2.0-only
/*
 * The FIFO event channels: a guest that keeps the rules loses no event and
 * gets them in order, whatever is sent, masked, moved and closed; one that
 * writes anything anywhere breaks nothing but its own words.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <xen/event_channel.h>
#include "domain/part.h"
#include "errno.h"
#include "event/evtchn.h"
#include "event/evtchn_port.h"
#include "host.h"
#include "hypercalls.h"
#include "lib/lib.h"
#include "machine/paging.h"

#define PORTS	40u
#define LINKED	(1u << EVTCHN_FIFO_LINKED)
#define PENDING	(1u << EVTCHN_FIFO_PENDING)
#define MASKED	(1u << EVTCHN_FIFO_MASKED)
#define BUSY	(1u << EVTCHN_FIFO_BUSY)

static struct domain *d;
static struct evtchn_fifo_control_block *control;
static u32 *words, control_frame, word_frame;

static long call(u32 cmd, void *arg)
{
	long rc = do_event_channel_op((u64[]){ cmd, (u64)arg });

	assert_int_equal(host_locks, 0);
	return rc;
}

/* A domain with the 2-level ABI */
static void make_domain(void)
{
	u32 first, i;

	host_reset();
	frames_init(HOST_FRAMES);
	frames_give(mfn(256), HOST_FRAMES - 256);
	d = host_domain(4, &first);
	control_frame = word_frame = 0;
	for (i = 0; i < HOST_FRAMES; i++)
		if (frame_table[i].owner == d && !control_frame)
			control_frame = i;
		else if (frame_table[i].owner == d && !word_frame)
			word_frame = i;
}

static void use_fifo(void)
{
	struct evtchn_init_control init = {
		.control_gfn = control_frame, .offset = 64
	};
	struct evtchn_expand_array expand = { .array_gfn = word_frame };

	assert_int_equal(call(EVTCHNOP_init_control, &init), 0);
	assert_int_equal(call(EVTCHNOP_expand_array, &expand), 0);
	control = (void *)((u8 *)mfn_to_virt(mfn(control_frame)) + 64);
	words = mfn_to_virt(mfn(word_frame));
}

static void setup(void)
{
	make_domain();
	use_fifo();
}

static u32 bind(void)
{
	struct evtchn_bind_ipi ipi = { 0 };

	assert_int_equal(call(EVTCHNOP_bind_ipi, &ipi), 0);
	return ipi.port;
}

static long send(u32 port)
{
	struct evtchn_send s = { .port = port };

	return call(EVTCHNOP_send, &s);
}

static u32 take(u32 queue)
{
	u32 port = control->head[queue], link;

	if (!port)
		return 0;
	assert_true(port < 1024);
	assert_true(words[port] & LINKED);
	link = words[port] & EVTCHN_FIFO_LINK_MASK;
	words[port] &= ~(LINKED | PENDING | EVTCHN_FIFO_LINK_MASK);
	control->head[queue] = link;
	if (!link)
		control->ready &= ~(1u << queue);
	return port;
}

/* A model of the queues: what must come next from each. */
static u32 queue[16][4096], head[16], tail[16];
static u8 priority[1024], queued[1024], masked[1024], waiting[1024];

static void model_send(u32 port)
{
	u32 q = priority[port];

	if (masked[port]) {
		waiting[port] = 1;
		return;
	}
	if (queued[port])
		return;
	queued[port] = 1;
	queue[q][tail[q]++ % 4096] = port;
}

static void model_take(u32 q)
{
	u32 port = take(q);

	if (head[q] == tail[q]) {
		assert_int_equal(port, 0);
		return;
	}
	assert_int_equal(port, queue[q][head[q]++ % 4096]);
	queued[port] = 0;
}

static void model_mask(u32 port)
{
	struct evtchn_unmask u = { .port = port };

	if (!masked[port] && !queued[port]) {
		words[port] |= MASKED;
		masked[port] = 1;
	} else if (masked[port]) {
		masked[port] = 0;
		assert_int_equal(call(EVTCHNOP_unmask, &u), 0);
		if (waiting[port])
			model_send(port);
		waiting[port] = 0;
	}
}

/*
 * Of each priority events come in the order in which they were sent, each once;
 * a masked one waits, and a change of priority counts from the next event on.
 */
static void test_order(void **state)
{
	struct evtchn_set_priority sp;
	u32 ports[PORTS], i, k, taken = 0;

	(void)state;
	setup();
	srand(31);
	memset(priority, 7, sizeof(priority));
	for (i = 0; i < PORTS; i++)
		ports[i] = bind();
	for (k = 0; k < 200000; k++) {
		i = ports[(u32)rand() % PORTS];
		switch (rand() % 8) {
		case 0:
			sp = (struct evtchn_set_priority){
				i, (u32)rand() % 16 };
			assert_int_equal(call(EVTCHNOP_set_priority, &sp), 0);
			priority[i] = (u8)sp.priority;
			break;
		case 1:
			model_mask(i);
			break;
		case 2:
		case 3:
		case 4:
			assert_int_equal(send(i), 0);
			model_send(i);
			break;
		default:
			taken += head[i % 16] != tail[i % 16];
			model_take(i % 16);
		}
	}
	assert_true(taken > 10000);
	for (k = 0; k < 16; k++)
		while (head[k] != tail[k])
			model_take(k);
}

static volatile bool stop;

static void *scribble(void *arg)
{
	unsigned int seed = 9;
	u32 *w = arg, r;

	while (!stop) {
		r = (u32)rand_r(&seed);
		WRITE_ONCE(w[r & 63], (u32)rand_r(&seed) * 3);
		if (!(r & 0x700)) {
			WRITE_ONCE(control->head[r >> 16 & 15], r * 7);
			WRITE_ONCE(control->ready, r * 5);
		}
	}
	return NULL;
}

/* All calls, while the words change; then the pages must be free again. */
static void test_hostile(void **state)
{
	struct evtchn_reset reset = { .dom = DOMID_SELF };
	struct evtchn_set_priority sp;
	struct evtchn_unmask u;
	struct evtchn_close c;
	pthread_t thread;
	u32 k, p;

	(void)state;
	setup();
	srand(32);
	stop = false;
	assert_int_equal(pthread_create(&thread, NULL, scribble, words), 0);
	for (k = 0; k < 100000; k++) {
		p = (u32)rand() % 64;
		sp = (struct evtchn_set_priority){ p, (u32)rand() % 17 };
		u.port = c.port = p;
		switch (rand() % 8) {
		case 0:
			if (d->events.open_ports < 50)
				bind();
			break;
		case 1:
			call(EVTCHNOP_close, &c);
			break;
		case 2:
			call(EVTCHNOP_unmask, &u);
			break;
		case 3:
			call(EVTCHNOP_set_priority, &sp);
			break;
		default:
			send(p);
		}
	}
	stop = true;
	pthread_join(thread, NULL);
	host_preempt = true;
	while (call(EVTCHNOP_reset, &reset))
		;
	assert_int_equal(d->events.open_ports, 0);
	assert_int_equal(frame_table[control_frame].refs, 1);
	assert_int_equal(frame_table[word_frame].refs, 1);
	assert_int_equal(frame_table[word_frame].type_count, 0);
}

/* Two domains: the ends know each other, and death leaves one unbound. */
static void test_interdomain(void **state)
{
	struct evtchn_alloc_unbound a = { .dom = DOMID_SELF, .remote_dom = 4 };
	struct evtchn_bind_interdomain b = { .remote_dom = 3 };
	struct evtchn_status s = { .dom = 3 };
	struct domain *other;
	u32 first, before;
	int rc;

	(void)state;
	setup();
	other = host_other(4, &first);
	before = d->refs;
	assert_int_equal(call(EVTCHNOP_alloc_unbound, &a), 0);
	b.remote_port = s.port = a.port;
	/* Not for itself, though the number is right. */
	assert_int_equal(call(EVTCHNOP_bind_interdomain, &b), -EINVAL);
	host_current = other->vcpu[0];
	assert_int_equal(call(EVTCHNOP_status, &s), -EPERM);
	assert_int_equal(call(EVTCHNOP_bind_interdomain, &b), 0);
	assert_int_equal(call(EVTCHNOP_bind_interdomain, &b), -EINVAL);
	assert_int_equal(send(b.local_port), 0);
	assert_int_equal(take(7), a.port);
	host_current = d->vcpu[0];
	assert_int_equal(send(a.port), 0);
	assert_true(other->shared[2048 + b.local_port / 8] >>
		    b.local_port % 8 & 1);
	assert_int_equal(call(EVTCHNOP_status, &s), 0);
	assert_int_equal(s.u.interdomain.dom, 4);
	assert_int_equal(s.u.interdomain.port, b.local_port);
	other->life.is_dying = DOMAIN_DYING;
	other->events.next_reset = 900;	/* as a reset half-way leaves it */
	host_preempt = true;
	do
		rc = evtchn_kill(other);
	while (rc == -ERESTART);
	assert_int_equal(rc, 0);
	assert_int_equal(other->events.open_ports, 0);
	assert_int_equal(call(EVTCHNOP_status, &s), 0);
	assert_int_equal(s.status, EVTCHNSTAT_unbound);
	assert_int_equal(s.u.unbound.dom, 4);
	assert_int_equal(d->refs, before);
	part_at(PART_EVENTS)->free(other);
}

/* An event for a vCPU without a control block waits until it has one. */
static void test_no_control(void **state)
{
	static struct vcpu second;
	struct evtchn_init_control init = { .vcpu = 1, .offset = 256 };
	struct evtchn_bind_ipi ipi = { .vcpu = 1 };
	struct evtchn_unmask u;
	u8 *page;

	(void)state;
	setup();
	second = (struct vcpu){ .d = d, .id = 1,
				.shared.info = d->shared + 64 };
	d->vcpu[1] = &second;
	d->max_vcpus = 2;
	assert_int_equal(call(EVTCHNOP_bind_ipi, &ipi), 0);
	u.port = ipi.port;
	words[ipi.port] = MASKED;
	assert_int_equal(send(ipi.port), 0);
	assert_int_equal(words[ipi.port], MASKED | PENDING);
	init.control_gfn = control_frame;
	assert_int_equal(call(EVTCHNOP_init_control, &init), 0);
	page = mfn_to_virt(mfn(control_frame));
	control = (void *)(page + 256);
	assert_int_equal(call(EVTCHNOP_unmask, &u), 0);
	assert_int_equal(words[ipi.port], LINKED | PENDING);
	assert_int_equal(take(EVTCHN_FIFO_PRIORITY_DEFAULT), ipi.port);
	assert_int_equal(second.shared.info[0], 1);
}

/* What is pending when the domain takes the FIFO ABI is raised then. */
static void test_pending_before(void **state)
{
	struct evtchn_close close = { 0 };
	u8 *bits;
	u32 open;

	(void)state;
	make_domain();
	open = bind();
	close.port = bind();
	assert_int_equal(call(EVTCHNOP_close, &close), 0);
	bits = d->shared + d->width->pending_offset;
	bits[open / 8] |= 1u << open % 8;
	bits[close.port / 8] |= 1u << close.port % 8;
	use_fifo();
	assert_int_equal(words[open], LINKED | PENDING);
	assert_int_equal(words[close.port], 0);
	assert_int_equal(take(EVTCHN_FIFO_PRIORITY_DEFAULT), open);
	assert_int_equal(take(EVTCHN_FIFO_PRIORITY_DEFAULT), 0);
}

EXPORT_TESTS(fifo, cmocka_unit_test(test_pending_before),
	     cmocka_unit_test(test_order),
	     cmocka_unit_test(test_hostile), cmocka_unit_test(test_no_control),
	     cmocka_unit_test(test_interdomain));
