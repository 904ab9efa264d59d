// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rates of the TSC and of the local APIC's timer. Both are measured
 * together, by a clock whose rate is known: the HPET that the ACPI tables name,
 * or channel 2 of the PIT where there is no HPET or it does not run. (IA-PC
 * HPET Specification 1.0a; Intel 8254.)
 */
#include "lib/lib.h"
#include "machine/acpi.h"
#include "machine/apic.h"
#include "machine/calibrate.h"
#include "machine/cpu.h"
#include "machine/paging.h"

#define RUNS		3
#define RUNS_A_SECOND	50
#define PATIENCE	BIT(34)		/* in TSC ticks: seconds at any rate */

#define PIT_HZ		1193182ull
#define PIT_TICKS	DIV_ROUND_UP(PIT_HZ, RUNS_A_SECOND)
#define PIT_CH2		0x42
#define PIT_MODE	0x43
#define PIT_GATE	0x61

#define HPET_SIZE	0x400
#define HPET_PERIOD	0x004		/* femtoseconds */
#define HPET_CONFIG	0x010
#define HPET_COUNTER	0x0f0		/* its low half; some have no other */
#define HPET_ENABLE	1u
#define HPET_PERIOD_MIN	100000u
#define HPET_PERIOD_MAX	100000000u	/* by the specification */
#define FS_PER_SEC	1000000000000000ull

/* elapsed() returns 0 during a run, and then the number of ticks it had. */
struct reference {
	const char *name;
	u64 hz;
	void (*start)(void);
	u64 (*elapsed)(void);
};

static volatile u8 *hpet;
static u64 hpet_hz;
static u32 hpet_first;

static u32 hpet_read(u32 reg)
{
	return *(volatile u32 *)(hpet + reg);
}

static void hpet_write(u32 reg, u32 v)
{
	*(volatile u32 *)(hpet + reg) = v;
}

static bool hpet_found(void)
{
	u32 period;

	if (!acpi.hpet)
		return false;
	hpet = paging_ioremap(paddr(acpi.hpet), HPET_SIZE);
	period = hpet_read(HPET_PERIOD);
	if (period < HPET_PERIOD_MIN || period > HPET_PERIOD_MAX)
		return false;
	hpet_hz = FS_PER_SEC / period;
	return true;
}

static void hpet_start(void)
{
	hpet_write(HPET_CONFIG, hpet_read(HPET_CONFIG) | HPET_ENABLE);
	hpet_first = hpet_read(HPET_COUNTER);
}

static u64 hpet_elapsed(void)
{
	u32 ticks = hpet_read(HPET_COUNTER) - hpet_first;

	return ticks < hpet_hz / RUNS_A_SECOND ? 0 : ticks;
}

static void pit_start(void)
{
	outb(PIT_GATE, (u8)((inb(PIT_GATE) & ~0x02) | 0x01));
	outb(PIT_MODE, 0xb0);			/* channel 2, mode 0 */
	outb(PIT_CH2, PIT_TICKS & 0xff);
	outb(PIT_CH2, PIT_TICKS >> 8);
}

static u64 pit_elapsed(void)
{
	return inb(PIT_GATE) & 0x20 ? PIT_TICKS : 0;
}

static bool measure(const struct reference *clock, struct clock_rates *r)
{
	u64 t0, tsc, apic, ticks;

	clock->start();
	apic_timer_set(0xffffffff);
	t0 = rdtsc();
	do {
		ticks = clock->elapsed();
		tsc = rdtsc() - t0;
		if (tsc > PATIENCE)
			return false;
	} while (!ticks);
	apic = 0xffffffffu - apic_timer_read();
	apic_timer_set(0);
	*r = (struct clock_rates){
		tsc * clock->hz / ticks, apic * clock->hz / ticks,
		clock->name
	};
	return true;
}

/* Take the slowest of several runs: an interrupted run seems faster. */
static bool calibrate_by(const struct reference *clock,
			 struct clock_rates *best)
{
	struct clock_rates r;
	u32 i;

	best->tsc_hz = ~0ull;
	for (i = 0; i < RUNS; i++) {
		if (!measure(clock, &r))
			return false;
		if (r.tsc_hz < best->tsc_hz)
			*best = r;
	}
	return true;
}

struct clock_rates calibrate(void)
{
	struct reference clock;
	struct clock_rates r;
	u32 config;
	bool good;

	if (hpet_found()) {
		clock = (struct reference){
			"HPET", hpet_hz, hpet_start, hpet_elapsed
		};
		config = hpet_read(HPET_CONFIG);
		good = calibrate_by(&clock, &r);
		hpet_write(HPET_CONFIG, config);
		if (good)
			return r;
		log_warn("the HPET stands still");
	}
	clock = (struct reference){ "PIT", PIT_HZ, pit_start, pit_elapsed };
	if (!calibrate_by(&clock, &r))
		panic("neither HPET nor PIT runs: no clock to measure by");
	return r;
}
