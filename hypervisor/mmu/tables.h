/* SPDX-License-Identifier: GPL-2.0-only */
/* Contents of page tables: the rules for entries, and changes of entries. */
#ifndef KRYPTON_TABLES_H
#define KRYPTON_TABLES_H

#include "memory/frames.h"

/*
 * Change an entry of a valid table of d. 'entry' is its address in the direct
 * map. keep_ad: keep the accessed and dirty bits if the new entry maps the same
 * frame. The caller holds d's page lock. 0; -EPERM, -EINVAL: the slot is not the
 * guest's; or as ptype_get().
 */
int tables_set(struct domain *d, u64 *entry, u64 value, bool keep_ad);
/*
 * The same for a level-1 entry that still is *old. If it is not: -EAGAIN, and
 * *old is its present value.
 */
int tables_cmpxchg_l1(struct domain *d, u64 *entry, u64 *old, u64 value);
/*
 * Whether the domain may use the memory type of this level-1 entry. The caller
 * holds the page lock. Who may use another type than write-back may flush the
 * caches; that is asked without the lock, since an answer of a moment ago means
 * one flush more or less.
 */
bool tables_cache_ok(const struct domain *d, u64 e);
/*
 * Write a level-1 entry that maps a page of another domain. The caller holds d's
 * page lock; its references to the page become the entry's.
 */
void tables_install_l1(struct domain *d, u64 *entry, u64 value);
/* Whether entries for the frame hold no references: device memory, m2p. */
bool tables_uncounted(mfn_t m);
/* The error for one that may not be mapped: as on Xen, no frame at all has its own. */
int tables_no_device(mfn_t m);
/* Whether some frame in ['first', 'end') is a device that no guest may map. */
bool tables_device_ours(u64 first, u64 end);

#endif
