// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scheduler: which vCPU runs on which CPU.
 *
 * Each CPU has a queue, in which vCPUs wait that ran there last, and takes from
 * the others what it had better run (sched/runqueue.c). Each CPU divides its
 * own time among all vCPUs that it may run, by virtual time: what a vCPU has
 * run, divided by its domain's weight. A vCPU has a virtual time for every CPU,
 * and running counts in all of them, so that CPUs which run the same vCPUs
 * agree on the order; a CPU whose vCPUs are pinned to it goes at its own pace.
 * A CPU's clock is the virtual time of the last vCPU that it let run when no
 * other one was further behind.
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
 *	CREDIT + SLICE. If x waits in another queue, CPU c may see it some SLICEs
 *	later, at most 16.
 *
 * A domain with a cap has a budget of time for each period; when it is used
 * up its vCPUs wait for the next period. In any time t the domain uses at most
 * cap * (t + 2 * CAP_PERIOD) + SLICE for each CPU.
 *
 * tests/sched checks these bounds with this source. Switching is in
 * entry/exit.c. A vCPU is on_cpu from the moment it is chosen until its state
 * is saved again: only then may another CPU, or the tools, have it.
 */
#include "machine/smp.h"
#include "sched/inner.h"

#define SLICE		(5 * NS_PER_MS)
#define MIN_SLICE	(NS_PER_MS / 2)
#define CREDIT		(3 * NS_PER_MS)
#define DEBT		(2 * SLICE)

static cpus_t idle_cpus;		/* idle, and not called yet */
/*
 * Virtual times; they wrap around. A CPU changes its own, under its queue's
 * lock; others read it without.
 */
static u64 clock[MAX_CPUS];

static bool may_run(const struct domain *d)
{
	return !d->life.crashed && !d->life.shut_down &&
	       !d->life.pause_count && !d->life.is_dying && !d->sched.parked;
}

bool sched_runnable(const struct vcpu *v)
{
	return v->sched.state == VCPU_UP && may_run(v->d);
}

bool sched_may_stay_loaded(const struct vcpu *v)
{
	u32 state = v->sched.state;

	/* While it sleeps where it only may run, another CPU may have it. */
	return (state & VCPU_UP) && may_run(v->d) &&
	       cpus_has(state == VCPU_UP ? &v->sched.affinity :
			&v->sched.soft_affinity, v->sched.cpu);
}

static u64 virtual(const struct vcpu *v, u64 ns)
{
	return ns * DEFAULT_WEIGHT / v->d->sched.weight;
}

void sched_bound(struct vcpu *v)
{
	s64 least = -(s64)virtual(v, CREDIT), most = (s64)virtual(v, DEBT);
	u64 at;
	u32 i;

	ASSERT_HELD(&runqueues[v->sched.cpu].lock);
	for (i = 0; i < cpu_count; i++) {
		at = READ_ONCE(clock[i]);
		v->sched.vtime[i] = at +
			(u64)MIN(MAX(ahead(v->sched.vtime[i], at), least), most);
	}
}

static void set_runstate(struct vcpu *v, int state, u64 now)
{
	struct vcpu_runstate_info *rs = &v->sched.runstate;

	if (rs->state == state)
		return;
	rs->time[rs->state] += now - rs->state_entry_time;
	rs->state_entry_time = now;
	rs->state = state;
}

void sched_note_wait(struct vcpu *v, u64 now)
{
	if (!(v->sched.state & VCPU_UP))
		set_runstate(v, RUNSTATE_offline, now);
	else if (v->sched.state & (VCPU_BLOCKED | VCPU_POLLING))
		set_runstate(v, RUNSTATE_blocked, now);
	else
		set_runstate(v, v->d->life.pause_count ? RUNSTATE_offline :
			     RUNSTATE_runnable, now);
}

void sched_request(u32 cpu)
{
	struct cpu *c = &cpu_blocks[cpu]->cpu;

	atomic_or(&c->work, CPU_WORK_RESCHED);
	if (c != this_cpu())
		smp_kick(cpu);
}

