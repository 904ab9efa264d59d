// SPDX-License-Identifier: GPL-2.0-only
/*
 * System time, which is the boot processor's TSC in nanoseconds, and timers on
 * it by the local APIC. All CPUs' TSCs are taken to run alike, which virtual
 * and present machines give; no correction is made between CPUs.
 */
#include "lib/lib.h"
#include "machine/apic.h"
#include "machine/calibrate.h"
#include "machine/cpu.h"
#include "machine/lock.h"
#include "machine/rtc.h"
#include "machine/time.h"

struct tsc_scale tsc_scale;
u64 wallclock_base;

static u64 apic_hz;
static struct timer *queue[MAX_CPUS];
static struct timer *volatile fired[MAX_CPUS];	/* whose function runs */
static struct spinlock timer_lock = SPINLOCK(LOCK_TIMER);

static void set_scale(u64 hz)
{
	s8 shift = 0;

	for (; hz > 2 * NS_PER_SEC; hz >>= 1)
		shift--;
	for (; hz <= NS_PER_SEC; hz <<= 1)
		shift++;
	tsc_scale.shift = shift;
	tsc_scale.mul = (u32)((NS_PER_SEC << 32) / hz);
}

u64 time_from_tsc(u64 tsc)
{
	u64 delta = tsc - tsc_scale.base;

	if (tsc_scale.shift < 0)
		delta >>= -tsc_scale.shift;
	else
		delta <<= tsc_scale.shift;
	return (u64)((unsigned __int128)delta * tsc_scale.mul >> 32);
}

u64 time_now(void)
{
	return time_from_tsc(rdtsc());
}

void time_wait(u64 ns)
{
	u64 end = time_now() + ns;

	while (time_now() < end)
		cpu_relax();
}

void time_init(void)
{
	struct clock_rates rates = calibrate();

	apic_hz = rates.apic_hz;
	tsc_scale.hz = rates.tsc_hz;
	set_scale(tsc_scale.hz);
	tsc_scale.base = rdtsc();
	wallclock_base = rtc_seconds() * NS_PER_SEC;
	log_info("TSC %lu kHz, APIC timer %lu kHz, by the %s",
		 tsc_scale.hz / 1000, apic_hz / 1000, rates.against);
}

/* Interrupt at the first expiry of this CPU; the lock is held. */
static void program(u32 cpu)
{
	u64 now = time_now(), delta, ticks;

	if (!queue[cpu]) {
		apic_timer_set(0);
		return;
	}
	delta = queue[cpu]->expires > now ? queue[cpu]->expires - now : 0;
	delta = MIN(delta, NS_PER_SEC);
	ticks = delta * apic_hz / NS_PER_SEC + 1;
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

/* True if its function runs now, which may set it again. */
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
 * Both must hold under the lock at once: one that its own function has set
 * again may start as soon as nobody holds it.
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

	/* What gets due meanwhile waits, or guests might never run again. */
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
