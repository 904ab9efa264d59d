// SPDX-License-Identifier: GPL-2.0-only
/*
 * lz4 as "lz4 -l" writes it: a magic number, then blocks of at most 8 MiB of
 * data, each preceded by its compressed size. The last four bytes are the whole
 * size, which the kernel's build appends.
 */
#include "linux.h"
#include "lz4/lz4_decompress.c"

#define LZ4_MAGIC	0x184c2102u
#define LZ4_BLOCK	(8u << 20)

const char *unpack_lz4(const u8 *from, u64 length, u8 *to, u64 size)
{
	const u8 *end = from + length - 4, *p = from + 4;
	u8 *out = to;
	u32 n;
	int got;

	while (end - p >= 4) {
		n = get_unaligned_le32(p);
		p += 4;
		if (n == LZ4_MAGIC)
			continue;
		if (!n || n > (u64)(end - p) || n > INT_MAX)
			return UNPACK_DAMAGED;
		got = LZ4_decompress_safe((const char *)p, (char *)out, (int)n,
					  (int)MIN((u64)LZ4_BLOCK, size));
		if (got < 0)
			return UNPACK_DAMAGED;
		p += n;
		out += got;
		size -= (u32)got;
	}
	return out == to ? UNPACK_DAMAGED : NULL;
}
