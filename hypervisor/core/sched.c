// SPDX-License-Identifier: GPL-2.0-only
/*
 * The scheduler: every vCPU belongs to one CPU; each CPU has a queue served
 * in turn with a 10 ms slice. A vCPU that wakes up runs before one that used
 * its slice. An idle CPU halts; nothing but its own timers wakes it.
 *
 * Switching happens only in guest_exit(), where the guest's registers lie in
 * the CPU's block and nothing of the hypervisor is on the stack.
 */
#include <xen/sched.h>
#include "context.h"
#include "domain.h"
#include "errno.h"
#include "evtchn.h"
#include "guest.h"
#include "guest_trap.h"
#include "lib.h"
#include "sched.h"
#include "smp.h"

#define SLICE	(10 * NS_PER_MS)

static struct vcpu *queue_head[MAX_CPUS], *queue_tail[MAX_CPUS];
static struct timer slice_timer[MAX_CPUS];
static struct spinlock sched_lock = SPINLOCK(LOCK_SCHED);

static bool runnable(const struct vcpu *v)
{
	return v->state == VCPU_UP && !v->d->crashed && !v->d->shut_down;
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

static void enqueue(struct vcpu *v, bool first)
{
	if (v->queued)
		return;
	v->queued = true;
	v->run_next = first ? queue_head[v->cpu] : NULL;
	if (!queue_head[v->cpu]) {
		queue_head[v->cpu] = queue_tail[v->cpu] = v;
	} else if (first) {
		queue_head[v->cpu] = v;
	} else {
		queue_tail[v->cpu]->run_next = v;
		queue_tail[v->cpu] = v;
	}
}

static struct vcpu *dequeue(u32 cpu)
{
	struct vcpu *v = queue_head[cpu];

	if (v) {
		queue_head[cpu] = v->run_next;
		v->queued = false;
	}
	return v;
}

static void request(u32 cpu)
{
	struct cpu *c = &cpu_blocks[cpu]->cpu;

	__atomic_fetch_or(&c->work, CPU_WORK_RESCHED, __ATOMIC_SEQ_CST);
	if (c != this_cpu())
		smp_kick(cpu);
}

static void wake_locked(struct vcpu *v)
{
	__atomic_fetch_and(&v->state, ~(u32)(VCPU_BLOCKED | VCPU_POLLING),
			   __ATOMIC_SEQ_CST);
	if (!runnable(v) || v->running || v->queued)
		return;
	set_runstate(v, RUNSTATE_runnable);
	enqueue(v, true);
	request(v->cpu);
}

void sched_wake(struct vcpu *v)
{
	u64 f = spin_lock_irqsave(&sched_lock);

	wake_locked(v);
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
	request(v->cpu);
}

bool sched_preempt_needed(void)
{
	return this_cpu()->work;
}

/* Next to run on this CPU, which may be the one that runs; NULL: nothing. */
static struct vcpu *choose(struct vcpu *prev)
{
	u64 f = spin_lock_irqsave(&sched_lock), now = time_now();
	u32 cpu = this_cpu()->id;
	struct vcpu *next = prev;

	if (!prev || !runnable(prev) ||
	    (queue_head[cpu] && now >= prev->slice_end)) {
		if (prev) {
			prev->running = false;
			set_runstate(prev, runnable(prev) ? RUNSTATE_runnable :
				     prev->state & VCPU_UP ? RUNSTATE_blocked :
				     RUNSTATE_offline);
			if (runnable(prev))
				enqueue(prev, false);
		}
		do
			next = dequeue(cpu);
		while (next && !runnable(next));
	}
	if (next && !next->running) {
		next->running = true;
		next->slice_end = now + SLICE;
		set_runstate(next, RUNSTATE_running);
	}
	if (next && queue_head[cpu])
		timer_set(&slice_timer[cpu], next->slice_end);
	spin_unlock_irqrestore(&sched_lock, f);
	return next;
}

static void idle(void)
{
	__asm__ volatile("sti; hlt; cli" ::: "memory");
}

static void schedule(void)
{
	struct cpu *c = this_cpu();
	struct vcpu *prev = c->current, *next;

	c->work = 0;
	next = choose(prev);
	if (next == prev && next)
		return;
	if (prev)
		context_save(prev);
	while (!next) {
		if (!c->work)
			idle();
		c->work = 0;
		next = choose(NULL);
	}
	context_load(next);
}

void guest_exit(struct regs *r)
{
	struct cpu *c = this_cpu();

	while (c->work || !c->current || !runnable(c->current)) {
		schedule();
		if (vcpu_events_deliverable(c->current))
			break;
	}
	if (vcpu_events_deliverable(c->current)) {
		guest_deliver_event(c->current, r);
		/* A stack that cannot be written has crashed the domain. */
		while (!runnable(c->current))
			schedule();
	}
}

static void slice_over(void *data)
{
	(void)data;
	this_cpu()->work |= CPU_WORK_RESCHED;
}

void sched_start(void)
{
	timer_init(&slice_timer[this_cpu()->id], slice_over, NULL);
	this_cpu()->work = CPU_WORK_RESCHED;
	enter_guest_first();
}

static long do_block(struct vcpu *v)
{
	vcpu_set_upcall_mask(v, false);
	__atomic_fetch_or(&v->state, VCPU_BLOCKED, __ATOMIC_SEQ_CST);
	if (vcpu_event_pending(v))
		__atomic_fetch_and(&v->state, ~(u32)VCPU_BLOCKED,
				   __ATOMIC_SEQ_CST);
	else
		sched_stop(v);
	return 0;
}

static long do_poll(struct vcpu *v, u64 arg)
{
	struct abi_poll p;
	u32 i, port = 0;
	bool ready = false;

	if (v->d->abi->get_poll(gva(arg), &p))
		return -EFAULT;
	if (p.nr_ports > 128)
		return -EINVAL;
	for (i = 0; i < p.nr_ports; i++) {
		if (guest_read(&port, gva_index(p.ports, i, 4), 4))
			return -EFAULT;
		if (port >= v->d->abi->max_ports)
			return -EINVAL;
	}
	v->poll_port = p.nr_ports == 1 ? port : 0;
	__atomic_fetch_or(&v->state, VCPU_BLOCKED | VCPU_POLLING,
			  __ATOMIC_SEQ_CST);
	ready = vcpu_events_deliverable(v);
	for (i = 0; i < p.nr_ports && !ready; i++) {
		guest_read(&port, gva_index(p.ports, i, 4), 4);
		ready = evtchn_pending(v, port);
	}
	if (ready) {
		__atomic_fetch_and(&v->state,
				   ~(u32)(VCPU_BLOCKED | VCPU_POLLING),
				   __ATOMIC_SEQ_CST);
		return 0;
	}
	if (p.timeout)
		timer_set(&v->poll, p.timeout);
	sched_stop(v);
	return 0;
}

long sched_op(u32 cmd, u64 arg)
{
	struct vcpu *v = current_vcpu();
	struct sched_shutdown sd;

	switch (cmd) {
	case SCHEDOP_yield:
		v->slice_end = 0;
		sched_stop(v);
		return 0;
	case SCHEDOP_block:
		return do_block(v);
	case SCHEDOP_poll:
		return do_poll(v, arg);
	case SCHEDOP_shutdown:
		if (guest_read(&sd, gva(arg), sizeof(sd)))
			return -EFAULT;
		domain_shutdown(v->d, sd.reason);
		return 0;
	default:
		return -ENOSYS;
	}
}
