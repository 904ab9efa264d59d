/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of memory_op. */
#ifndef KRYPTON_MEMORY_H
#define KRYPTON_MEMORY_H

/* The rest of the command counts the extents that are done. */
#define MEMORY_OP_SHIFT	6

/* mmu/reservation.c: the number of extents done; may be -ERESTART. */
long memory_change_reservation(u32 op, u64 a[]);
long memory_exchange(u64 arg);
/* control/memory_ctl.c */
long memory_set_map(u64 arg);
long memory_get_map(u64 arg);
long memory_claim(u64 arg);
long memory_acquire(u64 arg);

#endif
