/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Take and release a ticket lock, inline. The unit tests, where one thread is
 * all processors, have functions of their own instead.
 */
#ifndef KRYPTON_LOCK_OPS_H
#define KRYPTON_LOCK_OPS_H

#include "machine/cpu.h"

/*
 * Until the ticket's turn. It saves all registers, so callers that find the lock
 * free need not.
 */
__attribute__((no_caller_saved_registers))
void spin_lock_wait(const struct spinlock *l, u32 ticket);

/* Without the checks of its order. */
static inline void spin_take(struct spinlock *l)
{
	u32 ticket = 1;
	bool wait;

	__asm__ volatile("lock xaddl %0, %1; cmpl %0, %3"
			 : "+&r" (ticket), "+m" (l->next), "=@ccne" (wait)
			 : "m" (l->owner) : "memory");
	if (__builtin_expect(wait, false))
		spin_lock_wait(l, ticket);
}

static inline void spin_lock(struct spinlock *l)
{
	lockorder_take(l);
	spin_take(l);
	hold_begin(l->level);
}

/* The holder alone writes 'owner', and x86 delays no store of its. */
static inline void spin_unlock(struct spinlock *l)
{
	hold_end(l->level);
	__asm__ volatile("incl %0" : "+m" (l->owner) :: "memory");
	lockorder_drop(l);
}

static inline u64 spin_lock_irqsave(struct spinlock *l)
{
	u64 f = irq_save();

	spin_lock(l);
	return f;
}

static inline void spin_unlock_irqrestore(struct spinlock *l, u64 flags)
{
	spin_unlock(l);
	irq_restore(flags);
}

#endif
