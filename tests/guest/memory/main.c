// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/memory.h): a domain gives up and gets pages within its
 * reservation; a page that is given up can no longer be mapped; what it gets
 * has the machine-to-phys entry it asked for; exchange makes
 * contiguous memory; nothing that is in use goes; of what is refused, the domain
 * has kept all, but what was exchanged before is counted. Page-table pages
 * and foreign frames are refused (XSA-248, 252). A list of extents that is not
 * addressable to its end is not begun (XSA-212).
 *
 * Test: memory
 * Test: memory-64 -w 64
 */
#include "domu.h"

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
static struct domu other;

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
}

#define BAD_AT		5u	/* which frame of the list is not good */

/* The pages' frames as they are, which nothing maps any more. */
static void unmap_pages(xen_pfn_t *mine)
{
	u32 i;

	for (i = 0; i < BLOCK; i++) {
		pages[i][0] = (u8)(i + 1);
		mine[i] = va_mfn(pages[i]);
		CHECK(set_pte_va(pages[i], 0, UVMF_INVLPG), 0);
	}
}

/* The frames that their machine-to-phys entries call so; each can be mapped. */
static void map_pages(xen_pfn_t *frames)
{
	ulong end = (ulong)HC2(memory_op, XENMEM_maximum_ram_page, 0), m;
	const ulong pfn = (ulong)pages >> PAGE_SHIFT;
	u32 i;

	for (m = 0; m < end; m++)
		if (mfn_to_pfn(m) - pfn < BLOCK)
			frames[mfn_to_pfn(m) - pfn] = m;
	for (i = 0; i < BLOCK; i++) {
		*pfn_to_mfn(pfn + i) = frames[i];
		CHECK(make_rw(pages[i]), 0);
	}
}

/* After a refusal: the pages have their frames, those of 'done' are others. */
static void check_pages(const xen_pfn_t *mine, u32 done)
{
	xen_pfn_t now[BLOCK] = { 0 };
	u32 i;

	map_pages(now);
	for (i = 0; i < BLOCK; i++) {
		CHECK(now[i] == mine[i], i >= done);
		if (i >= done)
			CHECK(pages[i][0], i + 1);
	}
}

/* A list with one frame that cannot go, in chunks of 2^order frames. */
static void refuse_frame(xen_pfn_t bad, u32 order)
{
	const u32 chunk = 1u << order, done = BAD_AT & ~(chunk - 1);
	domid_t self = DOMID_SELF;
	long had = HC2(memory_op, XENMEM_current_reservation, &self);
	xen_pfn_t mine[BLOCK], in[BLOCK], out[BLOCK];
	struct xen_memory_exchange x = {
		.in = reservation(in, BLOCK, 0),
		.out = reservation(out, BLOCK >> order, order),
	};
	u32 i;

	unmap_pages(mine);
	for (i = 0; i < BLOCK; i++) {
		in[i] = mine[i];
		out[i] = ((ulong)pages >> PAGE_SHIFT) + (i << order);
	}
	in[BAD_AT] = bad ? bad : mine[BAD_AT - 1];
	CHECK(HC2(memory_op, XENMEM_exchange, &x), -XEN_EINVAL);
	CHECK(HC2(memory_op, XENMEM_current_reservation, &self), had);
	check_pages(mine, done);
	/* Reference Xen tells 32-bit callers nothing of what it did before. */
	if (WIDTH == 32)
		return;
	CHECK(x.nr_exchanged, done);
	for (i = 0; i < done; i++)
		CHECK(out[i >> order] + i % chunk, va_mfn(pages[i]));
}

/* One extent, of which a frame is in use. */
static void test_extent_refused(void)
{
	xen_pfn_t mine[BLOCK], first = va_mfn(pages[0]), out[BLOCK];
	struct xen_memory_exchange x = {
		.in = reservation(&first, 1, ORDER),
		.out = reservation(out, BLOCK, 0),
	};
	u32 i;

	unmap_pages(mine);
	CHECK(make_rw(pages[BAD_AT]), 0);
	for (i = 0; i < BLOCK; i++)
		out[i] = ((ulong)pages >> PAGE_SHIFT) + i;
	CHECK(HC2(memory_op, XENMEM_exchange, &x), -XEN_EINVAL);
	CHECK(x.nr_exchanged, 0);
	check_pages(mine, 0);
}

/* Frames that cannot go, in the midst of those that can. */
static void test_frames_kept(void)
{
	const struct {
		const char *name;
		xen_pfn_t frame;
	} cases[] = {
		{ "named twice", 0 },
		{ "no frame", NO_FRAME },
		{ "device's", 0xb8 },
		{ "mapped", va_mfn(page) },
		{ "page table", va_mfn((void *)start_info->pt_base) },
		{ "hypervisor's", start_info->shared_info >> PAGE_SHIFT },
		{ "another domain's", other.frames[DOMU_PAGES - 1] },
	};
	u32 i, order;

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		for (order = 0; order <= ORDER; order++) {
			print("%s, order %u\n", cases[i].name, order);
			refuse_frame(cases[i].frame, order);
		}
}

