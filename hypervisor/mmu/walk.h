/* SPDX-License-Identifier: GPL-2.0-only */
/* Walks of the page tables a vCPU runs on. */
#ifndef KRYPTON_WALK_H
#define KRYPTON_WALK_H

#include "types.h"

/*
 * The level-1 entry for an address, by direct map; NULL if there is none. The
 * domain's page lock is held.
 */
u64 *walk_l1_entry(const struct vcpu *v, gva_t at);
/*
 * Whether the tables now allow what a fault with this error code wanted. The
 * vCPU is the current one, and interrupts are on.
 */
bool walk_allows(const struct vcpu *v, gva_t at, u32 error);

#endif
