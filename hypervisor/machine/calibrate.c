// SPDX-License-Identifier: GPL-2.0-only
/*
 * The rates of the TSC and of the local APIC's timer. CPUID may give the TSC's
 * rate, from the processor or from a hypervisor below this one; otherwise a
 * clock of machine/clocks.c measures it. The APIC timer is always measured, by
 * that clock or by the TSC. Leaf 16h gives only the nominal rate in whole MHz,
 * which is used if nothing can be measured.
 *
 * The boot works on between the two ends of a measurement and waits only for what
 * is missing of its length. If the clock has wrapped meanwhile, or stands still,
 * the measurement is made anew, and then the boot waits for all of it.
 */
#include "lib/lib.h"
#include "machine/apic.h"
#include "machine/clocks.h"
#include "machine/cpu.h"
#include "machine/tsc.h"

#define POLLS		BIT(22)	/* of a clock, in a run: seconds */
#define MIN_TSC_HZ	100000u
#define READINGS	16	/* of an end of a run */
#define PROBES		8	/* that show how long one takes */

#define CPUID_CRYSTAL		0x15
#define CPUID_MHZ		0x16
#define HV_LEAF			0x40000000
#define HV_RATES		0x40000010
#define HYPERV_FEATURES		0x40000003
#define HYPERV_HAS_RATES	BIT(11)
#define MSR_HYPERV_TSC_HZ	0x40000022

/* Intel SDM, CPUID leaf 15h: the TSC is the crystal's rate times EBX / EAX. */
static u64 told_by_processor(void)
{
	u32 r[4];

	cpuid_leaf(CPUID_CRYSTAL, 0, r);
	return r[0] ? (u64)r[2] * r[1] / r[0] : 0;
}

/*
 * Leaf 40000010h of VMware, which KVM has adopted: kHz in EAX. Hyper-V Top
 * Level Functional Specification, "Partition Reference Counter": an MSR.
 */
static u64 told_by_hypervisor(void)
{
	u32 r[4];
	u64 hz = 0;

	if (!(cpuid_reg(1, CPUID_ECX) & CPUID_HYPERVISOR))
		return 0;
	cpuid_leaf(HV_RATES, 0, r);
	if (r[0])
		return r[0] * 1000ull;
	cpuid(HV_LEAF, 0, r);
	if (memcmp(&r[1], "Microsoft Hv", 12))
		return 0;
	if (cpuid_reg(HYPERV_FEATURES, CPUID_EAX) & HYPERV_HAS_RATES)
		rdmsr_safe(MSR_HYPERV_TSC_HZ, &hz);
	return hz;
}

/* In whole MHz */
static u64 nominal(void)
{
	return (cpuid_reg(CPUID_MHZ, CPUID_EAX) & 0xffff) * 1000000ull;
}

#define TSC	rdtsc, ~0ull, NULL
static const struct reference told[] = {
	{ "hypervisor's word", told_by_hypervisor, TSC },
	{ "processor's word", told_by_processor, TSC },
	{ "processor's nominal rate", nominal, TSC },
};

/* The best first. The PIT, which wraps in 55 ms, is not left alone. */
static const struct reference *const candidates[] = {
	&told[0], &told[1], &clocks[0], &clocks[1], &clocks[2], &told[2]
};
#define LONG_RUNNING	4

/* Sums of READINGS readings of the counters. */
struct reading {
	u64 tsc, ticks, apic;
};

static const struct reference *clock;	/* of the run that goes on */
static u64 clock_hz, clock_base;
static struct reading start;

static u64 elapsed(void)
{
	return (clock->read() - clock_base) & clock->mask;
}

/*
 * An interruption between the counters would be an error: only readings count
 * that took at most twice as long as the fastest one. The sums are as exact as the
 * mean of so many readings, which a clock that counts slowly needs.
 */
static struct reading read_all(void)
{
	struct reading sum = { 0, 0, 0 };
	u64 tsc, ticks, took, least = ~0ull;
	u32 i, n, apic;

	for (i = n = 0; n < READINGS; i++) {
		tsc = rdtsc();
		ticks = elapsed();
		apic = apic_timer_read();
		took = rdtsc() - tsc;
		least = MIN(least, took);
		if (i < PROBES || (took > 2 * least && i < POLLS))
			continue;
		sum.tsc += tsc + took / 2;
		sum.ticks += ticks;
		sum.apic += 0xffffffffu - apic;
		n++;
	}
	return sum;
}

/* Begin a run; false if the machine has no such clock. */
static bool begin(const struct reference *c)
{
	clock = c;
	clock_hz = c->start();
	if (!clock_hz)
		return false;
	apic_timer_set(0xffffffff);
	clock_base = c->read();
	start = read_all();
	return true;
}

/*
 * The rate, in Hz, of what counts so much in these ticks of the clock. Fewer ticks
 * than in a ms are an error, and may be none. The division cannot overflow, because
 * the rest is less than the divisor.
 */
static u64 rate(u64 count, u64 counted)
{
	u64 ticks = MAX(counted, clock_hz / 1000 + 1), rest = count % ticks;

	__asm__("mulq %[hz]\n\tdivq %[ticks]" : "+&a" (rest)
		: [hz] "r" (clock_hz), [ticks] "r" (ticks) : "rdx", "cc");
	return count / ticks * clock_hz + rest;
}

/*
 * End the run, a ms or more from now. False: the clock does not count, gives an
 * impossible rate, or another one for the end of the run than for all of it: it has
 * wrapped, or the APIC timer has ended.
 */
static bool end(struct clock_rates *r)
{
	struct reading now = read_all(), last;
	u64 at = now.ticks / READINGS + clock_hz / 1000 + 1, i, hz, near;

	at = MAX(at, start.ticks / READINGS + clock_hz / CLOCK_RUNS_A_SECOND);
	for (i = 0; i < POLLS && elapsed() < at; i++)
		cpu_relax();
	last = read_all();
	apic_timer_set(0);
	if (clock->stop)
		clock->stop();
	hz = rate(last.tsc - start.tsc, last.ticks - start.ticks);
	near = rate(last.tsc - now.tsc, last.ticks - now.ticks);
	*r = (struct clock_rates){ clock->read == rdtsc ? clock_hz : hz,
				   rate(last.apic - start.apic,
					last.ticks - start.ticks),
				   clock->name };
	return i < POLLS && hz >= MIN_TSC_HZ &&
	       near - hz + hz / 8 <= hz / 4 &&
	       last.apic / READINGS < 0xffffffffu;
}

void calibrate_begin(void)
{
	u32 i;

	tsc_init_cpu();
	for (i = 0; i < LONG_RUNNING && !begin(candidates[i]); i++)
		;
}

struct clock_rates calibrate(void)
{
	struct clock_rates r = { 0 };
	bool found = clock_hz && end(&r);
	u32 i;

	for (i = 0; i < ARRAY_SIZE(candidates) && !found; i++)
		found = begin(candidates[i]) && end(&r);
	if (!found)
		panic("no clock to measure by: no rate in CPUID, and no PM timer, "
		      "HPET or PIT that runs; or not the TSC, or the local APIC");
	if (!r.apic_hz)
		panic("the local APIC's timer stands still");
	return r;
}