/* Lists, numbers and domains that are refused: all frames are kept. */
static void test_exchange_refused(void)
{
	static const struct {
		const char *name;
		int want;
		domid_t in, out;
		u32 extents, in_order, out_order, flags, done;
	} cases[] = {
#define SELF	DOMID_SELF, DOMID_SELF
		{ "sizes", -XEN_EINVAL, SELF, BLOCK - 1, 0, ORDER, 0, 0 },
		{ "more done", -XEN_EINVAL, SELF, BLOCK, 0, ORDER, 0, 16 },
		{ "order", -XEN_EPERM, SELF, 1, 20, 20, 0, 0 },
		{ "no memory", -XEN_ENOMEM, SELF, BLOCK, 0, ORDER,
		  PAGE_SHIFT, 0 },
		{ "domains", -XEN_EINVAL, DOMID_SELF, NO_DOMAIN, BLOCK, 0,
		  ORDER, 0, 0 },
		{ "domain", -XEN_ESRCH, NO_DOMAIN, NO_DOMAIN, BLOCK, 0, ORDER,
		  0, 0 },
	};
	xen_pfn_t mine[BLOCK], out = (ulong)pages >> PAGE_SHIFT;
	struct xen_memory_exchange x;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		print("%s\n", cases[i].name);
		unmap_pages(mine);
		x = (struct xen_memory_exchange){
			.in = reservation(mine, cases[i].extents,
					  cases[i].in_order),
			.out = reservation(&out, 1, cases[i].out_order),
			.nr_exchanged = cases[i].done,
		};
		x.in.domid = cases[i].in;
		x.out.domid = cases[i].out;
		x.out.mem_flags = cases[i].flags;
		CHECK(HC2(memory_op, XENMEM_exchange, &x), cases[i].want);
		CHECK(x.nr_exchanged, cases[i].done);
		check_pages(mine, 0);
	}
}

/* Two pages, and a list of a block's frames across their border. */
#define LIST_SIZE	(PAGE_SIZE / sizeof(xen_pfn_t))
static xen_pfn_t lists[2 * LIST_SIZE] __attribute__((aligned(4096)));
static xen_pfn_t *const across = lists + LIST_SIZE - BLOCK / 2;

/* Lists that lie nowhere, or of which a part cannot be read. */
static void test_list_refused(void)
{
	xen_pfn_t mine[BLOCK], out = (ulong)pages >> PAGE_SHIFT;
	struct xen_memory_exchange x = {
		.in = reservation(mine, BLOCK, 0),
		.out = reservation((void *)(window - 16), BLOCK, 0),
	};

	unmap_pages(mine);
	CHECK(HC2(memory_op, XENMEM_exchange, &x), -XEN_EFAULT);
	memcpy(across, mine, sizeof(mine));
	CHECK(set_pte_va(&lists[LIST_SIZE], 0, UVMF_INVLPG), 0);
	x.in = reservation(across, BLOCK, 0);
	x.out = reservation(&out, 1, ORDER);
	CHECK(HC2(memory_op, XENMEM_exchange, &x), -XEN_EFAULT);
	CHECK(x.nr_exchanged, 0);
	check_pages(mine, 0);
	CHECK(make_rw(&lists[LIST_SIZE]), 0);
}

/*
 * What comes cannot all be told, as half of the list is read-only: the domain
 * has it, and its machine-to-phys entries say where.
 */
static void test_not_told(void)
{
	const ulong pfn = (ulong)pages >> PAGE_SHIFT;
	xen_pfn_t mine[BLOCK], first = va_mfn(pages[0]);
	struct xen_memory_exchange x = {
		.in = reservation(&first, 1, ORDER),
		.out = reservation(across, BLOCK, 0),
	};
	domid_t self = DOMID_SELF;
	long had = HC2(memory_op, XENMEM_current_reservation, &self);
	u32 i;

	unmap_pages(mine);
	for (i = 0; i < BLOCK; i++)
		across[i] = pfn + i;
	CHECK(make_ro(lists), 0);
	CHECK(HC2(memory_op, XENMEM_exchange, &x), -XEN_EFAULT);
	CHECK(make_rw(lists), 0);
	CHECK(HC2(memory_op, XENMEM_current_reservation, &self), had);
	check_pages(mine, BLOCK);
}

/* The privileged domain may exchange another's frames. */
static void test_exchange_other(void)
{
	xen_pfn_t out = DOMU_PAGES - 1;
	struct xen_memory_exchange x = {
		.in = reservation(&other.frames[DOMU_PAGES - 1], 1, 0),
		.out = reservation(&out, 1, 0),
	};

	x.in.domid = x.out.domid = (domid_t)other.id;
	CHECK(HC2(memory_op, XENMEM_exchange, &x), 0);
	CHECK(x.nr_exchanged, 1);
	CHECK(mfn_to_pfn(out), DOMU_PAGES - 1);
	CHECK(HC2(memory_op, XENMEM_current_reservation, &x.in.domid),
	      DOMU_PAGES);
	CHECK(domu_map(&other, page, other.frames[DOMU_PAGES - 1], PTE_RWP) < 0,
	      1);
	CHECK(domu_map(&other, page, out, PTE_RWP), 0);
	CHECK(make_rw(page), 0);
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

void test_main(void)
{
	test_down_and_up();
	test_refused();
	domu_empty(&other);
	test_exchange();
	test_extent_refused();
	test_not_told();
	test_frames_kept();
	test_exchange_refused();
	test_list_refused();
	test_exchange_other();
	CHECK(domu_ctl(&other, XEN_DOMCTL_destroydomain), 0);
	test_map();
	test_whole_extents();
}
