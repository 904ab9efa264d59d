// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/memory.h, XENMEM_machphys_mfn_list and machphys_compat_mfn_list; Xen's
 * subarch_memory_op() and set_gpfn_from_mfn()): the hypervisor has two machine-to-phys
 * arrays, of 64-bit and of 32-bit numbers, and a change is in both at once. The tools
 * get the frames of the one of their width, a number for each 2 MiB, and those of the
 * other one, by which they recognise tables of 32-bit domains. Dom0 maps them as
 * DOMID_XEN's, read-only alone, and finds what its own window shows.
 *
 * Test: arrays
 * Test: arrays-64 -w 64
 * Test: arrays-large -w 64 -m 4000
 */
#include "guest.h"

#define EXTENTS		8u
#define PER_EXTENT	512ul		/* pages of 2 MiB */
#define UNUSED		0x12345u	/* a pfn that the domain has not */

PAGE_BUFFER(place);
static xen_pfn_t own[EXTENTS], narrow[EXTENTS];

static u32 get_list(u32 op, xen_pfn_t *list)
{
	struct xen_machphys_mfn_list l = { .max_extents = EXTENTS };

	set_xen_guest_handle(l.extent_start, list);
	CHECK(HC2(memory_op, op, &l), 0);
	return l.nr_extents;
}

static long map(u64 mfn, u64 flags)
{
	mmu_update_t m = { .ptr = va_maddr(pte_of(place)),
			   .val = mfn << PAGE_SHIFT | flags };
	long rc = HC4(mmu_update, &m, 1, 0, DOMID_XEN);

	mmuext(MMUEXT_INVLPG_LOCAL, (ulong)place, 0);
	return rc;
}

/* The number that an array of such entries has for a frame */
static u64 entry_in(const xen_pfn_t *list, u32 size, u64 mfn)
{
	static u64 mapped;
	u64 at = mfn * size, page = at >> PAGE_SHIFT;
	u64 frame = list[page / PER_EXTENT] + page % PER_EXTENT;

	if (mapped != frame)
		CHECK(map(frame, PTE_RO), 0);
	mapped = frame;
	at &= PAGE_SIZE - 1;
	return size == sizeof(u32) ? *(u32 *)(place + at) : *(u64 *)(place + at);
}

static void check_all(const char *what, const xen_pfn_t *list, u32 size)
{
	ulong pfn, wrong = 0;

	for (pfn = 0; pfn < start_info->nr_pages; pfn++)
		wrong += entry_in(list, size, *pfn_to_mfn(pfn)) != pfn;
	CHECK_AS(error_name, what, wrong, 0);
}

static void test_extents(void)
{
	ulong frames = (ulong)HC1(memory_op, XENMEM_maximum_ram_page);
	ulong each = PER_EXTENT * PAGE_SIZE, n;

	n = get_list(XENMEM_machphys_mfn_list, own);
	CHECK(n, (frames * sizeof(ulong) + each - 1) / each);
	n = get_list(XENMEM_machphys_compat_mfn_list, narrow);
	CHECK(n, (frames * sizeof(u32) + each - 1) / each);
	if (WIDTH == 32)
		CHECK(own[0], narrow[0]);
	print("%lu frames, %lu extents of the narrow array\n", frames, n);
}

static void test_change(void)
{
	u64 mfn = va_mfn(test_change);
	ulong pfn = mfn_to_pfn(mfn);
	u32 i;

	for (i = 0; i < 2; i++) {
		CHECK(mmu_update(mfn << PAGE_SHIFT | MMU_MACHPHYS_UPDATE,
				 i ? pfn : UNUSED), 0);
		CHECK(mfn_to_pfn(mfn), i ? pfn : UNUSED);
		CHECK(entry_in(own, sizeof(ulong), mfn), i ? pfn : UNUSED);
		CHECK(entry_in(narrow, sizeof(u32), mfn), i ? pfn : UNUSED);
	}
}

void test_main(void)
{
	test_extents();
	check_all("own array", own, sizeof(ulong));
	check_all("narrow array", narrow, sizeof(u32));
	test_change();
	CHECK(map(own[0], PTE_RWP) < 0, 1);
	CHECK(make_rw(place), 0);
}
