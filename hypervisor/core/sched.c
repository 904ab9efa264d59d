// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scheduler: one queue of vCPUs that wait, ordered by virtual time, which
 * is the time a vCPU has run divided by its domain's weight. A CPU takes the
 * first one it may run, so that shares are fair over all CPUs and nothing has
 * to be moved between queues. What wakes up gets a little virtual time for
 * its sleep, not all of it, and so runs soon without starving the others.
 *
 * A domain with a cap has a budget of time for each period; when it is used
 * up its vCPUs wait for the next period.
 *
 * Switching is in core/switch.c. A vCPU is on_cpu from the moment it is chosen
 * until its state is saved again: only then may another CPU, or the tools, have
 * it.
 */
#include <xen/sched.h>
#include "domain.h"
#include "evtchn.h"
#include "lib.h"
#include "sched.h"
#include "smp.h"

#define SLICE		(5 * NS_PER_MS)
#define MIN_SLICE	(NS_PER_MS / 2)
#define SLEEP_BONUS	(3 * NS_PER_MS)
#define PREEMPT_LEAD	(NS_PER_MS / 2)
#define CAP_PERIOD	(50 * NS_PER_MS)

static struct vcpu *queue;		/* by virtual time */
static struct vcpu *running[MAX_CPUS];	/* chosen last; NULL: idle */
static u64 floor_vtime;			/* no one that wakes is far behind */
static u64 idle_since[MAX_CPUS], idle_total[MAX_CPUS];
static struct timer slice_timer[MAX_CPUS];
static struct spinlock sched_lock = SPINLOCK(LOCK_SCHED);

bool sched_runnable(const struct vcpu *v)
{
	const struct domain *d = v->d;

	return v->state == VCPU_UP && !d->crashed && !d->shut_down &&
	       !d->pause_count && !v->pause_count && !d->is_dying &&
	       !d->parked;
}

static bool may_run_on(const struct vcpu *v, u32 cpu)
{
	return v->affinity >> cpu & 1;
}

static void set_runstate(struct vcpu *v, int state)
{
	u64 now = time_now();
	struct vcpu_runstate_info *rs = &v->runstate;

	if (rs->state == state)
		return;
	rs->time[rs->state] += now - rs->state_entry_time;
	rs->state_entry_time = now;
	rs->state = state;
}

/* What it waits for, now that it does not run. */
static void set_waiting(struct vcpu *v)
{
	if (!(v->state & VCPU_UP))
		set_runstate(v, RUNSTATE_offline);
	else if (v->state & (VCPU_BLOCKED | VCPU_POLLING))
		set_runstate(v, RUNSTATE_blocked);
	else
		set_runstate(v, v->pause_count || v->d->pause_count ?
			     RUNSTATE_offline : RUNSTATE_runnable);
}

static void enqueue(struct vcpu *v)
{
	struct vcpu **p = &queue;

	if (v->queued)
		return;
	while (*p && (*p)->vtime <= v->vtime)
		p = &(*p)->run_next;
	v->queued = true;
	v->run_next = *p;
	*p = v;
}

/* The first that this CPU can run; those that must not run any more go. */
static struct vcpu **find_next(u32 cpu)
{
	struct vcpu **p = &queue, *v;

	while ((v = *p)) {
		if (!sched_runnable(v)) {
			*p = v->run_next;
			v->queued = false;
			set_waiting(v);
			continue;
		}
		if (may_run_on(v, cpu) && (!v->on_cpu || v->cpu == cpu))
			return p;
		p = &v->run_next;
	}
	return NULL;
}

static void request(u32 cpu)
{
	struct cpu *c = &cpu_blocks[cpu]->cpu;

	__atomic_fetch_or(&c->work, CPU_WORK_RESCHED, __ATOMIC_SEQ_CST);
	if (c != this_cpu())
		smp_kick(cpu);
}

/* Virtual time of what runs there, up to now. */
static u64 vtime_on(u32 cpu, u64 now)
{
	const struct vcpu *v = running[cpu];

	return v->vtime + (now - v->charged) * DEFAULT_WEIGHT / v->d->weight;
}

/*
 * Make a CPU look at a vCPU that waits: an idle one, the last one first as
 * its caches may be warm, or else the one that runs what is furthest ahead.
 * If none of them is ahead, one has to look again at the end of its slice: it
 * may run without one, as nobody waited when it began.
 */
static void tickle(const struct vcpu *v)
{
	u64 now = time_now(), best = v->vtime + PREEMPT_LEAD;
	u32 cpu = v->cpu, i, victim = MAX_CPUS, other = MAX_CPUS;
	bool sliced = false;

	for (i = 0; i < cpu_count; i++, cpu = (cpu + 1) % cpu_count) {
		if (!may_run_on(v, cpu))
			continue;
		if (!running[cpu]) {
			request(cpu);
			return;
		}
		other = cpu;
		sliced |= slice_timer[cpu].active;
		if (vtime_on(cpu, now) > best) {
			best = vtime_on(cpu, now);
			victim = cpu;
		}
	}
	if (victim == MAX_CPUS && !sliced)
		victim = other;
	if (victim < MAX_CPUS)
		request(victim);
}

