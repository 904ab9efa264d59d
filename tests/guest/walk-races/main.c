// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule: a hypervisor that looks at a guest's tables, after a fault or for an
 * instruction that it carries out, follows nothing but tables, whatever other
 * vCPUs do meanwhile. Classes: a walk that follows a frame number which another
 * vCPU has just written; a flush that is missed before a table gets another use
 * (XSA-286, 401, 408).
 *
 * vCPU 1 reads a place, by itself and by ins, which the hypervisor carries out.
 * vCPU 0 puts the place's tables in and takes them out. While they are out they
 * are memory, full of entries that lead to where no RAM is. What vCPU 1 reads
 * is the page, or a page fault.
 *
 * Test: walk-races -c 2
 * Test: walk-races-64 -w 64 -c 2
 * Test: fuzz/audit-walk-races -c 2 krypton-debug
 */
#include "guest.h"

#define ROUNDS	300u
#define SLOT	2u
#define PLACE	(SLOT << 30)
#define MAGIC	0x600d600du
/* A level-3 entry; a 32-bit guest's has no rights. */
#define LINK	(WIDTH == 32 ? PTE_P : PTE_RWP)
#define BAD	(0xffffffe000ull | PTE_RWP)	/* within 40 bits, and no RAM */

static u64 l2[512] __attribute__((aligned(4096)));
static u64 l1[512] __attribute__((aligned(4096)));
static u32 page[1024] __attribute__((aligned(4096)));
static u8 stack1[8192] __attribute__((aligned(4096)));
static volatile u32 started, stop, reads, faults, wrong;
static volatile int wrong_trap;

static void note(int trap, u32 value)
{
	if (trap == 14)
		faults++;
	else if (trap == -1 && value == MAGIC)
		reads++;
	else if (!wrong++)
		wrong_trap = trap;
}

static void reader(void)
{
	struct physdev_set_iopl io = { .iopl = 1 };
	static volatile u32 value;
	int trap;

	traps_init();
	CHECK(HC2(physdev_op, PHYSDEVOP_set_iopl, &io), 0);
	started = 1;
	while (!stop) {
		value = 0;
		trap = EXPECT_TRAP("movl (%1), %%eax; movl %%eax, %0",
				   "m" (value), "r" (PLACE));
		note(trap, value);
		trap = EXPECT_TRAP("movl %0, %%edi; movl $0x80, %%edx; insb",
				   "i" (PLACE + 4095));
		note(trap, MAGIC);
	}
	for (;;)
		HC3(vcpu_op, VCPUOP_down, 1, 0);
}

static void start_reader(void)
{
	vcpu_run(1, reader, stack1 + sizeof(stack1));
}

static void wait(u32 n)
{
	while (n--)
		__asm__ volatile("pause" ::: "memory");
}

/* From a table to memory, and back with only its first entry. */
static void misuse(u64 *table, u64 entry)
{
	u32 i;

	CHECK(make_rw(table), 0);
	for (i = 0; i < 512; i++)
		table[i] = BAD;
	wait(200);
	memset(table, 0, PAGE_SIZE);
	table[0] = entry;
	CHECK(make_ro(table), 0);
}

static void work(u64 slot, u64 old)
{
	u64 in_l2 = va_maddr(l1) | PTE_RWP, in_l1 = va_maddr(page) | PTE_RWP;
	u32 i;

	for (i = 0; i < ROUNDS && !failures; i++) {
		misuse(l1, in_l1);
		misuse(l2, in_l2);
		CHECK(mmu_update(slot, va_maddr(l2) | LINK), 0);
		wait(i % 400);
		/* Only the level-1 table, every other time. */
		if (i & 1) {
			CHECK(mmu_update(va_maddr(l2), 0), 0);
			misuse(l1, in_l1);
			CHECK(mmu_update(va_maddr(l2), in_l2), 0);
			wait(i % 400);
		}
		CHECK(mmu_update(slot, old), 0);
	}
}

void test_main(void)
{
	u64 *slot = entry_of((void *)(ulong)PLACE, 3), old = *slot;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(page); i++)
		page[i] = MAGIC;
	start_reader();
	for (i = 0; i < 10000000 && !started; i++)
		HC2(sched_op, SCHEDOP_yield, 0);
	CHECK(started, 1);
	/* Again if the reader did not run meanwhile, or never in between. */
	for (i = 0; i < 20 && !(reads && faults); i++)
		work(va_maddr(slot), old & ~0x60ull);
	stop = 1;
	while (HC3(vcpu_op, VCPUOP_is_up, 1, 0))
		HC2(sched_op, SCHEDOP_yield, 0);
	print("%u reads, %u page faults\n", reads, faults);
	if (wrong)
		print("vector %d, or none and a wrong value\n", wrong_trap);
	CHECK(wrong, 0);
	CHECK(reads && faults, 1);
}
