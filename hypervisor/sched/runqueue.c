// SPDX-License-Identifier: GPL-2.0-only
/*
 * The run queues: one for each CPU, with a lock of its own. v->sched.cpu names
 * the queue that a vCPU belongs to, whether it runs on that CPU, waits or sleeps;
 * that queue's lock guards what the scheduler knows of the vCPU. A vCPU changes
 * queues only while it waits and its state is saved: another CPU takes it, and
 * holds the locks of both queues.
 *
 * Before a CPU chooses it looks into another queue in which a vCPU waits: the next
 * in turn; on large machines into a few; and before these into the one that it was
 * called for, which changes no turn, so that calls keep it from no queue. It takes
 * what is further behind than its own vCPUs. A CPU that has none looks until it
 * finds one, at most once into each queue. So vCPUs wait in different queues, but
 * every CPU divides its time among all that it may run (sched/sched.c).
 */
#include "sched/inner.h"

/*
 * Each time a CPU looks into more than 1/16 of the queues. Debts are forgiven
 * after some slices (sched_bound()): who looks less often finds a vCPU that is
 * behind too late, and shares become unequal.
 */
#define LOOK_PART	16u

struct runqueue runqueues[MAX_CPUS];
cpus_t waiting_cpus;
volatile u32 waiting_queues;

void sched_init(void)
{
	u32 i;

	for (i = 0; i < MAX_CPUS; i++) {
		spin_init(&runqueues[i].lock, LOCK_SCHED);
		runqueues[i].weight = DEFAULT_WEIGHT;	/* never 0 */
		runqueues[i].called = MAX_CPUS;
	}
}

struct spin_guard runqueue_lock(const struct vcpu *v)
{
	struct spin_guard g;

	for (;;) {
		g = spin_guard_begin_irq(&runqueues[READ_ONCE(v->sched.cpu)].lock);
		if (g.lock == &runqueues[READ_ONCE(v->sched.cpu)].lock)
			return g;
		spin_guard_end_irq(&g);
	}
}

void runqueue_add(struct vcpu *v)
{
	struct vcpu **p = &runqueues[v->sched.cpu].first;

	ASSERT_HELD(&runqueues[v->sched.cpu].lock);
	if (!*p) {
		cpus_add(&waiting_cpus, v->sched.cpu);
		atomic_inc(&waiting_queues);
	}
	while (*p)
		p = &(*p)->sched.run_next;
	v->sched.queued = true;
	v->sched.run_next = NULL;
	*p = v;
}

void runqueue_remove(struct vcpu *v)
{
	struct runqueue *q = &runqueues[v->sched.cpu];
	struct vcpu **p = &q->first;

	ASSERT_HELD(&q->lock);
	while (*p != v)
		p = &(*p)->sched.run_next;
	*p = v->sched.run_next;
	v->sched.queued = false;
	if (!q->first) {
		cpus_remove(&waiting_cpus, v->sched.cpu);
		atomic_dec(&waiting_queues);
	}
}

struct vcpu *runqueue_best(const struct runqueue *q, u32 cpu)
{
	struct vcpu *v, *next, *best = NULL;

	ASSERT_HELD(&q->lock);
	for (v = q->first; v; v = next) {
		next = v->sched.run_next;
		if (!sched_runnable(v)) {
			runqueue_remove(v);
			sched_note_wait(v, time_now());
		} else if (cpus_has(&v->sched.affinity, cpu) &&
			   (!v->sched.on_cpu || v->sched.cpu == cpu) &&
			   (!best || ahead(best->sched.vtime[cpu],
					   v->sched.vtime[cpu]) > 0)) {
			best = v;
		}
	}
	return best;
}

/* Whether this CPU had better run v, of another queue, than 'mine'. */
static bool better(const struct vcpu *v, const struct vcpu *mine, u32 cpu)
{
	return !mine || ahead(mine->sched.vtime[cpu], v->sched.vtime[cpu]) >
			(s64)PREEMPT_LEAD;
}

/*
 * This CPU holds its own lock, and gives it up to take both. A vCPU that moves
 * waits all the time: who counts queues without a lock never sees one too few.
 */
static void pull_from(u32 from, u32 cpu, const struct vcpu *prev)
{
	struct runqueue *q = &runqueues[cpu], *other = &runqueues[from];
	struct vcpu *v;
	u64 f;

	spin_unlock(&q->lock);
	f = spin_lock_pair_irqsave(&q->lock, &other->lock);
	v = runqueue_best(other, cpu);
	if (v && (better(v, prev, cpu) || prev->sched.yielded) &&
	    better(v, runqueue_best(q, cpu), cpu)) {
		atomic_inc(&waiting_queues);
		runqueue_remove(v);
		WRITE_ONCE(v->sched.cpu, cpu);
		runqueue_add(v);
		atomic_dec(&waiting_queues);
	}
	spin_unlock_pair_irqrestore(&q->lock, &other->lock, f);
	spin_lock(&q->lock);
}

void runqueue_pull(u32 cpu, u32 called, const struct vcpu *prev)
{
	struct runqueue *q = &runqueues[cpu];
	u32 looks = cpu_count / LOOK_PART + 1, n;
	u32 turn = waiting_queues - !!q->first, i;

	if (called < MAX_CPUS)
		pull_from(called, cpu, prev);
	for (n = 0; n < turn && runqueue_others(q); n++) {
		if (n >= looks && (prev || q->first))
			return;
		i = cpus_next_around(&waiting_cpus, q->look);
		if (i == cpu)
			i = cpus_next_around(&waiting_cpus, cpu + 1);
		if (i == cpu || i == MAX_CPUS)	/* no vCPU waits elsewhere */
			return;
		q->look = i + 1;
		pull_from(i, cpu, prev);
	}
}
