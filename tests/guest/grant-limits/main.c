// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/domctl.h, xen/grant_table.h): a new domain names its highest grant
 * table version and the most frames and maptrack pages that it may have, or -1
 * for the hypervisor's own limits. Those are gnttab_max_frames= (64 if not
 * given) and gnttab_max_maptrack_frames= (1024); more is refused, as are no
 * frames, no version and a version that the hypervisor does not have. A table
 * gets its frames as it grows: a high limit costs little.
 *
 * To be booted with the options below; reference Xen also with max-ver:1.
 *
 * Test: grant-limits -o dom0_mem=128M -o gnttab_max_frames=2048 -o gnttab_max_maptrack_frames=4096
 * Test: grant-limits-64 -w 64 -o dom0_mem=128M -o gnttab_max_frames=2048 -o gnttab_max_maptrack_frames=4096
 */
#include "domu.h"

#define FRAMES		2048	/* gnttab_max_frames= */
#define MAPTRACK	4096	/* gnttab_max_maptrack_frames= */
#define MANY		100u	/* that the tools may ask for at once */
#define OWN		1000u	/* reference Xen lists no more to PV32 */
#define REF		((OWN - 1) * 512 + 77)
#define op		domctl_op

static xen_pfn_t list[OWN + 1];
static struct domu u;
PAGE_BUFFER(table);
PAGE_BUFFER(granted);
PAGE_BUFFER(mapped);

static const struct config {
	u32 options;
	int frames, maptrack;
	long rc;
} configs[] = {
	{ 1, 1, 0, 0 },
	{ 1, 65, 1025, 0 },
	{ 1, FRAMES, MAPTRACK, 0 },
	{ 1, -1, -1, 0 },
	{ 1, -5, -5, 0 },
	{ 1, 0, 4, -XEN_EINVAL },
	{ 1, FRAMES + 1, 4, -XEN_EINVAL },
	{ 1, 0x7fffffff, 4, -XEN_EINVAL },
	{ 1, 4, MAPTRACK + 1, -XEN_EINVAL },
	{ 1, 4, 0x7fffffff, -XEN_EINVAL },
	{ 0, 4, 4, -XEN_EINVAL },	/* no version */
	{ 2, 4, 4, -XEN_EINVAL },	/* above the hypervisor's */
	{ 15, 4, 4, -XEN_EINVAL },
	{ 0x11, 4, 4, -XEN_EINVAL },	/* an option that does not exist */
	{ 0x80000001, 4, 4, -XEN_EINVAL },
};

static long create(const struct config *c)
{
	memset(&op, 0, sizeof(op));
	op.u.createdomain.max_vcpus = 1;
	op.u.createdomain.max_evtchn_port = 63;
	op.u.createdomain.grant_opts = c->options;
	op.u.createdomain.max_grant_frames = c->frames;
	op.u.createdomain.max_maptrack_frames = c->maptrack;
	u.id = 0;
	return domu_ctl(&u, XEN_DOMCTL_createdomain);
}

