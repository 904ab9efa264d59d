// SPDX-License-Identifier: GPL-2.0-only
/*
 * System time: nanoseconds since boot, the same to every reader, from the
 * parameters that guests get too (xen/xen.h, struct vcpu_time_info: shift the
 * TSC, negative means right, then multiply by a fraction of 2^32).
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include "host.h"
#include "machine/acpi.h"
#include "machine/clocks.h"
#include "machine/tsc.h"

#define PIT_EXACT	20000	/* it measures a rate to one in so many */
#define SECONDS_A_YEAR	31556952ull

static void boot(u64 hz)
{
	host_tsc = 12345678901ull;
	host_pit_tsc = hz;
	calibrate_begin();
	time_init();
}

/* Rates with their shift: fast ones are shifted right, slow ones left. */
static const struct {
	u64 hz;
	s8 shift;
} rates[] = {
	{ 1000000, 10 }, { 99000000, 4 }, { 499999000, 2 }, { 500001000, 1 },
	{ 999999000, 1 }, { 1000001000, 0 }, { 1999999000, 0 },
	{ 2000001000, -1 }, { 3187200000, -1 }, { 4000001000, -2 },
	{ 11000000000, -3 },
};

/* Within one in 'part' */
static void check_rate(u64 hz, u64 want, u64 part)
{
	assert_in_range(hz, want - want / part, want + want / part);
}

/* Both rates are right, to some parts in a million, by the PIT as well. */
static void test_calibration(void **state)
{
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rates); i++) {
		boot(rates[i].hz);
		check_rate(tsc_scale.hz, rates[i].hz, PIT_EXACT);
		check_rate(time_apic_hz, rates[i].hz / 16, 2000);
	}
}

#define HPET_PERIOD	0x004
#define HPET_CONFIG	0x010
#define HPET_COUNTER	0x0f0
#define HPET_OTHER 2u /* a bit of the configuration that is not ours */
#define TURN_TSC	3000000u

static u32 hpet_ticks_a_turn;

static void set_hpet(u32 reg, u32 v)
{
	memcpy(host_hpet + reg, &v, sizeof(v));
}

static u32 get_hpet(u32 reg)
{
	u32 v;

	memcpy(&v, host_hpet + reg, sizeof(v));
	return v;
}

/* 1 ms; the TSC of this machine counts only while the HPET does. */
static void turn_hpet(void)
{
	if (!(get_hpet(HPET_CONFIG) & 1))
		return;
	host_tsc += hpet_ticks_a_turn ? TURN_TSC : 1000ull * TURN_TSC;
	set_hpet(HPET_COUNTER, get_hpet(HPET_COUNTER) + hpet_ticks_a_turn);
}

static u64 rate_by_hpet(u32 period, u32 ticks_a_turn)
{
	acpi.hpet = 0xfed00000;
	set_hpet(HPET_PERIOD, period);
	set_hpet(HPET_CONFIG, HPET_OTHER);
	set_hpet(HPET_COUNTER, 0xfffffff0);	/* it wraps */
	hpet_ticks_a_turn = ticks_a_turn;
	host_turn = turn_hpet;
	boot(1000001000);
	host_turn = NULL;
	acpi.hpet = 0;
	assert_int_equal(get_hpet(HPET_CONFIG), HPET_OTHER);
	return tsc_scale.hz;
}

/* The HPET goes before the PIT; one that cannot be is as if there was none. */
static void test_hpet(void **state)
{
	u64 by_pit;

	(void)state;
	boot(1000001000);
	by_pit = tsc_scale.hz;
	assert_int_equal(rate_by_hpet(10000000, 100000), 3000000000);
	assert_int_equal(rate_by_hpet(100000000, 10000), 3000000000);
	assert_int_equal(rate_by_hpet(100000, 10000000), 3000000000);
	check_rate(rate_by_hpet(0, 100000), by_pit, PIT_EXACT);
	check_rate(rate_by_hpet(99999, 100000), by_pit, PIT_EXACT);
	check_rate(rate_by_hpet(100000001, 100000), by_pit, PIT_EXACT);
	check_rate(rate_by_hpet(10000000, 0), by_pit, PIT_EXACT);
}

#define PM_HZ		3579545u

static u32 pm_ticks, pm_step;

/* Each read takes pm_step of the timer's ticks, and 1000 of the TSC for one. */
static u32 pm_timer(void)
{
	pm_ticks += pm_step;
	host_tsc += 1000ull * pm_step + 1000;
	return pm_ticks & 0xffffff;		/* 24 bits; it wraps */
}

