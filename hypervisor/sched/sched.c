// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scheduler: which vCPU runs on which CPU.
 *
 * vCPUs that wait are in one queue, from which every CPU takes those that it
 * may run. Each CPU divides its own time among all vCPUs that it may run, by
 * virtual time: what a vCPU has run, divided by its domain's weight. A vCPU
 * has a virtual time for every CPU, and running counts in all of them, so
 * that CPUs which run the same vCPUs agree on the order; a CPU whose vCPUs
 * are pinned to it goes at its own pace. A CPU's clock is the virtual time
 * of the last vCPU that it let run when no other one was further behind.
 *
 * Every lead and every debt is bounded. Whenever a vCPU wakes or is charged,
 * each of its virtual times is brought within CREDIT behind that CPU's clock
 * and DEBT ahead of it, both in time that it may run. Sleep, a yield, running
 * alone, a low weight or work on another CPU therefore never earns or costs
 * more than that. For a vCPU x with weight w(x), and all vCPUs u that CPU c may
 * run, of domains without a cap that is used up, this gives:
 *
 *   Share: on the best CPU c that x may use, x gets w(x) / sum of all w(u) of
 *   the time that it wants to run, less 5 % of that and what it waits once.
 *   Wait: x runs again after at most PREEMPT_LEAD and the sum, over all other
 *	u, of w(u) / w(x) * DEBT + w(u) / DEFAULT_WEIGHT * PREEMPT_LEAD +
 *	CREDIT + SLICE.
 *
 * A domain with a cap has a budget of time for each period; when it is used
 * up its vCPUs wait for the next period. In any time t the domain uses at most
 * cap * (t + 2 * CAP_PERIOD) + SLICE for each CPU.
 *
 * tests/sched checks these bounds with this source. Switching is in
 * entry/exit.c. A vCPU is on_cpu from the moment it is chosen until its state
 * is saved again: only then may another CPU, or the tools, have it.
 */
#include "domain/domain.h"
#include "errno.h"
#include "event/evtchn.h"
#include "machine/smp.h"
#include "sched/sched.h"

#define SLICE		(5 * NS_PER_MS)
#define MIN_SLICE	(NS_PER_MS / 2)
#define CREDIT		(3 * NS_PER_MS)
#define DEBT		(2 * SLICE)
#define PREEMPT_LEAD	(NS_PER_MS / 2)		/* virtual */
#define CAP_PERIOD	(50 * NS_PER_MS)

static struct vcpu *queue;		/* the first waits longest */
static struct vcpu *running[MAX_CPUS];	/* chosen last; NULL: idle */
static u32 idle_cpus;			/* idle ones that nobody has called yet */
static u64 clock[MAX_CPUS];		/* virtual times; they wrap around */
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

/* How far the virtual time a is ahead of b. */
static s64 ahead(u64 a, u64 b)
{
	return (s64)(a - b);
}

static u64 virtual(const struct vcpu *v, u64 ns)
{
	return ns * DEFAULT_WEIGHT / v->d->weight;
}

/* After any change of its virtual times, and when it wakes. */
static void bound(struct vcpu *v)
{
	s64 least = -(s64)virtual(v, CREDIT), most = (s64)virtual(v, DEBT);
	u32 i;

	for (i = 0; i < cpu_count; i++)
		v->vtime[i] = clock[i] +
			(u64)MIN(MAX(ahead(v->vtime[i], clock[i]), least),
				 most);
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

/* Of a vCPU that does not run: why it waits. */
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
	while (*p)
		p = &(*p)->run_next;
	v->queued = true;
	v->run_next = NULL;
	*p = v;
}

static void dequeue(struct vcpu **at)
{
	struct vcpu *v = *at;

	*at = v->run_next;
	v->queued = false;
}

/*
 * What this CPU runs next: the one furthest behind, of several the one that
 * waits longest. Those that must not run any more leave the queue.
 */
static struct vcpu **find_next(u32 cpu)
{
	struct vcpu **p = &queue, **first = NULL, *v;

