// SPDX-License-Identifier: GPL-2.0-only
/*
 * lzma, the format before xz. Linux's decoder trusts the header: it copies from
 * as far back as the dictionary reaches, in a buffer no larger than the data.
 * So this file gives it a header of its own, with a dictionary of that size.
 */
#include "linux.h"
#include "decompress_unlzma.c"

#define HEADER		13
#define DICT_AT		1
#define SIZE_AT		5

static u8 header[HEADER];
static u32 header_read;

static long fill(void *piece, unsigned long n)
{
	if (header_read == HEADER)
		return unpack_fill(piece, n);
	memcpy(piece, header, HEADER);
	header_read = HEADER;
	return HEADER;
}

const char *unpack_lzma(const u8 *from, u64 length, u8 *to, u64 size)
{
	u64 out;
	u32 dict;

	if (length <= HEADER + 4)
		return UNPACK_DAMAGED;
	memcpy(header, from, HEADER);
	header_read = 0;
	out = get_unaligned_le64(header + SIZE_AT);
	/*
	 * if it was written to a pipe, its size is unknown and an end mark
	 * follows
	 */
	if (out == ~0ull)
		out = get_unaligned_le32(from + length - 4);
	if (!out || out > size)
		return UNPACK_DAMAGED;
	dict = (u32)MIN((u64)get_unaligned_le32(header + DICT_AT), out);
	put_unaligned_le32(dict, header + DICT_AT);
	put_unaligned_le64(out, header + SIZE_AT);
	unpack_stream(from + HEADER, length - HEADER, to, size);
	return unpack_result(unlzma(NULL, 0, fill, unpack_flush, NULL, NULL,
				    unpack_error));
}
