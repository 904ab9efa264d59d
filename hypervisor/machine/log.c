// SPDX-License-Identifier: GPL-2.0-only
/*
 * The log: a ring of the hypervisor's own text, which all sinks also show as it
 * is written. The hypervisor's lines have the prefix "(KR)". A guest's console
 * output has none, and only the sinks get it.
 *
 * Messages that a guest can provoke at any rate have the level LOG_DEBUG, with
 * thresholds and a rate limit of its own: a guest must neither fill the log nor
 * occupy its lock. The number of all other messages that a domain can cause is
 * bounded.
 */
#include "machine/cpu.h"
#include "machine/lock.h"
#include "machine/log.h"
#include "machine/time.h"

#define MAX_SINKS	2
#define LINE_SIZE	262
#define RATE_PERIOD	(5 * NS_PER_SEC)
#define RATE_LINES	10

struct log_levels log_own = {
	.shown = LOG_INFO + 1, .limited = LOG_INFO + 1
};
struct log_levels log_guests = { .limited = LOG_WARN + 1 };

static const struct log_sink *sink[MAX_SINKS];
static u32 sinks;
static u32 lost;			/* lines that no sink has shown */
static char ring[16384];
static u64 ring_in, ring_out;		/* in bytes since boot */
static bool news;
static bool unlocked;			/* the machine is stopping */
static struct spinlock log_lock = SPINLOCK(LOCK_LOG);

void log_add_sink(const struct log_sink *s)
{
	BUG_ON(sinks == MAX_SINKS);
	sink[sinks++] = s;
}

static void show(const char *s, size_t n)
{
	u32 i;

	for (; n; n--, s++)
		for (i = 0; i < sinks; i++)
			sink[i]->put(*s);
}

static bool has_room(u32 n)
{
	u32 i;

	for (i = 0; i < sinks; i++)
		if (sink[i]->room && !sink[i]->room(n))
			return false;
	return true;
}

static void keep(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		ring[ring_in++ % sizeof(ring)] = s[i];
	/* Atomic, because log_news() clears it without the lock. */
	if (!atomic_xchg(&news, true))
		cpu_add_work(CPU_WORK_HOUSEKEEPING);
}

void log_raw(const char *s)
{
	keep(s, strlen(s));
	show(s, strlen(s));
}

bool log_write(const char *s, size_t n)
{
	spin_guard_irqsave(&log_lock);
	if (!has_room(2 * (u32)n))
		return false;
	show(s, n);
	return true;
}

u64 log_first(void)
{
	u64 oldest = ring_in > sizeof(ring) ? ring_in - sizeof(ring) : 0;

	return MAX(oldest, ring_out);
}

/* The position in the ring that has this low half. */
u64 log_position(u32 index)
{
	u64 at = (ring_in & ~0xffffffffull) | index;

	if (at > ring_in)
		at -= 1ull << 32;
	return at < log_first() || at > ring_in ? log_first() : at;
}

size_t log_read(u64 *at, char *buf, size_t n)
{
	size_t i;

	spin_guard_irqsave(&log_lock);
	*at = MAX(*at, log_first());
	n = MIN(n, ring_in - *at);
	for (i = 0; i < n; i++)
		buf[i] = ring[(*at)++ % sizeof(ring)];
	return n;
}

void log_clear(u64 upto)
{
	ring_out = upto;
}

bool log_news(void)
{
	return news && atomic_xchg(&news, false);
}

/* If a sink has no room, the line goes to the ring alone. */
static void emit_line(const char *fmt, va_list ap)
{
	char line[LINE_SIZE] = "(KR) ", note[64];
	size_t n = (size_t)vformat(line + 5, sizeof(line) - 6, fmt, ap) + 5;

	n = MIN(n, sizeof(line) - 2);
	line[n++] = '\n';
	keep(line, n);
	if (!has_room(2 * LINE_SIZE)) {
		lost++;
		return;
	}
	if (lost)
		show(note, (size_t)format(note, sizeof(note),
			"(KR) %u lines are not shown\n", lost));
	lost = 0;
	show(line, n);
}

/* At most RATE_LINES in each period, for each kind of messages. */
static bool within_rate(struct log_levels *l)
{
	u64 now = time_now();

	if (now - l->rate_since >= RATE_PERIOD) {
		l->rate_since = now;
		l->rate_lines = 0;
	}
	if (l->rate_lines < RATE_LINES) {
		l->rate_lines++;
		return true;
	}
	lost++;
	return false;
}

void log_at(enum log_level level, const char *fmt, ...)
{
	struct log_levels *l = level == LOG_DEBUG ? &log_guests : &log_own;
	va_list ap;

	if (!unlocked && level >= l->limited && level >= l->shown)
		return;
	va_start(ap, fmt);
	if (unlocked) {
		emit_line(fmt, ap);
	} else {
		spin_guard_irqsave(&log_lock);
		if (level < l->shown || within_rate(l))
			emit_line(fmt, ap);
	}
	va_end(ap);
}

void log_unlock(void)
{
	u32 i;

	unlocked = true;
	for (i = 0; i < sinks; i++)
		if (sink[i]->poll)
			sink[i]->poll();
}