/*
 * The CPU looks first into the queue of the vCPU that it is called for. If two call
 * it before it looks, the last one counts: it finds the other vCPU by its turns.
 */
static void call(u32 cpu, const struct vcpu *v)
{
	if (v->sched.cpu != cpu)
		WRITE_ONCE(runqueues[cpu].called, v->sched.cpu);
	sched_request(cpu);
}

/*
 * Call an idle CPU for a queued vCPU: the one that it ran on last, whose caches may
 * be warm, or another, one of its soft affinity if there is one. False: none that it
 * may run on is idle.
 */
static bool call_idle(const struct vcpu *v)
{
	u32 cpu = v->sched.cpu;
	cpus_t usable, preferred;
	bool own = cpus_has(&v->sched.affinity, cpu) &&
		   cpus_has(&v->sched.soft_affinity, cpu);

	/* It comes for v alone: another vCPU needs another CPU. */
	while (!own || !cpus_has(&idle_cpus, cpu) ||
	       !cpus_remove(&idle_cpus, cpu)) {
		own = true;
		usable = cpus_and(v->sched.affinity, idle_cpus);
		preferred = cpus_and(usable, v->sched.soft_affinity);
		if (cpus_any(&preferred))
			usable = preferred;
		cpu = cpus_next_around(&usable, cpu);
		if (cpu == MAX_CPUS)
			return false;
	}
	call(cpu, v);
	return true;
}

/*
 * By how much a CPU's vCPU is ahead of one that waits. It may be a vCPU that has
 * just left: then the CPU that is called may find that it need not switch, or a
 * CPU is not called and looks at the end of its slice.
 */
static s64 lead_on(u32 cpu, const struct vcpu *v, u64 now)
{
	const struct runqueue *q = &runqueues[cpu];
	s64 since = (s64)(now - READ_ONCE(q->charged));

	return ahead(READ_ONCE(q->vtime), v->sched.vtime[cpu]) +
	       since * (s64)DEFAULT_WEIGHT / READ_ONCE(q->weight);
}

/*
 * Call a CPU for a queued vCPU: an idle one if there is one, otherwise the CPU
 * whose vCPU is furthest ahead: that one sets a slice timer, as v waits. If none is
 * ahead, make sure that its own CPU, or one other if it may not run there, has a
 * slice timer: a vCPU that started while nobody waited runs without one.
 */
void sched_tickle(const struct vcpu *v)
{
	u32 cpu, victim = MAX_CPUS, other = MAX_CPUS;
	s64 best = PREEMPT_LEAD, lead;
	u64 now = time_now();
	bool sliced = false;

	ASSERT_HELD(&runqueues[v->sched.cpu].lock);
	if (cpus_any(&idle_cpus) && call_idle(v))
		return;
	for (cpu = 0; cpu < cpu_count; cpu++) {
		if (!cpus_has(&v->sched.affinity, cpu) ||
		    !READ_ONCE(runqueues[cpu].running))
			continue;
		if (other != v->sched.cpu) {	/* only its own counts then */
			other = cpu;
			sliced = READ_ONCE(runqueues[cpu].slice.active) ||
				 (sliced && cpu != v->sched.cpu);
		}
		lead = lead_on(cpu, v, now);
		if (lead > best) {
			best = lead;
			victim = cpu;
		}
	}
	if (victim == MAX_CPUS && !sliced)
		victim = other;
	if (victim < MAX_CPUS)
		call(victim, v);
}

/*
 * A CPU that was called for one vCPU may have taken another. The first one must not
 * wait while a third CPU idles: call that CPU. It waits in this CPU's own queue, or
 * in the one that this CPU was called for. A CPU that has just become idle calls
 * itself, if a vCPU came into any queue while it made up its mind.
 */
static void call_for_rest(u32 cpu, u32 called, bool idles)
{
	const struct vcpu *v;
	u32 i;

	for_each_cpu(i, &waiting_cpus) {
		if (!cpus_any(&idle_cpus))
			return;
		if (!idles && i != cpu && i != called)
			continue;
		spin_guard_irqsave(&runqueues[i].lock);
		for (v = runqueues[i].first; v; v = v->sched.run_next)
			if (!v->sched.on_cpu)
				call_idle(v);
	}
}

