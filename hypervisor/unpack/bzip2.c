// SPDX-License-Identifier: GPL-2.0-only
/* bzip2 */
#include "linux.h"
#include "decompress_bunzip2.c"

const char *unpack_bzip2(const u8 *from, u64 length, u8 *to, u64 size)
{
	unpack_stream(from, length, to, size);
	return unpack_result(bunzip2(NULL, 0, unpack_fill, unpack_flush, NULL,
				     NULL, unpack_error));
}
