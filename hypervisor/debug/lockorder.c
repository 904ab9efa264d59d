// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks of the lock order (machine/lock.h). Every CPU keeps the set of lock levels
 * that it holds. A CPU that takes a lock out of order could deadlock: it panics
 * every time, not only when another CPU holds the lock. A lock that interrupt
 * handlers take is never taken with interrupts on; one that may be held for long,
 * never with interrupts off. No CPU enters a guest with a lock held.
 */
#include "debug.h"
#include "lib/lib.h"
#include "machine/cpu.h"
#include "machine/lock.h"
#include "machine/smp.h"

const char *const lock_names[LOCK_SERIAL + 1] = {
	[0] = "interrupts off",
	[LOCK_DOMCTL] = "domctl", [LOCK_GRANTS] = "grant",
	[LOCK_MAPTRACK] = "maptrack", [LOCK_PAGES] = "page",
	[LOCK_EVENTS] = "event", [LOCK_IRQ] = "irq",
	[LOCK_PCI] = "pci", [LOCK_CMOS] = "cmos",
	[LOCK_SHUTDOWN] = "shutdown", [LOCK_SCHED] = "queue",
	[LOCK_BUDGET] = "budget", [LOCK_TIMER] = "timer", [LOCK_LIST] = "list", [LOCK_OWNED] = "owned",
	[LOCK_ALLOC] = "alloc", [LOCK_LOG] = "log", [LOCK_SERIAL] = "serial",
};

/* The lowest of them. */
static const char *last_held(u32 held)
{
	return lock_names[31 - __builtin_clz(held)];
}

void lockorder_check(const struct spinlock *l, u64 flags)
{
	u32 held = this_cpu()->locks_held;

	if (!l->level || l->level >= ARRAY_SIZE(lock_names))
		panic("BUG: a lock of no level");
	if (held >> l->level)
		panic("BUG: %s lock taken while %s lock is held",
		      lock_names[l->level], last_held(held));
	/* The boot has them off all the time, and so has what smp_slow counts. */
	if (l->level >= LOCK_EVENTS ? flags & FLAGS_IF :
	    this_cpu()->current && !smp_slow && !(flags & FLAGS_IF))
		panic("BUG: %s lock taken with interrupts %s",
		      lock_names[l->level], flags & FLAGS_IF ? "on" : "off");
}

/* Interrupts need not be off: a handler drops what it takes. */
void lockorder_take(const struct spinlock *l)
{
	u64 flags = irq_save();

	irq_restore(flags);
	lockorder_check(l, flags);
	this_cpu()->locks_held |= 1u << l->level;
}

void lockorder_drop(const struct spinlock *l)
{
	this_cpu()->locks_held &= ~(1u << l->level);
}

/*
 * Approximate, since a lock does not record its holder: somebody holds this
 * lock, and this CPU holds one of its level.
 */
void lockorder_check_held(const struct spinlock *l)
{
	if (!(this_cpu()->locks_held >> l->level & 1) || l->next == l->owner)
		panic("BUG: the %s lock is not held", lock_names[l->level]);
}

void lockorder_check_none(void)
{
	if (this_cpu()->locks_held)
		panic("BUG: %s lock held on the way to a guest",
		      last_held(this_cpu()->locks_held));
}
