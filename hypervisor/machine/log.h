/* SPDX-License-Identifier: GPL-2.0-only */
/* The log ring, and the devices that show it. */
#ifndef KRYPTON_LOG_H
#define KRYPTON_LOG_H

#include "lib/lib.h"

/*
 * How many levels, starting at errors, are shown in full, and how many at a
 * limited rate. The options are loglvl=SHOWN[/LIMITED], and guest_loglvl= for
 * LOG_DEBUG, the level of what guests provoke. Each has a rate limit of its
 * own.
 */
struct log_levels {
	u32 shown, limited;
	u64 rate_since;
	u32 rate_lines;
};

extern struct log_levels log_own, log_guests;

/* A device that shows text; 'room' and 'poll' may be NULL. */
struct log_sink {
	void (*put)(char c);		/* never waits */
	bool (*room)(u32 n);		/* for n more characters */
	/*
	 * Work without interrupts and locks from now on, and send all that
	 * waits.
	 */
	void (*poll)(void);
};
/* During boot only. */
void log_add_sink(const struct log_sink *s);

/* Take no locks from here on: no other CPU runs. */
void log_unlock(void);
/*
 * Write a text of the hypervisor's own to the ring and to all sinks. Takes no
 * lock: only for a machine that stops.
 */
void log_raw(const char *s);
/*
 * Write n bytes of a guest's text to the sinks, not to the ring. False: a sink
 * has no room, and nothing was written. Takes the log lock.
 */
bool log_write(const char *s, size_t n);
/*
 * Copy up to n bytes of the ring from position *at on, and advance *at. Bytes
 * that the ring no longer has are skipped. Returns how many bytes were copied.
 * Takes the log lock.
 */
size_t log_read(u64 *at, char *buf, size_t n);
/*
 * The oldest position that can be read; the position whose low half is index.
 */
u64 log_first(void);
u64 log_position(u32 index);
/* Never return bytes before this position again. */
void log_clear(u64 upto);
/* Whether text was added since the last call: for VIRQ_CON_RING. */
bool log_news(void);

#endif
