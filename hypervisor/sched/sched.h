/* SPDX-License-Identifier: GPL-2.0-only */
/* Which vCPU runs where. */
#ifndef KRYPTON_SCHED_H
#define KRYPTON_SCHED_H

#include <xen/xen.h>
#include <xen/vcpu.h>
#include "config.h"
#include "machine/time.h"
#include "types.h"

#define DEFAULT_WEIGHT	256u

enum vcpu_state_bits {
	VCPU_UP		= 1,	/* initialised and not down */
	VCPU_BLOCKED	= 2,
	VCPU_POLLING	= 4,
};

/*
 * A vCPU's part. The scheduler's lock guards all but 'state', which is atomic.
 * Times are in ns; sched/sched.c explains them.
 */
struct vcpu_sched {
	u32 cpu;			/* where it runs */
	volatile u32 state;		/* enum vcpu_state_bits */
	bool running;			/* chosen */
	volatile bool on_cpu;		/* state loaded in a processor */
	bool queued;
	bool yielded;
	struct vcpu *run_next;		/* the queue */
	u64 charged, started, slice_end;
	u64 vtime[MAX_CPUS];
	u32 affinity, soft_affinity;	/* masks of CPUs */
	u32 unpinned;			/* mask to return to; 0: not pinned */
	u32 poll_port;
	struct vcpu_runstate_info runstate;
};

/* A domain's part: its share of the processors. The scheduler's lock. */
struct domain_sched {
	bool has_run;
	bool parked;			/* it has used up its budget */
	u32 weight, cap;
	s64 budget;
	u64 period_end;
	struct timer cap_timer;
};

/* Make it runnable, if it is up. */
void sched_wake(struct vcpu *v);
/* The guest has something to look at: wake it, or make it look. */
void sched_kick(struct vcpu *v);
/* Its state or its domain's has changed: it must stop running. */
void sched_stop(struct vcpu *v);
/* An event came up for a polling vCPU. */
void sched_poll_check(struct vcpu *v, u32 port);
/*
 * The caller should stop soon: something else has to run, possibly its own
 * event handler.
 */
bool sched_preempt_needed(void);

/* Weight: 1 to 65535; cap in percent of one CPU, 0 for none. */
void sched_set_params(struct domain *d, u32 weight, u32 cap);
/* Mask of CPUs, at least one of which exists. -EBUSY while it is pinned. */
int sched_set_affinity(struct vcpu *v, u32 cpus);
/*
 * Pin it to a CPU, whatever its mask says, or unpin it (cpu < 0). -EINVAL:
 * there is no such CPU, or it is not pinned; -EBUSY: it is pinned already.
 */
int sched_pin(struct vcpu *v, s32 cpu);
/* Its run state with times up to now; state_entry_time stays as it is. */
void sched_runstate(const struct vcpu *v, struct vcpu_runstate_info *rs);
u64 sched_idle_time(u32 cpu);

/* For entry/exit.c alone. */
/* The vCPU to run next on this CPU, possibly the same one; NULL: none. */
struct vcpu *sched_choose(struct vcpu *prev);
/*
 * Its state is saved. Another CPU may run it now or, if its domain ends, free
 * it. Tells the tools when the last vCPU of the domain stops.
 */
void sched_release(struct vcpu *v);
void sched_init_cpu(void);

#endif
