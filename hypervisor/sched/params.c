// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scheduling parameters of a domain: its weight, its cap and the CPUs that
 * its vCPUs may use; and the start and end of its scheduling.
 */
#include "domain/part.h"
#include "sched/inner.h"

/* A new period begins for a domain that waits for one. True: it may run. */
static bool renew(struct domain *d, u64 now)
{
	spin_guard_irqsave(&d->sched.lock);
	if (d->sched.cap && d->sched.parked)
		sched_start_period(d, now);
	d->sched.parked = d->sched.cap && d->sched.parked &&
			  d->sched.budget <= 0;
	if (d->sched.parked)
		timer_set(&d->sched.cap_timer, d->sched.period_end);
	return !d->sched.parked;
}

static void period_over(void *data)
{
	if (renew(data, time_now()))
		sched_make_ready(data);
}

static void set_params(struct domain *d, u32 weight, u32 cap, u64 now)
{
	spin_guard_irqsave(&d->sched.lock);
	d->sched.weight = weight;
	d->sched.cap = cap;
	d->sched.budget = 0;
	sched_start_period(d, now);
	d->sched.parked = false;
	timer_stop(&d->sched.cap_timer);
}

/* The old parameters apply to the time used so far; a new period begins. */
void sched_set_params(struct domain *d, u32 weight, u32 cap)
{
	struct vcpu *v;

	domain_for_each_vcpu(d, v) {
		runqueue_guard(v);
		if (v->sched.running)
			sched_charge(v, time_now());
	}
	set_params(d, weight, cap, time_now());
	domain_for_each_vcpu(d, v) {
		runqueue_guard(v);
		sched_bound(v);
		/* Who chose before this lock was held may have seen no cap. */
		if (v->sched.running)
			sched_request(v->sched.cpu);
	}
	sched_make_ready(d);
}

static void set_affinity(struct vcpu *v, cpus_t cpus)
{
	v->sched.affinity = cpus;
	sched_bound(v);
	if (v->sched.on_cpu)	/* maybe given up, for the old mask */
		sched_request(v->sched.cpu);
	else if (v->sched.queued)
		sched_tickle(v);
}

cpus_t sched_get_affinity(struct vcpu *v)
{
	runqueue_guard(v);
	return v->sched.affinity;
}

int sched_set_affinity(struct vcpu *v, cpus_t cpus, bool hard)
{
	runqueue_guard(v);
	if (cpus_any(&v->sched.unpinned))
		return -EBUSY;
	if (hard)
		set_affinity(v, cpus);
	else
		v->sched.soft_affinity = cpus;
	return 0;
}

/* Errors, and their order, are those of Xen's SCHEDOP_pin_override. */
int sched_pin(struct vcpu *v, s32 cpu)
{
	bool pinned;

	runqueue_guard(v);
	pinned = cpus_any(&v->sched.unpinned);
	if (cpu < 0 ? !pinned : (u32)cpu >= cpu_count)
		return -EINVAL;
	if (cpu >= 0 && pinned)
		return -EBUSY;
	if (pinned) {
		set_affinity(v, v->sched.unpinned);
		v->sched.unpinned = cpus_below(0);
	} else {
		v->sched.unpinned = v->sched.affinity;
		set_affinity(v, cpus_one((u32)cpu));
	}
	return 0;
}

void sched_runstate(const struct vcpu *v, struct vcpu_runstate_info *rs)
{
	runqueue_guard(v);
	*rs = v->sched.runstate;
	rs->time[rs->state] += time_now() - rs->state_entry_time;
}

static int create(struct domain *d, const struct domain_config *config)
{
	spin_init(&d->sched.lock, LOCK_BUDGET);
	d->sched.weight = DEFAULT_WEIGHT;
	timer_init(&d->sched.cap_timer, period_over, d);
	return 0;
}

static int vcpu_create_sched(struct vcpu *v)
{
	v->sched.cpu = v->id % cpu_count;
	v->sched.vtime = frames_new(cpu_count * sizeof(*v->sched.vtime));
	if (!v->sched.vtime)
		return -ENOMEM;
	v->sched.affinity = v->sched.soft_affinity = cpus_below(MAX_CPUS);
	v->sched.runstate.state = RUNSTATE_offline;
	v->sched.runstate.state_entry_time = time_now();
	return 0;
}

/* After its lock was free, no CPU decides on a vCPU's old state any more. */
static void stop(struct domain *d)
{
	struct vcpu *v;

	domain_for_each_vcpu(d, v)
		sched_stop(v);
}

/* The domain's vCPUs leave the queues; no one queues them again. */
static int kill(struct domain *d)
{
	struct vcpu *v;

	domain_for_each_vcpu(d, v) {
		runqueue_guard(v);
		if (v->sched.queued)
			runqueue_remove(v);
	}
	timer_kill(&d->sched.cap_timer);
	return 0;
}

static void vcpu_free_sched(struct vcpu *v)
{
	frames_delete(v->sched.vtime, cpu_count * sizeof(*v->sched.vtime));
}

DOMAIN_PART(SCHED,
	.create = create,
	.vcpu_create = vcpu_create_sched,
	.stop = stop,
	.resume = sched_make_ready,
	.kill = kill,
	.vcpu_free = vcpu_free_sched);
