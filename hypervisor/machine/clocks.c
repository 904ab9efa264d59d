// SPDX-License-Identifier: GPL-2.0-only
/*
 * The clocks that a PC may have beside those of its processors: the ACPI power
 * management timer (ACPI 6.5, 4.8.3.3), the HPET that the ACPI tables name
 * (IA-PC HPET Specification 1.0a), and channel 2 of the PIT (Intel 8254). The
 * hypervisor uses them only at boot. A clock that is missing or stands still
 * must not hang the boot: machine/calibrate.c limits each run.
 */
#include "machine/acpi.h"
#include "machine/clocks.h"
#include "machine/cpu.h"
#include "machine/paging.h"

#define PM_HZ		3579545u
#define PM_MASK		0xffffffu	/* some count no further */

#define HPET_SIZE	0x400
#define HPET_PERIOD	0x004		/* femtoseconds */
#define HPET_CONFIG	0x010
#define HPET_COUNTER	0x0f0		/* its low half; some have no other */
#define HPET_ENABLE	1u
#define HPET_PERIOD_MIN	100000u
#define HPET_PERIOD_MAX	100000000u	/* by the specification */
#define FS_PER_SEC	1000000000000000ull

#define PIT_HZ		1193182u
#define PIT_TICKS	DIV_ROUND_UP(PIT_HZ, CLOCK_RUNS_A_SECOND)
#define PIT_CH2		0x42
#define PIT_MODE	0x43
#define PIT_GATE	0x61
#define PIT_OUTPUT	0x20

static u64 first;		/* of the run that goes on */
static volatile u8 *hpet;
static u32 hpet_config;		/* as the firmware left it */

static u64 pm_hz(void)
{
	return acpi.pm_timer && acpi.pm_timer < 0xfffd ? PM_HZ : 0;
}

static void pm_start(void)
{
	first = inl((u16)acpi.pm_timer);
}

static u64 pm_elapsed(void)
{
	return (inl((u16)acpi.pm_timer) - first) & PM_MASK;
}

static u32 hpet_read(u32 reg)
{
	return *(volatile u32 *)(hpet + reg);
}

static void hpet_write(u32 reg, u32 v)
{
	*(volatile u32 *)(hpet + reg) = v;
}

static u64 hpet_rate(void)
{
	u32 period;

	if (!acpi.hpet)
		return 0;
	hpet = paging_ioremap(paddr(acpi.hpet), HPET_SIZE);
	period = hpet_read(HPET_PERIOD);
	if (period < HPET_PERIOD_MIN || period > HPET_PERIOD_MAX)
		return 0;
	return FS_PER_SEC / period;
}

static void hpet_start(void)
{
	hpet_config = hpet_read(HPET_CONFIG);
	hpet_write(HPET_CONFIG, hpet_config | HPET_ENABLE);
	first = hpet_read(HPET_COUNTER);
}

static u64 hpet_elapsed(void)
{
	return (u32)(hpet_read(HPET_COUNTER) - first);
}

static void hpet_stop(void)
{
	hpet_write(HPET_CONFIG, hpet_config);
}

static void pit_set_mode(void)
{
	outb(PIT_GATE, (u8)((inb(PIT_GATE) & ~0x02) | 0x01));
	outb(PIT_MODE, 0xb0);			/* channel 2, mode 0 */
}

/*
 * The output is low until the count has ended; without a PIT this reads 0xff.
 */
static u64 pit_hz(void)
{
	pit_set_mode();
	return inb(PIT_GATE) & PIT_OUTPUT ? 0 : PIT_HZ;
}

static void pit_start(void)
{
	pit_set_mode();
	outb(PIT_CH2, PIT_TICKS & 0xff);
	outb(PIT_CH2, PIT_TICKS >> 8);
}

static u64 pit_elapsed(void)
{
	return inb(PIT_GATE) & PIT_OUTPUT ? PIT_TICKS : 0;
}

const struct reference clocks[CLOCKS] = {
	{ "PM timer", pm_hz, pm_start, pm_elapsed, NULL },
	{ "HPET", hpet_rate, hpet_start, hpet_elapsed, hpet_stop },
	{ "PIT", pit_hz, pit_start, pit_elapsed, NULL },
};
