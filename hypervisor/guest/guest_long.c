// SPDX-License-Identifier: GPL-2.0-only
/* Longs in guest memory: as wide as the guest's, 64 bits here. */
#include "domain/domain.h"
#include "guest/guest.h"
#include "lib/lib.h"

int guest_get_longs(gva_t at, u64 *to, u32 n)
{
	u32 size = current_domain()->width->long_size;
	int rc = guest_read(to, at, (u64)n * size);

	/* From the last on: each now lies at or below where it belongs. */
	while (!rc && size == 4 && n--)
		to[n] = ((const u32 *)to)[n];
	return rc;
}

int guest_put_longs(gva_t at, const u64 *from, u32 n)
{
	u32 size = current_domain()->width->long_size, i;
	u64 to[LONGS_MAX];

	BUG_ON(n > LONGS_MAX);
	/* The next one takes the place of what a long does not hold. */
	for (i = 0; i < n; i++)
		__builtin_memcpy((u8 *)to + i * size, &from[i], sizeof(*from));
	return guest_write(at, to, n * size);
}

static gva_t element(gva_t array, u64 index)
{
	return gva_index(array, index, current_domain()->width->long_size);
}

int guest_get_long(gva_t array, u64 index, u64 *value)
{
	return guest_get_longs(element(array, index), value, 1);
}

int guest_put_long(gva_t array, u64 index, u64 value)
{
	return guest_put_longs(element(array, index), &value, 1);
}
