// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (Xen allocates single pages once it has booted): no domain can arrange the
 * machine's free memory so that the tools cannot use it. Here it has no two
 * frames side by side: whoever has as much memory as is free can see to that, by
 * giving up every second frame or by exchanges. A domain can be made all the
 * same, with vCPUs, grant table and event channels, and it runs.
 *
 * Test: scattered -m 192 -o dom0_mem=64M
 * Test: scattered-64 -w 64 -m 192 -o dom0_mem=64M
 */
#include "domu.h"

#define ORDER		9u
#define FRAMES		(1u << ORDER)
#define EXTENTS		128u		/* more than there are */
#define COUNTER		0x8000u		/* a page of the domain's */
#define GRANT_FRAMES	4u		/* domu_create() allows so many */

DEFINE_CODE(count_code, "1: incl " STRING(COUNTER) "; jmp 1b");

static xen_pfn_t extents[EXTENTS], list[FRAMES];
PAGE_BUFFER(page);

/* Get an extent, or give up the frames of a list. */
static long change(u32 op, xen_pfn_t *at, u32 n, u32 order)
{
	struct xen_memory_reservation r = {
		.nr_extents = n, .extent_order = order, .domid = DOMID_SELF,
	};

	set_xen_guest_handle(r.extent_start, at);
	return HC2(memory_op, op, &r);
}

static bool get(xen_pfn_t *at, u32 order)
{
	return change(XENMEM_increase_reservation, at, 1, order) == 1;
}

/* Leave free every second frame of all that was free, and no other. */
static void scatter(void)
{
	u32 n = 0, order, i;

	while (n < EXTENTS && get(&extents[n], ORDER))
		n++;
	CHECK(n > 0 && n < EXTENTS, 1);
	for (order = ORDER; order--;)
		while (get(list, order))
			;
	while (n--) {
		for (i = 0; i < FRAMES / 2; i++)
			list[i] = extents[n] + 2 * i;
		CHECK(change(XENMEM_decrease_reservation, list, FRAMES / 2, 0),
		      FRAMES / 2);
	}
}

static void grow_grants(const struct domu *u)
{
	struct xen_mem_acquire_resource r = {
		.domid = (domid_t)u->id, .type = XENMEM_resource_grant_table,
		.id = XENMEM_resource_grant_table_id_shared,
		.nr_frames = GRANT_FRAMES,
	};

	set_xen_guest_handle(r.frame_list, list);
	CHECK(HC2(memory_op, XENMEM_acquire_resource, &r), 0);
}

void test_main(void)
{
	volatile u32 *counter = (volatile u32 *)page;
	struct domu u;
	u32 i;

	scatter();
	print("%u pages are free\n", free_pages());
	CHECK(get(list, 1), 0);		/* none are side by side */
	domu_vcpus = 4;
	domu_make(&u, page, count_code, CODE_SIZE(count_code));
	grow_grants(&u);
	CHECK(domu_map(&u, page, u.frames[COUNTER >> PAGE_SHIFT], PTE_RWP), 0);
	CHECK(domu_ctl(&u, XEN_DOMCTL_unpausedomain), 0);
	for (i = 0; i < 2000 && !*counter; i++)
		sleep_ms(1);
	CHECK(*counter > 0, 1);
	CHECK(set_pte_va(page, 0, UVMF_INVLPG), 0);
	CHECK(domu_ctl(&u, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_gone(&u), 1);
}
