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
#include "debug.h"
#include "machine/smp.h"
#include "sched/inner.h"
#include "sched/sched.h"

#define SLICE		(5 * NS_PER_MS)
#define MIN_SLICE	(NS_PER_MS / 2)
#define CREDIT		(3 * NS_PER_MS)
#define DEBT		(2 * SLICE)
#define PREEMPT_LEAD	(NS_PER_MS / 2)		/* virtual */

struct vcpu *sched_queue;		/* the first has waited longest */
struct vcpu *sched_running[MAX_CPUS];	/* chosen last; NULL: idle */
static cpus_t idle_cpus;		/* idle, and not called yet */
static u64 clock[MAX_CPUS];		/* virtual times; they wrap around */
static u64 idle_since[MAX_CPUS], idle_total[MAX_CPUS];
static struct timer slice_timer[MAX_CPUS];
struct spinlock sched_lock = SPINLOCK(LOCK_SCHED);

static bool runnable(const struct vcpu *v)
{
	const struct domain *d = v->d;

	return v->sched.state == VCPU_UP && !d->life.crashed &&
	       !d->life.shut_down && !d->life.pause_count &&
	       !d->life.is_dying && !d->sched.parked;
}

bool sched_may_run_on(const struct vcpu *v, u32 cpu)
{
	return cpus_has(&v->sched.affinity, cpu);
}

/* By how much virtual time a is ahead of b. */
static s64 ahead(u64 a, u64 b)
{
	return (s64)(a - b);
}

static u64 virtual(const struct vcpu *v, u64 ns)
{
	return ns * DEFAULT_WEIGHT / v->d->sched.weight;
}

void sched_bound(struct vcpu *v)
{
	s64 least = -(s64)virtual(v, CREDIT), most = (s64)virtual(v, DEBT);
	u32 i;

	ASSERT_HELD(&sched_lock);
	for (i = 0; i < cpu_count; i++)
		v->sched.vtime[i] = clock[i] +
			(u64)MIN(MAX(ahead(v->sched.vtime[i], clock[i]), least),
				 most);
}

static void set_runstate(struct vcpu *v, int state)
{
	u64 now = time_now();
	struct vcpu_runstate_info *rs = &v->sched.runstate;

	if (rs->state == state)
		return;
	rs->time[rs->state] += now - rs->state_entry_time;
	rs->state_entry_time = now;
	rs->state = state;
}

/* Record why a vCPU that does not run waits. */
static void set_waiting(struct vcpu *v)
{
	if (!(v->sched.state & VCPU_UP))
		set_runstate(v, RUNSTATE_offline);
	else if (v->sched.state & (VCPU_BLOCKED | VCPU_POLLING))
		set_runstate(v, RUNSTATE_blocked);
	else
		set_runstate(v, v->d->life.pause_count ? RUNSTATE_offline :
			     RUNSTATE_runnable);
}

static void enqueue(struct vcpu *v)
{
	struct vcpu **p = &sched_queue;

	if (v->sched.queued)
		return;
	while (*p)
		p = &(*p)->sched.run_next;
	v->sched.queued = true;
	v->sched.run_next = NULL;
	*p = v;
}

void sched_dequeue(struct vcpu **at)
{
	struct vcpu *v = *at;

	ASSERT_HELD(&sched_lock);
	*at = v->sched.run_next;
	v->sched.queued = false;
}

/*
 * The vCPU that this CPU runs next: the one furthest behind, and of several,
 * the one that has waited longest. vCPUs that must no longer run leave the
 * queue.
 */
static struct vcpu **find_next(u32 cpu)
{
	struct vcpu **p = &sched_queue, **first = NULL, *v;

	while ((v = *p)) {
		if (!runnable(v)) {
			sched_dequeue(p);
			set_waiting(v);
			continue;
		}
		if (sched_may_run_on(v, cpu) &&
		    (!v->sched.on_cpu || v->sched.cpu == cpu) &&
		    (!first || ahead((*first)->sched.vtime[cpu],
				     v->sched.vtime[cpu]) > 0))
			first = p;
		p = &v->sched.run_next;
	}
	return first;
}

void sched_request(u32 cpu)
{
	struct cpu *c = &cpu_blocks[cpu]->cpu;

	__atomic_fetch_or(&c->work, CPU_WORK_RESCHED, __ATOMIC_SEQ_CST);
	if (c != this_cpu())
		smp_kick(cpu);
}

/* The present virtual time of the vCPU that runs on a CPU. */
static u64 vtime_on(u32 cpu, u64 now)
{
	const struct vcpu *v = sched_running[cpu];

	return v->sched.vtime[cpu] + virtual(v, now - v->sched.charged);
}

/*
 * Call a CPU for a queued vCPU: an idle one if there is one, preferably the one
 * that it ran on last, whose caches may be warm; otherwise the CPU whose vCPU
 * is furthest ahead. If none is ahead, make sure that one CPU has a slice
 * timer: a vCPU that started while the queue was empty runs without one.
 */
