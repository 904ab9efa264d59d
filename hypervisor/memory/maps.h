/* SPDX-License-Identifier: GPL-2.0-only */
/* What the direct map and the arrays of frames have behind their addresses. */
#ifndef KRYPTON_MAPS_H
#define KRYPTON_MAPS_H

#include "machine/paging.h"

/*
 * At boot: extend the direct map over all RAM below frame number 'ram_end';
 * prepare the other shared L4 slots, and slot 256 for the roots of 64-bit guests.
 */
void maps_init(u64 ram_end);
/*
 * Put 512 contiguous frames behind the 2 MiB of addresses of an array at 'va'.
 * Whoever changes what is there flushes all TLBs afterwards.
 */
void maps_back(u64 va, mfn_t first);
/*
 * Map one page behind every page of 2 MiB of addresses, read-only, by a table
 * that maps_repeat() makes; at boot.
 */
mfn_t maps_repeat(mfn_t page);
void maps_back_repeated(u64 va, mfn_t table);
/* The first frame that maps_back() put there, or INVALID_MFN. */
mfn_t maps_backed_by(u64 va);

#endif
