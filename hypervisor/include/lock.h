/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Spin locks, and the one place that tells their order.
 *
 *   domain page lock          page types, references of a domain's tables
 *     domain event lock       ports, pirq bindings of one domain
 *       irq lock              vectors, IO-APIC entries, MSI
 *       scheduler lock        run queues and vCPU states
 *         timer lock          one CPU's timer list
 *         alloc lock          the frame allocator
 *           log lock          the log ring and the serial line
 *
 * A lock further down (or deeper) may be taken while one above is held, never
 * the other way round. The page lock is held with interrupts on; all others
 * are taken by spin_lock_irqsave(), since interrupt handlers take them.
 * Each lock carries its level and the order is checked whenever one is taken.
 */
#ifndef KRYPTON_LOCK_H
#define KRYPTON_LOCK_H

#include "types.h"

enum lock_level {
	LOCK_PAGES = 1,
	LOCK_EVENTS,
	LOCK_IRQ,
	LOCK_SCHED,
	LOCK_TIMER,
	LOCK_ALLOC,
	LOCK_LOG,
};

struct spinlock {
	u32 next;
	u32 owner;
	u32 level;
};

#define SPINLOCK(lvl)	{ .level = (lvl) }

void spin_init(struct spinlock *l, enum lock_level level);
void spin_lock(struct spinlock *l);
void spin_unlock(struct spinlock *l);
u64 spin_lock_irqsave(struct spinlock *l);
void spin_unlock_irqrestore(struct spinlock *l, u64 flags);

#endif
