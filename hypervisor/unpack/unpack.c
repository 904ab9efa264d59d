// SPDX-License-Identifier: GPL-2.0-only
/*
 * Unpacking Dom0's kernel: detecting the compression, and the code that all
 * formats share. The decompressors are Linux's (unpack/import). This file, or
 * the file of the format, bounds their input and output.
 */
#include "boot/image.h"
#include "lib/lib.h"
#include "unpack/unpack.h"

#define HEAP_BASE	(2ull << 20)
#define HEAP_BZIP2	(4ull << 20)	/* 900,000 numbers of a block */

struct format {
	const char *magic;
	u32 length;
	unpack_fn *unpack;
};

static const struct format formats[] = {
	{ "\x1f\x8b", 2, unpack_gzip },
	{ "\xfd" "7zXZ", 6, unpack_xz },
	{ "\x28\xb5\x2f\xfd", 4, unpack_zstd },
	{ "\x02\x21\x4c\x18", 4, unpack_lz4 },
	{ "\x89LZO", 5, unpack_lzo },
	{ "\x5d\0\0", 3, unpack_lzma },
	{ "BZh", 3, unpack_bzip2 },
};

static struct { u8 *next, *end; } heap;
static struct { const u8 *next, *end; } source;
static struct { u8 *next, *end; } target;
static const char *noted;

void *unpack_alloc(u64 n)
{
	void *p = heap.next;

	n = ROUND_UP(n, 16);
	if (n > (u64)(heap.end - heap.next))
		return NULL;
	heap.next += n;
	return p;
}

void unpack_stream(const u8 *from, u64 length, u8 *to, u64 size)
{
	source.next = from;
	source.end = from + length;
	target.next = to;
	target.end = to + size;
	noted = NULL;
}

/*
 * Supply zeroes after the end: one decoder would read beyond a piece that is
 * shorter than it asked for, and every decoder stops at zeroes.
 */
long unpack_fill(void *piece, unsigned long n)
{
	if (source.next == source.end) {
		noted = noted ? noted : "the compressed kernel is cut off";
		memset(piece, 0, n);
		return (long)n;
	}
	n = MIN(n, (unsigned long)(source.end - source.next));
	memcpy(piece, source.next, n);
	source.next += n;
	return (long)n;
}

long unpack_flush(void *piece, unsigned long n)
{
	n = MIN(n, (unsigned long)(target.end - target.next));
	memcpy(target.next, piece, n);
	target.next += n;
	return (long)n;
}

void unpack_error(char *text)
{
	if (!noted)
		noted = text;
}

const char *unpack_result(int rc)
{
	return noted ? noted : rc ? UNPACK_DAMAGED : NULL;
}

u64 image_heap_size(const u8 *from, u64 unpacked)
{
	if (!memcmp(from, "BZh", 3))
		return HEAP_BASE + HEAP_BZIP2;
	/* lzma keeps all its output, to copy from */
	return HEAP_BASE + (from[0] == 0x5d ? unpacked : 0);
}

const char *image_unpack(const u8 *from, u64 length, u8 *to, u64 size,
			 u8 *memory, u64 memory_size)
{
	u32 i;

	heap.next = memory;
	heap.end = memory + memory_size;
	if (!memcmp(from, "\177ELF", 4)) {
		memcpy(to, from, MIN(length, size));
		return NULL;
	}
	for (i = 0; i < ARRAY_SIZE(formats); i++)
		if (!memcmp(from, formats[i].magic, formats[i].length))
			return formats[i].unpack(from, length, to, size);
	return "compressed in a way that is not known";
}