	while ((v = *p)) {
		if (!sched_runnable(v)) {
			dequeue(p);
			set_waiting(v);
			continue;
		}
		if (may_run_on(v, cpu) && (!v->on_cpu || v->cpu == cpu) &&
		    (!first || ahead((*first)->vtime[cpu], v->vtime[cpu]) > 0))
			first = p;
		p = &v->run_next;
	}
	return first;
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

	return v->vtime[cpu] + virtual(v, now - v->charged);
}

/*
 * Make a CPU look at a vCPU that waits: an idle one, the last one first as
 * its caches may be warm, or else the one that runs what is furthest ahead.
 * If none of them is ahead, one has to look again at the end of its slice: it
 * may run without one, as nobody waited when it began.
 */
static void tickle(const struct vcpu *v)
{
	u32 cpu = v->cpu, i, victim = MAX_CPUS, other = MAX_CPUS;
	s64 best = PREEMPT_LEAD, lead;
	u64 now = time_now();
	bool sliced = false;

	for (i = 0; i < cpu_count; i++, cpu = (cpu + 1) % cpu_count) {
		if (!may_run_on(v, cpu))
			continue;
		if (idle_cpus >> cpu & 1) {
			/* Called for v: no longer idle for others. */
			idle_cpus &= ~(1u << cpu);
			request(cpu);
			return;
		}
		if (!running[cpu])
			continue;
		other = cpu;
		sliced |= slice_timer[cpu].active;
		lead = ahead(vtime_on(cpu, now), v->vtime[cpu]);
		if (lead > best) {
			best = lead;
			victim = cpu;
		}
	}
	if (victim == MAX_CPUS && !sliced)
		victim = other;
	if (victim < MAX_CPUS)
		request(victim);
}

/*
 * A called CPU may have taken another vCPU than the one that it was called
 * for, which then waits though a third CPU is idle.
 */
static void call_idle(void)
{
	const struct vcpu *v;

	for (v = queue; v && idle_cpus; v = v->run_next)
		if (!v->on_cpu && (v->affinity & idle_cpus))
			tickle(v);
}