/* The PM timer goes before the PIT, and one that stands still counts as none. */
static void test_pm_timer(void **state)
{
	u64 by_pit;

	(void)state;
	boot(1000001000);
	by_pit = tsc_scale.hz;
	acpi.pm_timer = 0x608;
	host_pm_timer = pm_timer;
	pm_ticks = 0xfffff0;
	pm_step = 100;
	boot(1000001000);
	assert_in_range(tsc_scale.hz, 1000ull * PM_HZ, 1011ull * PM_HZ);
	pm_step = 0;
	boot(1000001000);
	check_rate(tsc_scale.hz, by_pit, PIT_EXACT);
	acpi.pm_timer = 0;
	host_pm_timer = NULL;
}

/* As pm_timer(), but every fifth read is interrupted, before it or after it. */
static u32 interrupted(void)
{
	static u32 reads;
	bool late = ++reads % 5 == 0, before = reads % 2;
	u32 v;

	if (late && before)
		host_tsc += 2000000;
	v = (u32)(host_tsc / 1000) & 0xffffff;
	host_tsc += late && !before ? 2000000 : 1300;
	return v;
}

/*
 * The rate is right whatever the boot does in a run: the timer may wrap meanwhile,
 * once or more often, and a reading may be interrupted.
 */
static void test_long_run(void **state)
{
	static const u32 ms[] = { 0, 1, 19, 20, 100, 4600, 4686, 4688, 5000, 9375,
				  20000, 60000 };
	u32 i;

	(void)state;
	acpi.pm_timer = 0x608;
	host_pm_timer = interrupted;
	for (i = 0; i < ARRAY_SIZE(ms); i++) {
		host_tsc = 12345678901ull;
		host_pit_tsc = 1000;
		calibrate_begin();
		host_tsc += 1000ull * (PM_HZ / 1000) * ms[i];
		time_init();
		check_rate(tsc_scale.hz, 1000ull * PM_HZ, 100000);
		check_rate(time_apic_hz, 1000ull * PM_HZ / 16, 100000);
	}
	acpi.pm_timer = 0;
	host_pm_timer = NULL;
}

/* A processor of which only these leaves are told. */
static u32 told[9][4];
enum { LEAF_0, LEAF_1, LEAF_15, LEAF_16, LEAF_HV, LEAF_HV3, LEAF_HV10,
       LEAF_EXT, LEAF_EXT7 };
static const u32 leaf_numbers[] = {
	0, 1, 0x15, 0x16, 0x40000000, 0x40000003, 0x40000010, 0x80000000,
	0x80000007
};

static bool tell(u32 leaf, u32 r[4])
{
	u32 i;

	memset(r, 0, 4 * sizeof(*r));
	for (i = 0; i < ARRAY_SIZE(leaf_numbers); i++)
		if (leaf_numbers[i] == leaf)
			memcpy(r, told[i], sizeof(told[i]));
	if (!leaf)
		r[0] = MAX(r[0], 1u);	/* the last leaf: each has leaf 1 */
	return true;
}

static void tell_hypervisor(const char *signature, u32 last)
{
	told[LEAF_1][2] = 1u << 31;
	told[LEAF_HV][0] = last;
	memcpy(&told[LEAF_HV][1], signature, 12);
}

/* A TSC that counts as it is read. */
static void turn_tsc(void)
{
	host_tsc += 1000;
}

static u64 rate_as_told(void)
{
	host_tsc = 1;
	host_turn = turn_tsc;
	calibrate_begin();
	time_init();
	host_turn = NULL;
	return tsc_scale.hz;
}

/* The PIT does not measure a rate exactly. */
static void boot_told(u64 hz)
{
	memset(told, 0, sizeof(told));
	host_cpuid = tell;
	tell_hypervisor("KVMKVMKVM\0\0", 0x40000010);
	told[LEAF_HV10][0] = (u32)(hz / 1000);
	assert_int_equal(rate_as_told(), hz);
	host_cpuid = NULL;
}

/*
 * The TSC's rate by what the hypervisor tells, then by the crystal's rate that
 * the processor tells; by its nominal rate if no clock runs.
 */
static void test_told(void **state)
{
	(void)state;
	memset(told, 0, sizeof(told));
	host_cpuid = tell;
	host_no_pit = true;
	told[LEAF_0][0] = 0x16;
	told[LEAF_16][0] = 2600;
	assert_int_equal(rate_as_told(), 2600000000);
	memcpy(told[LEAF_15], (u32[]){ 2, 216, 0, 0 }, 16);
	assert_int_equal(rate_as_told(), 2600000000);
	told[LEAF_15][2] = 24000000;
	assert_int_equal(rate_as_told(), 2592000000);
	tell_hypervisor("Microsoft Hv", 0x40000005);
	told[LEAF_HV3][0] = 1u << 11;
	host_hyperv_hz = 2100000000;
	assert_int_equal(rate_as_told(), 2100000000);
	tell_hypervisor("KVMKVMKVM\0\0", 0x40000010);
	told[LEAF_HV10][0] = 2500000;
	assert_int_equal(rate_as_told(), 2500000000);
	told[LEAF_HV][0] = 0x40000001;		/* it has no such leaf */
	assert_int_equal(rate_as_told(), 2592000000);
	host_cpuid = NULL;
	host_no_pit = false;
}

