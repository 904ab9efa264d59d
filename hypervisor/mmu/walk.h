/* SPDX-License-Identifier: GPL-2.0-only */
/* Finding entries of a guest's page tables. */
#ifndef KRYPTON_WALK_H
#define KRYPTON_WALK_H

/*
 * The one finder of live level-1 entries, by direct map: of an address of the
 * vCPU's kernel, and at a machine address, if it lies in a table of d's. NULL: there is none.
 * The page lock is held, and keeps the entry as it is.
 */
u64 *walk_l1_entry(const struct vcpu *v, gva_t at);
u64 *walk_entry_at(const struct domain *d, paddr_t at);
/*
 * Whether the tables now allow what a fault with this error code wanted. The
 * vCPU is the current one; interrupts are on, and the page lock is not needed.
 */
bool walk_allows(const struct vcpu *v, gva_t at, u32 error);

#endif