/* What runs alone is not looked at for long: up to now. */
static void update_floor(u64 now)
{
	u64 least = queue ? queue->vtime : ~0ull;
	u32 i;

	for (i = 0; i < cpu_count; i++)
		if (running[i])
			least = MIN(least, vtime_on(i, now));
	if (least != ~0ull && least > floor_vtime)
		floor_vtime = least;
}

static void make_ready(struct vcpu *v)
{
	if (!sched_runnable(v) || v->running || v->queued)
		return;
	update_floor(time_now());
	if (v->vtime + SLEEP_BONUS < floor_vtime)
		v->vtime = floor_vtime - SLEEP_BONUS;
	set_runstate(v, RUNSTATE_runnable);
	enqueue(v);
	if (!v->on_cpu)
		tickle(v);
	else
		request(v->cpu);
}

static void wake_locked(struct vcpu *v)
{
	__atomic_fetch_and(&v->state, ~(u32)(VCPU_BLOCKED | VCPU_POLLING),
			   __ATOMIC_SEQ_CST);
	make_ready(v);
}

void sched_wake(struct vcpu *v)
{
	u64 f = spin_lock_irqsave(&sched_lock);

	wake_locked(v);
	spin_unlock_irqrestore(&sched_lock, f);
}

void sched_resume(struct domain *d)
{
	u64 f = spin_lock_irqsave(&sched_lock);
	u32 i;

	for (i = 0; i < d->max_vcpus; i++)
		if (d->vcpu[i])
			make_ready(d->vcpu[i]);
	spin_unlock_irqrestore(&sched_lock, f);
}

void sched_kick(struct vcpu *v)
{
	u64 f = spin_lock_irqsave(&sched_lock);

	if (v->state & VCPU_BLOCKED)
		wake_locked(v);
	else if (v->running && v->cpu != this_cpu()->id)
		smp_kick(v->cpu);
	spin_unlock_irqrestore(&sched_lock, f);
}

void sched_poll_check(struct vcpu *v, u32 port)
{
	u64 f = spin_lock_irqsave(&sched_lock);

	/* poll_port 0: several ports; the guest looks at them itself. */
	if ((v->state & VCPU_POLLING) &&
	    (!v->poll_port || v->poll_port == port))
		wake_locked(v);
	spin_unlock_irqrestore(&sched_lock, f);
}

void sched_stop(struct vcpu *v)
{
	u64 f = spin_lock_irqsave(&sched_lock);

	if (v->running)
		request(v->cpu);
	spin_unlock_irqrestore(&sched_lock, f);
}

void sched_forget(struct vcpu *v)
{
	u64 f = spin_lock_irqsave(&sched_lock);
	struct vcpu **p = &queue;

	while (*p && *p != v)
		p = &(*p)->run_next;
	if (*p)
		*p = v->run_next;
	v->queued = false;
	spin_unlock_irqrestore(&sched_lock, f);
}

bool sched_preempt_needed(void)
{
	const struct vcpu *v = current_vcpu();

	return this_cpu()->work || (v && vcpu_events_deliverable(v));
}

/* The domain's time for this period is used up. */
static void park(struct domain *d, u64 now)
{
	u32 i;

	if (d->parked)
		return;
	d->parked = true;
	for (i = 0; i < cpu_count; i++)
		if (running[i] && running[i]->d == d)
			request(i);
	timer_set(&d->cap_timer, MAX(d->period_end, now));
}

static void start_period(struct domain *d, u64 now)
{
	s64 quota = (s64)(d->cap * (CAP_PERIOD / 100));

	d->period_end = now + CAP_PERIOD;
	/* What was used too much is paid back, what was left is not kept. */
	d->budget = MIN(d->budget, 0) + quota;
}

void sched_period_over(void *data)
{
	struct domain *d = data;
	u64 f = spin_lock_irqsave(&sched_lock), now = time_now();
	bool again = false;

	if (d->cap)
		start_period(d, now);
	if (d->cap && d->budget <= 0)
		again = true;
	else
		d->parked = false;
	spin_unlock_irqrestore(&sched_lock, f);
	if (again)
		timer_set(&d->cap_timer, d->period_end);
	else
		sched_resume(d);
}

static void charge(struct vcpu *v, u64 now)
{
	struct domain *d = v->d;
	u64 used = now - v->charged;

	v->charged = now;
	v->vtime += used * DEFAULT_WEIGHT / d->weight;
	if (!d->cap)
		return;
	if (now >= d->period_end)
		start_period(d, now);
	d->budget -= (s64)used;
	if (d->budget <= 0)
		park(d, now);
}

