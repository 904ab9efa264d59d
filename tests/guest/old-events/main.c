// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (xen/xen.h, shared_info): without VCPUOP_register_vcpu_info a vCPU's
 * vcpu_info is its place in shared_info, and without EVTCHNOP_init_control
 * events are bits there: pending, masked, the selector of their word, and the
 * upcall, for each port up to the last of 1,024. A second vCPU is started and
 * is found by an event in its own place.
 *
 * Test: old-events -v 2
 * Test: old-events-64 -w 64 -v 2
 */
#include "guest.h"

#define LAST	(NR_PORTS - 1)

static u8 stack1[8192];
static volatile u32 second_runs;
static u8 bound[LAST + 1];

static void second(void)
{
	second_runs = 1;
	for (;;)
		HC2(sched_op, SCHEDOP_block, 0);
}

static void one_port(u32 port, u32 v)
{
	ulong selected = 1ul << port / PORT_BITS;

	clear_events(v);
	mask_port(port);
	CHECK(send_port(port), 0);
	CHECK(port_pending(port), 1);
	CHECK(shared->vcpu_info[v].evtchn_pending_sel, 0);
	CHECK(shared->vcpu_info[v].evtchn_upcall_pending, 0);
	/* The call finds what is pending as well. */
	CHECK(unmask_port(port), 0);
	CHECK(port_masked(port), 0);
	CHECK(shared->vcpu_info[v].evtchn_pending_sel, selected);
	CHECK(shared->vcpu_info[v].evtchn_upcall_pending, 1);
	clear_events(v);
	CHECK(send_port(port), 0);
	CHECK(shared->vcpu_info[v].evtchn_pending_sel, selected);
	clear_events(v);
}

static void test_ports(void)
{
	struct evtchn_alloc_unbound a = { .dom = DOMID_SELF,
					  .remote_dom = DOMID_SELF };
	struct evtchn_bind_interdomain b = { .remote_dom = DOMID_SELF };
	u32 port, n = 0;

	/* All that there are: each is one end, and rings the first. */
	while (!HC2(event_channel_op, EVTCHNOP_alloc_unbound, &a)) {
		CHECK(a.port <= LAST || n > 900, 1);
		if (a.port > LAST)
			break;
		bound[a.port] = 1;
		if (++n > LAST)
			break;
	}
	CHECK(bound[LAST], 1);
	for (port = 0; port <= LAST; port++)
		if (bound[port])
			CHECK(close_port(port), 0);
	CHECK(HC2(event_channel_op, EVTCHNOP_alloc_unbound, &a), 0);
	b.remote_port = a.port;
	CHECK(HC2(event_channel_op, EVTCHNOP_bind_interdomain, &b), 0);
	CHECK(send_port(b.local_port), 0);
	CHECK(port_pending(a.port), 1);
	CHECK(close_port(b.local_port), 0);
	CHECK(close_port(a.port), 0);
}

static void on_event(struct trap_frame *f)
{
	clear_events(1);
	second_runs++;
	f->eflags &= ~(ulong)X86_EFLAGS_IF;
}

static void test_second(void)
{
	struct evtchn_bind_ipi b = { .vcpu = 1 };

	event_handler = on_event;
	vcpu_run(1, second, stack1 + sizeof(stack1));
	CHECK(vcpu_wait(&second_runs, 1), 1);
	CHECK(HC2(event_channel_op, EVTCHNOP_bind_ipi, &b), 0);
	CHECK(send_port(b.port), 0);
	CHECK(vcpu_wait(&second_runs, 2), 1);
	CHECK(HC3(vcpu_op, VCPUOP_down, 1, 0), 0);
}

void test_main(void)
{
	u32 port = bind_ipi();

	one_port(port, 0);
	CHECK(close_port(port), 0);
	test_ports();
	test_second();
}
