// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timers: each fires once, on the CPU that set it, in the order of expiry and
 * never early; the APIC timer is programmed for the first of its CPU.
 */
#include <stdlib.h>
#include <string.h>
#include "host.h"
#include "machine/clocks.h"

#define COUNT		8u
#define APIC_HZ		(52 * 1193182ull)	/* as 52 a tick of the PIT */
#define SOON		1000u

struct rearm {
	u64 after;
	u32 which, times;
};

static struct timer timers[COUNT];
static u32 log[1000], logged;		/* numbers of what fired */
static struct rearm rearm[COUNT];	/* what a timer's function sets */
static struct timer *stopped_by[COUNT];	/* what it stops */
static u32 takes;			/* time that each function takes */

static void fired(void *data)
{
	struct timer *t = data;
	u32 nr = (u32)(t - timers);
	struct rearm *r = &rearm[nr];

	assert_int_equal(host_locks, 0);
	assert_true(t->expires <= time_now());
	assert_false(t->active);
	assert_true(logged < ARRAY_SIZE(log));
	log[logged++] = nr;
	host_tsc += takes;
	if (r->times && r->times--)
		timer_set(&timers[r->which], t->expires + r->after);
	if (stopped_by[nr])
		timer_stop(stopped_by[nr]);
}

/* Nanoseconds are what the TSC says; the APIC timer runs at the given rate. */
static void boot(u32 apic_per_tick)
{
	u32 i;

	for (i = 0; i < COUNT; i++)
		timer_stop(&timers[i]);
	host_reset();
	host_pit_tsc = NS_PER_SEC;
	calibrate_begin();
	time_init();
	time_apic_hz = 1193182ull * apic_per_tick;
	tsc_scale = (struct tsc_scale){ .hz = NS_PER_SEC, .mul = 1u << 31,
					.shift = 1 };
	host_tsc = 1u << 20;
	logged = host_apic_sets = takes = 0;
	memset(rearm, 0, sizeof(rearm));
	memset(stopped_by, 0, sizeof(stopped_by));
	for (i = 0; i < COUNT; i++)
		timer_init(&timers[i], fired, &timers[i]);
}

static void arm(u32 nr, u64 after)
{
	timer_set(&timers[nr], host_tsc + after);
}

static void on_cpu(u32 cpu)
{
	host_cpu.id = cpu;
}

/* So much later an interrupt comes. */
static void pass(u64 ns)
{
	host_tsc += ns;
	timer_interrupt();
	assert_int_equal(host_locks, 0);
}

/* What has fired since the last look: "205" is number 2, then 0, then 5. */
static void expect(const char *numbers)
{
	char got[COUNT * 4 + 1];
	u32 i;

	assert_true(logged < sizeof(got));
	for (i = 0; i < logged; i++)
		got[i] = (char)('0' + log[i]);
	got[i] = 0;
	assert_string_equal(got, numbers);
	logged = 0;
}

/* Those of one time in the order in which they were set. */
static void test_order(void **state)
{
	static const u32 after[COUNT] = { 50, 10, 70, 10, 30, 50, 10, 20 };
	u32 i;

	(void)state;
	boot(52);
	for (i = 0; i < COUNT; i++)
		arm(i, after[i]);
	pass(100);
	expect("13674052");
}

/* Not a nanosecond early; what is due later stays. */
static void test_due(void **state)
{
	(void)state;
	boot(52);
	arm(0, 100);
	arm(1, 101);
	arm(2, 500);
	pass(99);
	expect("");
	pass(1);
	expect("0");
	pass(1);
	expect("1");
	assert_true(timers[2].active);
	pass(1000);
	expect("2");
	pass(1000);
	expect("");
}

/* An expiry in the past, and one that was never meant, are due at once. */
static void test_past(void **state)
{
	(void)state;
	boot(52);
	arm(0, 5);
	timer_set(&timers[1], host_tsc - 10);
	timer_set(&timers[2], 0);
	assert_int_equal(host_apic_ticks[0], 1);
	pass(0);
	expect("21");
}

/* The last ~584 years from boot is as good as never. */
static void test_far(void **state)
{
	(void)state;
	boot(52);
	timer_set(&timers[0], ~0ull);
	arm(1, 10);
	pass(1000 * NS_PER_SEC);
	expect("1");
	assert_true(timers[0].active);
}

/* Setting an active timer moves it; its old time means nothing. */
static void test_set_again(void **state)
{
	static const u64 moved[] = { 5, 15, 35, 45 };
	static const char *const order[] = { "1023", "0123", "0213", "0231" };
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(moved); i++) {
		boot(52);
		arm(0, 10);
		arm(1, 20);
		arm(2, 30);
		arm(3, 40);
		arm(1, moved[i]);
		pass(100);
		expect(order[i]);
		pass(100);
		expect("");
	}
}

