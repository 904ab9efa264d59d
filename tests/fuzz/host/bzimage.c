// SPDX-License-Identifier: GPL-2.0-only
/* bzImage: a payload that is found lies within the file. */
#include "boot/image.h"
#include "parser.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	const u8 *file = parser_copy(data, size), *payload;
	u64 length, unpacked;

	if (image_find_payload(file, size, &payload, &length, &unpacked))
		return 0;
	parser_check(payload >= file && length >= 16 &&
		     (u64)(payload - file) + length <= size,
		     "a payload within the file");
	parser_check(unpacked <= 256u << 20, "the size of the kernel");
	return 0;
}
