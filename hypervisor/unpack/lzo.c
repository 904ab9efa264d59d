// SPDX-License-Identifier: GPL-2.0-only
/* lzo as lzop writes it. */
#include "linux.h"
#include "decompress_unlzo.c"

const char *unpack_lzo(const u8 *from, u64 length, u8 *to, u64 size)
{
	unpack_stream(from, length, to, size);
	return unpack_result(unlzo(NULL, 0, unpack_fill, unpack_flush, NULL,
				   NULL, unpack_error));
}
