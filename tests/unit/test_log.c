// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules: nobody waits for the serial line with a lock held. A line of the log
 * that finds no room is in the ring alone, and how many is said later; a
 * guest's text is refused for now, until the line has stopped for good. What a
 * guest provokes is logged up to a level and at a rate of ten lines in five
 * seconds; what the hypervisor says by itself has neither, or its own.
 */
#include <stdlib.h>
#include <string.h>
#include "control/keys.h"
#include "entry/traps.h"
#include "host.h"
#include "lib/lib.h"
#include "machine/log.h"
#include "machine/serial.h"
#include "machine/time.h"

#define ENOUGH	20000u

void own_log_at(enum log_level level, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static void setup(void)
{
	static bool started;

	host_reset();
	tsc_scale.shift = 0;
	tsc_scale.mul = 1u << 31;	/* 2 ticks are a nanosecond */
	tsc_scale.base = 0;
	host_tsc += 2 * 100 * NS_PER_SEC;
	host_serial_ready = true;
	if (!started)
		serial_init();
	started = true;
	serial_enable_irq();
	own_log_at(LOG_INFO, "flush");
	memset(host_serial, 0, sizeof(host_serial));
	host_serial_count = host_serial_looks = 0;
	log_clear(log_first());
}

static void pass(u64 ns)
{
	host_tsc += 2 * ns;
}

/* How often a text is in what the serial line took. */
static u32 times(const char *text)
{
	const char *at = host_serial;
	u32 n = 0;

	for (; (at = strstr(at, text)); at++)
		n++;
	return n;
}

static void drain(void)
{
	while (host_serial_ready && !serial_room(16384))
		;
}

/*
 * Lines for which the serial line has no room are in the ring, cost no waiting,
 * and are reported as a number once, when it has room again.
 */
static void test_slow_line(void **state)
{
	static char ring[16384];
	u64 at;
	size_t n;
	u32 i;

	(void)state;
	setup();
	host_serial_ready = false;
	for (i = 0; i < 500; i++)
		own_log_at(LOG_INFO, "line %u of the hypervisor's own log", i);
	assert_true(host_serial_looks < 500 * 50);
	assert_int_equal(host_serial_count, 0);
	at = log_first();
	n = log_read(&at, ring, sizeof(ring) - 1);
	ring[n] = 0;
	assert_non_null(strstr(ring, "line 499 of"));
	host_serial_ready = true;
	drain();
	assert_int_equal(times("line 499 of"), 0);
	own_log_at(LOG_INFO, "after");
	assert_int_equal(times("lines are not shown"), 1);
	assert_int_equal(times("after"), 1);
	own_log_at(LOG_INFO, "again");
	assert_int_equal(times("lines are not shown"), 1);
}

/*
 * A guest's text is taken as a whole or refused while the serial line is full,
 * and none of what was taken is lost. A line that takes nothing for a second is
 * given up, so that the guest goes on.
 */
static void test_guest_text(void **state)
{
	const char piece[] =
		"a piece of Dom0's console output, 50 bytes or so\n";
	u32 i, taken;

	(void)state;
	setup();
	host_serial_ready = false;
	for (taken = 0; taken < 1000 && log_write(piece, strlen(piece));)
		taken++;
	assert_true(taken > 100 && taken < 1000);
	assert_false(log_write(piece, strlen(piece)));
	host_serial_ready = true;
	drain();
	for (i = 0; i < 100; i++)
		assert_true(log_write(piece, strlen(piece)));
	drain();
	assert_int_equal(times("or so"), taken + 100);
	/* One that takes nothing for a second is given up. */
	host_serial_ready = false;
	while (log_write(piece, strlen(piece)))
		;
	pass(NS_PER_SEC + 1);
	for (i = 0; i < 1000; i++)
		assert_true(log_write(piece, strlen(piece)));
	host_serial_ready = true;
	drain();
}

/*
 * A line without a rate keeps that of the firmware, although the first messages
 * go to COM1 at 115200 baud, and gets the option's format (xen-command-line.pandoc,
 * com1). The line is as the firmware left it when the console comes to it.
 */
static void test_firmwares_rate(void **state)
{
	static const struct serial_line com1 = SERIAL_LINE(0x3f8, 4);
	struct serial_line other = com1;

	(void)state;
	setup();
	other.port = 0x2f8;
	serial_use(&other);
	other.port = com1.port;
	host_serial_divisor = 0x10c;
	serial_use(&com1);
	assert_int_equal(host_serial_divisor, 1);
	other.baud = 0;
	other.format = 0x1e;
	serial_use(&other);
	assert_int_equal(host_serial_divisor, 0x10c);
	assert_int_equal(host_serial_format, 0x1e);
	other.baud = 9600;
	serial_use(&other);
	assert_int_equal(host_serial_divisor, 12);
	serial_use(&com1);
	assert_int_equal(host_serial_divisor, 1);
	assert_int_equal(host_serial_format, 3);
}

/*
 * A machine that stops waits for a line that takes nothing once, not for each of its
 * characters; one that goes on in between loses no more.
 */
static void test_stop_with_dead_line(void **state)
{
	u32 i;

	(void)state;
	setup();
	host_serial_ready = false;
	for (i = 0; i < 50; i++)
		own_log_at(LOG_INFO, "line %u of the hypervisor's own log", i);
	log_unlock();
	assert_in_range(host_serial_looks, 100000, 10000000);
	host_serial_ready = true;
	host_serial_count = host_serial_looks = 0;
	own_log_at(LOG_INFO, "the end");
	assert_int_equal(times("the end"), 1);
	host_serial_ready = false;
	own_log_at(LOG_INFO, "x");
	assert_in_range(host_serial_looks, 100000, 10000000);
	host_serial_ready = true;
}

static u32 provoke(enum log_level level, u32 n)
{
	u32 before = times("provoked"), i;

	for (i = 0; i < n; i++)
		own_log_at(level, "provoked %u", i);
	return times("provoked") - before;
}

/*
 * Lines between the two levels come at ten in five seconds, what was left out
 * is reported, lines below the first level always come, and lines that guests
 * provoke have a rate of their own.
 */
static void test_rate(void **state)
{
	(void)state;
	setup();
	log_own = (struct log_levels){ .shown = 4, .limited = 4 };
	assert_int_equal(provoke(LOG_DEBUG, 100), 0);
	log_guests.limited = 4;
	assert_int_equal(provoke(LOG_DEBUG, 100), 10);
	assert_int_equal(provoke(LOG_INFO, 100), 100);
	assert_int_equal(times("90 lines are not shown"), 1);
	pass(4 * NS_PER_SEC);
	assert_int_equal(provoke(LOG_DEBUG, 100), 0);
	pass(NS_PER_SEC);
	assert_int_equal(provoke(LOG_DEBUG, 100), 10);
	log_guests.shown = 4;
	assert_int_equal(provoke(LOG_DEBUG, 100), 100);
	/* Guests do not use up the rate of the hypervisor's own lines. */
	log_guests = (struct log_levels){ .limited = 4 };
	log_own = (struct log_levels){ .shown = 1, .limited = 4 };
	assert_int_equal(provoke(LOG_DEBUG, 100), 10);
	assert_int_equal(provoke(LOG_INFO, 100), 10);
	assert_int_equal(provoke(LOG_ERR, 100), 100);
	log_guests = (struct log_levels){ .limited = 2 };
	log_own = (struct log_levels){ .shown = 3, .limited = 3 };
}

static u32 told;

/* Another CPU has work to do, on its way to a guest: do_work(). */
static void look_for_news(void)
{
	told += log_news();
}

static long say(void)
{
	log_raw("\n");
	return 0;
}

/*
 * A CPU that logs while another one looks for news leaves none that nobody is
 * to look for: the other one finds it, or this one has work.
 */
static void test_news(void **state)
{
	u32 steps;

	(void)state;
	setup();
	for (steps = 1; steps < ENOUGH; steps++) {
		say();
		host_work = told = 0;
		race(say, look_for_news, steps);
		if (race_other)
			break;
		assert_int_equal(told, 1);
		assert_true(!log_news() || host_work & CPU_WORK_HOUSEKEEPING);
	}
	assert_in_range(steps, 10, ENOUGH - 1);
}

EXPORT_TESTS(log, cmocka_unit_test(test_firmwares_rate),
	     cmocka_unit_test(test_slow_line),
	     cmocka_unit_test(test_guest_text), cmocka_unit_test(test_rate),
	     cmocka_unit_test(test_news),
	     cmocka_unit_test(test_stop_with_dead_line));
