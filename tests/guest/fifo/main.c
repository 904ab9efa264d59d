// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/event_channel.h, FIFO ABI): a control block per vCPU, pages of
 * event words, sixteen queues by priority in the order in which events came;
 * a masked event is pending and on no queue; what was pending before a word
 * had its page is not lost; a word on a queue keeps its port from being used
 * again; a reset leads back to the 2-level ABI and gives the pages up. The
 * words are the guest's to break: nothing but its own queues may (XSA-359).
 *
 * With a command line every port is opened: the lowest free one is found as
 * soon then (the limit is the debug build's), and on Xen it takes an hour.
 *
 * Test: fifo
 * Test: fifo-64 -w 64
 * Test: fuzz/limit-fifo -i -a all -o hold_limit=6000,200 krypton-debug
 * Test: fuzz/limit-fifo-64 -w 64 -i -a all -o hold_limit=6000,200 krypton-debug
 */
#include "guest.h"

#define NO_FRAME	0xfffffff0u
#define NO_DOMAIN	77u
#define NO_VCPU		999u
#define NO_PORT		5000u
#define PENDING		(1u << EVTCHN_FIFO_PENDING)
#define MASKED		(1u << EVTCHN_FIFO_MASKED)
#define LINKED		(1u << EVTCHN_FIFO_LINKED)
#define LINK		EVTCHN_FIFO_LINK_MASK

static volatile u32 words[2][1024] __attribute__((aligned(4096)));
PAGE_BUFFER(control_page);
#define control ((volatile struct evtchn_fifo_control_block *) \
		 (control_page + 128))
static volatile u32 upcalls;

static void on_event(struct trap_frame *f)
{
	(void)f;
	upcalls++;
	shared->vcpu_info[0].evtchn_upcall_pending = 0;
}

static volatile u32 *word(u32 port)
{
	return &words[port / 1024][port % 1024];
}

static long init_control(u64 frame, u32 offset, u32 vcpu)
{
	struct evtchn_init_control op = {
		.control_gfn = frame, .offset = offset, .vcpu = vcpu,
	};
	long rc = HC2(event_channel_op, EVTCHNOP_init_control, &op);

	if (!rc)
		CHECK(op.link_bits, EVTCHN_FIFO_LINK_BITS);
	return rc;
}

static long expand(u64 frame)
{
	struct evtchn_expand_array op = { .array_gfn = frame };

	return HC2(event_channel_op, EVTCHNOP_expand_array, &op);
}

static long set_priority(u32 port, u32 priority)
{
	struct evtchn_set_priority op = { .port = port, .priority = priority };

	return HC2(event_channel_op, EVTCHNOP_set_priority, &op);
}

static long reset(u32 dom)
{
	struct evtchn_reset op = { .dom = (domid_t)dom };

	return HC2(event_channel_op, EVTCHNOP_reset, &op);
}

/* Take the first event off a queue, as a guest does; 0: it is empty. */
static u32 take(u32 queue)
{
	u32 port = control->head[queue], link;

	if (!port)
		return 0;
	link = *word(port) & LINK;
	__sync_fetch_and_and(word(port), ~(LINKED | LINK | PENDING));
	control->head[queue] = link;
	if (!link)
		__sync_fetch_and_and(&control->ready, ~(1u << queue));
	return port;
}

/* An event that came before there was a word for it. */
static u32 test_set_up(void)
{
	u32 port = bind_ipi(), masked = bind_ipi();

	CHECK(expand(va_mfn((void *)words[0])), -XEN_EOPNOTSUPP);
	CHECK(set_priority(port, 3), -XEN_ENOSYS);
	CHECK(send_port(port), 0);
	CHECK(port_pending(port), 1);

	CHECK(init_control(va_mfn(control_page), 128, NO_VCPU), -XEN_ENOENT);
	CHECK(init_control(va_mfn(control_page), 4, 0), -XEN_EINVAL);
	CHECK(init_control(va_mfn(control_page), PAGE_SIZE - 64, 0), -XEN_EINVAL);
	CHECK(init_control(va_mfn(control_page), ~7u, 0), -XEN_EINVAL);
	CHECK(init_control(NO_FRAME, 0, 0), -XEN_EINVAL);
	CHECK(init_control(1ull << 40, 0, 0), -XEN_EINVAL);
	CHECK(init_control(va_mfn(pte_of((void *)words)), 0, 0), -XEN_EINVAL);
	CHECK(set_priority(port, 3), -XEN_ENOSYS);
	CHECK(init_control(va_mfn(control_page), 128, 0), 0);
	CHECK(init_control(va_mfn(control_page), 256, 0), -XEN_EINVAL);

	CHECK(expand(NO_FRAME), -XEN_EINVAL);
	CHECK(expand(va_mfn(pte_of((void *)words))), -XEN_EINVAL);
	words[0][masked] = MASKED;
	CHECK(send_port(masked), 0);
	CHECK(control->ready, 0);
	CHECK(expand(va_mfn((void *)words[0])), 0);
	CHECK(*word(port), PENDING | LINKED);
	CHECK(*word(masked), PENDING | MASKED);
	CHECK(control->ready, 1u << EVTCHN_FIFO_PRIORITY_DEFAULT);
	CHECK(take(EVTCHN_FIFO_PRIORITY_DEFAULT), port);
	CHECK(control->ready, 0);
	CHECK(close_port(masked), 0);
	CHECK(*word(masked), MASKED);
	*word(masked) = 0;
	return port;
}

