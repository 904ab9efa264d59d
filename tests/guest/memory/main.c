// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/memory.h): a domain gives up and gets pages within its
 * reservation; a page that is given up can no longer be mapped; what it gets
 * has the machine-to-phys entry it asked for; exchange makes
 * contiguous memory; nothing that is in use goes. Page-table pages
 * and foreign frames are refused (XSA-248, 252). A list of extents that is not
 * addressable to its end is not begun (XSA-212).
 *
 * Test: memory
 * Test: memory-64 -w 64
 */
#include "guest.h"

#define NO_OPERATION	55u
#define NO_DOMAIN	77u
#define NO_FRAME	0xffffffu
#define EXTENTS_MAX	0x3ffffff	/* that a continuation can count */
/* Of so many extents a list there is not addressable: by its end, its start. */
#define LONG_LIST	(WIDTH == 32 ? 0xf0000000ul : HYPERVISOR_PAGE)
#define ORDER		3u
#define BLOCK		(1u << ORDER)

PAGE_BUFFER(page);
static u8 pages[BLOCK][4096] __attribute__((aligned(4096)));

static struct xen_memory_reservation reservation(xen_pfn_t *list, u32 n,
						 u32 order)
{
	struct xen_memory_reservation r = {
		.nr_extents = n, .extent_order = order, .domid = DOMID_SELF,
	};

	set_xen_guest_handle(r.extent_start, list);
	return r;
}

static void test_down_and_up(void)
{
	xen_pfn_t old = va_mfn(page), frame = old;
	struct xen_memory_reservation r = reservation(&frame, 1, 0);
	ulong gpfn = (ulong)page >> PAGE_SHIFT;
	domid_t self = DOMID_SELF;
	long had = HC2(memory_op, XENMEM_current_reservation, &self);

	CHECK(set_pte_va(page, 0, UVMF_INVLPG), 0);
	CHECK(HC2(memory_op, XENMEM_decrease_reservation, &r), 1);
	CHECK(HC2(memory_op, XENMEM_current_reservation, &self), had - 1);
	CHECK(set_pte_va(page, (u64)old << 12 | PTE_RWP, UVMF_INVLPG) < 0, 1);
	/* Twice is once too often. */
	CHECK(HC2(memory_op, XENMEM_decrease_reservation, &r), 0);
	frame = gpfn;
	CHECK(HC2(memory_op, XENMEM_populate_physmap, &r), 1);
	CHECK(HC2(memory_op, XENMEM_current_reservation, &self), had);
	CHECK(mfn_to_pfn(frame), gpfn);
	*pfn_to_mfn(gpfn) = frame;
	CHECK(make_rw(page), 0);
	page[5] = 5;
	CHECK(page[5], 5);
}

static void test_refused(void)
{
	xen_pfn_t frame = NO_FRAME;
	struct xen_memory_reservation r = reservation(&frame, 1, 0);

	CHECK(HC2(memory_op, XENMEM_decrease_reservation, &r), 0);
	frame = va_mfn((void *)start_info->pt_base);
	r.domid = NO_DOMAIN;
	CHECK(HC2(memory_op, XENMEM_decrease_reservation, &r), 0);
	r = reservation(&frame, 1, 60);
	CHECK(HC2(memory_op, XENMEM_increase_reservation, &r), 0);
	/* Half of a call's extents done, which it must not take for more. */
	r = reservation(&frame, 0x7fffffff, 0);
	CHECK(HC2(memory_op, XENMEM_decrease_reservation |
		  (EXTENTS_MAX / 2) << 6, &r) <= EXTENTS_MAX / 2 + 1, 1);
	CHECK(HC2(memory_op, NO_OPERATION, &r), -XEN_ENOSYS);
}

