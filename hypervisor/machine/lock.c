// SPDX-License-Identifier: GPL-2.0-only
/* Ticket locks. The debug build checks their order (debug/lockorder.c). */
#include "lib/lib.h"
#include "machine/cpu.h"
#include "machine/lock.h"
#include "machine/smp.h"

void spin_init(struct spinlock *l, enum lock_level level)
{
	*l = (struct spinlock){ .level = level };
}

/* The holder may wait for this CPU to flush, and interrupts may be off. */
void spin_lock_wait(const struct spinlock *l, u32 ticket)
{
	while (__atomic_load_n(&l->owner, __ATOMIC_ACQUIRE) != ticket) {
		hold_spin(l->level);
		smp_flush_interrupt();
		cpu_relax();
	}
}

u64 spin_lock_pair_irqsave(struct spinlock *a, struct spinlock *b)
{
	struct spinlock *first = a < b ? a : b, *second = a < b ? b : a;
	u64 f = spin_lock_irqsave(first);

	if (second != first) {
		BUG_ON(first->level != second->level);
		spin_take(second);
	}
	return f;
}

void spin_unlock_pair_irqrestore(struct spinlock *a, struct spinlock *b,
				 u64 flags)
{
	if (a != b)
		spin_unlock(a);
	spin_unlock_irqrestore(b, flags);
}
