// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scheduler against the bounds that its first comment states (sched/
 * sched.c): on a simulated machine, with guests that were made to break them
 * and with random ones. Every vCPU that always wants to run gets its share in
 * each window of time; none waits longer than the bound; a domain with a cap
 * stays below it, and gets it if nobody else wants the CPU.
 *
 * Each case is a process of its own. Usage: sched [CASE [SEED]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "bounds.h"
#include "lib/lib.h"
#include "sched/inner.h"

#define SLICE		(5 * NS_PER_MS)
#define MIN_SLICE	(NS_PER_MS / 2)	/* as in sched/sched.c */

/* A vCPU that wakes beside busy ones may wait for two others behind it. */
#define WAKE		(3 * MIN_SLICE + 10000)

#define SEEDS		150u
#define EVERY		(~0u)
#define FEW_DOMAINS	6u
#define FEW_VCPUS	16u

static void spinners(u32 n, u32 weight, u32 mask)
{
	struct domain *d = sim_domain(weight, 0);

	while (n--)
		sim_vcpu(d, mask, SIM_SPIN, 0, 0);
}

static void all_spin(void)
{
	u32 i;

	for (i = 0; i < sim_vcpu_count; i++) {
		sim_vcpus[i].kind = SIM_SPIN;
		sched_wake(&sim_vcpus[i].v);
	}
}

/* One of n vCPUs is busy, by turns, for a long time; then all of them are. */
static void relay_case(u32 seed)
{
	u32 n = 2 + seed % 7;
	struct domain *d;

	sim_start(2, seed);
	spinners(1, 256, EVERY);
	d = sim_domain(256, 0);
	while (n--) {
		sim_vcpu(d, EVERY, SIM_RELAY, NS_PER_MS << seed % 4, 0);
		if (d->max_vcpus > 1)
			sim_vcpus[sim_vcpu_count - 1].v.sched.state |=
				VCPU_BLOCKED;
	}
	sim_run(20 * NS_PER_SEC);
	all_spin();
	windows(5, NS_PER_SEC);
}

/* It sleeps from its next act on until somebody wakes it. */
static void send_to_sleep(struct sim_vcpu *s)
{
	s->kind = SIM_SLEEP;
	s->left = 1;
	s->sleep = 1000 * NS_PER_SEC;
}

/* One yields to what has run much more than all the others. */
static void yield_case(u32 seed)
{
	struct domain *d;
	u32 n = 3 + seed % 6;

	sim_start(2, seed);
	spinners(1, 256, EVERY);
	d = sim_domain(256, 0);
	while (n--) {
		sim_vcpu(d, EVERY, SIM_RELAY, NS_PER_MS, 0);
		if (d->max_vcpus > 1)
			sim_vcpus[sim_vcpu_count - 1].v.sched.state |=
				VCPU_BLOCKED;
	}
	sim_run(20 * NS_PER_SEC);
	sim_vcpu(sim_domain(256, 0), EVERY, SIM_YIELD, 50000, 0);
	sim_run(sim_now + 200 * NS_PER_MS);
	all_spin();
	send_to_sleep(&sim_vcpus[0]);
	windows(5, NS_PER_SEC);
}

/* What each has run, after a second, of its share of all CPUs. */
static void check_shares(u64 after)
{
	double time = (double)after, due;
	u32 sum = 0, i;

	for (i = 0; i < sim_vcpu_count; i++)
		sum += sim_vcpus[i].v.d->sched.weight;
	sim_run(NS_PER_SEC);
	sim_count();
	sim_run(sim_now + after);
	for (i = 0; i < sim_vcpu_count; i++) {
		due = time * sim_vcpus[i].v.d->sched.weight * cpu_count / sum;
		due = MIN(due, time);
		expect((double)sim_vcpus[i].ran >= 0.95 * due, "ran",
		       &sim_vcpus[i], (double)sim_vcpus[i].ran, 0.95 * due);
	}
}

/* Where all may run everywhere the CPUs share as one, by weight. */
static void equal_case(u32 seed)
{
	u32 i;

	sim_start(1 + seed % 8, seed);
	for (i = 0; i < FEW_DOMAINS; i++)
		spinners(1 + (sim_vcpu_count < cpu_count), 200 + 13 * i, EVERY);
	check_shares(4 * NS_PER_SEC);
}

/* The same on a machine whose processors do not fit in one word. */
static void many_case(u32 seed)
{
	sim_start(seed ? MAX_CPUS : 65, seed);
	while (sim_vcpu_count < cpu_count * 3 / 2)
		spinners(MIN(cpu_count / 4, 32u), 256, EVERY);
	check_shares(NS_PER_SEC);
}

/*
 * As many as the CPUs, up to four times as many, always want to run: each gets
 * the same, within 10 %. One more sleeps most of the time, and runs soon after
 * it wakes.
 */
static void busy_case(u32 seed)
{
	static const u32 busy[] = { 16, 17, 20, 24, 31, 32, 33, 47, 48, 64 };
	struct sim_vcpu *sleeper;
	double due;
	u32 i;

	sim_start(16, seed);
	while (sim_vcpu_count < busy[seed])
		spinners(MIN(busy[seed] - sim_vcpu_count, 4 + seed), 256, EVERY);
	sleeper = sim_vcpu(sim_domain(256, 0), EVERY, SIM_SLEEP, NS_PER_MS / 10,
			   3 * NS_PER_MS + seed * 12345);
	sim_run(2 * NS_PER_SEC);
	sim_count();
	sim_run(sim_now + 4 * NS_PER_SEC);
	due = (16 * 4e9 - (double)sleeper->ran) / busy[seed];
	for (i = 0; i < busy[seed]; i++) {
		expect((double)sim_vcpus[i].ran >= 0.9 * due, "ran",
		       &sim_vcpus[i], (double)sim_vcpus[i].ran, 0.9 * due);
		expect((double)sim_vcpus[i].ran <= 1.1 * due, "ran",
		       &sim_vcpus[i], (double)sim_vcpus[i].ran, 1.1 * due);
	}
	expect(sleeper->longest <= WAKE, "after it woke waited", sleeper,
	       (double)sleeper->longest, (double)WAKE);
}

/* A few CPUs from anywhere in the machine, or all. */
static cpus_t scattered(void)
{
	cpus_t set = cpus_one(sim_random(cpu_count));
	u32 n;

	if (!sim_random(4))
		return cpus_below(MAX_CPUS);
	for (n = sim_random(8); n; n--)
		cpus_add(&set, sim_random(cpu_count));
	return set;
}

/* Masks in all words of a set, and queues that other CPUs empty. */
static void scattered_case(u32 seed)
{
	struct domain *d = NULL;
	struct sim_vcpu *s;
	u32 i;

	sim_start(MAX_CPUS, seed);
	for (i = 0; i < MAX_CPUS; i++) {
		if (i % 32 == 0)
			d = sim_domain(128u << sim_random(3), 0);
		s = sim_vcpu(d, EVERY, i % 2 ? SIM_SPIN : SIM_ANY, 100000, 0);
		s->v.sched.affinity = scattered();
		s->v.sched.cpu = sim_random(cpu_count);
	}
	for (i = 0; i < 4; i++) {
		windows(1, 200 * NS_PER_MS);
		s = &sim_vcpus[sim_random(sim_vcpu_count)];
		sched_set_affinity(&s->v, scattered(), true);
		sched_pin(&s->v, (s32)sim_random(cpu_count));
	}
}

/* Weights that no machine can give, as one vCPU uses one CPU. */
static void weights_case(u32 seed)
{
	sim_start(2 + seed % 3, seed);
	spinners(1, 4096 << seed % 4, EVERY);
	spinners(cpu_count + seed % 3, 256, EVERY);
	spinners(1, 64, EVERY);
	sim_run(20 * NS_PER_SEC);
	windows(4, 4 * NS_PER_SEC);
	spinners(2, 256, EVERY);
	windows(4, 4 * NS_PER_SEC);
}

/* Groups on CPUs of their own, and one vCPU that may go to both. */
static void masks_case(u32 seed)
{
	struct sim_vcpu *s;

	sim_start(2, seed);
	spinners(2, 1 << seed % 7, 1);
	spinners(1, 256, 2);
	spinners(1, 512, 2);
	sim_run(10 * NS_PER_SEC);
	spinners(1, 256, 3);
	s = &sim_vcpus[sim_vcpu_count - 1];
	windows(2, 4 * NS_PER_SEC);
	sched_set_affinity(&s->v, cpus_one(seed % 2), true);
	windows(2, 4 * NS_PER_SEC);
	sched_set_affinity(&s->v, cpus_one(!(seed % 2)), true);
	windows(2, 4 * NS_PER_SEC);
}

/* New weights and caps for what runs alone and is charged late. */
static void change_case(u32 seed)
{
	u32 cap = 20 + 10 * (seed % 7);
	struct sim_vcpu *s;
	double time, got;

	sim_start(1 + seed % 2, seed);
	s = sim_vcpu(sim_domain(256, 0), EVERY, SIM_SPIN, 0, 0);
	sim_run(10 * NS_PER_SEC);
	sched_set_params(s->v.d, 16 << seed % 8, cap);
	windows(3, NS_PER_SEC);
	sim_count();
	sim_run(sim_now + 4 * NS_PER_SEC);
	got = (double)s->ran;
	time = 0.04e9 * cap;
	expect(got >= 0.9 * time, "with its cap ran", s, got, 0.9 * time);
	sched_set_params(s->v.d, 256, 0);
	spinners(1, 256, EVERY);
	windows(3, NS_PER_SEC);
	sched_set_params(s->v.d, 1024, 0);
	windows(3, NS_PER_SEC);
}

/* Two that last ran on the same CPU wake at once, and another one is idle. */
static void wakes_case(u32 seed)
{
	struct sim_vcpu *s;
	u32 i;

	sim_start(2, seed);
	for (i = 0; i < 2; i++)
		sim_vcpu(sim_domain(256, 0), EVERY, SIM_SLEEP, NS_PER_MS / 10,
			 NS_PER_MS);
	s = sim_vcpu(sim_domain(256, 0), 2, SIM_SPIN, 0, 0);
	sim_run(NS_PER_SEC + 10 * NS_PER_MS);
	for (i = 0; i < 3; i++)
		send_to_sleep(&sim_vcpus[i]);
	sched_stop(&s->v);
	sim_run(sim_now + 10 * NS_PER_MS);
	for (i = 0; i < 2; i++) {
		sim_vcpus[i].wakes = sim_now + NS_PER_MS;
		sim_vcpus[i].left = 4 * NS_PER_MS;
	}
	sim_count();
	sim_run(sim_now + 10 * NS_PER_MS);
	for (i = 0; i < 2; i++)
		expect(sim_vcpus[i].longest <= 10000, "with an idle CPU waited",
		       &sim_vcpus[i], (double)sim_vcpus[i].longest, 10000);
}

/* It wakes again and again: the CPUs that it wakes on must be these. */
static void expect_wakes_on(const struct sim_vcpu *s, cpus_t cpus)
{
	u32 i;

	sim_run(sim_now + 10 * NS_PER_MS);
	sim_count();
	for (i = 0; i < 100; i++) {
		sim_run(sim_now + NS_PER_MS / 5);
		failures += !cpus_has(&cpus, s->v.sched.cpu);
	}
	expect(s->longest <= 10000, "with an idle CPU waited", s,
	       (double)s->longest, 10000);
}

/*
 * It wakes on the CPU of its soft affinity while that one is idle, on another one
 * that it may use while it is busy, and on the first again after that.
 */
static void soft_case(u32 seed)
{
	cpus_t soft = cpus_one(seed), others = cpus_below(4);
	struct sim_vcpu *s, *busy;

	sim_start(4, seed);
	s = sim_vcpu(sim_domain(256, 0), EVERY, SIM_SLEEP, NS_PER_MS / 10,
		     NS_PER_MS);
	busy = sim_vcpu(sim_domain(256, 0), BIT(seed), SIM_SPIN, 0, 0);
	cpus_remove(&others, seed);
	sim_run(NS_PER_SEC + 10 * NS_PER_MS);
	failures += sched_set_affinity(&s->v, soft, false) != 0;
	expect_wakes_on(s, others);
	send_to_sleep(busy);
	sched_stop(&busy->v);
	expect_wakes_on(s, soft);
	busy->wakes = sim_now + 1;
	busy->kind = SIM_SPIN;
	expect_wakes_on(s, others);
}

/*
 * The CPU that is called for the first one that wakes takes the second, which
 * is further behind and may run nowhere else: the first must get the other CPU.
 */
static void taken_case(u32 seed)
{
	u32 i;

	sim_start(2 + seed, seed);
	sim_vcpu(sim_domain(256, 0), EVERY, SIM_SLEEP, NS_PER_MS, 0);
	sim_vcpu(sim_domain(64, 0), 1, SIM_SLEEP, NS_PER_MS, 0);
	spinners(2, 256, 1);
	for (i = 0; i < 2; i++)
		sim_vcpus[i].sleep = 100 * NS_PER_MS;
	sim_vcpus[0].v.sched.affinity = cpus_one(0);
	sim_run(50 * NS_PER_MS + NS_PER_SEC);
	sched_set_affinity(&sim_vcpus[0].v, cpus_below(MAX_CPUS), true);
	for (i = 2; i < 4; i++)
		send_to_sleep(&sim_vcpus[i]);
	sched_stop(&sim_vcpus[2].v);
	sched_stop(&sim_vcpus[3].v);
	sim_run(sim_now + 10 * NS_PER_MS);
	for (i = 0; i < 2; i++)
		sim_vcpus[i].wakes = sim_now + NS_PER_MS;
	sim_count();
	sim_run(sim_now + 5 * NS_PER_MS);
	for (i = 0; i < 2; i++)
		expect(sim_vcpus[i].longest <= 10000, "with an idle CPU waited",
		       &sim_vcpus[i], (double)sim_vcpus[i].longest, 10000);
}

/*
 * A vCPU that waits may from now on run on another CPU alone, which is called all
 * the time for what sleeps for less than a slice, and has run too much for a call
 * of its own: that CPU finds it by turns.
 */
static void called_case(u32 seed)
{
	u32 to = seed % 8, from = (to + 7) % 8, i;
	struct sim_vcpu *s;

	sim_start(8, seed);
	for (i = 0; i < 8; i++) {
		spinners(i == to ? 8 : 2, 256, BIT(i));
		sim_vcpu(sim_domain(256, 0), BIT(i), SIM_SLEEP, NS_PER_MS / 10,
			 4 * NS_PER_MS);
	}
	s = sim_vcpu(sim_domain(256, 0), BIT(from), SIM_SPIN, 0, 0);
	sim_run(2 * NS_PER_SEC);
	while (!s->v.sched.queued)
		sim_run(sim_now + NS_PER_MS / 10);
	sched_set_affinity(&s->v, cpus_one(to), true);
	windows(2, 4 * NS_PER_SEC);
}

/*
 * Where vCPUs wait that are pinned to their CPUs: what yields looks into few
 * queues, whether a CPU idles or not, and a CPU that becomes idle looks into
 * each one once (sim.c).
 */
static void pinned_case(u32 seed)
{
	bool yields = seed % 2;
	u32 i;

	sim_start(4 + seed, seed);
	for (i = 1; i < (yields ? cpu_count - !!(seed & 2) : 2); i++)
		spinners(2, 256, BIT(i));
	sim_vcpu(sim_domain(256, 0), 1, yields ? SIM_YIELD : SIM_SLEEP, 50000,
		 50000);
	sim_run(2 * NS_PER_SEC);
	sim_count();
	sim_run(sim_now + NS_PER_SEC);
failures += yields && (sim_looks > 2 || sim_locks > 4);
}

/*
 * It wakes in the queue of a CPU that has no slice timer, and is behind nobody:
 * that CPU sets one, though another CPU has one always.
 */
static void sliced_case(u32 seed)
{
	struct sim_vcpu *s;

	sim_start(2, seed);
	sim_vcpu(sim_domain(1024, 200), 2, SIM_SPIN, 0, 0);
	spinners(1, 256, 1);
	s = sim_vcpu(sim_domain(16, 0), 1, SIM_SLEEP, NS_PER_MS, 7 * NS_PER_MS);
	sim_run(2 * NS_PER_SEC);
	while (!s->wakes)
		sim_run(sim_now + NS_PER_MS / 10);
	sched_set_affinity(&s->v, cpus_below(MAX_CPUS), true);
	sim_run(s->wakes - 1);
	failures += runqueues[0].slice.active;
	sim_run(sim_now + 10000);
	failures += !runqueues[0].slice.active;
}

/* It runs alone, and its CPU chooses while its domain gets a cap. */
static void capped_case(u32 seed)
{
	sim_start(1 + seed, seed);
	spinners(1, 256, EVERY);
	sim_run(10 * NS_PER_SEC);
	sim_at_budget = true;
	sched_set_params(&sim_domains[0], 256, 20);
	windows(3, NS_PER_SEC);
}

/* On CPU 1: the vCPU that CPU 0 has just given up may run there after all. */
static void give_back(void)
{
	struct cpu *cpu = sim_cpu;

	if (runqueues[0].running)
		return;
	sim_at_window = NULL;
	sim_cpu = &cpu_blocks[1]->cpu;
	sched_set_affinity(&sim_vcpus[0].v, cpus_below(sim_vcpu_count), true);
	sim_cpu = cpu;
}

/*
 * The only vCPU of a CPU must leave it, and may return before the CPU has unloaded
 * it: it waits in no queue then, and the CPU must look again.
 */
static void back_case(u32 seed)
{
	sim_start(2, seed);
	spinners(1, 256, 1);
	if (seed)		/* the other CPU is not idle */
		spinners(1, 256, 2);
	sim_run(2 * NS_PER_SEC);
	sim_at_window = give_back;
	sched_set_affinity(&sim_vcpus[0].v, cpus_one(1), true);
	windows(2, NS_PER_SEC);
	failures += sim_at_window || !sim_vcpus[0].ran;
}

static u32 random_mask(void)
{
	u32 all = (u32)BIT(cpu_count) - 1, mask = sim_random(all + 1);

	return mask && sim_random(2) ? mask : EVERY;
}

static void random_change(void)
{
	struct sim_vcpu *s = &sim_vcpus[sim_random(sim_vcpu_count)];

	sim_cpu = &cpu_blocks[sim_random(cpu_count)]->cpu;
	if (sim_random(2))
		sched_set_affinity(&s->v, (cpus_t){ { random_mask() } }, true);
	else
		sched_set_params(s->v.d, 64u << sim_random(5),
				 sim_random(3) ? 0 : 5 + sim_random(200));
}

static void random_case(u32 seed)
{
	struct domain *d;
	u32 n, i;

	sim_start(1 + seed % 8, seed);
	for (n = 2 + sim_random(FEW_DOMAINS - 2); n; n--) {
		d = sim_domain(64u << sim_random(5),
			       sim_random(4) ? 0 : 5 + sim_random(200));
		for (i = 1 + sim_random(4); i && sim_vcpu_count < FEW_VCPUS;
		     i--)
			sim_vcpu(d, random_mask(), sim_random(SIM_ANY + 1),
				 20000 + sim_random(1 << (15 + sim_random(9))),
				 sim_random(1 << (15 + sim_random(9))));
	}
	for (i = 0; i < 4; i++) {
		windows(2, 500 * NS_PER_MS);
		random_change();
	}
}

static const struct {
	const char *name;
	void (*run)(u32 seed);
	u32 seeds;
} cases[] = {
	{ "relay", relay_case, 8 }, { "yield", yield_case, 6 },
	{ "weights", weights_case, 12 }, { "masks", masks_case, 14 },
	{ "change", change_case, 14 }, { "wakes", wakes_case, 4 },
	{ "taken", taken_case, 4 }, { "called", called_case, 8 },
	{ "soft", soft_case, 4 },
	{ "pinned", pinned_case, 8 }, { "capped", capped_case, 2 },
	{ "sliced", sliced_case, 4 }, { "back", back_case, 2 },
	{ "storm", storm_case, 300 },
	{ "equal", equal_case, 16 }, { "many", many_case, 2 },
	{ "busy", busy_case, 10 }, { "scattered", scattered_case, 4 },
	{ "random", random_case, SEEDS },
};

/* 1 if it failed. */
static u32 run(u32 nr, u32 seed)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		cases[nr].run(seed);
		if (failures)
			printf("%s %u: %u failures\n", cases[nr].name, seed,
			       failures);
		fflush(stdout);
		_exit(failures != 0);
	}
	waitpid(pid, &status, 0);
	if (WIFSIGNALED(status))
		printf("%s %u: signal %d\n", cases[nr].name, seed,
		       WTERMSIG(status));
	return status != 0;
}

int main(int argc, char **argv)
{
	u32 nr, seed, failed, ran = 0, all = 0;

	for (nr = 0; nr < ARRAY_SIZE(cases); nr++) {
		if (argc > 1 && strcmp(argv[1], cases[nr].name))
			continue;
		failed = 0;
		for (seed = 0; seed < cases[nr].seeds; seed++)
			if (argc < 3 || seed == (u32)atoi(argv[2])) {
				failed += run(nr, seed);
				ran++;
			}
		printf("%s: %u of %u fail\n", cases[nr].name, failed,
		       cases[nr].seeds);
		all += failed;
	}
	if (!ran)
		printf("there is no such case or seed\n");
	return all || !ran;
}
