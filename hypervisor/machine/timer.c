// SPDX-License-Identifier: GPL-2.0-only
/* Timers on system time, driven by the local APIC of the CPU that sets them. */
#include "debug.h"
#include "machine/apic.h"
#include "machine/cpu.h"
#include "machine/lock.h"
#include "machine/time.h"

static struct timer *queue[MAX_CPUS];
static struct timer *volatile fired[MAX_CPUS];	/* its function runs now */
static struct spinlock timer_lock = SPINLOCK(LOCK_TIMER);

/* Request an interrupt at this CPU's first expiry. */
static void program(u32 cpu)
{
	u64 now = time_now(), delta, ticks;

	ASSERT_HELD(&timer_lock);
	if (!queue[cpu]) {
		apic_timer_set(0);
		return;
	}
	delta = queue[cpu]->expires > now ? queue[cpu]->expires - now : 0;
	delta = MIN(delta, NS_PER_SEC);
	ticks = delta * time_apic_hz / NS_PER_SEC + 1;
	apic_timer_set((u32)MIN(ticks, 0xffffffffull));
}

static void unlink_timer(struct timer *t)
{
	struct timer **p = &queue[t->cpu];

	while (*p && *p != t)
		p = &(*p)->next;
	if (*p)
		*p = t->next;
	t->active = false;
}

void timer_init(struct timer *t, void (*fn)(void *data), void *data)
{
	*t = (struct timer){ .fn = fn, .data = data };
}

static bool is_running(const struct timer *t)
{
	u32 i;

	for (i = 0; i < cpu_count; i++)
		if (fired[i] == t)
			return true;
	return false;
}

/* True if its function runs now; the function may set it again. */
static bool stop(struct timer *t)
{
	u64 f = spin_lock_irqsave(&timer_lock);
	bool running;

	if (t->active)
		unlink_timer(t);
	running = is_running(t);
	spin_unlock_irqrestore(&timer_lock, f);
	return running;
}

void timer_stop(struct timer *t)
{
	stop(t);
}

/*
 * Both must be true in one hold of the lock: a timer that its own function has
 * set again may start as soon as the lock is free.
 */
void timer_kill(struct timer *t)
{
	while (stop(t))
		cpu_relax();
}

void timer_set(struct timer *t, u64 expires)
{
	u32 cpu = this_cpu()->id;
	struct timer **p;
	u64 f = spin_lock_irqsave(&timer_lock);

	if (t->active)
		unlink_timer(t);
	t->cpu = cpu;
	t->expires = expires;
	t->active = true;
	for (p = &queue[cpu]; *p && (*p)->expires <= expires; p = &(*p)->next)
		;
	t->next = *p;
	*p = t;
	if (queue[cpu] == t)
		program(cpu);
	spin_unlock_irqrestore(&timer_lock, f);
}

void timer_interrupt(void)
{
	u32 cpu = this_cpu()->id;
	u64 f = spin_lock_irqsave(&timer_lock), now = time_now();
	struct timer *t;

	/*
	 * Timers that become due meanwhile wait; otherwise guests might never
	 * run again.
	 */
	while ((t = queue[cpu]) && t->expires <= now) {
		unlink_timer(t);
		fired[cpu] = t;
		spin_unlock_irqrestore(&timer_lock, f);
		t->fn(t->data);
		fired[cpu] = NULL;
		f = spin_lock_irqsave(&timer_lock);
	}
	program(cpu);
	spin_unlock_irqrestore(&timer_lock, f);
}
