// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log: one ring of text, written to the serial line as it comes.
 * A line of the hypervisor carries the prefix "(KR)"; a guest's console
 * output carries none.
 */
#include "cpu.h"
#include "lock.h"
#include "log.h"
#include "serial.h"
#include "traps.h"

enum log_level log_threshold = LOG_INFO;

static char ring[16384];
static u64 ring_in;
static struct spinlock log_lock = SPINLOCK(LOCK_LOG);

static void emit(const char *s, size_t n)
{
	for (; n; n--, s++) {
		ring[ring_in++ % sizeof(ring)] = *s;
		if (*s == '\n')
			serial_put('\r');
		serial_put(*s);
	}
}

void log_raw(const char *s, size_t n)
{
	emit(s, n);
}

void log_write(const char *s, size_t n)
{
	u64 f = spin_lock_irqsave(&log_lock);

	emit(s, n);
	spin_unlock_irqrestore(&log_lock, f);
}

size_t log_read(char *buf, size_t n)
{
	u64 f = spin_lock_irqsave(&log_lock);
	u64 have = MIN(ring_in, sizeof(ring));
	u64 from = ring_in - have;
	size_t i;

	n = MIN(n, have);
	for (i = 0; i < n; i++)
		buf[i] = ring[(from + i) % sizeof(ring)];
	spin_unlock_irqrestore(&log_lock, f);
	return n;
}

static void emit_line(const char *fmt, va_list ap)
{
	char buf[256];
	int n = vformat(buf, sizeof(buf), fmt, ap);

	emit("(KR) ", 5);
	emit(buf, MIN((size_t)n, sizeof(buf) - 1));
	emit("\n", 1);
}

void log_at(enum log_level level, const char *fmt, ...)
{
	va_list ap;
	u64 f;

	if (level > log_threshold)
		return;
	va_start(ap, fmt);
	f = spin_lock_irqsave(&log_lock);
	emit_line(fmt, ap);
	spin_unlock_irqrestore(&log_lock, f);
	va_end(ap);
}

/* Takes no lock: the machine stops here, whoever holds one. */
void panic(const char *fmt, ...)
{
	va_list ap;

	irq_disable();
	emit("\n(KR) PANIC\n", 12);
	va_start(ap, fmt);
	emit_line(fmt, ap);
	va_end(ap);
	trap_backtrace();
	machine_stop();
}
