// SPDX-License-Identifier: GPL-2.0-only
/*
 * How long locks are held and interrupts are off, at most: key 'l' shows it.
 * The option hold_limit=A,B (microseconds; A for the page lock and those above
 * it, which are held with interrupts on, B for all others and for interrupts)
 * stops the machine where a hold that is longer ends, with a back trace. It is
 * for tests under emulated time (tests/guest/run -i): a virtual machine's
 * processor may stand still at any time. The domctl lock has no limit, as only
 * the privileged domain waits for it, nor has the log, which panics write to.
 *
 * Of the time with interrupts off these are measured: from irq_save() to
 * irq_restore(), and interrupt handlers. Not measured are the steps between a
 * guest and the first or last C function, and the three loads of walk_allows().
 */
#include "debug.h"
#include "lib/lib.h"
#include "machine/cpu.h"
#include "machine/lock.h"
#include "machine/time.h"

#define LEVELS	(LOCK_SERIAL + 1)

/* In ticks of the TSC; 0: not held. Level 0 stands for interrupts. */
static u64 since[MAX_CPUS][LEVELS], longest[LEVELS];
static u64 hold_limit, irqs_off_limit;	/* microseconds; 0: none */
static bool armed;			/* no limit holds while booting */

static u64 to_us(u64 ticks)
{
	return ticks * 1000 / (tsc_scale.hz / 1000);
}

/* In microseconds: options are read before the TSC's speed is measured. */
bool hold_set_limits(const char *s)
{
	hold_limit = str_to_u64(s, &s);
	if (*s == ',')
		irqs_off_limit = str_to_u64(s + 1, &s);
	return !*s;
}

void hold_init(void)
{
	memset(longest, 0, sizeof(longest));	/* of booting */
	armed = true;
}

void hold_begin(u32 level)
{
	since[this_cpu()->id][level] = rdtsc();
}

void hold_end(u32 level)
{
	u64 *start = &since[this_cpu()->id][level], limit, ticks;

	ticks = *start ? rdtsc() - *start : 0;
	*start = 0;
	if (ticks <= longest[level])
		return;
	longest[level] = ticks;
	limit = level && level <= LOCK_PAGES ? hold_limit : irqs_off_limit;
	if (armed && limit && to_us(ticks) > limit && level != LOCK_DOMCTL &&
	    level < LOCK_LOG)
		panic("BUG: %s for %lu us, at most %lu", lock_names[level],
		      to_us(ticks), limit);
}

void hold_report(void)
{
	u32 i;

	for (i = 0; i < LEVELS; i++)
		log_info("longest hold: %s %lu us", lock_names[i],
			 to_us(longest[i]));
}
