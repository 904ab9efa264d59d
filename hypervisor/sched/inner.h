/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The inner side of the scheduler, for the files of sched/ alone. All of this is
 * used with the scheduler's lock held; sched/sched.c says what it means.
 */
#ifndef KRYPTON_SCHED_INNER_H
#define KRYPTON_SCHED_INNER_H

#include "machine/lock.h"
#include "machine/time.h"

#define CAP_PERIOD	(50 * NS_PER_MS)

extern struct spinlock sched_lock;
extern struct vcpu *sched_queue;		/* the first waits longest */
extern struct vcpu *sched_running[MAX_CPUS];	/* chosen last; NULL: idle */

bool sched_may_run_on(const struct vcpu *v, u32 cpu);
/* After any change of its virtual times, and when it wakes. */
void sched_bound(struct vcpu *v);
/* It has run until now. */
void sched_charge(struct vcpu *v, u64 now);
void sched_start_period(struct domain *d, u64 now);
void sched_dequeue(struct vcpu **at);
/* Have a CPU choose anew. */
void sched_request(u32 cpu);
/* Make a CPU look at a vCPU that waits. */
void sched_tickle(const struct vcpu *v);
/* Queue what the domain has to run. */
void sched_make_ready(struct domain *d);

#endif
