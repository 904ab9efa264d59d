// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (xen/vcpu.h, VCPUOP_stop_periodic_timer): a PV guest's vCPU has a timer
 * of 100 Hz from its start. Kernels before tickless ones bind VIRQ_TIMER and
 * never ask for a timer. They stop it by the call, or set another period.
 *
 * Test: old-timer
 * Test: old-timer-64 -w 64
 */
#include "guest.h"

static volatile u32 ticks;

static void on_event(struct trap_frame *f)
{
	(void)f;
	ticks++;
	clear_events(0);
}

/* Ticks in 'ms' of system time, which this vCPU spends running. */
static u32 ticks_in(u32 ms)
{
	u64 end = time_now() + ms * NS_PER_MS;

	ticks = 0;
	mask_events(false);
	while (time_now() < end)
		HC2(xen_version, XENVER_version, 0);
	mask_events(true);
	return ticks;
}

/*
 * A machine with other work may lose some, and it may stand still in one of two
 * windows; never more come.
 */
static void check_ticks(const char *what, u32 least, u32 most)
{
	u32 n, tries = 2;

	do {
		n = ticks_in(2000);
		print("%u ticks in 2 s, %s\n", n, what);
		CHECK(n <= most, 1);
	} while (n < least && --tries);
	CHECK(n >= least, 1);
}

void test_main(void)
{
	struct evtchn_bind_virq b = { .virq = VIRQ_TIMER };
	struct vcpu_set_periodic_timer p = { .period_ns = 20 * NS_PER_MS };
	u32 n;

	event_handler = on_event;
	CHECK(HC2(event_channel_op, EVTCHNOP_bind_virq, &b), 0);
	check_ticks("nothing asked for", 50, 210);
	CHECK(HC3(vcpu_op, VCPUOP_set_periodic_timer, 0, &p), 0);
	check_ticks("of 20 ms", 25, 110);
	CHECK(HC3(vcpu_op, VCPUOP_stop_periodic_timer, 0, 0), 0);
	n = ticks_in(500);
	print("%u ticks after the stop\n", n);
	CHECK(n <= 2, 1);
}