/* First, middle, last: the others fire. Stopped ones may be set again. */
static void test_stop(void **state)
{
	static const char *const left[] = { "123", "023", "013", "012" };
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(left); i++) {
		boot(52);
		arm(0, 10);
		arm(1, 20);
		arm(2, 30);
		arm(3, 40);
		timer_stop(&timers[i]);
		assert_false(timers[i].active);
		pass(100);
		expect(left[i]);
		arm(i, 10);
		pass(10);
		assert_int_equal(logged, 1);
		assert_int_equal(log[0], i);
	}
}

/* Nothing happens to others: never set, stopped before, fired already. */
static void test_stop_inactive(void **state)
{
	(void)state;
	boot(52);
	timer_stop(&timers[4]);
	arm(0, 10);
	arm(1, 20);
	arm(2, 30);
	timer_stop(&timers[4]);
	timer_stop(&timers[1]);
	timer_stop(&timers[1]);
	pass(10);
	timer_stop(&timers[0]);
	timer_kill(&timers[0]);
	pass(100);
	expect("02");
}

/* A killed timer does not fire; killing one that does not run needs no wait. */
static void test_kill(void **state)
{
	u64 before;

	(void)state;
	boot(52);
	arm(0, 10);
	arm(1, 10);
	before = host_tsc;
	timer_kill(&timers[0]);
	assert_int_equal(host_tsc, before);
	assert_false(timers[0].active);
	pass(100);
	expect("1");
}

/* A period: set by its own function it fires once each time. */
static void test_periodic(void **state)
{
	u32 i;

	(void)state;
	boot(52);
	rearm[0] = (struct rearm){ 100, 0, 20 };
	arm(0, 100);
	for (i = 0; i < 10; i++) {
		pass(99);
		expect("");
		pass(1);
		expect("0");
		assert_true(timers[0].active);
	}
	/* After a long sleep it makes up for what was missed. */
	pass(550);
	expect("00000");
	pass(50);
	expect("0");
}

/* A function sets another one: due before or after what waits, or at once. */
static void test_function_sets(void **state)
{
	static const u64 after[] = { 0, 20, 60 };
	static const char *const order[] = { "0213", "0123", "013" };
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(after); i++) {
		boot(52);
		rearm[0] = (struct rearm){ after[i], 2, 1 };
		arm(0, 10);
		arm(1, 20);
		arm(3, 40);
		pass(50);
		expect(order[i]);
	}
}

/* Periods that are shorter than what they cost do not hold up all the rest. */
static void test_never_done(void **state)
{
	u32 i;

	(void)state;
	boot(52);
	takes = 50;
	for (i = 0; i < COUNT; i++) {
		rearm[i] = (struct rearm){ 100, i, 1000 };
		arm(i, 100);
	}
	pass(100);
	expect("01234567");
	assert_in_range(host_apic_ticks[0], 1, 2);
}

/* One that a function stops does not fire, though it was due too. */
static void test_function_stops(void **state)
{
	(void)state;
	boot(52);
	arm(0, 10);
	arm(1, 10);
	arm(2, 10);
	stopped_by[0] = &timers[1];
	pass(10);
	expect("02");
}

/* Each CPU has its own: another's interrupt does not let a timer fire. */
static void test_cpus(void **state)
{
	(void)state;
	boot(52);
	arm(0, 10);
	on_cpu(1);
	arm(1, 5);
	arm(2, 20);
	on_cpu(0);
	pass(50);
	expect("0");
	assert_int_equal(host_apic_ticks[0], 0);
	on_cpu(1);
	pass(0);
	expect("12");
}

/* Set on another CPU a timer moves there; stopped from another it is off. */
static void test_cpu_change(void **state)
{
	(void)state;
	boot(52);
	arm(0, 10);
	arm(1, 10);
	arm(2, 10);
	on_cpu(1);
	arm(0, 10);
	timer_stop(&timers[2]);
	pass(10);
	expect("0");
	on_cpu(0);
	pass(0);
	expect("1");
}

/*
 * The interval: no less than the time that is left, at most a tick more; never
 * 0, which would be no interrupt at all; at most a second, after which it is
 * programmed anew.
 */
static void test_interval(void **state)
{
	static const u64 after[] = {
		0, 1, 16, 17, 1000, 999999, NS_PER_SEC - 1, NS_PER_SEC,
		NS_PER_SEC + 1, 3600 * NS_PER_SEC, 1ull << 62
	};
	u64 left, ns;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(after); i++) {
		boot(52);
		arm(0, after[i]);
		left = MIN(after[i], NS_PER_SEC);
		assert_true(host_apic_ticks[0] > 0);
		ns = host_apic_ticks[0] * NS_PER_SEC / APIC_HZ;
		assert_in_range(ns, left, left + NS_PER_SEC / APIC_HZ + 1);
	}
}

