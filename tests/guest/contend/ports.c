// SPDX-License-Identifier: GPL-2.0-only
/*
 * Event channels: a port is bound, joined and closed once; an event ends a poll that
 * begins at the same time.
 */
#include "contend.h"

#define LOST_MS		5000u		/* a poll that took so long missed its event */

static u32 port, bound;

static long bind_virq(u32 round, u32 me)
{
	struct evtchn_bind_virq b = { .virq = VIRQ_DEBUG, .vcpu = 0 };
	long rc = HC2(event_channel_op, EVTCHNOP_bind_virq, &b);

	(void)round;
	(void)me;
	if (!rc)
		port = b.port;
	return rc;
}

static void drop_port(u32 round, u32 winner)
{
	(void)round;
	(void)winner;
	CHECK(close_port(port), 0);
}

static long new_port(u32 round, u32 me)
{
	struct evtchn_alloc_unbound a = { .dom = DOMID_SELF,
					  .remote_dom = DOMID_SELF };
	long rc = HC2(event_channel_op, EVTCHNOP_alloc_unbound, &a);

	(void)round;
	(void)me;
	return rc ? rc : (long)a.port;
}

static void drop_new(u32 round, u32 winner)
{
	(void)round;
	(void)winner;
	CHECK(close_port((u32)result[0]), 0);
	CHECK(close_port((u32)result[1]), 0);
}

static void open_port(u32 round)
{
	port = (u32)new_port(round, 0);
}

static long close_it(u32 round, u32 me)
{
	(void)round;
	(void)me;
	return close_port(port);
}

static long join(u32 round, u32 me)
{
	struct evtchn_bind_interdomain b = { .remote_dom = DOMID_SELF,
					     .remote_port = port };
	long rc = HC2(event_channel_op, EVTCHNOP_bind_interdomain, &b);

	(void)round;
	(void)me;
	if (!rc)
		bound = b.local_port;
	return rc;
}

static void drop_both(u32 round, u32 winner)
{
	CHECK(close_port(bound), 0);
	drop_port(round, winner);
}

/* A port that is closed is joined no more; one that is joined can be closed. */
static void drop_either(u32 round, u32 winner)
{
	(void)round;
	(void)winner;
	CHECK(result[1], 0);
	if (!result[0])
		CHECK(close_port(bound), 0);
}

/* A port that no upcall tells of, and another one that sends to it. */
static void open_masked(u32 round)
{
	open_port(round);
	CHECK(join(round, 0), 0);
	mask_port(port);
}

static long poll_it(u32 round, u32 me)
{
	struct sched_poll p = { .nr_ports = 1,
				.timeout = time_now() + LOST_MS * NS_PER_MS };
	long rc;

	(void)round;
	(void)me;
	p.ports.p = &port;
	rc = HC2(sched_op, SCHEDOP_poll, &p);
	return rc || time_now() < p.timeout ? rc : -XEN_ETIME;
}

static long send_it(u32 round, u32 me)
{
	(void)round;
	(void)me;
	return send_port(bound);
}

static void drop_masked(u32 round, u32 winner)
{
	CHECK(port_pending(port), 1);
	drop_both(round, winner);
}

const struct contest port_contests[] = {
	{ "bind a virq", "do_event_channel_op", SAME(bind_virq), -XEN_EEXIST,
	  .after = drop_port },
	{ "close a port", "do_event_channel_op", SAME(close_it), -XEN_EINVAL,
	  .before = open_port },
	{ "join a port", "do_event_channel_op", SAME(join), -XEN_EINVAL,
	  .before = open_port, .after = drop_both },
	{ "join, close", "do_event_channel_op", { join, close_it }, ANY,
	  .before = open_port, .after = drop_either },
	{ "poll, send", "do_sched_op", { poll_it, send_it }, SUCCESS,
	  .before = open_masked, .after = drop_masked },
	{ "open a port", "do_event_channel_op", SAME(new_port), DISTINCT,
	  .after = drop_new },
	{ .name = NULL }
};
