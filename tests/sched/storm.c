// SPDX-License-Identifier: GPL-2.0-only
/*
 * Other CPUs change everything whenever a CPU holds no lock: they pause, stop, wake,
 * pin and cap vCPUs while it switches them, idles or lets interrupts in. Nobody waits
 * in vain (sim.c), and what was stopped goes on soon.
 */
#include "domain/part.h"
#include "machine/smp.h"
#include "sim.h"

#define EVERY	(~0u)

static cpus_t some_cpus(void)
{
	return (cpus_t){ { 1 + sim_random((u32)BIT(cpu_count) - 1) } };
}

static void wake(struct sim_vcpu *s)
{
	s->wakes = 0;
	sched_wake(&s->v);
}

/* Down or up, paused or not: whatever it is not. */
static void toggle(struct sim_vcpu *s, bool domain)
{
	struct domain *d = s->v.d;
	bool stops = domain ? !d->life.pause_count : s->v.sched.state & VCPU_UP;

	if (domain)
		d->life.pause_count = stops;
	else
		s->v.sched.state ^= VCPU_UP;
	if (stops && domain)
		part_at(PART_SCHED)->stop(d);
	else if (stops)
		sched_stop(&s->v);
	else if (domain)
		part_at(PART_SCHED)->resume(d);
	else
		wake(s);
}

/* Now and then another CPU changes something of a vCPU or its domain. */
static void disturb(void)
{
	static bool inside;
	struct cpu *cpu = sim_cpu;
	struct sim_vcpu *s;
	u32 what;

	if (inside || sim_random(12))
		return;
	inside = true;
	sim_cpu = &cpu_blocks[sim_random(cpu_count)]->cpu;
	s = &sim_vcpus[sim_random(sim_vcpu_count)];
	what = sim_random(6);
	if (what < 2)
		sched_set_affinity(&s->v, some_cpus(), true);
	else if (what == 2)
		sched_set_params(s->v.d, 64u << sim_random(5),
				 sim_random(3) ? 0 : 5 + sim_random(200));
	else if (what < 5)
		toggle(s, what == 3);
	else
		wake(s);
	if (sim_cpu->work)
		smp_kick(sim_cpu->id);
	sim_cpu = cpu;
	inside = false;
}

void storm_case(u32 seed)
{
	struct domain *d;
	u32 n, i;

	sim_start(1 + seed % 8, seed);
	for (n = 2 + sim_random(4); n; n--) {
		d = sim_domain(256, 0);
		for (i = 1 + sim_random(3); i; i--)
			sim_vcpu(d, EVERY, sim_random(SIM_ANY + 1),
				 20000 + sim_random(NS_PER_MS), NS_PER_MS);
	}
	sim_at_window = disturb;
	for (n = 0; n < 1000; n++) {
		for (i = 0; i < sim_vcpu_count; i++)
			if (!sim_random(4)) {
				sim_vcpus[i].v.d->life.pause_count = 0;
				sim_vcpus[i].v.sched.state |= VCPU_UP;
				wake(&sim_vcpus[i]);
			}
		sim_run(sim_now + NS_PER_MS / 2);
	}
}
