/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spin locks. Their order is:
 *
 *   domctl lock                   one management call at a time
 *     grant lock                  one domain's grant table
 *       maptrack lock             one domain's handles of others' grants
 *         domain page lock        page types and tables of one domain
 *           domain event lock     ports, pirq bindings of one domain
 *             irq lock            vectors, IO-APIC entries
 *             pci lock            configuration cycles; MSI-X entries
 *               cmos lock         index and data of CMOS
 *                 shutdown lock   whether one domain goes on
 *                   queue lock    one CPU's run queue and its vCPUs
 *                     budget lock   one domain's time, if it has a cap
 *                       timer lock    the timers of one CPU
 *                         list lock     the list of domains; descriptor areas
 *                           owned lock    which frames a domain owns
 *                             alloc lock    the frame allocator
 *                               log lock      the log ring
 *                                 serial lock   text to and from the serial line
 *
 * A CPU that holds a lock may take one further down, never one further up.
 * Locks from the page lock up are held with interrupts on. All others are taken
 * by spin_lock_irqsave(), because interrupt handlers take them. Each lock has
 * its level: the debug build checks the order whenever a CPU takes one.
 *
 * No CPU holds two page locks. To map a page of another domain, it takes the
 * references under the owner's page lock, releases that, and then takes the
 * page lock of the domain whose table changes: ptype_get_foreign() does the
 * first part, and ptype_put_foreign() needs no lock. Two locks of events, of
 * grants, of queues or of timers may be held at once if
 * spin_lock_pair_irqsave() takes both: it takes the one with the lower address
 * first.
 */
#ifndef KRYPTON_LOCK_H
#define KRYPTON_LOCK_H

#include "debug.h"

enum lock_level {
	LOCK_DOMCTL = 1,
	LOCK_GRANTS,
	LOCK_MAPTRACK,
	LOCK_PAGES,
	LOCK_EVENTS,
	LOCK_IRQ,
	LOCK_PCI,
	LOCK_CMOS,
	LOCK_SHUTDOWN,
	LOCK_SCHED,
	LOCK_BUDGET,
	LOCK_TIMER,
	LOCK_LIST,
	LOCK_OWNED,
	LOCK_ALLOC,
	LOCK_LOG,
	LOCK_SERIAL,
};

struct spinlock {
	u32 next;
	u32 owner;
	u32 level;
};

#define SPINLOCK(lvl)	{ .level = (lvl) }

#include "machine/lock_ops.h"	/* spin_lock() and its like */

void spin_init(struct spinlock *l, enum lock_level level);
/* Two locks of one level; if both are the same lock, it is taken once. */
u64 spin_lock_pair_irqsave(struct spinlock *a, struct spinlock *b);
void spin_unlock_pair_irqrestore(struct spinlock *a, struct spinlock *b,
				 u64 flags);

/*
 * Hold a lock until the block ends, in whatever way it is left. One a block.
 * spin_guard_taken() is for a lock that is held already. spin_scoped_irqsave()
 * holds it for the statement that follows, which 'break' leaves.
 */
#define spin_guard_taken(l)						\
	struct spinlock *_held						\
	__attribute__((cleanup(spin_guard_end), unused)) = (l)
#define spin_guard(l)	spin_guard_taken(spin_guard_begin(l))
#define spin_guard_irqsave(l)						\
	struct spin_guard _held						\
	__attribute__((cleanup(spin_guard_end_irq), unused)) =		\
		spin_guard_begin_irq(l)
#define spin_scoped_irqsave(l)						\
	for (struct spin_guard _scoped					\
	     __attribute__((cleanup(spin_guard_end_irq))) =		\
		spin_guard_begin_irq(l), *_once = &_scoped;		\
	     _once; _once = NULL)

struct spin_guard {
	struct spinlock *lock;
	u64 flags;
};

static inline struct spinlock *spin_guard_begin(struct spinlock *l)
{
	spin_lock(l);
	return l;
}

static inline void spin_guard_end(struct spinlock **l)
{
	spin_unlock(*l);
}

static inline struct spin_guard spin_guard_begin_irq(struct spinlock *l)
{
	return (struct spin_guard){ l, spin_lock_irqsave(l) };
}

static inline void spin_guard_end_irq(struct spin_guard *g)
{
	spin_unlock_irqrestore(g->lock, g->flags);
}

#endif
