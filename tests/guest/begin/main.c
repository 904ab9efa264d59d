// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/xen.h, "Start-of-day memory layout"; xen/elfnote.h, INIT_P2M; Xen's
 * dom0_construct_pv()): what a kernel finds at its entry: flat selectors, IF, and a
 * stack of a page. Behind its image lie the p2m, start_info, the page tables from
 * the root on, and that page. All of it is mapped, up to a multiple of 4 MiB at least
 * 512 KiB behind the stack, and only the tables are read-only. The p2m of this 64-bit
 * kernel is where its note wants it, and start_info says in which pages it is. A
 * ramdisk lies behind the image, or behind all that is mapped, if a note asks for
 * the number of its first page (MOD_START_PFN). Its command line is the loader's,
 * followed by the words behind " -- " in the hypervisor's (Xen's __start_xen()).
 *
 * Test: begin -a own -o -- -o more
 * Test: begin-64 -w 64 -a own -o -- -o more
 * Test: begin-ramdisk -r notes.S
 * Test: begin-64-ramdisk -w 64 -r notes.S
 */
#include "guest.h"

#define INIT_P2M	(1ul << (WIDTH == 32 ? 31 : 39))	/* see notes.S */
#define APART		(WIDTH == 64)
#define SLACK		(512ul << 10)
#define ROUND		(4ul << 20)
#define ROUND_UP(n, to)	(((n) + (to) - 1) & ~((ulong)(to) - 1))
#define DATA_SELECTOR	(WIDTH == 32 ? FLAT_KERNEL_DS : 0u)

extern const u8 kernel_end[];

PAGE_BUFFER(place);

static void test_registers(void)
{
	const struct start_regs *r = &start_regs;

	CHECK_SELECTOR(r->cs, FLAT_KERNEL_CS);
	CHECK_SELECTOR(r->ss, FLAT_KERNEL_SS);
	CHECK_SELECTOR(r->ds, DATA_SELECTOR);
	CHECK_SELECTOR(r->es, DATA_SELECTOR);
	CHECK_SELECTOR(r->fs, DATA_SELECTOR);
	CHECK_SELECTOR(r->gs, DATA_SELECTOR);
	CHECK(r->flags & ~(ulong)X86_EFLAGS_ARITHMETIC,
	      X86_EFLAGS_IF | X86_EFLAGS_FIXED);
	/* An event would find its mask set. */
	CHECK(shared->vcpu_info[0].evtchn_upcall_mask, 1);
}

static bool writable(ulong at)
{
	return *pte_of((void *)at) & PTE_RW;
}

static void test_layout(void)
{
	ulong info = (ulong)start_info, tables = start_info->pt_base, at;
	ulong stack = tables + start_info->nr_pt_frames * PAGE_SIZE;
	ulong end = ROUND_UP(stack + PAGE_SIZE + SLACK, ROUND);
	ulong p2m = ROUND_UP((ulong)kernel_end, PAGE_SIZE) +
		    (APART ? 0 : ROUND_UP(start_info->mod_len, PAGE_SIZE));
	ulong size = ROUND_UP(start_info->nr_pages * sizeof(ulong), PAGE_SIZE);

	CHECK(start_info->mfn_list, APART ? INIT_P2M : p2m);
	CHECK(info, p2m + (APART ? 0 : size));
	CHECK(tables, info + PAGE_SIZE);
	CHECK(start_regs.sp, stack + PAGE_SIZE);
	for (at = (ulong)kernel_end; at < end; at += PAGE_SIZE)
		if (writable(at) != (at < tables || at >= stack)) {
			print("page 0x%lx\n", at);
			CHECK(writable(at), at < tables || at >= stack);
		}
	*(volatile u8 *)(end - 1) = 1;
	CHECK_TRAP(EXPECT_TRAP("movb (%0), %%al", "r" (end)), X86_TRAP_PF);
	print("tables from 0x%lx, %lu of them, all ends at 0x%lx\n", tables,
	      start_info->nr_pt_frames, end);
}

/* Each page once, and the machine-to-phys array agrees. */
static void test_p2m(void)
{
	ulong pfn, wrong = 0;

	for (pfn = 0; pfn < start_info->nr_pages; pfn++)
		wrong += mfn_to_pfn(*pfn_to_mfn(pfn)) != pfn;
	CHECK(wrong, 0);
}

/* How many pages of the list begin as the one that is mapped at 'place' */
static u32 pages_like(ulong pages)
{
	const ulong *list = (const ulong *)start_info->mfn_list;
	u32 found = 0;
	ulong i;

	for (i = 0; i < pages; i++)
		found += list[i * PAGE_SIZE / sizeof(ulong)] == *(ulong *)place;
	return found;
}

/*
 * Among those pages are, in any order, all of a p2m that has its own addresses; the
 * others are tables for it.
 */
static void test_p2m_pages(void)
{
	ulong first = start_info->first_p2m_pfn, i, found = 0;
	ulong pages = ROUND_UP(start_info->nr_pages * sizeof(ulong), PAGE_SIZE) >>
		      PAGE_SHIFT;
	u64 mfn;

	for (i = 0; i < start_info->nr_p2m_frames; i++) {
		mfn = *pfn_to_mfn(first + i);
		CHECK(set_pte_va(place, mfn << PAGE_SHIFT | PTE_RO,
				 UVMF_INVLPG), 0);
		found += pages_like(pages);
	}
	CHECK(found, pages);
	CHECK(start_info->nr_p2m_frames > pages, 1);
	CHECK(make_rw(place), 0);
	print("p2m: %lu pages of %lu from pfn 0x%lx on\n", pages,
	      start_info->nr_p2m_frames, first);
}

/* The file that tests/guest/run names */
static void test_ramdisk(void)
{
	static const char text[] = "/* SPDX-License-Identifier: GPL-2.0-only */\n";
	ulong at = start_info->mod_start, i;

	CHECK(!!(start_info->flags & SIF_MOD_START_PFN), APART);
	CHECK(start_info->mod_len > sizeof(text), 1);
	if (APART) {
		CHECK_TRAP(EXPECT_TRAP("movb (%0), %%al", "r"
				       (at << PAGE_SHIFT)), X86_TRAP_PF);
		CHECK(set_pte_va(place, *pfn_to_mfn(at) << PAGE_SHIFT | PTE_RO,
				 UVMF_INVLPG), 0);
		at = (ulong)place;
	} else {
		CHECK(at, ROUND_UP((ulong)kernel_end, PAGE_SIZE));
	}
	for (i = 0; i < sizeof(text) - 1; i++)
		CHECK(((const char *)at)[i], text[i]);
	CHECK(make_rw(place), 0);
}

/* Of the runs, those without a ramdisk have words. */
static void test_words(void)
{
	const char *want = start_info->mod_len ? "" : "own more";
	u32 i;

	print("command line: %s\n", (const char *)start_info->cmd_line);
	for (i = 0; !i || want[i - 1]; i++)
		CHECK(start_info->cmd_line[i], want[i]);
}

void test_main(void)
{
	test_words();
	test_registers();
	test_layout();
	test_p2m();
	if (APART)
		test_p2m_pages();
	if (start_info->mod_len)
		test_ramdisk();
	print("a ramdisk of %lu bytes\n", start_info->mod_len);
}
