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
extern struct vcpu *sched_queue;		/* longest wait first */
extern struct vcpu *sched_running[MAX_CPUS];	/* last choice; NULL: idle */

bool sched_may_run_on(const struct vcpu *v, u32 cpu);
/*
 * Keep its virtual times within their bounds; after each change of them, and
 * when it wakes.
 */
void sched_bound(struct vcpu *v);
/* Charge it for the time that it has run until now. */
void sched_charge(struct vcpu *v, u64 now);
void sched_start_period(struct domain *d, u64 now);
void sched_dequeue(struct vcpu **at);
/* Make a CPU choose again. */
void sched_request(u32 cpu);
/* Make a CPU look at a vCPU that waits. */
void sched_tickle(const struct vcpu *v);
/* Queue the domain's vCPUs that wait to run. */
void sched_make_ready(struct domain *d);

#endif
