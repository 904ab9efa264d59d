// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/vcpu.h, xen/xen.h vcpu_time_info, xen/sched.h, xen/platform.h):
 * the singleshot timer raises VIRQ_TIMER not before its time; block waits for
 * an event and comes back with the mask clear; poll ends by time-out; the clock
 * of vcpu_info runs at one nanosecond a nanosecond and never backwards; the wall
 * clock is what Dom0 set; a long hypercall stops for an event of its caller.
 *
 * Test: timer
 * Test: timer-64 -w 64
 */
#include "guest.h"

#define UPDATES		131072u
#define NS_PER_S	(1000 * NS_PER_MS)
#define POLLED		1u	/* a port that nobody has */
#define NO_PORT		5000u

static mmu_update_t updates[UPDATES];
static volatile u32 upcalls;
static volatile u64 last_upcall;

static void on_event(struct trap_frame *f)
{
	(void)f;
	upcalls++;
	last_upcall = time_now();
	clear_events(0);
}

static long set_timer(u64 at, u32 flags)
{
	struct vcpu_set_singleshot_timer op = { at, flags };

	return HC3(vcpu_op, VCPUOP_set_singleshot_timer, 0, &op);
}

static void test_clock(void)
{
	u64 last = time_now(), t;
	u32 i, back = 0;

	for (i = 0; i < 100000; i++) {
		t = time_now();
		back += t < last;
		last = t;
	}
	CHECK(back, 0);
}

static void test_singleshot(void)
{
	u64 start, end;
	u32 i, late = 0;

	for (i = 1; i <= 5; i++) {
		/* Masked until block, or the event could come too early. */
		mask_events(true);
		start = time_now();
		CHECK(set_timer(start + i * 3 * NS_PER_MS, 0), 0);
		CHECK(HC2(sched_op, SCHEDOP_block, 0), 0);
		end = time_now();
		CHECK(upcalls, i);
		CHECK(shared->vcpu_info[0].evtchn_upcall_mask, 0);
		CHECK(end - start >= i * 3 * NS_PER_MS, 1);
		late += end - start >= 500 * NS_PER_MS;
	}
	/* A time that is over comes at once, whatever the flag says. */
	CHECK(set_timer(time_now() - NS_PER_MS, VCPU_SSHOTTMR_future), 0);
	start = time_now();
	while (upcalls == 5 && time_now() < start + 2 * NS_PER_S)
		;
	late += time_now() >= start + 100 * NS_PER_MS;
	CHECK(upcalls, 6);
	/* The time has a sign. */
	CHECK(set_timer(1ull << 63, 0), 0);
	start = time_now();
	while (upcalls == 6 && time_now() < start + 2 * NS_PER_S)
		;
	late += time_now() >= start + 100 * NS_PER_MS;
	CHECK(upcalls, 7);
	/* One of the seven may be: the machine under this one stands still at times. */
	CHECK(late <= 1, 1);
	/* Stopped before its time: nothing comes. */
	do {
		end = time_now() + 300 * NS_PER_MS;
		CHECK(set_timer(end, 0), 0);
		CHECK(HC3(vcpu_op, VCPUOP_stop_singleshot_timer, 0, 0), 0);
	} while (time_now() >= end);
	i = upcalls;
	while (time_now() < end + 100 * NS_PER_MS)
		;
	CHECK(upcalls, i);
}

static void test_poll(void)
{
	evtchn_port_t port = POLLED;
	struct sched_poll p = { .nr_ports = 1 };
	u64 start = time_now();

	set_xen_guest_handle(p.ports, &port);
	mask_events(true);
	p.timeout = start + 10 * NS_PER_MS;
	mask_port(POLLED);
	CHECK(HC2(sched_op, SCHEDOP_poll, &p), 0);
	CHECK(time_now() - start >= 9 * NS_PER_MS, 1);
	p.timeout = 1ull << 63;		/* long ago */
	CHECK(HC2(sched_op, SCHEDOP_poll, &p), 0);
	port = NO_PORT;
	CHECK(HC2(sched_op, SCHEDOP_poll, &p), -XEN_EINVAL);
	p.nr_ports = 100000;
	CHECK(HC2(sched_op, SCHEDOP_poll, &p), -XEN_EINVAL);
	shared->evtchn_mask[0] &= ~(1ul << POLLED);
	mask_events(false);
}

