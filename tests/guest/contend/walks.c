// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the hypervisor follows for a vCPU, while another vCPU takes it away: page
 * tables, which then are memory full of entries that lead to no RAM, and pages
 * of an LDT. No fault is seen that the tables do not make.
 */
#include "contend.h"

#define SLOT	2u
#define PLACE	(SLOT << 30)
#define LINK	(WIDTH == 32 ? PTE_P : PTE_RWP)
#define BAD	(0xffffffe000ull | PTE_RWP)	/* within 40 bits, and no RAM */
#define EMPTY_SELECTOR	LDT_SELECTOR(1, 1)	/* empty */

static u64 l2[512] __attribute__((aligned(4096)));
static u64 l1[512] __attribute__((aligned(4096)));
PAGE_BUFFER(ldt);
PAGE_BUFFER(ldt1);		/* of vCPU 1 */
PAGE_BUFFER(page);
static u64 *slot, empty;	/* a level-3 entry, and what it was */
static volatile u32 false_faults;

static void linked(u32 round)
{
	(void)round;
	CHECK(mmu_update(va_maddr(slot), va_maddr(l2) | LINK), 0);
}

static void restore(u32 round, u32 winner)
{
	(void)round;
	(void)winner;
	memset(l2, 0, sizeof(l2));
	l2[0] = va_maddr(l1) | PTE_RWP;
	CHECK(make_ro(l2), 0);
}

static long take_away(u32 round, u32 me)
{
	long rc = mmu_update(va_maddr(slot), empty);
	u32 i;

	(void)round;
	(void)me;
	rc = rc ? rc : make_rw(l2);
	for (i = 0; !rc && i < ARRAY_SIZE(l2); i++)
		l2[i] = BAD;
	return rc;
}

/* The page is read-only, if it is mapped at all. */
static long write_page(u32 round, u32 me)
{
	(void)round;
	(void)me;
	return EXPECT_TRAP("movl $1, (%0)", "r" (PLACE)) == 14 ? 0 : -1;
}

static long input_to_page(u32 round, u32 me)
{
	(void)round;
	(void)me;
	return EXPECT_TRAP("movl %0, %%edi; movl $0x80, %%edx; insb",
			   "i" (PLACE + 16)) == 14 ? 0 : -1;
}

static long set_ldt(const void *at, u32 entries)
{
	return mmuext(MMUEXT_SET_LDT, (ulong)at, entries);
}

/* Of vCPU 0; no page of it is mapped. */
static void ldt_unused(u32 round)
{
	(void)round;
	CHECK(make_ro(ldt), 0);
	CHECK(set_ldt(ldt, 512), 0);
}

static void ldt_dropped(u32 round, u32 winner)
{
	(void)round;
	(void)winner;
	set_trap_handler(14, NULL);
	CHECK(set_ldt(NULL, 0), 0);
	CHECK(make_rw(ldt), 0);
}

static long read_descriptor(u32 round, u32 me)
{
	(void)round;
	(void)me;
	return EXPECT_TRAP("lar %0, %%eax", "r" (EMPTY_SELECTOR)) == -1 ? 0 : -1;
}

static long make_ldt_writable(u32 round, u32 me)
{
	(void)round;
	(void)me;
	return make_rw(ldt);
}

/* To be tried again: the fault should not have been. */
static void on_false_fault(struct trap_frame *f)
{
	if (false_faults++ < 1000)
		return;
	print("vector %u at %x, again and again\n", (u32)f->vector,
	      (u32)f->eip);
	guest_exit("FAILURE");
}

static void ldt_used(u32 round)
{
	ldt_unused(round);
	CHECK(read_descriptor(round, 0), 0);
	false_faults = 0;
	set_trap_handler(14, on_false_fault);
}

/* It is in use, which ends nobody's use of another page. */
static long pin_ldt(u32 round, u32 me)
{
	(void)round;
	(void)me;
	return mmuext(MMUEXT_PIN_L1_TABLE, va_mfn(ldt), 0) ? 0 : -1;
}

static long use_ldt1(u32 round, u32 me)
{
	static bool set;
	u32 sel = EMPTY_SELECTOR, out;

	(void)round;
	(void)me;
	if (!set) {
		CHECK(make_ro(ldt1), 0);
		CHECK(set_ldt(ldt1, 512), 0);
		set = true;
	}
	__asm__ volatile("lar %1, %0" : "=r" (out) : "r" (sel) : "cc");
	return (long)false_faults;
}

void setup_walks(void)
{
	slot = entry_of((void *)(ulong)PLACE, 3);
	empty = *slot & ~(PTE_A | PTE_D);
	l1[0] = va_maddr(page) | PTE_RO;
	CHECK(make_ro(l1), 0);
	restore(0, 0);
}

const struct contest walk_contests[] = {
	{ "write, take tables", "guest_trap", { write_page, take_away },
	  SUCCESS, .before = linked, .after = restore },
	{ "input, take tables", "guest_trap", { input_to_page, take_away },
	  SUCCESS, .before = linked, .after = restore },
	{ "use an LDT page, map", "ldt_map_page",
	  { read_descriptor, make_ldt_writable }, SOME_ERROR,
	  .before = ldt_unused, .after = ldt_dropped },
	{ "pin an LDT page", "do_mmuext_op", { pin_ldt, use_ldt1 }, SUCCESS,
	  .before = ldt_used, .after = ldt_dropped },
	{ .name = NULL }
};
