// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the first domain finds what at its entry (xen/xen.h, "Start-of-day
 * memory layout"): the parts follow each other, all is mapped by page tables
 * that need not be more, at least 512 KiB are left, and it ends at a multiple of
 * 4 MiB. A p2m that the kernel wants elsewhere (XEN_ELFNOTE_INIT_P2M) is mapped
 * there, by pages and tables that follow all of this. start_info has its members where kernels of either width look.
 */
#include <xen/foreign/x86_32.h>
#include <xen/foreign/x86_64.h>
#include <stdlib.h>
#include <string.h>
#include "boot/dom0.h"
#include "host.h"
#include "lib/lib.h"
#include "lib/members.h"

#define SPACE_32	0xf5800000ull
#define BASE_64		0xffffffff80000000ull
#define KIB		1024ull
#define MIB		(1024 * KIB)

/* Three as kernels of 32 bits have always found it; one of 64, reckoned. */
static void test_known(void **state)
{
	static const struct {
		struct dom0_layout in;
		u64 initrd, p2m, start_info, tables, stack, end, count[4];
	} rows[] = {
		{ { .kernel_end = 0x10e2f0, .space_end = SPACE_32,
		    .nr_pages = 0x1d76a, .long_size = 4, .map_initrd = true },
		  0, 0x10f000, 0x185000, 0x186000, 0x18d000, 0x400000,
		  { 2, 4, 1 } },
		{ { .kernel_end = 0x10ecf2, .space_end = SPACE_32,
		    .nr_pages = 0x1d611, .long_size = 4, .map_initrd = true,
		    .initrd_size = 0x16e360 },
		  0x10f000, 0x27e000, 0x2f4000, 0x2f5000, 0x2fc000, 0x400000,
		  { 2, 4, 1 } },
		{ { .virt_base = 0xc0000000, .kernel_end = 0xc1a40000,
		    .space_end = SPACE_32, .nr_pages = 0x263df, .long_size = 4,
		    .initrd_size = 0x16d2535 },
		  0xc1c00000, 0xc1a40000, 0xc1ad9000, 0xc1ada000, 0xc1aed000,
		  0xc1c00000, { 14, 4, 1 } },
		{ { .virt_base = BASE_64, .kernel_end = BASE_64 + 0x2a00000,
		    .space_end = ~0ull, .nr_pages = 0x40000, .long_size = 8,
		    .initrd_size = 5000 },
		  BASE_64 + 0x3000000, BASE_64 + 0x2a00000,
		  BASE_64 + 0x2c00000, BASE_64 + 0x2c01000,
		  BASE_64 + 0x2c1c000, BASE_64 + 0x3000000, { 24, 1, 1, 1 } },
	};
	struct dom0_layout l;
	u32 i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		l = rows[i].in;
		assert_true(dom0_layout_make(&l));
		assert_int_equal(l.initrd, rows[i].initrd);
		assert_int_equal(l.p2m, rows[i].p2m);
		assert_int_equal(l.start_info, rows[i].start_info);
		assert_int_equal(l.tables, rows[i].tables);
		assert_int_equal(l.stack, rows[i].stack);
		assert_int_equal(l.end, rows[i].end);
		assert_int_equal(l.levels, l.long_size == 4 ? 3 : 4);
		for (k = 0; k < l.levels; k++)
			assert_int_equal(l.level[k + 1].count,
					 rows[i].count[k]);
	}
}

/* What does not fit into the memory or below the end of the addresses. */
static void test_refused(void **state)
{
	static const struct {
		struct dom0_layout in;
		bool good;
	} rows[] = {
		/* 4 MiB are 1,024 pages; an initrd may lie behind them */
		{ { .nr_pages = 1023 }, false },
		{ { .nr_pages = 1024 }, true },
		{ { .nr_pages = 1024, .initrd_size = 1 }, false },
		{ { .nr_pages = 1025, .initrd_size = 1 }, true },
		{ { .nr_pages = 1025, .initrd_size = 4097 }, false },
		{ { .nr_pages = 1024, .initrd_size = 4097, .map_initrd = true },
		  true },
		/* The last 4 MiB that a kernel can have, and beyond */
		{ { .nr_pages = 1024, .virt_base = SPACE_32 - 2 * MIB }, true },
		{ { .nr_pages = 1024,
		    .virt_base = SPACE_32 - MIB - 512 * KIB }, false },
		{ { .nr_pages = 1024, .virt_base = ~0ull - 8 * MIB + 1,
		    .space_end = ~0ull, .long_size = 8 }, true },
		{ { .nr_pages = 1024, .virt_base = ~0ull - 4 * MIB + 1,
		    .space_end = ~0ull, .long_size = 8 }, false },
		/* A p2m of 2 GiB has no room above a kernel of 64 bits. */
		{ { .nr_pages = 1 << 28, .virt_base = BASE_64,
		    .space_end = ~0ull, .long_size = 8 }, false },
		{ { .nr_pages = 1 << 27, .virt_base = BASE_64,
		    .space_end = ~0ull, .long_size = 8 }, true },
	};
	struct dom0_layout l;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		l = rows[i].in;
		l.kernel_end = l.virt_base + MIB;
		if (!l.long_size) {
			l.long_size = 4;
			l.space_end = SPACE_32;
		}
		if (dom0_layout_make(&l) != rows[i].good)
			fail_msg("row %u is %s", i,
				 rows[i].good ? "refused" : "accepted");
	}
}