/* What is asked for counts up to now; since when the state holds stays. */
static void test_get_runstate(void)
{
	struct vcpu_runstate_info first, next;
	u32 tries = 100;

	do {
		CHECK(HC3(vcpu_op, VCPUOP_get_runstate_info, 0, &first), 0);
		CHECK(HC3(vcpu_op, VCPUOP_get_runstate_info, 0, &next), 0);
	} while (next.state_entry_time != first.state_entry_time && --tries);
	CHECK(tries != 0, 1);
	CHECK(next.state, RUNSTATE_running);
	CHECK(next.time[RUNSTATE_running] > first.time[RUNSTATE_running], 1);
}

static void test_runstate(void)
{
	static struct vcpu_runstate_info rs;
	struct vcpu_register_runstate_memory_area r = { .addr.p = (ulong)&rs };

	CHECK(HC3(vcpu_op, VCPUOP_register_runstate_memory_area, 0, &r), 0);
	CHECK(rs.state, RUNSTATE_running);
	CHECK(rs.state_entry_time <= time_now(), 1);
	mask_events(true);
	CHECK(set_timer(time_now() + 20 * NS_PER_MS, 0), 0);
	HC2(sched_op, SCHEDOP_block, 0);
	CHECK(rs.state, RUNSTATE_running);
	CHECK(rs.time[RUNSTATE_blocked] >= 10 * NS_PER_MS, 1);
}

/* Returns how many nanoseconds it takes. */
static u64 long_call(void)
{
	u64 start = time_now();

	CHECK(HC4(mmu_update, updates, UPDATES, 0, DOMID_SELF), 0);
	return time_now() - start;
}

/* Whether an event in the first half of a long call was seen in that half. */
static bool seen_early(void)
{
	u64 took = long_call(), at = time_now() + took / 4;

	CHECK(set_timer(at, 0), 0);
	long_call();
	return last_upcall - at < (time_now() - at) / 2;
}

/* More than once, as the machine under this one may have other things to do. */
static void test_long_call(void)
{
	u64 *pte = pte_of(updates);
	u32 i;

	for (i = 0; i < UPDATES; i++) {
		updates[i].ptr = va_maddr(pte);
		updates[i].val = *pte;
	}
	for (i = 0; i < 5 && !seen_early(); i++)
		;
	CHECK(i < 5, 1);
}

/* Whether shared_info has the wall clock at system time 0, in ns. */
static bool wallclock_is(u64 ns)
{
	u64 seconds = (u64)shared->xen_wc_sec_hi << 32 | shared->wc_sec;

	return seconds * NS_PER_S + shared->wc_nsec == ns &&
	       shared->wc_nsec < NS_PER_S && !(shared->wc_version & 1);
}

/* What Dom0 sets is what all domains see, to the nanosecond. */
static void test_wallclock(void)
{
	static const struct {
		u64 seconds;
		u32 ns;
	} dates[] = {
		{ 1700000000, 999999999 }, { 1700000001, 0 },
		{ 5000000000, 1 },	/* of more than 32 bits */
	};
	struct xen_platform_op op = {
		.interface_version = XENPF_INTERFACE_VERSION,
	};
	u32 i, version;
	u64 now;

	for (i = 0; i < ARRAY_SIZE(dates); i++) {
		version = shared->wc_version;
		now = time_now();
		op.cmd = XENPF_settime64;
		op.u.settime64.secs = dates[i].seconds;
		op.u.settime64.nsecs = dates[i].ns;
		op.u.settime64.mbz = 0;
		op.u.settime64.system_time = now;
		CHECK(HC1(platform_op, &op), 0);
		CHECK(wallclock_is(dates[i].seconds * NS_PER_S +
				   dates[i].ns - now), 1);
		CHECK(shared->wc_version != version, 1);
		op.u.settime64.mbz = 1;
		CHECK(HC1(platform_op, &op), -XEN_EINVAL);
	}
	op.cmd = XENPF_settime32;
	op.u.settime32.secs = 1600000000;
	op.u.settime32.nsecs = 500000000;
	op.u.settime32.system_time = now;
	CHECK(HC1(platform_op, &op), 0);
	CHECK(wallclock_is(1600000000 * NS_PER_S + 500000000 - now), 1);
}

void test_main(void)
{
	struct evtchn_bind_virq op = { .virq = VIRQ_TIMER };

	event_handler = on_event;
	HC3(vcpu_op, VCPUOP_stop_periodic_timer, 0, 0);
	CHECK(HC2(event_channel_op, EVTCHNOP_bind_virq, &op), 0);
	CHECK(HC2(event_channel_op, EVTCHNOP_bind_virq, &op), -XEN_EEXIST);
	mask_events(false);
	test_clock();
	test_singleshot();
	test_poll();
	test_get_runstate();
	test_runstate();
	test_wallclock();
	test_long_call();
}
