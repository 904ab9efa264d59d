/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stands in for hypervisor/machine/lock_ops.h where one thread is all processors:
 * each kind of test has functions of its own.
 */
#ifndef KRYPTON_LOCK_OPS_H
#define KRYPTON_LOCK_OPS_H

struct spinlock;

void spin_lock(struct spinlock *l);
void spin_unlock(struct spinlock *l);
u64 spin_lock_irqsave(struct spinlock *l);
void spin_unlock_irqrestore(struct spinlock *l, u64 flags);

#endif
