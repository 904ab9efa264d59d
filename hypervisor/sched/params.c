// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scheduling parameters of a domain: its weight, its cap and the CPUs that
 * its vCPUs may use; and the start and end of its scheduling.
 */
#include "domain/part.h"
#include "sched/inner.h"

static void period_over(void *data)
{
	struct domain *d = data;
	u64 f = spin_lock_irqsave(&sched_lock), now = time_now();

	if (d->sched.cap && d->sched.parked)
		sched_start_period(d, now);
	d->sched.parked = d->sched.cap && d->sched.parked &&
			  d->sched.budget <= 0;
	if (d->sched.parked)
		timer_set(&d->sched.cap_timer, d->sched.period_end);
	else
		sched_make_ready(d);
	spin_unlock_irqrestore(&sched_lock, f);
}

/* The old parameters apply to the time used so far; a new period begins. */
void sched_set_params(struct domain *d, u32 weight, u32 cap)
{
	u64 f = spin_lock_irqsave(&sched_lock), now = time_now();
	u32 i;

	for (i = 0; i < cpu_count; i++)
		if (sched_running[i] && sched_running[i]->d == d) {
			sched_charge(sched_running[i], now);
			sched_request(i);
		}
	d->sched.weight = weight;
	d->sched.cap = cap;
	d->sched.budget = 0;
	sched_start_period(d, now);
	d->sched.parked = false;
	timer_stop(&d->sched.cap_timer);
	for (i = 0; i < d->max_vcpus; i++)
		if (d->vcpu[i])
			sched_bound(d->vcpu[i]);
	sched_make_ready(d);
	spin_unlock_irqrestore(&sched_lock, f);
}

static void set_affinity(struct vcpu *v, cpus_t cpus)
{
	v->sched.affinity = cpus;
	sched_bound(v);
	if (v->sched.running && !sched_may_run_on(v, v->sched.cpu))
		sched_request(v->sched.cpu);
	else if (v->sched.queued)
		sched_tickle(v);
}

int sched_set_affinity(struct vcpu *v, cpus_t cpus)
{
	u64 f = spin_lock_irqsave(&sched_lock);
	int rc = cpus_any(&v->sched.unpinned) ? -EBUSY : 0;

	if (!rc)
		set_affinity(v, cpus);
	spin_unlock_irqrestore(&sched_lock, f);
	return rc;
}

/* Errors, and their order, are those of Xen's SCHEDOP_pin_override. */
int sched_pin(struct vcpu *v, s32 cpu)
{
	u64 f = spin_lock_irqsave(&sched_lock);
	bool pinned = cpus_any(&v->sched.unpinned);
	int rc = 0;

	if (cpu < 0 ? !pinned : (u32)cpu >= cpu_count) {
		rc = -EINVAL;
	} else if (cpu < 0) {
		set_affinity(v, v->sched.unpinned);
		v->sched.unpinned = cpus_below(0);
	} else if (pinned) {
		rc = -EBUSY;
	} else {
		v->sched.unpinned = v->sched.affinity;
		set_affinity(v, cpus_one((u32)cpu));
	}
	spin_unlock_irqrestore(&sched_lock, f);
	return rc;
}

void sched_runstate(const struct vcpu *v, struct vcpu_runstate_info *rs)
{
	u64 f = spin_lock_irqsave(&sched_lock), now = time_now();

	*rs = v->sched.runstate;
	rs->time[rs->state] += now - rs->state_entry_time;
	spin_unlock_irqrestore(&sched_lock, f);
}

static int create(struct domain *d, const struct domain_config *config)
{
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

/* After the lock was free, no CPU decides on the old state any more. */
static void stop(struct domain *d)
{
	u64 f = spin_lock_irqsave(&sched_lock);
	u32 i;

	for (i = 0; i < d->max_vcpus; i++)
		if (d->vcpu[i] && d->vcpu[i]->sched.running)
			sched_request(d->vcpu[i]->sched.cpu);
	spin_unlock_irqrestore(&sched_lock, f);
}

static void resume_domain(struct domain *d)
{
	u64 f = spin_lock_irqsave(&sched_lock);

	sched_make_ready(d);
	spin_unlock_irqrestore(&sched_lock, f);
}

/* The domain's vCPUs leave the queue; no one queues them again. */
static int kill(struct domain *d)
{
	u64 f = spin_lock_irqsave(&sched_lock);
	struct vcpu **p = &sched_queue;

	while (*p)
		if ((*p)->d == d)
			sched_dequeue(p);
		else
			p = &(*p)->sched.run_next;
	spin_unlock_irqrestore(&sched_lock, f);
	timer_kill(&d->sched.cap_timer);
	return 0;
}

static void vcpu_free_sched(struct vcpu *v)
{
	frames_delete(v->sched.vtime, cpu_count * sizeof(*v->sched.vtime));
}

DOMAIN_PART(sched) = {
	.order = PART_SCHED,
	.create = create,
	.vcpu_create = vcpu_create_sched,
	.stop = stop,
	.resume = resume_domain,
	.kill = kill,
	.vcpu_free = vcpu_free_sched,
};