#define LOWER_END	BIT(47)
#define HV_END		0xffff880000000000ull

/* Where a p2m may be, beside a kernel in the same root. */
static void test_p2m_refused(void **state)
{
	static const struct {
		u64 virt_base, init_p2m, nr_pages;
		bool good;
	} rows[] = {
		{ BASE_64, 0x8000000000, 0x40000, true },
		{ BASE_64, 0, 1024, true },
		{ 0, 0x8000000000, 0x40000, true },
		{ 0, HV_END, 0x40000, true },
		{ 0, PAGE_SIZE, 0x40000, false },
		{ 0, 0x7fffe00000, 0x40000, false },
		{ BASE_64, LOWER_END - 0x200000, 0x40000, true },
		{ BASE_64, LOWER_END - 0x1ff000, 0x40000, false },
		{ BASE_64, 0x900000000000, 0x40000, false },
		{ BASE_64, HV_END - PAGE_SIZE, 0x40000, false },
		{ BASE_64, 0xffffff8000000000, 0x40000, false },
		{ BASE_64, 0xffffff7fffe00000, 0x40000, true },
		{ BASE_64, 0xffffff7fffe01000, 0x40000, false },
		{ BASE_64, -0x1000ull, 0x40000, false },
		/* Three pages of it and three tables, behind 4 MiB */
		{ BASE_64, 0x8000000000, 1024 + 6, true },
		{ BASE_64, 0x8000000000, 1024 + 5, false },
		/* It is no part of the last 2 GiB. */
		{ BASE_64, 0x8000000000, 1 << 28, true },
	};
	struct dom0_layout l;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		l = (struct dom0_layout){
			.virt_base = rows[i].virt_base, .long_size = 8,
			.space_end = rows[i].virt_base ? ~0ull : LOWER_END,
			.kernel_end = rows[i].virt_base + MIB,
			.nr_pages = rows[i].nr_pages,
			.init_p2m = rows[i].init_p2m,
		};
		if (dom0_layout_make(&l) != rows[i].good)
			fail_msg("row %u is %s", i,
				 rows[i].good ? "refused" : "accepted");
	}
}

static void check_order(const struct dom0_layout *l)
{
	u64 initrd = ROUND_UP(l->initrd_size, PAGE_SIZE);

	if (!initrd)
		assert_int_equal(l->initrd, 0);
	else if (l->map_initrd)
		assert_true(l->kernel_end <= l->initrd &&
			    l->initrd + initrd <=
			    (l->init_p2m ? l->start_info : l->p2m));
	else
		assert_int_equal(l->initrd, l->end);
	if (l->init_p2m) {
		assert_true(l->p2m == l->init_p2m);
		assert_true(l->p2m_pages == l->end +
			    (l->map_initrd ? 0 : initrd));
	} else {
		assert_true(l->p2m == l->p2m_pages && l->kernel_end <= l->p2m);
		assert_true(l->p2m + l->nr_pages * l->long_size <=
			    l->start_info);
	}
	assert_true(l->start_info + PAGE_SIZE == l->tables);
	assert_true(l->stack + PAGE_SIZE + 512 * KIB <= l->end);
	assert_true(l->stack + PAGE_SIZE + 512 * KIB + 4 * MIB > l->end);
	assert_int_equal(l->end % (4 * MIB), 0);
}

/* From the root down, as a processor does: each table is the one of its level. */
static void check_page(const struct dom0_layout *l,
		       const struct dom0_level *level, u64 va)
{
	u64 table = l->tables, entry, below;
	u32 i;

	for (i = l->levels; i; i--) {
		entry = dom0_layout_entry(l, i, va);
		assert_int_equal(entry & PAGE_MASK, table);
		assert_int_equal((entry & ~PAGE_MASK) / 8,
				 va >> (3 + 9 * i) & (i == 3 && l->levels == 3 ?
						      3 : 511));
		if (i == 1)
			break;
		/* The entry's place among all that lead to the level below. */
		below = level[i - 1].first;
		table = level[i - 1].at +
			(entry - dom0_layout_entry(l, i, below)) / 8 *
			PAGE_SIZE;
	}
}

