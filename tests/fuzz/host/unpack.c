// SPDX-License-Identifier: GPL-2.0-only
/*
 * One decompressor: built once for each FORMAT, its magic number. It stays
 * within its input, its target and its memory. The last four bytes are the size
 * that the kernel claims to have.
 */
#include <stdlib.h>
#include "boot/image.h"
#include "lib/lib.h"
#include "parser.h"

#define MAX_ROOM	65536u

static u8 *heap_for(const u8 *in, u32 room, u64 *size)
{
	static u8 *heap;
	static u64 has;

	*size = image_heap_size(in, room);
	if (*size != has) {
		free(heap);
		heap = malloc(*size);
		has = *size;
	}
	return heap;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const char magic[] = FORMAT;
	u64 heap_size;
	u32 room;
	u8 *in, *to, *heap;

	if (size < 16)
		return 0;
	in = parser_copy(data, size);
	memcpy(in, magic, sizeof(magic) - 1);
	memcpy(&room, in + size - 4, 4);
	room = MIN(room, MAX_ROOM);
	to = malloc(room);
	heap = heap_for(in, room, &heap_size);
	image_unpack(in, size, to, room, heap, heap_size);
	free(to);
	return 0;
}
