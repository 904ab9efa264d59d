// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long locks are held and interrupts are off, at most: key 'l' shows it.
 * The option hold_limit=A,B (microseconds; A for the page lock and those above
 * it, which are held with interrupts on, B for all others and for interrupts)
 * stops the machine where a hold that is longer ends, with a back trace. It is
 * for tests under emulated time (tests/guest/run -i): a virtual machine's
 * processor may stand still at any time.
 *
 * Of the time with interrupts off these are measured: from irq_save() to
 * irq_restore(), and interrupt handlers; not the steps between a guest and the
 * first or last C function, which have no loops.
 */
#include "boot.h"
#include "cpu.h"
#include "debug.h"
#include "lib.h"
#include "lock.h"
#include "time.h"

#define LEVELS	(LOCK_SERIAL + 1)

static u64 since[MAX_CPUS][LEVELS];	/* 0: not held; level 0: interrupts */
static u64 longest[LEVELS];		/* ns */
static u64 hold_limit, irqs_off_limit;	/* ns; 0: none */

void hold_init(void)
{
	const char *s = boot_option("hold_limit");

	memset(longest, 0, sizeof(longest));	/* of booting */
	if (!s)
		return;
	hold_limit = str_to_u64(s, &s) * 1000;
	if (*s == ',')
		irqs_off_limit = str_to_u64(s + 1, NULL) * 1000;
}

void hold_begin(u32 level)
{
	since[this_cpu()->id][level] = time_now();
}

void hold_end(u32 level)
{
	u64 *start = &since[this_cpu()->id][level], ns;
	u64 limit = level && level <= LOCK_PAGES ? hold_limit : irqs_off_limit;

	if (!*start)
		return;
	ns = time_now() - *start;
	*start = 0;
	longest[level] = MAX(longest[level], ns);
	if (limit && ns > limit && level < LOCK_LOG)
		panic("BUG: %s for %lu us, at most %lu", lock_name(level),
		      ns / 1000, limit / 1000);
}

void hold_report(void)
{
	u32 i;

	for (i = 0; i < LEVELS; i++)
		log_info("longest hold: %s %lu us", lock_name(i),
			 longest[i] / 1000);
}
