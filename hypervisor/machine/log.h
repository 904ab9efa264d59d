/* SPDX-License-Identifier: GPL-2.0-only */
/* The log ring and where it is shown. */
#ifndef KRYPTON_LOG_H
#define KRYPTON_LOG_H

#include "lib/lib.h"

/*
 * How many levels, from errors on, are shown all, and how many at a limited
 * rate: loglvl=SHOWN[/LIMITED], and guest_loglvl= for LOG_DEBUG, the level of
 * what guests provoke. Each of both has a rate of its own.
 */
struct log_levels {
	u32 shown, limited;
	u64 rate_since;
	u32 rate_lines;
};

extern struct log_levels log_own, log_guests;

/* What shows text; 'room' and 'poll' may be NULL. */
struct log_sink {
	void (*put)(char c);		/* never waits */
	bool (*room)(u32 n);		/* for so many characters more */
	/* Without interrupts and locks from now on; all out that waits. */
	void (*poll)(void);
};
/* While booting. */
void log_add_sink(const struct log_sink *s);

/* Without locks from here on: no other CPU runs. */
void log_unlock(void);
/* Text of ours to ring and sinks. No lock: the machine is to stop. */
void log_raw(const char *s, size_t n);
/* A guest's text, to the sinks alone; false: no room now, try again. */
bool log_write(const char *s, size_t n);
/*
 * Copy up to n bytes of the ring from a position on, which moves; what the
 * ring has lost is skipped. Returns how many.
 */
size_t log_read(u64 *at, char *buf, size_t n);
/* The oldest position that can be read; the one whose low half is index. */
u64 log_first(void);
u64 log_position(u32 index);
/* What is older is not shown again. */
void log_clear(u64 upto);
/* Whether there was text since the last call: for VIRQ_CON_RING. */
bool log_news(void);

#endif
