// SPDX-License-Identifier: GPL-2.0-only
/*
 * Time: the TSC, calibrated against channel 2 of the PIT together with the
 * local APIC timer. All CPUs' TSCs are taken to run alike, which virtual and
 * present machines give; no correction is made between CPUs.
 */
#include "apic.h"
#include "cpu.h"
#include "lib.h"
#include "lock.h"
#include "time.h"

#define PIT_HZ		1193182ull
#define PIT_CH2		0x42
#define PIT_MODE	0x43
#define PIT_GATE	0x61
#define CALIBRATE_TICKS	23864ull	/* 20 ms */
#define CALIBRATE_RUNS	3

struct tsc_scale tsc_scale;
u64 wallclock_base;

static u64 apic_hz;
static struct timer *queue[MAX_CPUS];
static struct timer *volatile fired[MAX_CPUS];	/* whose function runs */
static struct spinlock timer_lock = SPINLOCK(LOCK_TIMER);

static void measure(u64 *tsc, u64 *apic)
{
	u64 t0;

	outb(PIT_GATE, (u8)((inb(PIT_GATE) & ~0x02) | 0x01));
	outb(PIT_MODE, 0xb0);			/* channel 2, mode 0 */
	outb(PIT_CH2, CALIBRATE_TICKS & 0xff);
	outb(PIT_CH2, CALIBRATE_TICKS >> 8);
	apic_timer_set(0xffffffff);
	t0 = rdtsc();
	while (!(inb(PIT_GATE) & 0x20))
		;
	*tsc = rdtsc() - t0;
	*apic = 0xffffffffu - apic_timer_read();
	apic_timer_set(0);
}

/* The shortest of some runs: one that the machine interrupted is longer. */
static void calibrate(void)
{
	u64 tsc, apic, best_tsc = ~0ull, best_apic = 0;
	u32 i;

	for (i = 0; i < CALIBRATE_RUNS; i++) {
		measure(&tsc, &apic);
		if (tsc < best_tsc) {
			best_tsc = tsc;
			best_apic = apic;
		}
	}
	tsc_scale.hz = best_tsc * PIT_HZ / CALIBRATE_TICKS;
	apic_hz = best_apic * PIT_HZ / CALIBRATE_TICKS;
}

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

static u8 cmos_read(u8 reg)
{
	u8 v;

	outb(0x70, reg);
	v = inb(0x71);
	return v;
}

static u32 cmos_number(u8 reg, bool binary)
{
	u8 v = cmos_read(reg);

	return binary ? v : (u32)(v & 15) + (u32)(v >> 4) * 10;
}

static u64 days_from_date(u32 y, u32 m, u32 d)
{
	/* March-based year: the leap day comes last. */
	y -= m <= 2;
	m = (m + 9) % 12;
	return 365ull * y + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 +
	       d - 1 - 719468;
}

static u64 cmos_seconds(void)
{
	bool binary = cmos_read(0x0b) & 4;
	u32 i;

	for (i = 0; i < 100000 && (cmos_read(0x0a) & 0x80); i++)
		cpu_relax();
	return days_from_date(2000 + cmos_number(9, binary),
			      cmos_number(8, binary),
			      cmos_number(7, binary)) * 86400 +
	       cmos_number(4, binary) * 3600ull +
	       cmos_number(2, binary) * 60ull + cmos_number(0, binary);
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
	calibrate();
	set_scale(tsc_scale.hz);
	tsc_scale.base = rdtsc();
	wallclock_base = cmos_seconds();
	log_info("TSC %lu kHz, APIC timer %lu kHz", tsc_scale.hz / 1000,
		 apic_hz / 1000);
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
	struct timer *t;
	u64 f;

	f = spin_lock_irqsave(&timer_lock);
	while ((t = queue[cpu]) && t->expires <= time_now()) {
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