/* Tables behind each other, the first and last of which are needed. */
static void check_tables(const struct dom0_layout *l)
{
	const struct dom0_level *level;
	u64 at = l->tables, last;
	u32 i;

	for (i = l->levels; i; i--) {
		level = &l->level[i];
		assert_int_equal(level->at, at);
		at += level->count * PAGE_SIZE;
		if (i == 2 && l->levels == 3) {
			assert_true(level->first == 0 && level->count == 4);
			continue;
		}
		last = dom0_layout_entry(l, i, l->end - 1);
		assert_int_equal(dom0_layout_entry(l, i, l->virt_base) &
				 PAGE_MASK, level->at);
		assert_int_equal(last & PAGE_MASK, at - PAGE_SIZE);
	}
	assert_int_equal(at, l->stack);
}

/* The last pages of all: those of the p2m, and the tables of three levels. */
static void check_p2m(const struct dom0_layout *l)
{
	u64 size = ROUND_UP(l->nr_pages * 8, PAGE_SIZE), va;
	u64 at = l->p2m_pages + size;
	u32 i;

	if (!l->init_p2m)
		return;
	for (i = 3; i; i--) {
		assert_int_equal(l->p2m_level[i].at, at);
		at += l->p2m_level[i].count * PAGE_SIZE;
	}
	assert_int_equal(l->used, at);
	for (va = l->p2m; va < l->p2m + size; va += PAGE_SIZE)
		check_page(l, l->p2m_level, va);
}

static void test_random(void **state)
{
	struct dom0_layout l;
	u32 k, good = 0;
	u64 va;

	(void)state;
	srand(31);
	for (k = 0; k < 600; k++) {
		l = (struct dom0_layout){
			.long_size = k & 1 ? 8 : 4, .map_initrd = k & 2,
			.nr_pages = 1000 + (u64)rand() % (1 << 17),
			.initrd_size = k % 3 ? (u64)rand() % (64 * MIB) : 0,
		};
		l.virt_base = (u64)rand() % 3000 * MIB +
			      (u64)rand() % 600 * PAGE_SIZE;
		l.space_end = SPACE_32;
		if (l.long_size == 8) {
			l.virt_base += k & 4 ? 0xffffff7fffe00000 :
				       0x7fbfffe00000;
			l.space_end = k & 4 ? ~0ull : BIT(47);
			l.init_p2m = k & 8 ? 0x8000000000 +
				     (u64)rand() % 5000 * 0x40201000 : 0;
		}
		l.kernel_end = l.virt_base + 1 + (u64)rand() % (40 * MIB);
		if (!dom0_layout_make(&l))
			continue;
		good++;
		check_order(&l);
		check_tables(&l);
		for (va = l.virt_base; va < l.end; va += PAGE_SIZE)
			check_page(&l, l.level, va);
		check_p2m(&l);
	}
	assert_true(good > 300);
}

#define CHECK(theirs, name)						\
	assert_int_equal((theirs)->name, (__typeof__((theirs)->name))si.name)
#define CHECK_ALL(theirs)						\
	do {								\
		assert_memory_equal((theirs)->magic, si.magic, 32);	\
		CHECK(theirs, nr_pages);				\
		CHECK(theirs, shared_info);				\
		CHECK(theirs, flags);					\
		CHECK(theirs, store_mfn);				\
		CHECK(theirs, store_evtchn);				\
		CHECK(theirs, console.domU.mfn);			\
		CHECK(theirs, console.domU.evtchn);			\
		CHECK(theirs, pt_base);					\
		CHECK(theirs, nr_pt_frames);				\
		CHECK(theirs, mfn_list);				\
		CHECK(theirs, mod_start);				\
		CHECK(theirs, mod_len);					\
	} while (0)

static void test_start_info(void **state)
{
	struct start_info_x86_32 narrow;
	struct start_info_x86_64 wide;
	struct start_info si;
	u32 i;

	(void)state;
	for (i = 0; i < sizeof(si); i++)
		((u8 *)&si)[i] = (u8)rand();
	members_convert(DOM0_START_INFO, &narrow, 4, &si, OUR_LONG);
	CHECK_ALL(&narrow);
	assert_int_equal(members_size(DOM0_START_INFO, 4),
			 offsetof(struct start_info_x86_32, cmd_line));
	members_convert(DOM0_START_INFO, &wide, 8, &si, OUR_LONG);
	CHECK_ALL(&wide);
	assert_int_equal(members_size(DOM0_START_INFO, 8),
			 offsetof(struct start_info_x86_64, cmd_line));
	assert_int_equal(members_size(DOM0_BEFORE_CONSOLE, 4),
			 offsetof(struct start_info_x86_32, console));
	assert_int_equal(members_size(DOM0_BEFORE_CONSOLE, 8),
			 offsetof(struct start_info_x86_64, console));
}

EXPORT_TESTS(dom0, cmocka_unit_test(test_known), cmocka_unit_test(test_refused),
	     cmocka_unit_test(test_p2m_refused),
	     cmocka_unit_test(test_random), cmocka_unit_test(test_start_info));
