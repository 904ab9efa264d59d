// SPDX-License-Identifier: GPL-2.0-only
/*
 * System time comes from the TSC (machine/time.c), so the TSCs of all
 * processors must agree. Each processor that starts exchanges stamps with the
 * boot processor: a stamp that one takes between two stamps of the other must
 * lie between these. If it does not, the starting processor's counter is
 * corrected. A processor whose counter still disagrees is not used. The test
 * runs once, at boot, so it cannot find a counter that drifts slowly.
 */
#include "machine/cpu.h"
#include "machine/time.h"
#include "machine/tsc.h"

#define ROUNDS		16
#define TRIES		5
#define DONE		(~0u)
#define MSR_TSC_ADJUST	0x3b
#define CPUID7_ADJUST		BIT(1)
#define CPUID_INVARIANT		BIT(8)	/* of 80000007h */

/* A request has a number; the follower returns it with its stamp. */
static struct {
	u32 asked, answered;
	u64 stamp;
	u64 correction;		/* the follower adds it before its stamp */
} exchange;

static bool has_adjust(void)
{
	return cpuid_reg(7, CPUID_EBX) & CPUID7_ADJUST;
}

void tsc_init_cpu(void)
{
	if (has_adjust())
		wrmsr_safe(MSR_TSC_ADJUST, 0);
}

bool tsc_is_steady(void)
{
	if (cpuid_reg(1, CPUID_ECX) & CPUID_HYPERVISOR)
		return true;	/* the hypervisor's business */
	return cpuid_reg(0x80000007, CPUID_EDX) & CPUID_INVARIANT;
}

static void correct(u64 by)
{
	u64 adjust;

	if (!by)
		return;
	if (has_adjust() && rdmsr_safe(MSR_TSC_ADJUST, &adjust))
		wrmsr_safe(MSR_TSC_ADJUST, adjust + by);
	else
		wrmsr_safe(MSR_TSC, rdtsc() + by);
}

void tsc_follow(void)
{
	u32 asked, last = 0;

	while ((asked = __atomic_load_n(&exchange.asked, __ATOMIC_ACQUIRE)) !=
	       DONE) {
		if (!asked || asked == last) {
			cpu_relax();
			continue;
		}
		correct(exchange.correction);
		exchange.stamp = rdtsc();
		__atomic_store_n(&exchange.answered, asked, __ATOMIC_RELEASE);
		last = asked;
	}
	__atomic_store_n(&exchange.answered, DONE, __ATOMIC_RELEASE);
}

/* False: no answer in a second. */
static bool ask(u32 number)
{
	u64 start = rdtsc();

	__atomic_store_n(&exchange.asked, number, __ATOMIC_RELEASE);
	while (__atomic_load_n(&exchange.answered, __ATOMIC_ACQUIRE) != number) {
		if (rdtsc() - start > tsc_scale.hz)
			return false;
		cpu_relax();
	}
	return true;
}

/*
 * Whether all stamps are in order. If not, *by is a correction that would put
 * them in order: the middle of the range that all rounds allow.
 */
static bool compare(u32 first, u64 *by)
{
	s64 least = INT64_MIN, most = INT64_MAX;
	u64 before;
	u32 i;

	for (i = 0; i < ROUNDS; i++) {
		before = rdtsc();
		if (!ask(first + i))
			return false;
		exchange.correction = 0;
		least = MAX(least, (s64)(before - exchange.stamp));
		most = MIN(most, (s64)(rdtsc() - exchange.stamp));
	}
	*by = (u64)(least + (most - least) / 2);
	return least <= 0 && most >= 0;
}

bool tsc_lead(void)
{
	bool agree = false;
	u64 by = 0;
	u32 i;

	exchange.correction = 0;
	for (i = 0; i < TRIES && !agree; i++) {
		agree = compare(1 + i * ROUNDS, &by);
		exchange.correction = by;
	}
	agree = agree && ask(DONE);
	exchange.asked = 0;		/* for the next processor */
	return agree;
}