void sched_tickle(const struct vcpu *v)
{
	u32 cpu = v->sched.cpu, i, victim = MAX_CPUS, other = MAX_CPUS;
	s64 best = PREEMPT_LEAD, lead;
	u64 now = time_now();
	bool sliced = false;

	ASSERT_HELD(&sched_lock);
	for (i = 0; i < cpu_count; i++, cpu = (cpu + 1) % cpu_count) {
		if (!sched_may_run_on(v, cpu))
			continue;
		if (cpus_has(&idle_cpus, cpu)) {
			/* It comes for v: another vCPU needs another CPU. */
			cpus_remove(&idle_cpus, cpu);
			sched_request(cpu);
			return;
		}
		if (!sched_running[cpu])
			continue;
		other = cpu;
		sliced |= slice_timer[cpu].active;
		lead = ahead(vtime_on(cpu, now), v->sched.vtime[cpu]);
		if (lead > best) {
			best = lead;
			victim = cpu;
		}
	}
	if (victim == MAX_CPUS && !sliced)
		victim = other;
	if (victim < MAX_CPUS)
		sched_request(victim);
}

/*
 * A CPU that was called for one vCPU may have taken another. The first one must
 * not wait while a third CPU idles: call that CPU.
 */
static void call_idle(void)
{
	const struct vcpu *v;
	cpus_t usable;

	for (v = sched_queue; v && cpus_any(&idle_cpus);
	     v = v->sched.run_next) {
		usable = cpus_and(v->sched.affinity, idle_cpus);
		if (!v->sched.on_cpu && cpus_any(&usable))
			sched_tickle(v);
	}
}

static void make_ready(struct vcpu *v)
{
	if (!runnable(v) || v->sched.running || v->sched.queued)
		return;
	sched_bound(v);
	set_runstate(v, RUNSTATE_runnable);
	enqueue(v);
	if (!v->sched.on_cpu)
		sched_tickle(v);
	else
		sched_request(v->sched.cpu);
}

static void wake_locked(struct vcpu *v)
{
	__atomic_fetch_and(&v->sched.state, ~(u32)(VCPU_BLOCKED | VCPU_POLLING),
			   __ATOMIC_SEQ_CST);
	make_ready(v);
}

void sched_wake(struct vcpu *v)
{
	u64 f = spin_lock_irqsave(&sched_lock);

	wake_locked(v);
	spin_unlock_irqrestore(&sched_lock, f);
}

void sched_make_ready(struct domain *d)
{
	u32 i;

	ASSERT_HELD(&sched_lock);
	for (i = 0; i < d->max_vcpus; i++)
		if (d->vcpu[i])
			make_ready(d->vcpu[i]);
}

void sched_kick(struct vcpu *v)
{
	u64 f = spin_lock_irqsave(&sched_lock);

	if (v->sched.state & VCPU_BLOCKED)
		wake_locked(v);
	else if (v->sched.running && v->sched.cpu != this_cpu()->id)
		smp_kick(v->sched.cpu);
	spin_unlock_irqrestore(&sched_lock, f);
}

void sched_poll_check(struct vcpu *v, u32 port)
{
	u64 f = spin_lock_irqsave(&sched_lock);

	/* poll_port 0 stands for several ports: the guest looks at them. */
	if ((v->sched.state & VCPU_POLLING) &&
	    (!v->sched.poll_port || v->sched.poll_port == port))
		wake_locked(v);
	spin_unlock_irqrestore(&sched_lock, f);
}

void sched_stop(struct vcpu *v)
{
	u64 f = spin_lock_irqsave(&sched_lock);

	if (v->sched.running)
		sched_request(v->sched.cpu);
	spin_unlock_irqrestore(&sched_lock, f);
}

bool sched_preempt_needed(void)
{
	const struct vcpu *v = current_vcpu();

	return this_cpu()->work || (v && shared_events_deliverable(v));
}

/* The domain has used up its time for this period. */
static void park(struct domain *d, u64 now)
{
	u32 i;

	if (d->sched.parked)
		return;
	d->sched.parked = true;
	for (i = 0; i < cpu_count; i++)
		if (sched_running[i] && sched_running[i]->d == d)
			sched_request(i);
	timer_set(&d->sched.cap_timer, MAX(d->sched.period_end, now));
}

void sched_start_period(struct domain *d, u64 now)
{
	s64 quota = (s64)(d->sched.cap * (CAP_PERIOD / 100));

	ASSERT_HELD(&sched_lock);
	d->sched.period_end = now + CAP_PERIOD;
	/* Overuse is paid back; unused time does not carry over. */
	d->sched.budget = MIN(d->sched.budget, 0) + quota;
}

