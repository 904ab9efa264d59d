// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (xen/xen.h, MMUEXT_SET_LDT): an LDT of the kernel's own pages, as every
 * modify_ldt() of a program makes one: its pages are taken at their first use,
 * entries change by update_descriptor while they are in use, another LDT takes
 * its place at once, and without one a selector of it is #GP.
 *
 * Test: old-ldt
 */
#include "guest.h"

static u64 tables[2][1024] __attribute__((aligned(4096)));

static u64 segment(u32 base)
{
	return 0x00cfb2000000ffffull | (u64)(base & 0xffffff) << 16 |
	       (u64)(base >> 24) << 56;
}

static u32 read_by(u32 selector)
{
	u32 v;

	__asm__ volatile("movl %1, %%fs; movl %%fs:0, %0; movl %2, %%fs"
			 : "=&r" (v) : "r" (selector), "r" (0));
	return v;
}

static u32 words[2] = { 0x11111111, 0x22222222 };

void test_main(void)
{
	u32 low = 3 << 3 | 4, high = 700 << 3 | 4, i;
	u32 end = 1024 << 3 | 4;

	for (i = 0; i < 2; i++) {
		tables[i][3] = segment((u32)&words[i]);
		tables[i][700] = segment((u32)&words[!i]);
		CHECK(make_ro(tables[i]), 0);
		CHECK(make_ro(&tables[i][512]), 0);
	}
	CHECK(mmuext(MMUEXT_SET_LDT, (u32)tables[0], 1024), 0);
	CHECK(read_by(low), words[0]);
	CHECK(read_by(high), words[1]);
	CHECK_TRAP(EXPECT_TRAP("movl %0, %%fs", "r" (end)), X86_TRAP_GP);
	CHECK(trapped_error, end);
	CHECK(HC4(update_descriptor, va_maddr(&tables[0][3]), 0,
		  segment((u32)&words[1]), segment((u32)&words[1]) >> 32), 0);
	CHECK(read_by(low), words[1]);
	CHECK(mmuext(MMUEXT_SET_LDT, (u32)tables[1], 1024), 0);
	CHECK(read_by(low), words[1]);
	CHECK(read_by(high), words[0]);
	CHECK(mmuext(MMUEXT_SET_LDT, (u32)tables[1], 512), 0);
	CHECK_TRAP(EXPECT_TRAP("movl %0, %%fs", "r" (high)), X86_TRAP_GP);
	CHECK(mmuext(MMUEXT_SET_LDT, 0, 0), 0);
	CHECK_TRAP(EXPECT_TRAP("movl %0, %%fs", "r" (low)), X86_TRAP_GP);
	CHECK(trapped_error, low);
	for (i = 0; i < 2; i++) {
		CHECK(make_rw(tables[i]), 0);
		CHECK(make_rw(&tables[i][512]), 0);
	}
}
