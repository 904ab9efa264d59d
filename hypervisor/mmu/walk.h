/* SPDX-License-Identifier: GPL-2.0-only */
/* Walks of a guest's page tables. */
#ifndef KRYPTON_WALK_H
#define KRYPTON_WALK_H

/*
 * The level-1 entry that maps an address for the vCPU's kernel, and the one at a
 * machine address in a table of d. Returns its address in the direct map; NULL:
 * there is none. The caller holds the page lock, under which the entry stays a
 * valid table's.
 */
u64 *walk_l1_entry(const struct vcpu *v, gva_t at);
u64 *walk_entry_at(const struct domain *d, paddr_t at);
/*
 * Whether the tables now allow the access that faulted with this error code
 * (PF_*). The vCPU is the one that runs on this CPU. Needs no lock.
 */
bool walk_allows(const struct vcpu *v, gva_t at, u32 error);

#endif
