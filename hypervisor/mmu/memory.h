/* SPDX-License-Identifier: GPL-2.0-only */
/* The operations of memory_op, which control/memory.c dispatches. */
#ifndef KRYPTON_MEMORY_H
#define KRYPTON_MEMORY_H

/* Bits of the command from here on: the number of extents done so far. */
#define MEMORY_OP_SHIFT	6

/*
 * mmu/reservation.c: XENMEM_increase_reservation, decrease_reservation and
 * populate_physmap. Returns the number of extents done, or -ERESTART, with a[0]
 * changed for the continuation.
 */
long memory_change_reservation(u32 op, u64 a[]);
/* XENMEM_exchange: 0, an error or -ERESTART. arg is the guest's structure. */
long memory_exchange(u64 arg);
/* control/memory_ctl.c */
long memory_set_map(u64 arg);
long memory_get_map(u64 arg);
long memory_claim(u64 arg);
long memory_acquire(u64 arg);

#endif