void sched_charge(struct vcpu *v, u64 now)
{
	struct domain *d = v->d;
	u64 used = now - v->sched.charged, more = virtual(v, used);
	u32 i;

	ASSERT_HELD(&sched_lock);
	v->sched.charged = now;
	for (i = 0; i < cpu_count; i++)
		v->sched.vtime[i] += more;
	sched_bound(v);
	if (!d->sched.cap)
		return;
	if (now >= d->sched.period_end)
		sched_start_period(d, now);
	d->sched.budget -= (s64)used;
	if (d->sched.budget <= 0)
		park(d, now);
}

/*
 * Whether prev keeps the CPU although 'next' waits. prev keeps it for MIN_SLICE
 * in any case, so that a vCPU that wakes again and again cannot reduce the CPU
 * to switching.
 */
static bool keeps(const struct vcpu *prev, const struct vcpu *next, u32 cpu,
		  u64 now)
{
	s64 lead = ahead(prev->sched.vtime[cpu], next->sched.vtime[cpu]);

	if (prev->sched.yielded)
		return false;
	if (now < prev->sched.started + MIN_SLICE)
		return true;
	if (lead > (s64)PREEMPT_LEAD)
		return false;
	return now < prev->sched.slice_end || lead <= 0;
}

/* 'other', if not NULL, also waits for this CPU. */
static void start(struct vcpu *v, const struct vcpu *other, u32 cpu, u64 now)
{
	u64 slice = SLICE, at = v->sched.vtime[cpu];

	if (v->d->sched.cap)
		slice = MAX((u64)MAX(MIN(v->d->sched.budget, (s64)SLICE), 0),
			    MIN_SLICE);
	if (other && ahead(at, other->sched.vtime[cpu]) > 0) {
		if (ahead(at, other->sched.vtime[cpu]) > (s64)PREEMPT_LEAD)
			slice = MIN_SLICE;
		at = other->sched.vtime[cpu];
	}
	if (ahead(at, clock[cpu]) > 0)
		clock[cpu] = at;
	if (!v->sched.running)
		v->sched.charged = v->sched.started = now;
	v->sched.running = v->sched.on_cpu = v->d->sched.has_run = true;
	v->sched.yielded = false;
	v->sched.cpu = cpu;
	v->sched.slice_end = now + slice;
	set_runstate(v, RUNSTATE_running);
	if (sched_queue || v->d->sched.cap)
		timer_set(&slice_timer[cpu], v->sched.slice_end);
}

static void account_idle(u32 cpu, bool was_idle, bool is_idle, u64 now)
{
	if (was_idle)
		idle_total[cpu] += now - idle_since[cpu];
	idle_since[cpu] = now;
	if (is_idle)
		cpus_add(&idle_cpus, cpu);
	else
		cpus_remove(&idle_cpus, cpu);
}

/* The vCPU stops running: it is preempted, or it waits for something. */
static void leave(struct vcpu *v, const struct vcpu *next, u32 cpu)
{
	/* After a yield, next is not behind it; yielding earns no credit. */
	if (v->sched.yielded && next &&
	    ahead(next->sched.vtime[cpu], v->sched.vtime[cpu]) > 0)
		v->sched.vtime[cpu] = next->sched.vtime[cpu];
	v->sched.running = false;
	set_waiting(v);
	if (runnable(v))
		enqueue(v);
}

struct vcpu *sched_choose(struct vcpu *prev)
{
	u64 f = spin_lock_irqsave(&sched_lock), now = time_now();
	u32 cpu = this_cpu()->id;
	struct vcpu **at, *next, *other = NULL;
	bool was_idle = !sched_running[cpu];

	if (prev && prev->sched.running)
		sched_charge(prev, now);
	at = find_next(cpu);
	next = at ? *at : NULL;
	if (prev && runnable(prev) && sched_may_run_on(prev, cpu) &&
	    (!next || keeps(prev, next, cpu, now))) {
		other = next;
		next = prev;
	} else {
		if (next)
			sched_dequeue(at);
		if (prev)
			leave(prev, next, cpu);
	}
	sched_running[cpu] = next;
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
	bool ends = d->life.shut_down;

	if (ends)
		domain_hold(d);
	v->sched.on_cpu = false;
	if (v->sched.queued)
		sched_tickle(v);
	spin_unlock_irqrestore(&sched_lock, f);
	if (!ends)
		return;
	domain_tell_stopped(d);
	domain_put(d);
}

static void slice_over(void *data)
{
	cpu_add_work(CPU_WORK_RESCHED);
}

void sched_init_cpu(void)
{
	timer_init(&slice_timer[this_cpu()->id], slice_over, NULL);
	cpu_add_work(CPU_WORK_RESCHED);
}

u64 sched_idle_time(u32 cpu)
{
	u64 f = spin_lock_irqsave(&sched_lock);
	u64 t = idle_total[cpu];

	if (!sched_running[cpu])
		t += time_now() - idle_since[cpu];
	spin_unlock_irqrestore(&sched_lock, f);
	return t;
}
