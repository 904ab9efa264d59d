// SPDX-License-Identifier: GPL-2.0-only
/*
 * The longest time that each lock was held and that interrupts were off, how
 * often it was taken and how often a CPU that waited for it looked at it: key 'l'
 * shows them. The option hold_limit=A,B (microseconds; A for the page lock
 * and those above it, which are held with interrupts on, B for all others and
 * for interrupts) stops the machine at the end of a longer hold, with a back
 * trace. It is for tests under emulated time (tests/guest/run -i), because the
 * processor of a virtual machine may pause at any moment. The domctl lock has
 * no limit, since only the privileged domain waits for it, nor has the log's,
 * to which panics write.
 *
 * Interrupts off are measured from irq_save() to irq_restore(), and in
 * interrupt handlers. The steps between a guest and the first or last C
 * function are not measured.
 */
#include "debug.h"
#include "lib/lib.h"
#include "machine/cpu.h"
#include "machine/lock.h"
#include "machine/time.h"

#define LEVELS	(LOCK_SERIAL + 1)

/* In TSC ticks; 0: not held. Level 0 stands for interrupts off. */
static u64 since[MAX_CPUS][LEVELS], longest[LEVELS];
static u64 taken[LEVELS], spins[LEVELS];	/* how often */
static u64 hold_limit, irqs_off_limit;	/* microseconds; 0: none */
static bool armed;			/* limits do not apply during boot */

static u64 to_us(u64 ticks)
{
	return ticks * 1000 / (tsc_scale.hz / 1000);
}

/* In microseconds: options are parsed before the TSC's rate is measured. */
bool hold_set_limits(const char *s)
{
	hold_limit = str_to_u64(s, &s);
	if (*s == ',')
		irqs_off_limit = str_to_u64(s + 1, &s);
	return !*s;
}

void hold_init(void)
{
	memset(longest, 0, sizeof(longest));	/* forget the boot */
	memset(taken, 0, sizeof(taken));
	memset(spins, 0, sizeof(spins));
	armed = true;
}

void hold_begin(u32 level)
{
	since[this_cpu()->id][level] = rdtsc();
	atomic_inc(&taken[level]);
}

void hold_spin(u32 level)
{
	atomic_inc(&spins[level]);
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
		log_info("longest hold: %s %lu us, of %lu holds, after %lu spins",
			 lock_names[i], to_us(longest[i]), taken[i], spins[i]);
}