static void destroy(void)
{
	CHECK(domu_ctl(&u, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_gone(&u), 1);
}

static struct gnttab_query_size size_of(u32 domid)
{
	struct gnttab_query_size q = { .dom = (domid_t)domid };

	CHECK(HC3(grant_table_op, GNTTABOP_query_size, &q, 1), 0);
	CHECK_GRANT(q.status, GNTST_okay);
	return q;
}

static void test_configs(void)
{
	const struct config *c;
	struct gnttab_query_size q;
	long rc;

	for (c = configs; c < configs + sizeof(configs) / sizeof(*c); c++) {
		rc = create(c);
		if (rc != c->rc)
			print("options %x, frames %d, maptrack %d:\n",
			      c->options, c->frames, c->maptrack);
		CHECK(rc, c->rc);
		if (rc)
			continue;
		u.id = op.domain;
		q = size_of(u.id);
		CHECK(q.nr_frames, 1);
		CHECK(q.max_nr_frames, c->frames < 0 ? FRAMES : c->frames);
		destroy();
	}
}

/* Pages that the machine has less of while such a domain is there. */
static u32 cost(int frames, int maptrack)
{
	struct config c = { 1, frames, maptrack, 0 };
	u32 before = settled_pages(), with;

	CHECK(create(&c), 0);
	u.id = op.domain;
	with = free_pages();
	destroy();
	CHECK(settled_pages(), before);
	return before - with;
}

/* The first domain leaves something behind for those that follow. */
static void test_cost(void)
{
	u32 small, large;

	cost(4, 4);
	small = cost(4, 4);
	large = cost(FRAMES, MAPTRACK);
	print("a domain with little: %u pages; with much: %u\n", small, large);
	CHECK(large >= small && large <= small + 40, 1);
}

static long acquire(u64 frame, u32 n)
{
	struct xen_mem_acquire_resource r = {
		.domid = (domid_t)u.id, .type = XENMEM_resource_grant_table,
		.id = XENMEM_resource_grant_table_id_shared,
		.nr_frames = n, .frame = frame,
	};

	set_xen_guest_handle(r.frame_list, list);
	return HC2(memory_op, XENMEM_acquire_resource, &r);
}

/* Another domain's table, which grows to its end in one step. */
static void test_other(void)
{
	struct config c = { 1, FRAMES, 4, 0 };
	u32 before = settled_pages();

	CHECK(create(&c), 0);
	u.id = op.domain;
	CHECK(acquire(FRAMES, 1), -XEN_EINVAL);
	CHECK(acquire(FRAMES - 1, 2), -XEN_EINVAL);
	/* The end of these wraps around. */
	CHECK(acquire(0xffffffff00000001, 0xffffffff), -XEN_EINVAL);
	CHECK(size_of(u.id).nr_frames, 1);
	CHECK(acquire(0, MANY), 0);
	CHECK(size_of(u.id).nr_frames, MANY);
	CHECK(list[MANY - 1] != 0 && list[MANY - 1] != list[0], 1);
	CHECK(acquire(FRAMES - 1, 1), 0);
	CHECK(size_of(u.id).nr_frames, FRAMES);
	CHECK(domu_map(&u, mapped, list[0], PTE_RWP), 0);
	mapped[PAGE_SIZE - 1] = 1;
	CHECK(set_pte_va(mapped, 0, UVMF_INVLPG), 0);
	destroy();
	CHECK(settled_pages(), before);
}

/* A grant in the last of our frames works. */
static void test_last_entry(void)
{
	grant_entry_v1_t *entry = (grant_entry_v1_t *)table + REF % 512;
	struct gnttab_map_grant_ref map = {
		.host_addr = (ulong)mapped, .flags = GNTMAP_host_map,
		.ref = REF,
	};
	struct gnttab_unmap_grant_ref unmap = { .host_addr = (ulong)mapped };

	CHECK(set_pte_va(table, (u64)list[OWN - 1] << 12 | PTE_RWP,
			 UVMF_INVLPG), 0);
	entry->frame = va_mfn(granted);
	entry->domid = 0;
	barrier();
	entry->flags = GTF_permit_access;
	granted[5] = 0x5a;
	CHECK(HC3(grant_table_op, GNTTABOP_map_grant_ref, &map, 1), 0);
	CHECK_GRANT(map.status, GNTST_okay);
	if (map.status)
		return;
	CHECK(mapped[5], 0x5a);
	unmap.handle = map.handle;
	CHECK(HC3(grant_table_op, GNTTABOP_unmap_grant_ref, &unmap, 1), 0);
	CHECK_GRANT(unmap.status, GNTST_okay);
	map.ref = REF + 512;
	CHECK(HC3(grant_table_op, GNTTABOP_map_grant_ref, &map, 1), 0);
	CHECK_GRANT(map.status, GNTST_bad_gntref);
}

static void test_own(void)
{
	struct gnttab_setup_table s = { .dom = DOMID_SELF, .nr_frames = OWN };
	u32 i, twice = 0;

	CHECK(size_of(DOMID_SELF).max_nr_frames, FRAMES);
	set_xen_guest_handle(s.frame_list, list);
	list[OWN] = 42;
	CHECK(HC3(grant_table_op, GNTTABOP_setup_table, &s, 1), 0);
	CHECK_GRANT(s.status, GNTST_okay);
	CHECK(size_of(DOMID_SELF).nr_frames, OWN);
	CHECK(list[OWN], 42);
	for (i = 1; i < OWN; i++)
		twice += list[i] == list[i - 1] || !list[i];
	CHECK(twice, 0);
	if (s.status == GNTST_okay)
		test_last_entry();
	s.nr_frames = FRAMES + 1;
	CHECK(HC3(grant_table_op, GNTTABOP_setup_table, &s, 1), 0);
	CHECK_GRANT(s.status, GNTST_general_error);
}

void test_main(void)
{
	test_configs();
	test_cost();
	test_other();
	test_own();
}