/* The register has 32 bits; what does not fit is an early interrupt. */
static void test_interval_fits(void **state)
{
	(void)state;
	boot(4000);			/* 4.8 GHz */
	arm(0, NS_PER_SEC / 2);
	assert_in_range(host_apic_ticks[0], 2386364000u, 2386364001u);
	arm(0, NS_PER_SEC);
	assert_int_equal(host_apic_ticks[0], ~0u);
}

/* The first one decides: a later one changes nothing, an earlier one does. */
static void test_programmed(void **state)
{
	u32 ticks;

	(void)state;
	boot(52);
	arm(0, 10 * SOON);
	ticks = host_apic_ticks[0];
	arm(1, 20 * SOON);
	assert_int_equal(host_apic_sets, 1);
	assert_int_equal(host_apic_ticks[0], ticks);
	arm(2, SOON);
	assert_int_equal(host_apic_sets, 2);
	assert_in_range(host_apic_ticks[0], SOON * APIC_HZ / NS_PER_SEC,
			SOON * APIC_HZ / NS_PER_SEC + 1);
	pass(SOON);
	assert_in_range(host_apic_ticks[0], ticks * 9 / 10, ticks * 9 / 10 + 1);
	pass(100 * SOON);
	assert_int_equal(host_apic_ticks[0], 0);
	assert_int_equal(host_apic_ticks[1], 0);
}

/* Of two seconds the interrupt after one lets nothing fire and goes on. */
static void test_long_interval(void **state)
{
	(void)state;
	boot(52);
	arm(0, NS_PER_SEC + SOON);
	pass(NS_PER_SEC);
	expect("");
	assert_in_range(host_apic_ticks[0], 1,
			SOON * APIC_HZ / NS_PER_SEC + 1);
	pass(SOON);
	expect("0");
	assert_int_equal(host_apic_ticks[0], 0);
}

/* A timer's CPU, and its place among those that expire at the same time. */
static struct model {
	u32 cpu, order;
} model[COUNT];

static u32 model_first(u32 cpu)
{
	u32 i, first = COUNT;

	for (i = 0; i < COUNT; i++) {
		if (!timers[i].active || model[i].cpu != cpu)
			continue;
		if (first == COUNT ||
		    timers[i].expires < timers[first].expires ||
		    (timers[i].expires == timers[first].expires &&
		     model[i].order < model[first].order))
			first = i;
	}
	return first;
}

static void model_pass(void)
{
	u32 want[COUNT], n = 0, nr, i;
	struct timer saved[COUNT];

	memcpy(saved, timers, sizeof(saved));
	while ((nr = model_first(host_cpu.id)) < COUNT &&
	       timers[nr].expires <= host_tsc) {
		timers[nr].active = false;
		want[n++] = nr;
	}
	memcpy(timers, saved, sizeof(saved));
	logged = 0;
	pass(0);
	assert_int_equal(logged, n);
	for (i = 0; i < n; i++)
		assert_int_equal(log[i], want[i]);
	assert_int_equal(!host_apic_ticks[host_cpu.id],
			 model_first(host_cpu.id) == COUNT);
}

/* Anything at random on two CPUs does what a search for the first would. */
static void test_random(void **state)
{
	u32 k, nr, total = 0;

	(void)state;
	boot(52);
	srand(41);
	for (k = 0; k < 50000; k++) {
		nr = (u32)rand() % COUNT;
		on_cpu((u32)rand() % 2);
		switch (rand() % 6) {
		case 0:
			timer_stop(&timers[nr]);
			break;
		case 1:
			host_tsc += (u32)rand() % 20;
			model_pass();
			total += logged;
			break;
		default:
			arm(nr, (u64)rand() % 64);
			model[nr] = (struct model){ host_cpu.id, k };
		}
	}
	assert_true(total > 5000);
}

EXPORT_TESTS(timer, cmocka_unit_test(test_order), cmocka_unit_test(test_due),
	     cmocka_unit_test(test_past), cmocka_unit_test(test_far),
	     cmocka_unit_test(test_set_again), cmocka_unit_test(test_stop),
	     cmocka_unit_test(test_stop_inactive), cmocka_unit_test(test_kill),
	     cmocka_unit_test(test_periodic),
	     cmocka_unit_test(test_function_sets),
	     cmocka_unit_test(test_never_done),
	     cmocka_unit_test(test_function_stops), cmocka_unit_test(test_cpus),
	     cmocka_unit_test(test_cpu_change), cmocka_unit_test(test_interval),
	     cmocka_unit_test(test_interval_fits),
	     cmocka_unit_test(test_programmed),
	     cmocka_unit_test(test_long_interval),
	     cmocka_unit_test(test_random));
