/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of sched/ share. Who calls a function for a vCPU holds the lock
 * of its queue, unless the function takes it. sched/sched.c explains the terms,
 * sched/runqueue.c the locks.
 */
#ifndef KRYPTON_SCHED_INNER_H
#define KRYPTON_SCHED_INNER_H

#include "domain/domain.h"

#define CAP_PERIOD	(50 * NS_PER_MS)
#define PREEMPT_LEAD	(NS_PER_MS / 2)		/* virtual */

struct runqueue {
	struct spinlock lock;
	struct vcpu *first;		/* of those that wait: the longest */
	struct vcpu *running;		/* chosen last; NULL: idle */
	u64 idle_since, idle_total;
	struct timer slice;
	u32 look;			/* into which other queue next, by turns */
	u32 called;			/* or first into this one; MAX_CPUS: none */
	/*
	 * The vCPU that runs: when it was last charged, its virtual time then,
	 * and its weight. Other CPUs read these without the lock, as a hint.
	 */
	u64 charged, vtime;
	u32 weight;
} __attribute__((aligned(64)));

extern struct runqueue runqueues[MAX_CPUS];
/* Those in whose queue a vCPU waits; a bit changes under its queue's lock. */
extern cpus_t waiting_cpus;
extern volatile u32 waiting_queues;	/* how many; read without a lock */

/* Take the lock of a vCPU's queue; spin_guard_end_irq() releases it. */
struct spin_guard runqueue_lock(const struct vcpu *v);
/* Hold it until the block ends. */
#define runqueue_guard(v)						\
	struct spin_guard _held						\
	__attribute__((cleanup(spin_guard_end_irq), unused)) = runqueue_lock(v)
/* Into the queue of its CPU, and out of it. */
void runqueue_add(struct vcpu *v);
void runqueue_remove(struct vcpu *v);
/*
 * The vCPU in this queue that a CPU runs next: the one furthest behind, and of
 * several, the one that has waited longest. NULL: it may run none. vCPUs that
 * must no longer run leave the queue.
 */
struct vcpu *runqueue_best(const struct runqueue *q, u32 cpu);
/*
 * Take a vCPU out of another queue into this CPU's, if it is further behind than all
 * that wait here and than prev, which may stay on this CPU, unless it yields; NULL:
 * none may. Look first into the queue of CPU 'called', unless that is MAX_CPUS. The
 * caller holds this queue's lock, which is free for a moment.
 */
void runqueue_pull(u32 cpu, u32 called, const struct vcpu *prev);

/* Whether vCPUs wait in other queues. The caller holds the lock of this one. */
static inline bool runqueue_others(const struct runqueue *q)
{
	return waiting_queues > !!q->first;
}

/* By how much virtual time a is ahead of b. */
static inline s64 ahead(u64 a, u64 b)
{
	return (s64)(a - b);
}

bool sched_runnable(const struct vcpu *v);
/* Note in its run state why a vCPU that does not run waits. */
void sched_note_wait(struct vcpu *v, u64 now);
/*
 * Bring a vCPU's virtual times within CREDIT and DEBT. Call this after each
 * change of them, and when the vCPU wakes.
 */
void sched_bound(struct vcpu *v);
/* Charge a running vCPU for the time since it was last charged. */
void sched_charge(struct vcpu *v, u64 now);
/* Give a capped domain the budget of a new period. It holds the domain's lock. */
void sched_start_period(struct domain *d, u64 now);
/* Make a CPU choose again. */
void sched_request(u32 cpu);
/* Call the best CPU for a queued vCPU. */
void sched_tickle(const struct vcpu *v);
/* Queue those of the domain's vCPUs that can run and do not. Takes the locks. */
void sched_make_ready(struct domain *d);

#endif
