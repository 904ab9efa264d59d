// SPDX-License-Identifier: GPL-2.0-only
/* The bounds that the first comment of sched/sched.c states, and their check. */
#include <stdio.h>
#include "bounds.h"
#include "lib/lib.h"
#include "sched/inner.h"

/* As in sched/sched.c */
#define SLICE		(5 * NS_PER_MS)
#define CREDIT		(3 * NS_PER_MS)
#define DEBT		(2 * SLICE)

u32 failures;

static bool may_use(const struct sim_vcpu *s, u32 cpu)
{
	return cpus_has(&s->v.sched.affinity, cpu);
}

/* The share that one CPU would give it alone. */
static double share_on(const struct sim_vcpu *x, u32 cpu)
{
	u32 i, sum = 0;

	for (i = 0; i < sim_vcpu_count; i++)
		if (may_use(&sim_vcpus[i], cpu))
			sum += sim_vcpus[i].v.d->sched.weight;
	return (double)x->v.d->sched.weight / sum;
}

static double wait_on(const struct sim_vcpu *x, u32 cpu)
{
	double sum = PREEMPT_LEAD, w = x->v.d->sched.weight, u;
	u32 i;

	for (i = 0; i < sim_vcpu_count; i++) {
		if (&sim_vcpus[i] == x || !may_use(&sim_vcpus[i], cpu))
			continue;
		u = sim_vcpus[i].v.d->sched.weight;
		sum += u / w * DEBT + u / DEFAULT_WEIGHT * PREEMPT_LEAD +
		       CREDIT + SLICE;
	}
	return sum;
}

/* On the best CPU for it. */
static double best(const struct sim_vcpu *x, bool wait)
{
	double least = 1e18, most = 0;
	u32 i;

	for (i = 0; i < cpu_count; i++) {
		if (!may_use(x, i))
			continue;
		least = MIN(least, wait_on(x, i));
		most = MAX(most, share_on(x, i));
	}
	return wait ? least : most;
}

void expect(bool ok, const char *what, const struct sim_vcpu *s, double got,
	    double bound)
{
	if (ok)
		return;
	failures++;
	if (failures <= 5)
		printf("  domain %u vCPU %u, weight %u: %s %.4f s, bound %.4f s\n",
		       s->v.d->id, s->v.id, s->v.d->sched.weight, what,
		       got / 1e9, bound / 1e9);
}

static void check_vcpu(const struct sim_vcpu *s, u64 time)
{
	double wait = best(s, true), share;

	expect((double)s->longest <= wait, "waited", s, (double)s->longest,
	       wait);
	if (s->kind != SIM_SPIN || s->v.d->sched.cap || wait > (double)time)
		return;
	share = best(s, false) * 0.95 * ((double)time - wait);
	expect((double)s->ran >= share, "ran", s, (double)s->ran, share);
}

static void check_cap(const struct domain *d, u64 time)
{
	double ran = 0,
	       most = d->sched.cap * 0.01 * (double)(time + 2 * CAP_PERIOD) +
		      (double)(cpu_count * SLICE);
	u32 i;

	for (i = 0; i < sim_vcpu_count; i++)
		if (sim_vcpus[i].v.d == d)
			ran += (double)sim_vcpus[i].ran;
	expect(ran <= most, "with its cap ran", &sim_vcpus[0], ran, most);
}

void windows(u32 n, u64 time)
{
	u32 i;

	for (; n; n--) {
		sim_count();
		sim_run(sim_now + time);
		for (i = 0; i < sim_vcpu_count; i++)
			check_vcpu(&sim_vcpus[i], time);
		for (i = 0; i < sim_domain_count; i++)
			if (sim_domains[i].sched.cap)
				check_cap(&sim_domains[i], time);
	}
}
