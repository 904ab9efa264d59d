// SPDX-License-Identifier: GPL-2.0-only
/*
 * Longs in guest memory: 32 or 64 bits there, by the guest's width, and 64 bits
 * here. Stack frames, frame numbers and multicall entries consist of longs.
 */
#include "guest/get_few.h"

int guest_get_longs(gva_t at, u64 *to, u32 n)
{
	const struct domain *d = current_domain();

	return guest_get_few(d, d->width->long_size, at, to, n) ? 0 : -EFAULT;
}

int guest_put_longs(gva_t at, const u64 *from, u32 n)
{
	const struct domain *d = current_domain();
	u32 size = d->width->long_size, i;

	if (!domain_range_ok(d, at, n * size))
		return -EFAULT;
	for (i = 0; i < n; i++, at.a += size)
		if (size == sizeof(u64))
			GUEST_PUT(u64, at.a, from[i]);
		else
			GUEST_PUT(u32, at.a, from[i]);
	return 0;
fault:
	return -EFAULT;
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
