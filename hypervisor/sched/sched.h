/* SPDX-License-Identifier: GPL-2.0-only */
/* The scheduler: which vCPU runs on which CPU. */
#ifndef KRYPTON_SCHED_H
#define KRYPTON_SCHED_H

#include <xen/xen.h>
#include <xen/vcpu.h>
#include "machine/cpus.h"
#include "machine/lock.h"
#include "machine/time.h"

#define DEFAULT_WEIGHT	256u

enum vcpu_state_bits {
	VCPU_UP		= 1,	/* initialised and not down */
	VCPU_BLOCKED	= 2,
	VCPU_POLLING	= 4,
};

/*
 * A vCPU's part. The lock of its queue guards it, but 'state' is atomic, and only the
 * vCPU itself sets yielded and poll_port. Of the idle CPUs, a vCPU that wakes prefers
 * those of soft_affinity. Others read cpu, running, on_cpu and soft_affinity without a
 * lock, as a hint. Times are in ns; sched/sched.c explains them.
 */
struct vcpu_sched {
	u32 cpu;			/* whose queue it belongs to: where it runs */
	volatile u32 state;		/* enum vcpu_state_bits */
	bool running;			/* chosen */
	volatile bool on_cpu;		/* its state is loaded in a CPU */
	bool queued;
	bool yielded;
	struct vcpu *run_next;		/* the queue */
	u64 started, slice_end;
	u64 *vtime;			/* for each CPU */
	cpus_t affinity, soft_affinity;
	cpus_t unpinned;		/* affinity to return to; none: not pinned */
	u32 poll_port;
	struct vcpu_runstate_info runstate;
};

/* A domain's part: its share of the CPUs. Others read it without the lock. */
struct domain_sched {
	struct spinlock lock;
	bool has_run;
	bool parked;			/* it has used up its budget */
	u32 weight, cap;
	s64 budget;
	u64 period_end;
	struct timer cap_timer;
};

/* Make it runnable, if it is up. */
void sched_wake(struct vcpu *v);
/* An event is pending: wake the vCPU, or interrupt the guest that runs. */
void sched_kick(struct vcpu *v);
/*
 * Have a CPU that runs the vCPU choose again, after a change that forbids it to run
 * or gives it another periodic timer.
 */
void sched_stop(struct vcpu *v);
/*
 * Whether the vCPU polls this port, or several ports (which it looks at itself), so that
 * an event of the port must wake it. Needs no queue lock if the caller holds the event
 * lock and has made the port pending: a vCPU that begins to poll clears poll_port and
 * sets its state, takes the event lock to look at the port, and only then names it.
 */
static inline bool sched_polls(const struct vcpu_sched *s, u32 port)
{
	u32 polled = READ_ONCE(s->poll_port);

	return (s->state & VCPU_POLLING) && (!polled || polled == port);
}

/* Weight: 1 to 65535; cap in percent of one CPU, 0 for none. */
void sched_set_params(struct domain *d, u32 weight, u32 cap);
cpus_t sched_get_affinity(struct vcpu *v);	/* the hard mask */
/*
 * The hard or the soft mask; of a hard one, at least one CPU exists. -EBUSY while
 * the vCPU is pinned.
 */
int sched_set_affinity(struct vcpu *v, cpus_t cpus, bool hard);
/*
 * Pin it to a CPU, whatever its mask says, or unpin it (cpu < 0). -EINVAL:
 * there is no such CPU, or it is not pinned; -EBUSY: it is pinned already.
 */
int sched_pin(struct vcpu *v, s32 cpu);
/* The run state, its times up to now; state_entry_time is not advanced. */
void sched_runstate(const struct vcpu *v, struct vcpu_runstate_info *rs);
u64 sched_idle_time(u32 cpu);

/* For entry/exit.c alone. */
/*
 * The vCPU to run next on this CPU, possibly the same one; NULL: none. 'prev' is
 * loaded here, or NULL.
 */
struct vcpu *sched_choose(struct vcpu *prev);
/*
 * Whether the vCPU waits only for an event or a timeout, or has just woken and may
 * run on its CPU, which then chooses soon.
 */
bool sched_may_stay_loaded(const struct vcpu *v);
/*
 * The vCPU's state is saved: another CPU may run it from now on or, if its
 * domain ends, free it. Notifies the tools when the domain's last vCPU has
 * stopped.
 */
void sched_release(struct vcpu *v);
/* Once, before a vCPU exists. */
void sched_init(void);
void sched_init_cpu(void);

#endif
