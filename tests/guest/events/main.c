// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/event_channel.h, xen/xen.h shared_info): 2-level channels; an
 * upcall comes when an unmasked port gets pending and the vCPU's mask is
 * clear, and the mask is set in the handler; an unmasked port that gets pending
 * calls only if its word had no bit in the selector, and unmasking does nothing to
 * a port that is closed or not masked; ports out of range are errors;
 * closing and rebinding leaves nothing behind. Classes: null bucket (XSA-221),
 * the 32-bit limit (342).
 *
 * Test: events
 * Test: events-64 -w 64
 */
#include "guest.h"

#define NO_OPERATION	55u
#define NO_VCPU		5000u

static volatile u32 upcalls, mask_in_handler;

static void on_event(struct trap_frame *f)
{
	(void)f;
	upcalls++;
	mask_in_handler = shared->vcpu_info[0].evtchn_upcall_mask;
	clear_events(0);
}

static void test_upcall(void)
{
	u32 port = bind_ipi();

	mask_events(true);
	CHECK(send_port(port), 0);
	CHECK(port_pending(port), 1);
	CHECK(upcalls, 0);
	CHECK(unmask_port(port), 0);
	CHECK(shared->vcpu_info[0].evtchn_upcall_pending, 1);
	mask_events(false);
	/* Xen's rule: any hypercall's way out delivers. */
	HC2(xen_version, 0, 0);
	CHECK(upcalls, 1);
	CHECK(mask_in_handler, 1);
	CHECK(shared->vcpu_info[0].evtchn_upcall_mask, 0);
	CHECK(send_port(port), 0);
	CHECK(upcalls, 2);
	/* A masked port gets pending and nothing more. */
	mask_port(port);
	CHECK(send_port(port), 0);
	CHECK(upcalls, 2);
	CHECK(port_pending(port), 1);
	CHECK(unmask_port(port), 0);
	CHECK(upcalls, 3);
	CHECK(close_port(port), 0);
	CHECK(send_port(port), -XEN_EINVAL);
	CHECK(close_port(port) != 0, 1);
}

/* What causes no upcall. */
static void test_silence(void)
{
	struct vcpu_info *v = &shared->vcpu_info[0];
	u32 port = bind_ipi();

	mask_events(true);
	CHECK(unmask_port(port), 0);
	clear_events(0);
	v->evtchn_pending_sel = ~0ul;
	CHECK(send_port(port), 0);
	CHECK(port_pending(port), 1);
	CHECK(v->evtchn_upcall_pending, 0);
	v->evtchn_pending_sel = 0;
	CHECK(unmask_port(port), 0);
	CHECK(v->evtchn_pending_sel, 0);
	CHECK(v->evtchn_upcall_pending, 0);
	CHECK(close_port(port), 0);
	mask_port(port);
	CHECK(unmask_port(port), 0);
	CHECK(port_masked(port), 1);
	mask_events(false);
}

static void test_loopback(void)
{
	struct evtchn_alloc_unbound a = { .dom = DOMID_SELF,
					  .remote_dom = DOMID_SELF };
	struct evtchn_bind_interdomain b = { .remote_dom = DOMID_SELF };
	struct evtchn_status s = { .dom = DOMID_SELF };
	u32 before;

	CHECK(HC2(event_channel_op, EVTCHNOP_alloc_unbound, &a), 0);
	b.remote_port = a.port;
	CHECK(HC2(event_channel_op, EVTCHNOP_bind_interdomain, &b), 0);
	CHECK(b.local_port != a.port, 1);
	s.port = a.port;
	CHECK(HC2(event_channel_op, EVTCHNOP_status, &s), 0);
	CHECK(s.status, EVTCHNSTAT_interdomain);
	CHECK(s.u.interdomain.port, b.local_port);
	CHECK(unmask_port(a.port), 0);
	before = upcalls;
	CHECK(send_port(b.local_port), 0);
	CHECK(upcalls, before + 1);
	/* A second binding to a bound port. */
	CHECK(HC2(event_channel_op, EVTCHNOP_bind_interdomain, &b) != 0, 1);
	CHECK(close_port(b.local_port), 0);
	s.port = a.port;
	CHECK(HC2(event_channel_op, EVTCHNOP_status, &s), 0);
	CHECK(s.status, EVTCHNSTAT_unbound);
	CHECK(close_port(a.port), 0);
}

static void test_limits(void)
{
	static const u32 bad[] = {
		0, NR_PORTS - 1, NR_PORTS, 4 * NR_PORTS, 0x7fffffff, ~0u,
	};
	struct evtchn_bind_virq v = { .virq = NR_VIRQS };
	struct evtchn_bind_ipi ipi = { .vcpu = NO_VCPU };
	struct evtchn_bind_vcpu bv = { .port = 1000, .vcpu = 0 };
	struct evtchn_unmask um;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		CHECK(send_port(bad[i]) != 0, 1);
		CHECK(close_port(bad[i]) != 0, 1);
		um.port = bad[i];
		if (bad[i] >= NR_PORTS)
			CHECK(HC2(event_channel_op, EVTCHNOP_unmask, &um) != 0,
			      1);
	}
	CHECK(HC2(event_channel_op, EVTCHNOP_bind_virq, &v), -XEN_EINVAL);
	v.virq = ~0u;
	CHECK(HC2(event_channel_op, EVTCHNOP_bind_virq, &v), -XEN_EINVAL);
	CHECK(HC2(event_channel_op, EVTCHNOP_bind_ipi, &ipi), -XEN_ENOENT);
	CHECK(HC2(event_channel_op, EVTCHNOP_bind_vcpu, &bv) != 0, 1);
	CHECK(HC2(event_channel_op, EVTCHNOP_send, -4ul), -XEN_EFAULT);
	CHECK(HC2(event_channel_op, NO_OPERATION, &v), -XEN_ENOSYS);
}

/* All ports of a domain, and one more. */
static void test_exhaustion(void)
{
	struct evtchn_bind_ipi op = { .vcpu = 0 };
	u32 n = 0, last = 0, i;
	struct evtchn_status s = { .dom = DOMID_SELF, .port = NR_PORTS - 1 };
	long rc;

	/* A port exists from its first use on, or from that of one near it. */
	CHECK(HC2(event_channel_op, EVTCHNOP_status, &s), -XEN_EINVAL);
	while ((rc = HC2(event_channel_op, EVTCHNOP_bind_ipi, &op)) == 0) {
		n++;
		last = op.port;
		if (n > 2 * NR_PORTS)
			break;
	}
	CHECK(rc, -XEN_ENOSPC);
	CHECK(last, NR_PORTS - 1);
	CHECK(n > NR_PORTS - 124 && n < NR_PORTS, 1);
	for (i = NR_PORTS - 1; n--; i--)
		CHECK(close_port(i), 0);
	CHECK(HC2(event_channel_op, EVTCHNOP_status, &s), 0);
	CHECK(s.status, EVTCHNSTAT_closed);
}

void test_main(void)
{
	event_handler = on_event;
	test_upcall();
	test_silence();
	test_loopback();
	test_limits();
	test_exhaustion();
}
