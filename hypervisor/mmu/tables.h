/* SPDX-License-Identifier: GPL-2.0-only */
/* Contents of page tables: what an entry may hold, and changing one. */
#ifndef KRYPTON_TABLES_H
#define KRYPTON_TABLES_H

#include "memory/frames.h"

/* Make the types of tables known. */
void tables_init(void);
/*
 * What follows changes an entry of a valid table of d's, and holds d's page
 * lock. 0; -EPERM, -EINVAL: the slot is not the guest's; or as ptype_get().
 */
int tables_set(struct domain *d, u64 *entry, u64 value, bool keep_ad);
/* Only if it still is *old; -EAGAIN and *old updated if not. */
int tables_cmpxchg_l1(struct domain *d, u64 *entry, u64 *old, u64 value);
/* Whether a level-1 entry of the domain may have this memory type. */
bool tables_cache_ok(const struct domain *d, u64 e);
/*
 * For an entry whose references (to a page of another domain) the caller has
 * taken: they pass to the entry.
 */
void tables_install_l1(struct domain *d, u64 *entry, u64 value);
/* A device frame or the machine-to-phys array: entries hold no reference. */
bool tables_uncounted(mfn_t m);
/* Device frames that no guest may map. */
bool tables_device_ours(u64 first, u64 end);

#endif