static void make_ready(struct vcpu *v)
{
	if (!sched_runnable(v) || v->running || v->queued)
		return;
	bound(v);
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

static void resume(struct domain *d)
{
	u32 i;

	for (i = 0; i < d->max_vcpus; i++)
		if (d->vcpu[i])
			make_ready(d->vcpu[i]);
}

void sched_resume(struct domain *d)
{
	u64 f = spin_lock_irqsave(&sched_lock);

	resume(d);
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
		dequeue(p);
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

	if (d->cap && d->parked)
		start_period(d, now);
	d->parked = d->cap && d->parked && d->budget <= 0;
	if (d->parked)
		timer_set(&d->cap_timer, d->period_end);
	else
		resume(d);
	spin_unlock_irqrestore(&sched_lock, f);
}

static void charge(struct vcpu *v, u64 now)
{
	struct domain *d = v->d;
	u64 used = now - v->charged, more = virtual(v, used);
	u32 i;

	v->charged = now;
	for (i = 0; i < cpu_count; i++)
		v->vtime[i] += more;
	bound(v);
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
static bool keeps(const struct vcpu *prev, const struct vcpu *next, u32 cpu,
		  u64 now)
{
	s64 lead = ahead(prev->vtime[cpu], next->vtime[cpu]);

	if (prev->yielded)
		return false;
	if (now < prev->started + MIN_SLICE)
		return true;
	if (lead > (s64)PREEMPT_LEAD)
		return false;
	return now < prev->slice_end || lead <= 0;
}

/* 'other', if not NULL, waits for this CPU too. */
static void start(struct vcpu *v, const struct vcpu *other, u32 cpu, u64 now)
{
	u64 slice = SLICE, at = v->vtime[cpu];

	if (v->d->cap)
		slice = MAX((u64)MAX(MIN(v->d->budget, (s64)SLICE), 0),
			    MIN_SLICE);
	if (other && ahead(at, other->vtime[cpu]) > 0) {
		if (ahead(at, other->vtime[cpu]) > (s64)PREEMPT_LEAD)
			slice = MIN_SLICE;
		at = other->vtime[cpu];
	}
	if (ahead(at, clock[cpu]) > 0)
		clock[cpu] = at;
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
	idle_since[cpu] = now;
	idle_cpus &= ~(1u << cpu);
	if (is_idle)
		idle_cpus |= 1u << cpu;
}

/* It waits, for its turn or for something else. */
static void leave(struct vcpu *v, const struct vcpu *next, u32 cpu)
{
	/* A yield puts it behind the next one; yielding earns no credit. */
	if (v->yielded && next && ahead(next->vtime[cpu], v->vtime[cpu]) > 0)
		v->vtime[cpu] = next->vtime[cpu];
	v->running = false;
	set_waiting(v);
	if (sched_runnable(v))
		enqueue(v);
}

struct vcpu *sched_choose(struct vcpu *prev)
{
	u64 f = spin_lock_irqsave(&sched_lock), now = time_now();
	u32 cpu = this_cpu()->id;
	struct vcpu **at, *next, *other = NULL;
	bool was_idle = !running[cpu];

	if (prev && prev->running)
		charge(prev, now);
	at = find_next(cpu);
	next = at ? *at : NULL;
	if (prev && sched_runnable(prev) && may_run_on(prev, cpu) &&
	    (!next || keeps(prev, next, cpu, now))) {
		other = next;
		next = prev;
	} else {
		if (next)
			dequeue(at);
		if (prev)
			leave(prev, next, cpu);
	}
	running[cpu] = next;
	if (next)
		start(next, other, cpu, now);
	account_idle(cpu, was_idle, !next, now);
	call_idle();
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

/* Time used until now is charged by the old values; a new period begins. */
void sched_set_params(struct domain *d, u32 weight, u32 cap)
{
	u64 f = spin_lock_irqsave(&sched_lock), now = time_now();
	u32 i;

	for (i = 0; i < cpu_count; i++)
		if (running[i] && running[i]->d == d) {
			charge(running[i], now);
			request(i);
		}
	d->weight = weight;
	d->cap = cap;
	d->budget = 0;
	start_period(d, now);
	d->parked = false;
	timer_stop(&d->cap_timer);
	for (i = 0; i < d->max_vcpus; i++)
		if (d->vcpu[i])
			bound(d->vcpu[i]);
	resume(d);
	spin_unlock_irqrestore(&sched_lock, f);
}

static void set_affinity(struct vcpu *v, u32 cpus)
{
	v->affinity = cpus;
	bound(v);
	if (v->running && !may_run_on(v, v->cpu))
		request(v->cpu);
	else if (v->queued)
		tickle(v);
}

int sched_set_affinity(struct vcpu *v, u32 cpus)
{
	u64 f = spin_lock_irqsave(&sched_lock);
	int rc = v->unpinned ? -EBUSY : 0;

	if (!rc)
		set_affinity(v, cpus);
	spin_unlock_irqrestore(&sched_lock, f);
	return rc;
}

/* Xen's errors, and their order. */
int sched_pin(struct vcpu *v, s32 cpu)
{
	u64 f = spin_lock_irqsave(&sched_lock);
	int rc = 0;

	if (cpu < 0 ? !v->unpinned : (u32)cpu >= cpu_count) {
		rc = -EINVAL;
	} else if (cpu < 0) {
		set_affinity(v, v->unpinned);
		v->unpinned = 0;
	} else if (v->unpinned) {
		rc = -EBUSY;
	} else {
		v->unpinned = v->affinity;
		set_affinity(v, 1u << cpu);
	}
	spin_unlock_irqrestore(&sched_lock, f);
	return rc;
}

void sched_runstate(const struct vcpu *v, struct vcpu_runstate_info *rs)
{
	u64 f = spin_lock_irqsave(&sched_lock), now = time_now();

	*rs = v->runstate;
	rs->time[rs->state] += now - rs->state_entry_time;
	spin_unlock_irqrestore(&sched_lock, f);
}

void sched_barrier(void)
{
	u64 f = spin_lock_irqsave(&sched_lock);

	spin_unlock_irqrestore(&sched_lock, f);
}
