// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules: what the usual tools pack, with the options that kernels are packed
 * with, comes out as it was; input that is cut off is an error; nothing that
 * input says makes a decompressor leave its input, its target or its memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "boot/image.h"
#include "host.h"
#include "lib/lib.h"

static const char *const formats[] = {
	"gz", "xz", "zst", "lz4", "lzo", "lzma", "bz2"
};

struct file {
	u8 *data;
	u64 size;
};

static struct file read_file(const char *suffix)
{
	struct file f = { NULL, 0 };
	char name[256];
	FILE *in;

	snprintf(name, sizeof(name), "%s/sample%s%s", getenv("UNIT_PACKED"),
		 *suffix ? "." : "", suffix);
	in = fopen(name, "rb");
	if (!in)
		fail_msg("cannot open %s", name);
	f.data = malloc(1 << 20);
	f.size = fread(f.data, 1, 1 << 20, in);
	fclose(in);
	return f;
}

/* Copies without slack behind them, so that an overrun is seen. */
static const char *unpack(const u8 *from, u64 length, u64 room, u64 heap_size,
			  const struct file *expected)
{
	u8 *in = malloc(length), *out = calloc(1, room ? room : 1);
	u8 *heap = malloc(heap_size ? heap_size : 1);
	const char *error;

	memcpy(in, from, length);
	error = image_unpack(in, length, out, room, heap, heap_size);
	if (!error && expected)
		assert_memory_equal(out, expected->data, expected->size);
	free(in);
	free(out);
	free(heap);
	return error;
}

/*
 * Each format comes out as it was packed. A target that is too small is an
 * error, and so is no memory, but for LZ4, which needs none.
 */
static void test_whole(void **state)
{
	struct file sample = read_file(""), f;
	const char *error;
	u64 heap;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		f = read_file(formats[i]);
		heap = image_heap_size(f.data, sample.size);
		error = unpack(f.data, f.size, sample.size, heap, &sample);
		if (error)
			fail_msg("%s: %s", formats[i], error);
		if (!unpack(f.data, f.size, sample.size / 2, heap, NULL))
			fail_msg("%s: went beyond its target", formats[i]);
		if (!unpack(f.data, f.size, sample.size, 64, NULL) &&
		    strcmp(formats[i], "lz4"))
			fail_msg("%s: needs no memory?", formats[i]);
		free(f.data);
	}
	free(sample.data);
}

/* Input that ends early is an error, wherever it ends. */
static void test_cut_off(void **state)
{
	struct file sample = read_file(""), f;
	u64 heap, n;
	u32 i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		f = read_file(formats[i]);
		heap = image_heap_size(f.data, sample.size);
		for (k = 0; k < 24; k++) {
			n = k < 12 ? 16 + k : f.size * k / 25;
			if (!unpack(f.data, n, sample.size, heap, &sample))
				fail_msg("%s: good with %lu of %lu bytes",
					 formats[i], n, f.size);
		}
		free(f.data);
	}
	free(sample.data);
}

/*
 * One wrong byte keeps a decompressor in its input, its target and its memory
 * (the sanitizer looks), whatever comes out.
 */
static void test_damaged(void **state)
{
	struct file sample = read_file(""), f;
	u64 heap, at;
	u32 i, k;
	u8 was;

	(void)state;
	srand(5);
	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		f = read_file(formats[i]);
		for (k = 0; k < 60; k++) {
			/* headers more often than the rest */
			at = (u64)rand() % (k < 30 ? 64 : f.size);
			was = f.data[at];
			f.data[at] = (u8)rand();
			heap = image_heap_size(f.data, sample.size);
			unpack(f.data, f.size, sample.size, heap, NULL);
			f.data[at] = was;
		}
		free(f.data);
	}
	free(sample.data);
}

/* A good header, and then anything at all. */
static void test_random(void **state)
{
	struct file f;
	u32 i, k;
	u64 j;

	(void)state;
	srand(7);
	for (i = 0; i < ARRAY_SIZE(formats); i++) {
		f = read_file(formats[i]);
		for (k = 0; k < 100; k++) {
			for (j = 8 + k % 24; j < 4096; j++)
				f.data[j] = (u8)rand();
			unpack(f.data, 4096, 65536,
			       image_heap_size(f.data, 65536), NULL);
		}
		free(f.data);
	}
}

EXPORT_TESTS(unpack, cmocka_unit_test(test_whole),
	     cmocka_unit_test(test_cut_off), cmocka_unit_test(test_damaged),
	     cmocka_unit_test(test_random));