/*
 * Whether prev goes on although 'next' waits: always for a while, or one that
 * wakes or yields all the time would leave it the cost of switching alone.
 */
static bool keeps(const struct vcpu *prev, const struct vcpu *next, u64 now)
{
	if (prev->yielded)
		return false;
	if (now < prev->started + MIN_SLICE)
		return true;
	if (next->vtime + PREEMPT_LEAD < prev->vtime)
		return false;
	return now < prev->slice_end || prev->vtime <= next->vtime;
}

static void start(struct vcpu *v, u32 cpu, u64 now)
{
	u64 slice = SLICE;

	if (v->d->cap)
		slice = MAX((u64)MAX(MIN(v->d->budget, (s64)SLICE), 0),
			    MIN_SLICE);
	else if (queue && queue->vtime + PREEMPT_LEAD < v->vtime)
		slice = MIN_SLICE;
	if (!v->running)
		v->charged = v->started = now;
	v->running = v->on_cpu = v->d->has_run = true;
	v->yielded = false;
	v->cpu = cpu;
	v->slice_end = now + slice;
	set_runstate(v, RUNSTATE_running);
	if (queue || v->d->cap)
		timer_set(&slice_timer[cpu], v->slice_end);
}

static void account_idle(u32 cpu, bool was_idle, bool is_idle, u64 now)
{
	if (was_idle)
		idle_total[cpu] += now - idle_since[cpu];
	if (is_idle)
		idle_since[cpu] = now;
}

struct vcpu *sched_choose(struct vcpu *prev)
{
	u64 f = spin_lock_irqsave(&sched_lock), now = time_now();
	u32 cpu = this_cpu()->id;
	struct vcpu **at, *next;
	bool was_idle = !running[cpu];

	if (prev && prev->running)
		charge(prev, now);
	at = find_next(cpu);
	next = at ? *at : NULL;
	if (prev && sched_runnable(prev) && may_run_on(prev, cpu) &&
	    (!next || keeps(prev, next, now))) {
		next = prev;
	} else {
		if (next) {
			*at = next->run_next;
			next->queued = false;
		}
		if (prev) {
			/* Nor is what it leaves to others kept for later. */
			if (prev->yielded && next)
				prev->vtime = MAX(prev->vtime, next->vtime);
			prev->running = false;
			set_waiting(prev);
			if (sched_runnable(prev))
				enqueue(prev);
		}
	}
	running[cpu] = next;
	if (next)
		start(next, cpu, now);
	account_idle(cpu, was_idle, !next, now);
	update_floor(now);
	spin_unlock_irqrestore(&sched_lock, f);
	return next;
}

void sched_release(struct vcpu *v)
{
	u64 f = spin_lock_irqsave(&sched_lock);
	struct domain *d = v->d;
	bool ends = d->shut_down;

	if (ends)
		domain_hold(d);
	v->on_cpu = false;
	if (v->queued)
		tickle(v);
	spin_unlock_irqrestore(&sched_lock, f);
	if (!ends)
		return;
	domain_tell_stopped(d);
	domain_put(d);
}

static void slice_over(void *data)
{
	(void)data;
	this_cpu()->work |= CPU_WORK_RESCHED;
}

void sched_init_cpu(void)
{
	timer_init(&slice_timer[this_cpu()->id], slice_over, NULL);
	this_cpu()->work = CPU_WORK_RESCHED;
}

u64 sched_idle_time(u32 cpu)
{
	u64 f = spin_lock_irqsave(&sched_lock);
	u64 t = idle_total[cpu];

	if (!running[cpu])
		t += time_now() - idle_since[cpu];
	spin_unlock_irqrestore(&sched_lock, f);
	return t;
}

void sched_set_params(struct domain *d, u32 weight, u32 cap)
{
	u64 f = spin_lock_irqsave(&sched_lock);

	d->weight = weight;
	d->cap = cap;
	d->budget = 0;
	d->period_end = 0;
	spin_unlock_irqrestore(&sched_lock, f);
}

void sched_set_affinity(struct vcpu *v, u32 cpus)
{
	u64 f = spin_lock_irqsave(&sched_lock);

	v->affinity = cpus;
	if (v->running && !may_run_on(v, v->cpu))
		request(v->cpu);
	else if (v->queued)
		tickle(v);
	spin_unlock_irqrestore(&sched_lock, f);
}

void sched_runstate(const struct vcpu *v, struct vcpu_runstate_info *rs)
{
	u64 f = spin_lock_irqsave(&sched_lock), now = time_now();

	*rs = v->runstate;
	rs->time[rs->state] += now - rs->state_entry_time;
	rs->state_entry_time = now;
	spin_unlock_irqrestore(&sched_lock, f);
}

void sched_barrier(void)
{
	u64 f = spin_lock_irqsave(&sched_lock);

	spin_unlock_irqrestore(&sched_lock, f);
}