static void make_ready(struct vcpu *v)
{
	if (!sched_runnable(v) || v->sched.running || v->sched.queued)
		return;
	sched_bound(v);
	set_runstate(v, RUNSTATE_runnable, time_now());
	if (!v->sched.on_cpu) {
		runqueue_add(v);
		sched_tickle(v);
		return;
	}
	/*
	 * No other CPU can have it, so it is in no queue. Its CPU runs it, or
	 * unloads it and queues it then.
	 */
	cpus_remove(&idle_cpus, v->sched.cpu);
	sched_request(v->sched.cpu);
}

static void wake_locked(struct vcpu *v)
{
	atomic_and(&v->sched.state, ~(u32)(VCPU_BLOCKED | VCPU_POLLING));
	make_ready(v);
}

void sched_wake(struct vcpu *v)
{
	runqueue_guard(v);
	wake_locked(v);
}

void sched_make_ready(struct domain *d)
{
	struct vcpu *v;

	domain_for_each_vcpu(d, v) {
		runqueue_guard(v);
		make_ready(v);
	}
}

void sched_kick(struct vcpu *v)
{
	runqueue_guard(v);
	if (v->sched.state & VCPU_BLOCKED)
		wake_locked(v);
	else if (v->sched.running && v->sched.cpu != this_cpu()->id)
		smp_kick(v->sched.cpu);
}

void sched_stop(struct vcpu *v)
{
	runqueue_guard(v);
	if (v->sched.on_cpu)
		sched_request(v->sched.cpu);
}

/*
 * The domain has used up its time for this period. A vCPU that starts at this
 * moment is missed, and leaves at the end of its slice.
 */
static void park(struct domain *d, u64 now)
{
	struct vcpu *v;

	if (d->sched.parked)
		return;
	d->sched.parked = true;
	domain_for_each_vcpu(d, v)
		if (READ_ONCE(v->sched.running))
			sched_request(READ_ONCE(v->sched.cpu));
	timer_set(&d->sched.cap_timer, MAX(d->sched.period_end, now));
}

void sched_start_period(struct domain *d, u64 now)
{
	s64 quota = (s64)(d->sched.cap * (CAP_PERIOD / 100));

	ASSERT_HELD(&d->sched.lock);
	d->sched.period_end = now + CAP_PERIOD;
	/* Overuse is paid back; unused time does not carry over. */
	d->sched.budget = MIN(d->sched.budget, 0) + quota;
}

static void spend(struct domain *d, u64 used, u64 now)
{
	spin_guard_irqsave(&d->sched.lock);
	if (!d->sched.cap)
		return;
	if (now >= d->sched.period_end)
		sched_start_period(d, now);
	d->sched.budget -= (s64)used;
	if (d->sched.budget <= 0)
		park(d, now);
}

/* Let other CPUs see how far a running vCPU is. */
static void publish(struct runqueue *q, const struct vcpu *v, u64 now)
{
	WRITE_ONCE(q->charged, now);
	WRITE_ONCE(q->vtime, v->sched.vtime[v->sched.cpu]);
	WRITE_ONCE(q->weight, v->d->sched.weight);
}

void sched_charge(struct vcpu *v, u64 now)
{
	struct runqueue *q = &runqueues[v->sched.cpu];
	u64 used = now - q->charged, more = virtual(v, used);
	u32 i;

	ASSERT_HELD(&q->lock);
	for (i = 0; i < cpu_count; i++)
		v->sched.vtime[i] += more;
	sched_bound(v);
	publish(q, v, now);
	if (v->d->sched.cap)
		spend(v->d, used, now);
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
	if (!prev->sched.running)	/* it has slept */
		return lead <= 0;
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
		WRITE_ONCE(clock[cpu], at);
	if (!v->sched.running)
		v->sched.started = now;
	v->sched.running = v->sched.on_cpu = v->d->sched.has_run = true;
	v->sched.yielded = false;
	v->sched.slice_end = now + slice;
	set_runstate(v, RUNSTATE_running, now);
	if (waiting_queues || v->d->sched.cap)
		timer_set(&runqueues[cpu].slice, v->sched.slice_end);
}