static void test_exchange(void)
{
	const ulong pfn = (ulong)pages >> PAGE_SHIFT;
	xen_pfn_t in[BLOCK], out = pfn;
	struct xen_memory_exchange x = {
		.in = reservation(in, BLOCK, 0),
		.out = reservation(&out, 1, ORDER),
	};
	u32 i;

	for (i = 0; i < BLOCK; i++)
		in[i] = va_mfn(pages[i]);
	/* Still mapped: in use. */
	CHECK(HC2(memory_op, XENMEM_exchange, &x) < 0, 1);
	x.nr_exchanged = 0;
	for (i = 0; i < BLOCK; i++)
		CHECK(set_pte_va(pages[i], 0, UVMF_INVLPG), 0);
	out = pfn;
	CHECK(HC2(memory_op, XENMEM_exchange, &x), 0);
	CHECK(x.nr_exchanged, BLOCK);
	CHECK(out % BLOCK, 0);
	for (i = 0; i < BLOCK; i++) {
		CHECK(mfn_to_pfn(out + i), pfn + i);
		*pfn_to_mfn(pfn + i) = out + i;
		CHECK(make_rw(pages[i]), 0);
		pages[i][0] = (u8)i;
	}
	for (i = 0; i < BLOCK; i++)
		CHECK(pages[i][0], i);
	/* Sizes that do not match, and a count from nowhere. */
	x.in.nr_extents = BLOCK - 1;
	x.nr_exchanged = 0;
	CHECK(HC2(memory_op, XENMEM_exchange, &x), -XEN_EINVAL);
	x.in.nr_extents = BLOCK;
	x.nr_exchanged = 100;
	CHECK(HC2(memory_op, XENMEM_exchange, &x) < 0, 1);
	x.nr_exchanged = 0;
	set_xen_guest_handle(x.out.extent_start, (xen_pfn_t *)-16ul);
	CHECK(HC2(memory_op, XENMEM_exchange, &x) < 0, 1);
}

static void test_map(void)
{
	static struct e820entry entries[128];
	struct xen_memory_map m = { .nr_entries = ARRAY_SIZE(entries) };

	set_xen_guest_handle(m.buffer, entries);
	CHECK(HC2(memory_op, XENMEM_machine_memory_map, &m), 0);
	CHECK(m.nr_entries > 2 && m.nr_entries <= ARRAY_SIZE(entries), 1);
	CHECK(entries[0].type, E820_RAM);
	CHECK(HC2(memory_op, XENMEM_maximum_ram_page, 0) > 0x1000, 1);
}

static void test_whole_extents(void)
{
	static const struct {
		const char *name;
		u32 op;
	} ops[] = {
		{ "increase", XENMEM_increase_reservation },
		{ "decrease", XENMEM_decrease_reservation },
		{ "populate", XENMEM_populate_physmap },
	};
	static xen_pfn_t list[2];
	/* Not addressable to its end; more than can be counted. */
	const struct {
		xen_pfn_t *list;
		u32 count;
	} lists[] = {
		{ (void *)LONG_LIST, EXTENTS_MAX }, { list, EXTENTS_MAX + 1u },
		{ list, ~0u },
	};
	domid_t self = DOMID_SELF;
	long had = HC2(memory_op, XENMEM_current_reservation, &self);
	struct xen_memory_reservation r;
	u32 i, j;

	list[0] = va_mfn(page);
	CHECK(set_pte_va(page, 0, UVMF_INVLPG), 0);
	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		print("%s\n", ops[i].name);
		for (j = 0; j < ARRAY_SIZE(lists); j++) {
			r = reservation(lists[j].list, lists[j].count, 0);
			CHECK(HC2(memory_op, ops[i].op, &r), 0);
		}
	}
	CHECK(HC2(memory_op, XENMEM_current_reservation, &self), had);
	CHECK(set_pte_va(page, (u64)list[0] << 12 | PTE_RWP, UVMF_INVLPG), 0);
}

/* Of a list that begins with a good entry, which must not be carried out. */
static void test_whole_exchange(void)
{
	xen_pfn_t in[32] = { va_mfn(pages[0]) };
	struct xen_memory_exchange x = {
		.in = reservation(in, 32, 0),
		.out = reservation((void *)(window - 64), 32, 0),
	};

	CHECK(set_pte_va(pages[0], 0, UVMF_INVLPG), 0);
	CHECK(HC2(memory_op, XENMEM_exchange, &x), -XEN_EFAULT);
	CHECK(set_pte_va(pages[0], (u64)in[0] << 12 | PTE_RWP, UVMF_INVLPG), 0);
}

void test_main(void)
{
	test_down_and_up();
	test_refused();
	test_exchange();
	test_map();
	test_whole_extents();
	test_whole_exchange();
}