static void test_order(u32 a)
{
	u32 b = bind_ipi(), c = bind_ipi();

	CHECK(send_port(b), 0);
	CHECK(send_port(a), 0);
	CHECK(send_port(c), 0);
	CHECK(send_port(b), 0);
	CHECK(*word(b), PENDING | LINKED | a);
	CHECK(*word(a), PENDING | LINKED | c);
	CHECK(*word(c), PENDING | LINKED);
	CHECK(take(7), b);
	CHECK(send_port(b), 0);
	CHECK(take(7), a);
	CHECK(take(7), c);
	CHECK(take(7), b);
	CHECK(take(7), 0);
	CHECK(send_port(a), 0);
	CHECK(control->head[7], a);
	CHECK(take(7), a);

	/* By priority; one that is queued stays where it is. */
	CHECK(set_priority(a, EVTCHN_FIFO_PRIORITY_MIN + 1), -XEN_EINVAL);
	CHECK(set_priority(a, ~0u), -XEN_EINVAL);
	CHECK(set_priority(900, 3), -XEN_EINVAL);
	CHECK(set_priority(a, EVTCHN_FIFO_PRIORITY_MIN) | set_priority(b, 0), 0);
	CHECK(send_port(a) | send_port(b) | send_port(c), 0);
	CHECK(control->ready, 1 | 1u << 7 | 1u << 15);
	CHECK(set_priority(a, 3), 0);
	CHECK(send_port(a), 0);
	CHECK(take(0), b);
	CHECK(take(7), c);
	CHECK(take(3), 0);
	CHECK(take(15), a);
	CHECK(send_port(a), 0);
	CHECK(take(3), a);
	CHECK(take(15), 0);
	CHECK(set_priority(a, 7) | close_port(b) | close_port(c), 0);
}

static void test_masked(u32 port)
{
	*word(port) = MASKED;
	CHECK(send_port(port), 0);
	CHECK(*word(port), PENDING | MASKED);
	CHECK(control->ready, 0);
	CHECK(unmask_port(port), 0);
	CHECK(*word(port), PENDING | LINKED);
	CHECK(take(7), port);
	CHECK(unmask_port(port), 0);
	CHECK(*word(port), 0);
	CHECK(unmask_port(NO_PORT) != 0, 1);
}

static void test_upcall(u32 port)
{
	u32 before = upcalls;

	mask_events(true);
	shared->vcpu_info[0].evtchn_upcall_pending = 0;
	CHECK(send_port(port), 0);
	CHECK(upcalls, before);
	CHECK(shared->vcpu_info[0].evtchn_upcall_pending, 1);
	mask_events(false);
	HC2(xen_version, 0, 0);
	CHECK(upcalls, before + 1);
	/* The queue is ready already: no second upcall. */
	CHECK(send_port(port), 0);
	CHECK(upcalls, before + 1);
	CHECK(take(7), port);
	CHECK(send_port(port), 0);
	CHECK(upcalls, before + 2);
	CHECK(take(7), port);
	mask_events(true);
}

/* A closed port that is on a queue is not given out again. */
static void test_linked_close(void)
{
	u32 port = bind_ipi(), next;

	CHECK(send_port(port), 0);
	CHECK(close_port(port), 0);
	CHECK(*word(port), LINKED);
	next = bind_ipi();
	CHECK(next != port, 1);
	CHECK(take(7), port);
	CHECK(bind_ipi(), port);
	CHECK(send_port(port), 0);
	CHECK(take(7), port);
	CHECK(close_port(port) | close_port(next), 0);
}

static void test_loopback(void)
{
	struct evtchn_alloc_unbound a = { .dom = DOMID_SELF,
					  .remote_dom = DOMID_SELF };
	struct evtchn_bind_interdomain b = { .remote_dom = 0 };
	struct evtchn_status s = { .dom = NO_DOMAIN };

	CHECK(HC2(event_channel_op, EVTCHNOP_alloc_unbound, &a), 0);
	CHECK(send_port(a.port), 0);
	b.remote_port = a.port;
	CHECK(HC2(event_channel_op, EVTCHNOP_bind_interdomain, &b), 0);
	/* The new end is told of what it may have missed. */
	CHECK(take(7), b.local_port);
	CHECK(take(7), 0);
	CHECK(send_port(b.local_port), 0);
	CHECK(take(7), a.port);
	CHECK(send_port(a.port), 0);
	CHECK(take(7), b.local_port);
	CHECK(close_port(a.port), 0);
	CHECK(send_port(b.local_port), 0);
	CHECK(take(7), 0);
	CHECK(HC2(event_channel_op, EVTCHNOP_status, &s), -XEN_ESRCH);
	s.dom = 0;
	s.port = b.local_port;
	CHECK(HC2(event_channel_op, EVTCHNOP_status, &s), 0);
	CHECK(s.status, EVTCHNSTAT_unbound);
	CHECK(s.u.unbound.dom, 0);
	CHECK(close_port(b.local_port), 0);
	a.dom = NO_DOMAIN;
	CHECK(HC2(event_channel_op, EVTCHNOP_alloc_unbound, &a), -XEN_ESRCH);
	b.remote_dom = NO_DOMAIN;
	CHECK(HC2(event_channel_op, EVTCHNOP_bind_interdomain, &b),
	      -XEN_ESRCH);
}

