// SPDX-License-Identifier: GPL-2.0-only
/*
 * Emulated writes to page tables: the instructions that kernels use have the
 * effect they have on memory, and random bytes never let a bad entry in.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include "host.h"
#include "lib/lib.h"
#include "machine/paging.h"
#include "mmu/ptwrite.h"
#include "mmu/ptype.h"

static struct domain *d;
static u32 first;
static u8 *code;		/* below 4 GiB, as a guest's is */

static u64 *page(u32 i)
{
	return mfn_to_virt(mfn(first + i));
}

/* Page 5 is an L1, mapped by itself at 0 and writable page 6 at 4 KiB. */
static void setup(void)
{
	u32 i;

	host_reset();
	frames_init(HOST_FRAMES);
	frames_give(mfn(256), HOST_FRAMES - 256);
	d = host_domain(8, &first);
	if (!code)
		code = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE |
			    MAP_ANONYMOUS | MAP_32BIT, -1, 0);
	for (i = 0; i < 4; i++)
		page(0)[i] = make_pte(mfn(first + 1 + i), PTE_P);
	page(1)[0] = make_pte(mfn(first + 5), PTE_P | PTE_RW);
	page(5)[0] = make_pte(mfn(first + 5), PTE_P);
	page(5)[1] = make_pte(mfn(first + 6), PTE_P | PTE_RW);
	assert_int_equal(ptype_get_both(d, mfn(first), TYPE_L3), 0);
	host_current->roots.kernel.table = mfn(first);
}

static bool run(struct regs *r, const void *insn, u32 n, u32 at)
{
	memset(code, 0xcc, 64);
	memcpy(code, insn, n);
	r->ip = (u64)code;
	r->cs = 0xe019;
	return ptwrite_emulate(host_current, r, gva(at));
}

/*
 * The instructions by which kernels write page tables do what they do on
 * memory, and nothing where the entry would break a rule.
 */
static void test_instructions(void **state)
{
	struct regs r = { 0 };
	u64 old;

	(void)state;
	setup();
	/* lock andb $0xfd, (%ecx) */
	assert_true(run(&r, "\xf0\x80\x21\xfd", 4, 8));
	assert_int_equal(r.ip, (u64)code + 4);
	assert_int_equal(page(5)[1] & 7, PTE_P);
	/* orl $2, 0x10(%ecx) */
	assert_true(run(&r, "\x83\x49\x10\x02", 4, 8));
	assert_int_equal(page(5)[1] & 7, PTE_P | PTE_RW);
	old = page(5)[1];
	/* cmpxchg8b (%edi), first with the wrong value */
	r.ax = (u32)old ^ 1;
	r.dx = old >> 32;
	assert_true(run(&r, "\xf0\x0f\xc7\x0f", 4, 8));
	assert_false(r.flags & 0x40);
	assert_int_equal(r.ax, (u32)old);
	r.bx = r.cx = 0;
	assert_true(run(&r, "\xf0\x0f\xc7\x0f", 4, 8));
	assert_true(r.flags & 0x40);
	assert_int_equal(page(5)[1], 0);
	/* mov %eax, (%edx) and xchg %eax, (%edx) */
	r.ax = (u32)old;
	assert_true(run(&r, "\x89\x02", 2, 8));
	assert_int_equal(page(5)[1], (u32)old);
	r.ax = 0;
	assert_true(run(&r, "\x87\x02", 2, 8));
	assert_int_equal(r.ax, (u32)old);
	assert_int_equal(page(5)[1], 0);
	/* btsl $0, (%edx) on an entry that would be frame 0 of the machine */
	assert_false(run(&r, "\x0f\xba\x2a\x00", 4, 8));
	/* A writable mapping of the table itself. */
	r.ax = (u32)make_pte(mfn(first + 5), PTE_P | PTE_RW);
	assert_false(run(&r, "\x89\x02", 2, 16));
	assert_int_equal(page(5)[2], 0);
	/* Across two entries, and an instruction that is not known. */
	assert_false(run(&r, "\x89\x02", 2, 14));
	assert_false(run(&r, "\xab", 1, 16));
}

/* and and or leave the flags that they leave on this machine. */
static void test_flags(void **state)
{
	static const u32 values[] = { 0, 2, 6, 0x80000000, 0x80000002, 0x106 };
	const u64 result = 0x8c5;	/* AF is undefined */
	struct regs r;
	u64 want;
	u32 i;

	(void)state;
	setup();
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		page(5)[1] = 0;
		r = (struct regs){ .ax = values[i], .flags = result };
		__asm__("orl %1, %1\n"
			"pushf\n"
			"pop %0" : "=&r" (want) : "r" (values[i]) : "cc");
		/* orl %eax, (%edx), then andl %eax, (%edx) */
		assert_true(run(&r, "\x09\x02", 2, 8));
		assert_int_equal(r.flags & result, want & result);
		r.flags = result;
		assert_true(run(&r, "\x21\x02", 2, 8));
		assert_int_equal(r.flags & result, want & result);
		assert_int_equal((u32)page(5)[1], values[i]);
	}
}

/* A write that ends in the table, but begins in the page before, is none. */
static void test_across_pages(void **state)
{
	struct regs r = { 0 };
	u64 old;

	(void)state;
	setup();
	old = page(5)[0];
	r.ax = (u32)old;
	r.dx = 0xfffffffe;
	assert_false(run(&r, "\x89\x02", 2, 0));
	r.ax = 0;
	assert_false(run(&r, "\x89\x02", 2, 0));
	assert_int_equal(page(5)[0], old);
	r.ax = (u32)old;
	r.dx = 0;
	assert_true(run(&r, "\x89\x02", 2, 0));
	assert_int_equal(r.ip, (u64)code + 2);
	assert_int_equal(page(5)[0], old);
}

/*
 * Random bytes as an instruction never make a writable mapping of a page that
 * is not of that type, and leave no lock held.
 */
static void test_random(void **state)
{
	struct regs r;
	u8 insn[16];
	u32 k, i, done = 0;
	u64 e;

	(void)state;
	setup();
	srand(9);
	for (k = 0; k < 40000; k++) {
		for (i = 0; i < sizeof(insn); i++)
			insn[i] = (u8)rand();
		if (k & 1)
			insn[0] = (u8[]){ 0x89, 0x87, 0x09, 0x83 }[rand() % 4];
		r = (struct regs){ 0 };
		r.ax = r.bx = r.cx = r.dx = r.bp = r.si = r.di =
			(first + (u32)rand() % 8) << 12 | ((u32)rand() & 0x7ff);
		done += run(&r, insn, sizeof(insn), 8 + (u32)rand() % 64);
		for (i = 0; i < 16; i++) {
			e = page(5)[i];
			if (!(e & PTE_P) || !(e & PTE_RW) ||
			    !mfn_valid(pte_mfn(e)))
				continue;
			assert_int_equal(mfn_frame(pte_mfn(e))->type,
					 TYPE_WRITABLE);
		}
		assert_int_equal(host_locks, 0);
	}
	assert_true(done > 200);
}

EXPORT_TESTS(ptwrite, cmocka_unit_test(test_instructions),
	     cmocka_unit_test(test_flags), cmocka_unit_test(test_across_pages),
	     cmocka_unit_test(test_random));