/* Atomic: who queues a vCPU sees the new state, or this CPU sees the vCPU. */
static void account_idle(u32 cpu, bool was_idle, u64 now)
{
	struct runqueue *q = &runqueues[cpu];

	if (was_idle)
		q->idle_total += now - q->idle_since;
	q->idle_since = now;
	if (!q->running)
		cpus_add(&idle_cpus, cpu);
	else if (was_idle)
		cpus_remove(&idle_cpus, cpu);
}

/*
 * The vCPU stops running: it is preempted, or it waits for something. If nothing
 * else runs, it stays loaded and waits in no queue, even if another CPU has just
 * set its state and is about to wake it; or the CPU unloads it and queues it then.
 */
static void leave(struct vcpu *v, const struct vcpu *next, u32 cpu, u64 now)
{
	/* After a yield, next is not behind it; yielding earns no credit. */
	if (v->sched.yielded && next &&
	    ahead(next->sched.vtime[cpu], v->sched.vtime[cpu]) > 0)
		v->sched.vtime[cpu] = next->sched.vtime[cpu];
	v->sched.running = false;
	sched_note_wait(v, now);
	if (next && sched_runnable(v))
		runqueue_add(v);
}

static bool may_stay(const struct vcpu *prev, u32 cpu)
{
	return prev && sched_runnable(prev) &&
	       cpus_has(&prev->sched.affinity, cpu);
}

struct vcpu *sched_choose(struct vcpu *prev)
{
	u32 cpu = this_cpu()->id;
	struct runqueue *q = &runqueues[cpu];
	u64 f = spin_lock_irqsave(&q->lock), now = time_now();
	struct vcpu *next, *other = NULL;
	u32 called = atomic_xchg(&q->called, MAX_CPUS);
	bool was_idle = !q->running;

	if (prev && prev->sched.running)
		sched_charge(prev, now);
	if (runqueue_others(q)) {
		runqueue_pull(cpu, called, may_stay(prev, cpu) ? prev : NULL);
		now = time_now();
	}
	next = q->first ? runqueue_best(q, cpu) : NULL;
	if (may_stay(prev, cpu) && (!next || keeps(prev, next, cpu, now))) {
		other = next;
		next = prev;
	} else {
		if (prev)
			leave(prev, next, cpu, now);
		if (next)
			runqueue_remove(next);
	}
	if (next && !next->sched.running)
		publish(q, next, now);
	WRITE_ONCE(q->running, next);
	account_idle(cpu, was_idle, now);
	if (next)
		start(next, other, cpu, now);
	spin_unlock_irqrestore(&q->lock, f);
	if (waiting_queues)
		call_for_rest(cpu, called, !next);
	return next;
}

void sched_release(struct vcpu *v)
{
	struct spin_guard held = runqueue_lock(v);
	struct domain *d = v->d;
	bool ends = d->life.shut_down;

	if (ends)
		domain_hold(d);
	v->sched.on_cpu = false;
	if (v->sched.queued)
		sched_tickle(v);
	else if (v->sched.runstate.state == RUNSTATE_runnable)
		sched_note_wait(v, time_now());	/* if it may not run any more */
	make_ready(v);			/* it may have woken */
	spin_guard_end_irq(&held);
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
	timer_init(&runqueues[this_cpu()->id].slice, slice_over, NULL);
	cpu_add_work(CPU_WORK_RESCHED);
}

u64 sched_idle_time(u32 cpu)
{
	struct runqueue *q = &runqueues[cpu];
	u64 t;

	spin_guard_irqsave(&q->lock);
	t = q->idle_total;
	if (!q->running)
		t += time_now() - q->idle_since;
	return t;
}