/* Says what the boot's panic says. */
static const char *panic_of_boot(void)
{
	jmp_buf stop;

	host_panic = &stop;
	if (!setjmp(stop)) {
		calibrate_begin();
		time_init();
		fail();
	}
	host_panic = NULL;
	return host_panic_text;
}

/* Without any clock, and with a TSC that stands still, the boot says so. */
static void test_no_clock(void **state)
{
	(void)state;
	memset(told, 0, sizeof(told));
	host_cpuid = tell;
	host_no_pit = true;
	host_turn = turn_tsc;
	assert_non_null(strstr(panic_of_boot(), "no clock to measure by"));
	host_turn = NULL;
	host_tsc_stands = true;
	assert_non_null(strstr(panic_of_boot(), "or not the TSC"));
	host_tsc_stands = false;
	host_cpuid = NULL;
	host_no_pit = false;
}

static u64 follower_ahead;

static void *follow(void *unused)
{
	host_tsc_ahead = follower_ahead;
	tsc_follow();
	follower_ahead = host_tsc_ahead;
	return unused;
}

/*
 * Of two processors' TSCs, one that differs is set until they agree. If it
 * cannot be set, the processor is not used.
 */
static void test_tsc_agrees(void **state)
{
	static const u64 ahead[] = { 0, 1u << 30, -(1ull << 30), 1ull << 50 };
	pthread_t thread;
	u32 i;

	(void)state;
	tsc_scale.hz = 1ull << 40;	/* no answer comes late */
	memset(told, 0, sizeof(told));
	host_cpuid = tell;
	for (i = 0; i < ARRAY_SIZE(ahead); i++) {
		follower_ahead = ahead[i];
		assert_int_equal(pthread_create(&thread, NULL, follow, NULL), 0);
		assert_true(tsc_lead());
		pthread_join(thread, NULL);
		assert_true(follower_ahead + (1u << 24) < 1u << 25);
		if (!i)
			assert_int_equal(follower_ahead, 0);
	}
	host_tsc_fixed = true;
	follower_ahead = 1u << 30;
	assert_int_equal(pthread_create(&thread, NULL, follow, NULL), 0);
	assert_false(tsc_lead());
	host_tsc_fixed = false;
	assert_true(tsc_lead());
	pthread_join(thread, NULL);
	host_cpuid = NULL;
}

/* After so many seconds so many have gone by, to one in 10^9. */
static void test_conversion(void **state)
{
	static const u64 seconds[] = {
		0, 1, 86400, SECONDS_A_YEAR, 50 * SECONDS_A_YEAR
	};
	u64 ticks, want, error;
	u32 i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rates); i++) {
		boot_told(rates[i].hz);
		assert_int_equal(tsc_scale.shift, rates[i].shift);
		assert_in_range(tsc_scale.mul, 1u << 31, ~0u);
		for (k = 0; k < ARRAY_SIZE(seconds); k++) {
			ticks = tsc_scale.hz * seconds[k];
			want = seconds[k] * NS_PER_SEC;
			error = want / NS_PER_SEC;
			assert_in_range(time_from_tsc(tsc_scale.base + ticks),
					want - error, want + error);
		}
	}
}

/* Exactly what a guest computes that follows vcpu_time_info. */
static void test_guests_formula(void **state)
{
	u64 tsc, delta, want;
	u32 i, k;
	s8 shift;

	(void)state;
	srand(21);
	for (i = 0; i < ARRAY_SIZE(rates); i++) {
		boot_told(rates[i].hz);
		shift = tsc_scale.shift;
		for (k = 0; k < 1000; k++) {
			delta = (u64)rand() * (u64)rand() >> k % 60;
			tsc = tsc_scale.base + delta;
			delta = shift < 0 ? delta >> -shift : delta << shift;
			want = (u64)((unsigned __int128)delta *
				     tsc_scale.mul >> 32);
			assert_int_equal(time_from_tsc(tsc), want);
		}
	}
}

/* It never goes back, and does not stand still for 2 ns or more. */
static void test_monotonic(void **state)
{
	u64 tsc, last, now, least;
	u32 i, k;

	(void)state;
	srand(22);
	for (i = 0; i < ARRAY_SIZE(rates); i++) {
		boot_told(rates[i].hz);
		least = 2 * tsc_scale.hz / NS_PER_SEC + 8;
		tsc = tsc_scale.base;
		last = time_from_tsc(tsc);
		for (k = 0; k < 5000; k++) {
			tsc += least << k % 40;
			now = time_from_tsc(tsc);
			assert_true(now > last);
			assert_true(time_from_tsc(tsc + 1) >= now);
			last = now;
		}
	}
}

