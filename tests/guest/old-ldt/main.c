// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (xen/xen.h, MMUEXT_SET_LDT): an LDT of the kernel's own pages, as every
 * modify_ldt() of a program makes one: its pages are taken at their first use,
 * entries change by update_descriptor while they are in use, another LDT takes
 * its place at once, and without one a selector of it is #GP. A selector stays
 * loaded while other vCPUs run, though its page was not used since the LDT's place
 * was named again.
 *
 * Test: old-ldt -v 2
 * Test: old-ldt-64 -w 64 -v 2
 * Test: fuzz/audit-old-ldt -v 2 krypton-debug
 */
#include "guest.h"

/* Entries of the first page and the second */
enum { LOW = 3, HIGH = 700, ENTRIES = 1024 };

static u64 tables[2][ENTRIES] __attribute__((aligned(4096)));

static u64 segment(u32 base)
{
	return (FLAT_DATA(1) & ~DESC_A) | DESC_BASE(base);
}

static u32 read_by(u32 selector)
{
	u32 v;

	__asm__ volatile("movl %1, %%fs; movl %%fs:0, %0; movl %2, %%fs"
			 : "=&r" (v) : "r" (selector), "r" (0));
	return v;
}

static u32 words[2] = { 0x11111111, 0x22222222 };
static u8 stack[8192] __attribute__((aligned(4096)));
static volatile u32 ran;

static void other(void)
{
	for (;;) {
		ran = 1;
		HC2(sched_op, SCHEDOP_yield, 0);
	}
}

static void test_switch(u32 selector, u32 expected)
{
	u32 v;

	vcpu_run(1, other, stack + sizeof(stack));
	__asm__ volatile("movl %0, %%fs" :: "r" (selector));
	CHECK(mmuext(MMUEXT_SET_LDT, (ulong)tables[1], ENTRIES), 0);
	CHECK(vcpu_wait(&ran, 1), 1);
	__asm__ volatile("movl %%fs:0, %0; movl %1, %%fs" : "=&r" (v) : "r" (0));
	CHECK(v, expected);
}

void test_main(void)
{
	u32 low = LDT_SELECTOR(LOW, 0), high = LDT_SELECTOR(HIGH, 0), i;
	u32 end = LDT_SELECTOR(ENTRIES, 0);

	for (i = 0; i < 2; i++) {
		tables[i][LOW] = segment((ulong)&words[i]);
		tables[i][HIGH] = segment((ulong)&words[!i]);
		CHECK(make_ro(tables[i]), 0);
		CHECK(make_ro(&tables[i][ENTRIES / 2]), 0);
	}
	CHECK(mmuext(MMUEXT_SET_LDT, (ulong)tables[0], ENTRIES), 0);
	CHECK(read_by(low), words[0]);
	CHECK(read_by(high), words[1]);
	CHECK_TRAP(EXPECT_TRAP("movl %0, %%fs", "r" (end)), X86_TRAP_GP);
	CHECK(trapped_error, end);
	CHECK(update_descriptor(va_maddr(&tables[0][LOW]),
				segment((ulong)&words[1])), 0);
	CHECK(read_by(low), words[1]);
	CHECK(mmuext(MMUEXT_SET_LDT, (ulong)tables[1], ENTRIES), 0);
	CHECK(read_by(low), words[1]);
	CHECK(read_by(high), words[0]);
	test_switch(high, words[0]);
	CHECK(mmuext(MMUEXT_SET_LDT, (ulong)tables[1], ENTRIES / 2), 0);
	CHECK_TRAP(EXPECT_TRAP("movl %0, %%fs", "r" (high)), X86_TRAP_GP);
	CHECK(mmuext(MMUEXT_SET_LDT, 0, 0), 0);
	CHECK_TRAP(EXPECT_TRAP("movl %0, %%fs", "r" (low)), X86_TRAP_GP);
	CHECK(trapped_error, low);
	for (i = 0; i < 2; i++) {
		CHECK(make_rw(tables[i]), 0);
		CHECK(make_rw(&tables[i][ENTRIES / 2]), 0);
	}
}
