// SPDX-License-Identifier: GPL-2.0-only
/* The allocator: blocks are aligned, apart, below the limit, and merge. */
#include <stdlib.h>
#include "host.h"
#include "machine/paging.h"

static void setup(void)
{
	host_reset();
	frames_init(HOST_FRAMES);
	frames_give(mfn(256), HOST_FRAMES - 256);
}

/*
 * Every free frame can be had, once; freed in any order, frames merge into the
 * largest aligned blocks again.
 */
static void test_exhaust_and_merge(void **state)
{
	u64 all, n = 0, i;
	static mfn_t got[HOST_FRAMES];

	(void)state;
	setup();
	all = frames_free();
	assert_int_equal(all, HOST_FRAMES - 256);
	while (!mfn_eq(got[n] = frame_alloc(0, 0), INVALID_MFN))
		n++;
	assert_int_equal(n, all);
	assert_int_equal(frames_free(), 0);
	for (i = 0; i < n; i++)
		frame_free(got[i * 7919 % n], 0);
	assert_int_equal(frames_free(), all);
	/* Everything merged again: the largest aligned blocks are there. */
	got[0] = frame_alloc(9, 0);
	assert_true(got[0].n == 512);
	frame_free(got[0], 9);
}

/*
 * Blocks are aligned to their size, never overlap, and lie below an address
 * limit if there is one.
 */
static void test_random(void **state)
{
	static struct { mfn_t m; u32 order; } held[64];
	static u8 used[HOST_FRAMES];
	u64 all, j;
	u32 i, k;

	(void)state;
	setup();
	srand(1);
	all = frames_free();
	for (i = 0; i < 64; i++)
		held[i].m = INVALID_MFN;
	for (k = 0; k < 20000; k++) {
		i = (u32)rand() % 64;
		if (!mfn_eq(held[i].m, INVALID_MFN)) {
			for (j = 0; j < 1ull << held[i].order; j++)
				used[held[i].m.n + j]--;
			frame_free(held[i].m, held[i].order);
			held[i].m = INVALID_MFN;
			continue;
		}
		held[i].order = (u32)rand() % 6;
		held[i].m = frame_alloc(held[i].order, k % 5 ? 0 : 600);
		if (mfn_eq(held[i].m, INVALID_MFN))
			continue;
		assert_int_equal(held[i].m.n & ((1u << held[i].order) - 1), 0);
		if (k % 5 == 0)
			assert_true(held[i].m.n + (1u << held[i].order) <= 600);
		for (j = 0; j < 1ull << held[i].order; j++)
			assert_int_equal(used[held[i].m.n + j]++, 0);
	}
	for (i = 0; i < 64; i++)
		if (!mfn_eq(held[i].m, INVALID_MFN))
			frame_free(held[i].m, held[i].order);
	assert_int_equal(frames_free(), all);
}

/*
 * An order above the largest, and a limit below which nothing is free, give no
 * frame.
 */
static void test_limits(void **state)
{
	(void)state;
	setup();
	assert_true(mfn_eq(frame_alloc(FRAME_MAX_ORDER + 1, 0), INVALID_MFN));
	assert_true(mfn_eq(frame_alloc(40, 0), INVALID_MFN));
	assert_true(mfn_eq(frame_alloc(0, 100), INVALID_MFN));
}

/*
 * An address limit is no search: blocks that lie beyond it are not looked at.
 * Their links lead to a frame below it that is not free.
 */
static void test_no_search(void **state)
{
	u64 n;

	(void)state;
	setup();
	while (!mfn_eq(frame_alloc(0, 0), INVALID_MFN))
		;
	for (n = 513; n < HOST_FRAMES; n += 2)
		frame_free(mfn(n), 0);
	for (n = 513; n < HOST_FRAMES; n += 2)
		frame_table[n].next = 300;
	assert_int_equal(frame_table[300].kind, FRAME_HV);
	assert_true(mfn_eq(frame_alloc(0, 512), INVALID_MFN));
	frame_free(mfn(301), 0);
	assert_int_equal(frame_alloc(0, 512).n, 301);
}

EXPORT_TESTS(frames, cmocka_unit_test(test_exhaust_and_merge),
	     cmocka_unit_test(test_no_search),
	     cmocka_unit_test(test_random), cmocka_unit_test(test_limits));
