// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/domctl.h, scheduler_op, vcpuaffinity): domains that always want
 * to run share the CPUs by their weights; a cap bounds a domain also where
 * nobody else wants the CPU; a vCPU runs where its hard affinity allows; one
 * that waits and wakes gets its turn at once, whoever else is busy; one that
 * is destroyed while it waits for its turn is forgotten by the scheduler.
 *
 * Test: shares -i
 * Test: shares-64 -w 64 -i
 * Test: fuzz/audit-shares -i krypton-debug
 */
#include "domu.h"

#define BUSY		3u
#define WINDOW_MS	600u
#define WAKES		40u
#define ENDS		20u

PAGE_BUFFER(place);

DEFINE_CODE(spin, "1: jmp 1b");

static struct domu domus[BUSY];
static u64 used[BUSY];

static u64 cpu_time(const struct domu *u)
{
	CHECK(domu_ctl(u, XEN_DOMCTL_getdomaininfo), 0);
	return domctl_op.u.getdomaininfo.cpu_time;
}

static void set_params(const struct domu *u, u32 weight, u32 cap)
{
	struct xen_domctl_scheduler_op *s = &domctl_op.u.scheduler_op;

	s->sched_id = XEN_SCHEDULER_CREDIT2;
	s->cmd = XEN_DOMCTL_SCHEDOP_putinfo;
	s->u.credit2.weight = (u16)weight;
	s->u.credit2.cap = (u16)cap;
	CHECK(domu_ctl(u, XEN_DOMCTL_scheduler_op), 0);
	s->u.credit2.weight = s->u.credit2.cap = 9;
	s->cmd = XEN_DOMCTL_SCHEDOP_getinfo;
	CHECK(domu_ctl(u, XEN_DOMCTL_scheduler_op), 0);
	CHECK(s->u.credit2.weight, weight);
	CHECK(s->u.credit2.cap, cap);
}

/* CPU time of each in the window, in microseconds; returns the window's. */
static u32 measure(u32 n)
{
	u64 start, before[BUSY];
	u32 i;

	for (i = 0; i < n; i++)
		CHECK(domu_ctl(&domus[i], XEN_DOMCTL_unpausedomain), 0);
	sleep_ms(100);
	start = time_now();
	for (i = 0; i < n; i++)
		before[i] = cpu_time(&domus[i]);
	sleep_ms(WINDOW_MS);
	for (i = 0; i < n; i++)
		used[i] = (u32)(cpu_time(&domus[i]) - before[i]) / 1000;
	start = time_now() - start;
	for (i = 0; i < n; i++)
		CHECK(domu_ctl(&domus[i], XEN_DOMCTL_pausedomain), 0);
	return (u32)start / 1000;
}

static void check_near(const char *what, u32 got, u32 expected, u32 percent)
{
	if (got >= expected - expected / 100 * percent &&
	    got <= expected + expected / 100 * percent)
		return;
	failures++;
	print("main.c: %s: %u us, expected %u\n", what, got, expected);
}

static void test_weights(void)
{
	u32 sum;

	measure(BUSY);
	sum = used[0] + used[1] + used[2];
	check_near("equal, first", used[0], sum / 3, 10);
	check_near("equal, second", used[1], sum / 3, 10);
	check_near("equal, third", used[2], sum / 3, 10);
	set_params(&domus[2], 512, 0);
	measure(BUSY);
	sum = used[0] + used[1] + used[2];
	check_near("weight 256, first", used[0], sum / 4, 10);
	check_near("weight 256, second", used[1], sum / 4, 10);
	check_near("weight 512", used[2], sum / 2, 10);
}

static void test_cap(void)
{
	u32 window;

	set_params(&domus[0], 256, 25);
	window = measure(1);
	check_near("cap 25 alone", used[0], window / 4, 20);
	set_params(&domus[0], 256, 0);
	window = measure(1);
	check_near("alone", used[0], window, 20);
}

/* How many of the short sleeps ended in time while others spin. */
static void test_latency(void)
{
	u32 i, in_time = 0;
	u64 end;

	for (i = 0; i < BUSY; i++)
		CHECK(domu_ctl(&domus[i], XEN_DOMCTL_unpausedomain), 0);
	for (i = 0; i < WAKES; i++) {
		end = time_now() + 4 * NS_PER_MS;
		sleep_ms(4);
		in_time += time_now() < end + 2 * NS_PER_MS;
	}
	for (i = 0; i < BUSY; i++)
		CHECK(domu_ctl(&domus[i], XEN_DOMCTL_pausedomain), 0);
	if (in_time < WAKES * 3 / 4)
		print("%u of %u wakes in time\n", in_time, WAKES);
	CHECK(in_time >= WAKES * 3 / 4, 1);
}

/* Its low weight lets it wait behind the others most of the time. */
static void test_ends(void)
{
	struct domu *victim = &domus[BUSY - 1];
	u32 i;

	for (i = 0; i < BUSY - 1; i++)
		CHECK(domu_ctl(&domus[i], XEN_DOMCTL_unpausedomain), 0);
	for (i = 0; i < ENDS; i++) {
		set_params(victim, 16, 0);
		CHECK(domu_ctl(victim, XEN_DOMCTL_unpausedomain), 0);
		sleep_ms(20);
		CHECK(domu_ctl(victim, XEN_DOMCTL_destroydomain), 0);
		domu_make(victim, place, spin, CODE_SIZE(spin));
	}
	for (i = 0; i < BUSY - 1; i++)
		CHECK(domu_ctl(&domus[i], XEN_DOMCTL_pausedomain), 0);
	measure(BUSY);
	check_near("equal again", used[BUSY - 1],
		   (used[0] + used[1] + used[2]) / 3, 10);
}

static void test_affinity(void)
{
	struct xen_domctl_vcpuaffinity *a = &domctl_op.u.vcpuaffinity;
	u8 map[8] = { 1 };

	memset(a, 0, sizeof(*a));
	a->flags = XEN_VCPUAFFINITY_HARD;
	a->cpumap_hard.nr_bits = 64;
	set_xen_guest_handle(a->cpumap_hard.bitmap, map);
	CHECK(domu_ctl(&domus[1], XEN_DOMCTL_setvcpuaffinity), 0);
	measure(2);
	domctl_op.u.getvcpuinfo.vcpu = 0;
	CHECK(domu_ctl(&domus[1], XEN_DOMCTL_getvcpuinfo), 0);
	CHECK(domctl_op.u.getvcpuinfo.cpu, 0);
	map[0] = 0;
	map[7] = 0x80;
	a->vcpu = 0;
	a->flags = XEN_VCPUAFFINITY_HARD;
	a->cpumap_hard.nr_bits = 64;
	set_xen_guest_handle(a->cpumap_hard.bitmap, map);
	CHECK(domu_ctl(&domus[1], XEN_DOMCTL_setvcpuaffinity), -XEN_EINVAL);
}

void test_main(void)
{
	u32 i;

	for (i = 0; i < BUSY; i++)
		domu_make(&domus[i], place, spin, CODE_SIZE(spin));
	test_weights();
	test_cap();
	test_latency();
	test_ends();
	test_affinity();
	for (i = 0; i < BUSY; i++)
		CHECK(domu_ctl(&domus[i], XEN_DOMCTL_destroydomain), 0);
}
