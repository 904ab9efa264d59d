// SPDX-License-Identifier: GPL-2.0-only
/*
 * The longest time that each lock was held, and that interrupts were off; key
 * 'l' prints them. The option hold_limit=A,B (microseconds) panics at the end
 * of a longer hold, with a back trace: A is for the page lock and those above
 * it, which are held with interrupts on, B for all others and for interrupts.
 * The option is for tests under emulated time (tests/guest/run -i), as
 * otherwise a virtual machine's processor may stop at any time. The domctl lock
 * has no limit, since only the privileged domain waits for it; neither has the
 * log, which panics write to.
 *
 * Interrupts off means: from irq_save() to irq_restore(), and in interrupt
 * handlers. The steps between a guest and the first or last C function are not
 * measured; they have no loops.
 */
#include "cpu.h"
#include "debug.h"
#include "lib.h"
#include "lock.h"
#include "time.h"

#define LEVELS	(LOCK_SERIAL + 1)

/* In ticks of the TSC; 0: not held, no limit. Level 0 is for interrupts. */
static u64 since[MAX_CPUS][LEVELS], longest[LEVELS];
static u64 hold_limit, irqs_off_limit;
static bool armed;			/* no limit holds while booting */

static u64 from_us(u64 us)
{
	return us * tsc_scale.hz / 1000000;
}

static u64 to_us(u64 ticks)
{
	return ticks * 1000 / (tsc_scale.hz / 1000);
}

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
	/* Options were read before the TSC's speed was known. */
	hold_limit = from_us(hold_limit);
	irqs_off_limit = from_us(irqs_off_limit);
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
	if (armed && limit && ticks > limit && level != LOCK_DOMCTL &&
	    level < LOCK_LOG)
		panic("BUG: %s for %lu us, at most %lu", lock_names[level],
		      to_us(ticks), to_us(limit));
}

void hold_report(void)
{
	u32 i;

	for (i = 0; i < LEVELS; i++)
		log_info("longest hold: %s %lu us", lock_names[i],
			 to_us(longest[i]));
}
