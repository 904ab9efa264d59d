// SPDX-License-Identifier: GPL-2.0-only
/*
 * Ticket locks. Every CPU keeps the set of levels it holds; taking a lock
 * whose level is not below all held ones is a bug that could deadlock the
 * machine, and stops it at once in place of sometimes.
 */
#include "cpu.h"
#include "lib.h"
#include "lock.h"
#include "smp.h"

void spin_init(struct spinlock *l, enum lock_level level)
{
	*l = (struct spinlock){ .level = level };
}

static void check_order(const struct spinlock *l)
{
	struct cpu *c = this_cpu();

	BUG_ON(c->locks_held >> l->level);
	c->locks_held |= 1u << l->level;
}

void spin_lock(struct spinlock *l)
{
	u64 f = irq_save();
	u32 ticket;

	check_order(l);
	irq_restore(f);
	ticket = __atomic_fetch_add(&l->next, 1, __ATOMIC_ACQUIRE);
	/* The holder may wait for us to flush, and interrupts may be off. */
	while (__atomic_load_n(&l->owner, __ATOMIC_ACQUIRE) != ticket) {
		smp_flush_interrupt();
		cpu_relax();
	}
}

void spin_unlock(struct spinlock *l)
{
	u64 f = irq_save();

	__atomic_store_n(&l->owner, l->owner + 1, __ATOMIC_RELEASE);
	this_cpu()->locks_held &= ~(1u << l->level);
	irq_restore(f);
}

u64 spin_lock_irqsave(struct spinlock *l)
{
	u64 f = irq_save();

	spin_lock(l);
	return f;
}

void spin_unlock_irqrestore(struct spinlock *l, u64 flags)
{
	spin_unlock(l);
	irq_restore(flags);
}
