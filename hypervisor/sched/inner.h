/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the files of sched/ share. Callers hold the scheduler's lock;
 * sched/sched.c explains the terms.
 */
#ifndef KRYPTON_SCHED_INNER_H
#define KRYPTON_SCHED_INNER_H

#include "domain/domain.h"

#define CAP_PERIOD	(50 * NS_PER_MS)

extern struct spinlock sched_lock;
extern struct vcpu *sched_queue;		/* first: waited longest */
extern struct vcpu *sched_running[MAX_CPUS];	/* NULL: idle */

bool sched_may_run_on(const struct vcpu *v, u32 cpu);
/*
 * Bring a vCPU's virtual times within CREDIT and DEBT. Call this after each
 * change of them, and when the vCPU wakes.
 */
void sched_bound(struct vcpu *v);
/* Charge a running vCPU for the time since it was last charged. */
void sched_charge(struct vcpu *v, u64 now);
/* Give a capped domain the budget of a new period. */
void sched_start_period(struct domain *d, u64 now);
/* Take the vCPU that *at points to out of the queue. */
void sched_dequeue(struct vcpu **at);
/* Make a CPU choose again. */
void sched_request(u32 cpu);
/* Call the best CPU for a queued vCPU. */
void sched_tickle(const struct vcpu *v);
/* Queue those of the domain's vCPUs that can run and do not. */
void sched_make_ready(struct domain *d);

#endif
