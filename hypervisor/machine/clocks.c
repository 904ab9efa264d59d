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
#define HPET_PERIOD	(0x004 / 4)	/* femtoseconds */
#define HPET_CONFIG	(0x010 / 4)
#define HPET_COUNTER	(0x0f0 / 4)	/* its low half; some have no other */
#define HPET_ENABLE	1u
#define HPET_PERIOD_MIN	100000u
#define HPET_PERIOD_MAX	100000000u	/* by the specification */
#define FS_PER_SEC	1000000000000000ull

#define PIT_HZ		1193182u
#define PIT_MASK	0xffffu
#define PIT_OUTPUT	0x20

static volatile u32 *hpet;
static u32 hpet_config;		/* as the firmware left it */

static u64 pm_start(void)
{
	return acpi.pm_timer && acpi.pm_timer < 0xfffd ? PM_HZ : 0;
}

static u64 pm_read(void)
{
	return inl((u16)acpi.pm_timer);
}

static u64 hpet_start(void)
{
	u32 period;

	if (!acpi.hpet)
		return 0;
	hpet = paging_ioremap(paddr(acpi.hpet), HPET_SIZE);
	period = hpet[HPET_PERIOD];
	if (period < HPET_PERIOD_MIN || period > HPET_PERIOD_MAX)
		return 0;
	hpet_config = hpet[HPET_CONFIG];
	hpet[HPET_CONFIG] = hpet_config | HPET_ENABLE;
	return FS_PER_SEC / period;
}

static u64 hpet_read(void)
{
	return hpet[HPET_COUNTER];
}

static void hpet_stop(void)
{
	hpet[HPET_CONFIG] = hpet_config;
}

/*
 * The output is low until the count has ended; without a PIT this reads 0xff.
 */
static u64 pit_start(void)
{
	outb(PIT_GATE, (u8)((inb(PIT_GATE) & ~0x02) | 0x01));
	outb(PIT_MODE, 0xb0);			/* channel 2, mode 0 */
	outb(PIT_CH2, 0xff);
	outb(PIT_CH2, 0xff);
	return inb(PIT_GATE) & PIT_OUTPUT ? 0 : PIT_HZ;
}

/* It counts down. */
static u64 pit_read(void)
{
	u64 low;

	outb(PIT_MODE, 0x80);			/* latch channel 2 */
	low = inb(PIT_CH2);
	return ~(low | (u64)inb(PIT_CH2) << 8);
}

const struct reference clocks[CLOCKS] = {
	{ "PM timer", pm_start, pm_read, PM_MASK, NULL },
	{ "HPET", hpet_start, hpet_read, 0xffffffff, hpet_stop },
	{ "PIT", pit_start, pit_read, PIT_MASK, NULL },
};