/* System time starts at 0 at boot, and a wait is never too short. */
static void test_wait(void **state)
{
	(void)state;
	boot(1000001000);
	assert_int_equal(time_now(), 0);
	time_wait(0);
	assert_int_equal(time_now(), 0);
	time_wait(5000);
	assert_in_range(time_now(), 5000, 5002);
}

#define CMOS_24H	2
#define CMOS_BINARY	4
#define CMOS_PM		0x80
#define HOUR		3	/* of a date */

static void set_cmos(const u8 date[6], u8 mode)
{
	static const u8 reg[6] = { 9, 8, 7, 4, 2, 0 };
	u8 shown[6];
	u32 i;

	memcpy(shown, date, sizeof(shown));
	if (!(mode & CMOS_24H))
		shown[HOUR] = (u8)((date[HOUR] + 11) % 12 + 1);
	host_cmos[0x0a] = 0x26;
	host_cmos[0x0b] = mode;
	for (i = 0; i < 6; i++)
		host_cmos[reg[i]] = mode & CMOS_BINARY ? shown[i] :
				    (u8)(shown[i] / 10 << 4 | shown[i] % 10);
	if (!(mode & CMOS_24H) && date[HOUR] >= 12)
		host_cmos[reg[HOUR]] |= CMOS_PM;
}

/*
 * The CMOS clock, binary or not, by 24 hours or twice 12, as seconds since
 * 1970: date(1) -u +%s. Its year has two digits, for 1970 to 2069 as on Xen; clocks
 * without a battery often begin in 1980.
 */
static void test_wallclock(void **state)
{
	static const struct {
		u8 date[6];
		u64 seconds;
	} dates[] = {
		{ { 0, 1, 1, 0, 0, 0 }, 946684800 },
		{ { 0, 2, 29, 23, 59, 59 }, 951868799 },
		{ { 23, 12, 31, 12, 34, 56 }, 1704026096 },
		{ { 24, 2, 29, 0, 0, 1 }, 1709164801 },
		{ { 24, 3, 1, 0, 0, 0 }, 1709251200 },
		{ { 25, 7, 4, 12, 0, 1 }, 1751630401 },
		{ { 26, 11, 21, 19, 48, 7 }, 1795290487 },
		{ { 69, 12, 31, 23, 59, 59 }, 3155759999 },
		{ { 70, 1, 1, 0, 0, 0 }, 0 },
		{ { 80, 1, 1, 0, 0, 0 }, 315532800 },
		{ { 99, 12, 31, 23, 59, 59 }, 946684799 },
	};
	u32 i;

	(void)state;
	for (i = 0; i < 4 * ARRAY_SIZE(dates); i++) {
		set_cmos(dates[i / 4].date, (u8)(i % 4 * CMOS_24H));
		boot(1000001000);
		assert_int_equal(wallclock_base,
				 dates[i / 4].seconds * NS_PER_SEC);
	}
}

static void end_update(void)
{
	static const u8 after[6] = { 24, 3, 1, 0, 0, 0 };
	static u32 waited;

	if (tsc_scale.base && host_cmos[0x0a] & 0x80 && ++waited == 50)
		set_cmos(after, CMOS_24H | CMOS_BINARY);
}

/* While the CMOS clock changes its registers they are not read. */
static void test_wallclock_update(void **state)
{
	static const u8 half[6] = { 24, 2, 29, 0, 0, 0 };

	(void)state;
	set_cmos(half, CMOS_24H | CMOS_BINARY);
	host_cmos[0x0a] |= 0x80;
	host_turn = end_update;
	tsc_scale.base = 0;		/* until the clocks are measured */
	boot(1000001000);
	host_turn = NULL;
	assert_int_equal(wallclock_base, 1709251200 * NS_PER_SEC);
}

EXPORT_TESTS(time, cmocka_unit_test(test_calibration),
	     cmocka_unit_test(test_hpet),
	     cmocka_unit_test(test_pm_timer),
	     cmocka_unit_test(test_long_run), cmocka_unit_test(test_told),
	     cmocka_unit_test(test_no_clock), cmocka_unit_test(test_tsc_agrees),
	     cmocka_unit_test(test_conversion),
	     cmocka_unit_test(test_guests_formula),
	     cmocka_unit_test(test_monotonic), cmocka_unit_test(test_wait),
	     cmocka_unit_test(test_wallclock),
	     cmocka_unit_test(test_wallclock_update));
