// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log: one ring of the hypervisor's own text, written to the serial line
 * as it comes. A line of the hypervisor carries the prefix "(KR)"; a guest's
 * console output carries none, and goes to the serial line alone.
 */
#include "cpu.h"
#include "lock.h"
#include "log.h"
#include "serial.h"
#include "smp.h"
#include "traps.h"
#include "vga.h"

enum log_level log_threshold = LOG_INFO;

static char ring[16384];
static u64 ring_in, ring_out;		/* positions since boot */
static bool news;
static bool unlocked;			/* the machine is about to stop */
static struct spinlock log_lock = SPINLOCK(LOCK_LOG);

static void show(const char *s, size_t n)
{
	for (; n; n--, s++) {
		if (*s == '\n')
			serial_put('\r');
		serial_put(*s);
		vga_put(*s);
	}
}

void log_raw(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		ring[ring_in++ % sizeof(ring)] = s[i];
	news = true;
	show(s, n);
}

void log_write(const char *s, size_t n)
{
	u64 f = spin_lock_irqsave(&log_lock);

	show(s, n);
	spin_unlock_irqrestore(&log_lock, f);
}

u64 log_first(void)
{
	u64 oldest = ring_in > sizeof(ring) ? ring_in - sizeof(ring) : 0;

	return MAX(oldest, ring_out);
}

/* The position that a reader means by its low half. */
u64 log_position(u32 index)
{
	u64 at = (ring_in & ~0xffffffffull) | index;

	if (at > ring_in)
		at -= 1ull << 32;
	return at < log_first() || at > ring_in ? log_first() : at;
}

size_t log_read(u64 *at, char *buf, size_t n)
{
	u64 f = spin_lock_irqsave(&log_lock);
	size_t i;

	*at = MAX(*at, log_first());
	n = MIN(n, ring_in - *at);
	for (i = 0; i < n; i++)
		buf[i] = ring[(*at)++ % sizeof(ring)];
	spin_unlock_irqrestore(&log_lock, f);
	return n;
}

void log_clear(u64 upto)
{
	ring_out = upto;
}

bool log_news(void)
{
	return __atomic_exchange_n(&news, false, __ATOMIC_SEQ_CST);
}

static void emit_line(const char *fmt, va_list ap)
{
	char buf[256];
	int n = vformat(buf, sizeof(buf), fmt, ap);

	log_raw("(KR) ", 5);
	log_raw(buf, MIN((size_t)n, sizeof(buf) - 1));
	log_raw("\n", 1);
}

void log_at(enum log_level level, const char *fmt, ...)
{
	va_list ap;
	u64 f;

	if (level > log_threshold)
		return;
	va_start(ap, fmt);
	if (unlocked) {
		emit_line(fmt, ap);
	} else {
		f = spin_lock_irqsave(&log_lock);
		emit_line(fmt, ap);
		spin_unlock_irqrestore(&log_lock, f);
	}
	va_end(ap);
}

void log_unlock(void)
{
	smp_stop_others();
	unlocked = true;
	serial_poll();
}

/* Takes no lock: the machine stops here, whoever holds one. */
void panic(const char *fmt, ...)
{
	va_list ap;

	irq_disable();
	log_unlock();
	log_raw("\n(KR) PANIC\n", 12);
	va_start(ap, fmt);
	emit_line(fmt, ap);
	va_end(ap);
	log_err("on CPU%u, from:", this_cpu()->id);
	trap_backtrace();
	machine_stop();
}
