// SPDX-License-Identifier: GPL-2.0-only
/*
 * Timers on system time, driven by the local APIC of the CPU that sets them.
 * Each CPU has a queue with a lock of its own. The lock of the queue that
 * t->cpu names guards a timer, whether it is active or not. A CPU that sets a
 * timer which was last set on another CPU holds the locks of both queues.
 */
#include "machine/apic.h"
#include "machine/cpu.h"
#include "machine/lock.h"
#include "machine/time.h"

#define AT_ONCE	8u	/* timers that one interrupt serves */

static struct queue {
	struct spinlock lock;
	struct timer *first;
	struct timer *volatile fired;	/* its function runs now */
} queues[MAX_CPUS];

void timer_init_queues(void)
{
	u32 i;

	for (i = 0; i < MAX_CPUS; i++)
		queues[i].lock = (struct spinlock)SPINLOCK(LOCK_TIMER);
}

/*
 * Take the lock that guards the timer, and with it that of another queue, or
 * the same one. Returns the flags; t->cpu says which queue guards it.
 */
static u64 lock_timer(const struct timer *t, struct queue *other)
{
	struct queue *q, *second;
	u64 f;

	for (;;) {
		q = &queues[READ_ONCE(t->cpu)];
		second = other ? other : q;
		f = spin_lock_pair_irqsave(&q->lock, &second->lock);
		if (q == &queues[t->cpu])
			return f;
		spin_unlock_pair_irqrestore(&q->lock, &second->lock, f);
	}
}

/* Request an interrupt at this CPU's first expiry. */
static void program(const struct queue *q)
{
	u64 now = time_now(), delta, ticks;

	ASSERT_HELD(&q->lock);
	if (!q->first) {
		apic_timer_set(0);
		return;
	}
	delta = q->first->expires > now ? q->first->expires - now : 0;
	delta = MIN(delta, NS_PER_SEC);
	ticks = delta * time_apic_hz / NS_PER_SEC + 1;
	apic_timer_set((u32)MIN(ticks, 0xffffffffull));
}

static void unlink_timer(struct timer *t)
{
	struct timer **p = &queues[t->cpu].first;

	while (*p != t)
		p = &(*p)->next;
	*p = t->next;
	t->active = false;
}

void timer_init(struct timer *t, void (*fn)(void *data), void *data)
{
	*t = (struct timer){ .fn = fn, .data = data };
}

/*
 * A CPU that runs its function has noted this under the lock that guarded the
 * timer then, so the holder of the present lock sees the note.
 */
static bool is_running(const struct timer *t)
{
	u32 i;

	for (i = 0; i < cpu_count; i++)
		if (queues[i].fired == t)
			return true;
	return false;
}

/* True if its function runs now; the function may set it again. */
static bool stop(struct timer *t)
{
	u64 f = lock_timer(t, NULL);
	bool running;

	if (t->active)
		unlink_timer(t);
	running = is_running(t);
	spin_unlock_irqrestore(&queues[t->cpu].lock, f);
	return running;
}

/* Most are stopped already. If another CPU sets it now, it does so afterwards. */
void timer_stop(struct timer *t)
{
	if (READ_ONCE(t->active))
		stop(t);
}

/*
 * Both must be true in one hold of the lock: if its own function has set the
 * timer again, the timer may expire as soon as the lock is free.
 */
void timer_kill(struct timer *t)
{
	while (stop(t))
		cpu_relax();
}

void timer_set(struct timer *t, u64 expires)
{
	struct queue *q = &queues[this_cpu()->id], *old;
	u64 f = lock_timer(t, q);
	struct timer **p;

	old = &queues[t->cpu];
	if (t->active)
		unlink_timer(t);
	t->cpu = this_cpu()->id;
	t->expires = expires;
	t->active = true;
	for (p = &q->first; *p && (*p)->expires <= expires; p = &(*p)->next)
		;
	t->next = *p;
	*p = t;
	if (q->first == t)
		program(q);
	spin_unlock_pair_irqrestore(&old->lock, &q->lock, f);
}

void timer_interrupt(void)
{
	struct queue *q = &queues[this_cpu()->id];
	u64 f = spin_lock_irqsave(&q->lock), now = time_now();
	u32 left = AT_ONCE;
	struct timer *t;

	/*
	 * Timers that become due meanwhile wait; otherwise guests might never
	 * run again. If more are due, another interrupt comes right away, after
	 * the flushes for which other CPUs wait.
	 */
	while (left-- && (t = q->first) && t->expires <= now) {
		unlink_timer(t);
		q->fired = t;
		spin_unlock_irqrestore(&q->lock, f);
		t->fn(t->data);
		q->fired = NULL;
		f = spin_lock_irqsave(&q->lock);
	}
	program(q);
	spin_unlock_irqrestore(&q->lock, f);
}
