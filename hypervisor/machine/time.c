// SPDX-License-Identifier: GPL-2.0-only
/*
 * System time: the TSC in nanoseconds. machine/tsc.c makes those of all CPUs
 * agree when they start; nothing corrects a difference that arises later.
 */
#include "lib/lib.h"
#include "machine/clocks.h"
#include "machine/cpu.h"
#include "machine/rtc.h"
#include "machine/time.h"
#include "machine/tsc.h"

struct tsc_scale tsc_scale;
u64 wallclock_base;
u64 time_apic_hz;

static void set_scale(u64 hz)
{
	s8 shift = 0;

	for (; hz > 2 * NS_PER_SEC; hz >>= 1)
		shift--;
	for (; hz <= NS_PER_SEC; hz <<= 1)
		shift++;
	tsc_scale.shift = shift;
	tsc_scale.mul = (u32)((NS_PER_SEC << 32) / hz);
}

u64 time_from_tsc(u64 tsc)
{
	u64 delta = tsc - tsc_scale.base;

	if (tsc_scale.shift < 0)
		delta >>= -tsc_scale.shift;
	else
		delta <<= tsc_scale.shift;
	return (u64)((unsigned __int128)delta * tsc_scale.mul >> 32);
}

u64 time_now(void)
{
	return time_from_tsc(rdtsc());
}

void time_wait(u64 ns)
{
	u64 end = time_now() + ns;

	while (time_now() < end)
		cpu_relax();
}

void time_init(void)
{
	struct clock_rates rates = calibrate();

	timer_init_queues();
	time_apic_hz = rates.apic_hz;
	tsc_scale.hz = rates.tsc_hz;
	set_scale(tsc_scale.hz);
	tsc_scale.base = rdtsc();
	wallclock_base = rtc_seconds() * NS_PER_SEC;
	log_info("TSC %lu kHz, APIC timer %lu kHz, by the %s",
		 tsc_scale.hz / 1000, time_apic_hz / 1000, rates.against);
	if (!tsc_is_steady())
		log_warn("the TSC's rate may depend on power states: time may "
			 "drift");
}
