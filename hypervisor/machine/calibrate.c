// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rates of the TSC and of the local APIC's timer. CPUID may give the TSC's
 * rate, from the processor or from a hypervisor below this one; otherwise a
 * clock of machine/clocks.c measures it. The APIC timer is always measured, by
 * that clock or by the TSC. Leaf 16h gives only the nominal rate in whole MHz,
 * which is used if nothing can be measured.
 */
#include "lib/lib.h"
#include "machine/apic.h"
#include "machine/clocks.h"
#include "machine/cpu.h"

#define POLLS		BIT(22)	/* of a clock, in a run: seconds */
#define MIN_TSC_HZ	100000u

#define CPUID_CRYSTAL		0x15
#define CPUID_MHZ		0x16
#define HV_LEAF			0x40000000
#define HV_RATES		0x40000010
#define HYPERV_FEATURES		0x40000003
#define HYPERV_HAS_RATES	BIT(11)	/* in EAX */
#define MSR_HYPERV_TSC_HZ	0x40000022

static u64 tsc_first;		/* at the start of a run */

static void tsc_start(void)
{
	tsc_first = rdtsc();
}

static u64 tsc_elapsed(void)
{
	return rdtsc() - tsc_first;
}

/* Intel SDM, CPUID leaf 15h: the TSC is the crystal's rate times EBX / EAX. */
static u64 told_by_processor(u64 crystal)
{
	u32 r[4];

	cpuid_leaf(CPUID_CRYSTAL, 0, r);
	if (r[2])
		crystal = r[2];
	return r[0] ? crystal * r[1] / r[0] : 0;
}

/*
 * Leaf 40000010h of VMware, which KVM has adopted: kHz in EAX. Hyper-V Top
 * Level Functional Specification, "Partition Reference Counter": an MSR.
 */
static u64 told_by_hypervisor(void)
{
	u32 r[4];
	u64 hz = 0;

	cpuid(1, 0, r);
	if (!(r[2] & CPUID_HYPERVISOR))
		return 0;
	cpuid_leaf(HV_RATES, 0, r);
	if (r[0])
		return r[0] * 1000ull;
	cpuid(HV_LEAF, 0, r);
	if (memcmp(&r[1], "Microsoft Hv", 12))
		return 0;
	cpuid_leaf(HYPERV_FEATURES, 0, r);
	if (r[0] & HYPERV_HAS_RATES)
		rdmsr_safe(MSR_HYPERV_TSC_HZ, &hz);
	return hz;
}

/*
 * Leaf 15h without the crystal's rate, which leaf 16h then gives, or 16h alone.
 */
static u64 nominal(void)
{
	u32 r[4], ratio[4];
	u64 hz;

	cpuid_leaf(CPUID_MHZ, 0, r);
	cpuid_leaf(CPUID_CRYSTAL, 0, ratio);
	hz = (r[0] & 0xffff) * 1000000ull;
	return ratio[1] ? told_by_processor(hz * ratio[0] / ratio[1]) : hz;
}

/* A run against a clock of rate 'hz'; false if it stands still. */
static bool measure(const struct reference *clock, u64 hz,
		    struct clock_rates *r)
{
	u64 enough = hz / CLOCK_RUNS_A_SECOND + 1, t0, tsc, ticks, i = 0;
	u32 apic;

	apic_timer_set(0xffffffff);
	clock->start();
	t0 = rdtsc();
	do {
		ticks = clock->elapsed();
		tsc = rdtsc() - t0;
	} while (ticks < enough && i++ < POLLS);
	apic = 0xffffffffu - apic_timer_read();
	apic_timer_set(0);
	if (clock->stop)
		clock->stop();
	if (ticks < enough)
		return false;
	*r = (struct clock_rates){ tsc * hz / ticks, apic * hz / ticks,
				   clock->name };
	return true;
}

/*
 * Take the median of three runs: an interruption at the start of a run makes
 * the rate seem lower, one at its end higher. A clock that gives an impossible
 * rate is treated like one that stands still.
 */
static bool calibrate_by(const struct reference *clock, u64 hz,
			 struct clock_rates *r)
{
	struct clock_rates run[3];
	u32 i, lowest = 0, highest = 0;

	if (!hz)
		return false;
	for (i = 0; i < 3; i++) {
		if (!measure(clock, hz, &run[i]) || run[i].tsc_hz < MIN_TSC_HZ) {
			log_warn("the %s stands still", clock->name);
			return false;
		}
		if (run[i].tsc_hz < run[lowest].tsc_hz)
			lowest = i;
		if (run[i].tsc_hz >= run[highest].tsc_hz)
			highest = i;
	}
	*r = run[3 - lowest - highest];
	return true;
}

static bool calibrate_told(u64 hz, const char *by, struct clock_rates *r)
{
	const struct reference tsc = {
		by, NULL, tsc_start, tsc_elapsed, NULL
	};

	if (!calibrate_by(&tsc, hz, r))
		return false;
	r->tsc_hz = hz;
	return true;
}

static bool find_rates(struct clock_rates *r)
{
	u32 i;

	if (calibrate_told(told_by_hypervisor(), "hypervisor's word", r) ||
	    calibrate_told(told_by_processor(0), "processor's word", r))
		return true;
	for (i = 0; i < CLOCKS; i++)
		if (calibrate_by(&clocks[i], clocks[i].hz(), r))
			return true;
	return calibrate_told(nominal(), "processor's nominal rate", r);
}

static bool tsc_counts(void)
{
	u64 first = rdtsc(), i;

	for (i = 0; i < POLLS && rdtsc() == first; i++)
		cpu_relax();
	return i < POLLS;
}

struct clock_rates calibrate(void)
{
	struct clock_rates r;

	if (!tsc_counts())
		panic("the processor's time stamp counter stands still");
	if (!find_rates(&r))
		panic("no clock to measure by: no rate in CPUID, and neither "
		      "PM timer nor HPET nor PIT runs");
	if (!r.apic_hz)
		panic("the local APIC's timer stands still");
	return r;
}