/* Ports that 2 levels do not have, beyond the first page of words. */
static void test_many(void)
{
	u32 first = bind_ipi(), port = first;

	while (port < 1030)
		port = bind_ipi();
	CHECK(port, 1030);
	CHECK(send_port(port), 0);
	CHECK(take(7), 0);
	CHECK(expand(va_mfn((void *)words[1])), 0);
	CHECK(*word(port), PENDING | LINKED);
	CHECK(take(7), port);
	CHECK(send_port(1 << EVTCHN_FIFO_LINK_BITS), -XEN_EINVAL);
	CHECK(send_port(~0u), -XEN_EINVAL);
	for (; port >= first; port--)
		close_port(port);
}

/* Whatever the words say, sending and closing go on. */
static void test_hostile(u32 a)
{
	u32 b = bind_ipi(), i, seed = 1;

	for (i = 0; i < 20000; i++) {
		seed = seed * 1103515245 + 12345;
		*word(seed >> 16 & 1 ? a : b) = seed * 69069;
		if (!(seed >> 20 & 7))
			control->ready = seed * 7;
		if (!(seed >> 23 & 7))
			control->head[seed >> 12 & 15] = seed;
		CHECK(send_port(seed >> 17 & 1 ? a : b), 0);
		if (!(seed >> 26 & 7))
			CHECK(unmask_port(a) | set_priority(b, seed >> 13 & 15), 0);
	}
	memset((void *)control, 0xff, sizeof(*control));
	memset((void *)words, 0xff, sizeof(words));
	CHECK(send_port(a) | send_port(b), 0);
	CHECK(close_port(b), 0);
	b = bind_ipi();
	CHECK(send_port(b), 0);
}

/* Free are the lowest and the highest one, and some that are on a queue. */
static void test_all_ports(void)
{
	u32 most = *(const char *)start_info->cmd_line ? 131071 : 1500;
	u32 first = bind_ipi(), last = first, queued[40], i;

	print("ports up to %u\n", most);
	while (last != most)
		last = bind_ipi();
	for (i = 0; i < ARRAY_SIZE(queued); i++) {
		queued[i] = first + 1 + i;
		CHECK(send_port(queued[i]), 0);
		CHECK(close_port(queued[i]), 0);
	}
	CHECK(close_port(first) | close_port(last), 0);
	CHECK(bind_ipi(), first);
	CHECK(bind_ipi(), last);
	for (i = 0; i < ARRAY_SIZE(queued); i++)
		CHECK(take(7), queued[i]);
	CHECK(bind_ipi(), queued[0]);
	for (i = first; i <= last; i++)
		close_port(i);
}

/* The pages are held as long as the ABI is in use. */
static void test_reset(void)
{
	u32 mfn = va_mfn((void *)words[1]), port;

	memset((void *)words, 0, sizeof(words));
	CHECK(make_ro((void *)words[1]), 0);
	CHECK(mmuext(MMUEXT_PIN_L1_TABLE, mfn, 0) != 0, 1);
	CHECK(reset(NO_DOMAIN) != 0, 1);
	CHECK(reset(DOMID_SELF), 0);
	CHECK(mmuext(MMUEXT_PIN_L1_TABLE, mfn, 0), 0);
	CHECK(mmuext(MMUEXT_UNPIN_TABLE, mfn, 0), 0);
	CHECK(expand(mfn), -XEN_EOPNOTSUPP);
	memset((void *)shared->evtchn_pending, 0, 128);
	port = bind_ipi();
	CHECK(send_port(port), 0);
	CHECK(port_pending(port), 1);
	/* And once more, on another page. */
	memset((void *)words, 0, PAGE_SIZE);
	memset((void *)control, 0, sizeof(*control));
	CHECK(init_control(va_mfn(control_page), 128, 0), 0);
	CHECK(expand(va_mfn((void *)words[0])), 0);
	CHECK(take(7), port);
	CHECK(reset(0), 0);
	CHECK(send_port(port), -XEN_EINVAL);
}

void test_main(void)
{
	u32 port;

	event_handler = on_event;
	mask_events(true);
	port = test_set_up();
	test_order(port);
	test_masked(port);
	test_upcall(port);
	test_linked_close();
	test_loopback();
	test_many();
	test_all_ports();
	test_hostile(port);
	test_reset();
}
