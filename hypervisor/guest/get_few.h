/* SPDX-License-Identifier: GPL-2.0-only */
/* Read a few longs of guest memory, inline: for the shortest ways. */
#ifndef KRYPTON_GET_FEW_H
#define KRYPTON_GET_FEW_H

#include "domain/domain.h"

/*
 * guest_get_longs() for a constant number of longs, without a loop; 'size' is
 * d->width->long_size. False: one of them cannot be read.
 */
static __always_inline
bool guest_get_few(const struct domain *d, u32 size, gva_t at, u64 to[], u32 n)
{
	u32 i, narrow;
	u64 wide;

	if (!domain_range_ok(d, at, n * size))
		return false;
	if (size == sizeof(u64)) {
#pragma GCC unroll 9
		for (i = 0; i < n; i++) {
			GUEST_GET(u64, at.a + i * sizeof(u64), wide);
			to[i] = wide;	/* not the output: gcc 12 crashes */
		}
		return true;
	}
#pragma GCC unroll 9
	for (i = 0; i < n; i++) {
		GUEST_GET(u32, at.a + i * sizeof(u32), narrow);
		to[i] = narrow;
	}
	return true;
fault:
	return false;
}

#endif
