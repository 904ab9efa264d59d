// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/grant_table.h, xen/event_channel.h), between two domains: a page
 * of another one is reached by its grant alone, with the grant's rights and no
 * more, whatever is written to the page table; it is a page table or written,
 * never both; a granter that dies stays until its pages are unmapped, and is
 * gone then; channels name both ends and outlive one of them as unbound. The
 * other domain is made by us and never runs. Classes: foreign mappings without
 * a right (XSA-148, 182), unmaps that race or are forgotten (218, 224, 234),
 * status of domains that are gone (255, 384), closing for others (496).
 *
 * Test: peer
 * Test: peer-64 -w 64
 * Test: fuzz/audit-peer krypton-debug
 */
#include "domu.h"

#define op	domctl_op
#define frames	(u.frames)
#define REF	8u	/* writable, frames[0] */
#define REF_RO	9u	/* frames[1] */
#define REF_BAD	10u	/* a page of ours */
#define UNSET	99	/* a status that no operation gives */
#define NOBODY	5u
#define NO_PORT	999u
#define LAST	63u	/* of its ports; 1 is the first, 2 are taken */

PAGE_BUFFER(window_a);
PAGE_BUFFER(window_b);
PAGE_BUFFER(mine);
static grant_entry_v1_t table[512] __attribute__((aligned(4096)));
static shared_info_t *const other_shared = (shared_info_t *)window_b;

static struct domu u;

static void grant(u32 ref, u32 frame, u16 flags)
{
	table[ref].frame = frame;
	table[ref].domid = 0;
	table[ref].flags = flags;
}

static void test_table(void)
{
	xen_pfn_t list[8] = { 0 };
	struct gnttab_setup_table s = { .dom = (domid_t)u.id, .nr_frames = 5 };
	struct gnttab_query_size q = { .dom = (domid_t)u.id };

	set_xen_guest_handle(s.frame_list, list);
	CHECK(HC3(grant_table_op, GNTTABOP_setup_table, &s, 1), 0);
	CHECK_GRANT(s.status, GNTST_general_error);
	s.nr_frames = 1;
	CHECK(HC3(grant_table_op, GNTTABOP_setup_table, &s, 1), 0);
	CHECK_GRANT(s.status, GNTST_okay);
	CHECK(HC3(grant_table_op, GNTTABOP_query_size, &q, 1), 0);
	CHECK(q.nr_frames, 1);
	CHECK(q.max_nr_frames, 4);
	CHECK(domu_map(&u, table, list[0], PTE_RWP), 0);
	grant(REF, frames[0], GTF_permit_access);
	grant(REF_RO, frames[1], GTF_permit_access | GTF_readonly);
	grant(REF_BAD, va_mfn(mine), GTF_permit_access);
}

static int map(u32 flags, u32 ref, void *at, u32 *handle)
{
	struct gnttab_map_grant_ref m = {
		.host_addr = (ulong)at, .flags = flags | GNTMAP_host_map,
		.ref = ref, .dom = (domid_t)u.id, .status = UNSET,
	};

	CHECK(HC3(grant_table_op, GNTTABOP_map_grant_ref, &m, 1), 0);
	*handle = m.handle;
	return m.status;
}

static int unmap(void *at, u32 handle)
{
	struct gnttab_unmap_grant_ref m = {
		.host_addr = (ulong)at, .handle = handle, .status = UNSET,
	};

	CHECK(HC3(grant_table_op, GNTTABOP_unmap_grant_ref, &m, 1), 0);
	return m.status;
}

static void test_rights(void)
{
	u64 *pte = pte_of(window_a), was;
	u32 h, h2;

	CHECK_GRANT(map(0, REF_BAD, window_a, &h), GNTST_bad_page);
	CHECK_GRANT(map(0, REF_RO, window_a, &h), GNTST_general_error);
	CHECK_GRANT(map(GNTMAP_readonly, REF_RO, window_a, &h), GNTST_okay);
	was = *pte;
	/* More than was granted, in all the ways there are. */
	CHECK(set_pte_va(window_a, was | PTE_RW, UVMF_INVLPG) < 0, 1);
	CHECK(mmu_update(va_maddr(pte), was | PTE_RW) < 0, 1);
	CHECK_TRAP(EXPECT_TRAP("lock orl $2, (%0)", "r" (pte)), X86_TRAP_PF);
	CHECK(set_pte_va(window_b, was, UVMF_INVLPG) < 0, 1);
	CHECK(*pte == was, 1);
	/* What takes nothing is allowed. */
	CHECK(set_pte_va(window_a, was & ~PTE_D, UVMF_INVLPG), 0);
	CHECK_GRANT(unmap(window_a, h), GNTST_okay);
	CHECK(set_pte_va(window_a, was, UVMF_INVLPG) < 0, 1);

	CHECK_GRANT(map(0, REF, window_a, &h), GNTST_okay);
	window_a[100] = 77;
	CHECK(domu_map(&u, window_b, frames[0], PTE_RO), 0);
	CHECK(window_b[100], 77);
	/* A writable mapping keeps it from being a table. */
	CHECK(domu_pin(&u, MMUEXT_PIN_L1_TABLE, frames[0]) < 0, 1);
	memset(window_a, 0, PAGE_SIZE);
	CHECK_GRANT(unmap(window_a, h), GNTST_okay);
	CHECK(domu_pin(&u, MMUEXT_PIN_L1_TABLE, frames[0]), 0);
	CHECK_GRANT(map(0, REF, window_a, &h2), GNTST_general_error);
	CHECK_GRANT(map(GNTMAP_readonly, REF, window_a, &h2), GNTST_okay);
	CHECK_GRANT(unmap(window_a, h2), GNTST_okay);
	CHECK(domu_pin(&u, MMUEXT_UNPIN_TABLE, frames[0]), 0);
	CHECK(make_rw(window_a) | make_rw(window_b), 0);
}

static int copy(u32 ref, bool to, u32 flags)
{
	struct gnttab_copy c = { .len = 32, .flags = (u16)flags };
	struct gnttab_copy_ptr ours = { .domid = DOMID_SELF };
	struct gnttab_copy_ptr theirs = { .domid = (domid_t)u.id };

	ours.u.gmfn = va_mfn(mine);
	theirs.u.ref = ref;
	c.source = to ? ours : theirs;
	c.dest = to ? theirs : ours;
	CHECK(HC3(grant_table_op, GNTTABOP_copy, &c, 1), 0);
	return c.status;
}

static void test_copy(void)
{
	memset(mine, 5, 32);
	CHECK_GRANT(copy(REF, true, GNTCOPY_dest_gref), GNTST_okay);
	memset(mine, 0, 32);
	CHECK_GRANT(copy(REF, false, GNTCOPY_source_gref), GNTST_okay);
	CHECK(mine[31], 5);
	CHECK_GRANT(copy(REF_RO, true, GNTCOPY_dest_gref), GNTST_general_error);
	CHECK_GRANT(copy(REF_RO, false, GNTCOPY_source_gref), GNTST_okay);
	CHECK_GRANT(copy(REF_BAD, false, GNTCOPY_source_gref), GNTST_bad_page);
	/* By frame number: only our own. */
	CHECK_GRANT(copy(frames[0], false, 0), GNTST_permission_denied);
	CHECK(table[REF].flags, GTF_permit_access);
}

static long status(u32 dom, u32 port, struct evtchn_status *s)
{
	*s = (struct evtchn_status){ .dom = (domid_t)dom, .port = port };
	return HC2(event_channel_op, EVTCHNOP_status, s);
}

static u32 alloc_for(u32 remote)
{
	struct evtchn_alloc_unbound a = { .dom = (domid_t)u.id,
					  .remote_dom = (domid_t)remote };

	CHECK(HC2(event_channel_op, EVTCHNOP_alloc_unbound, &a), 0);
	return a.port;
}

static long bind(u32 theirs, u32 *ours)
{
	struct evtchn_bind_interdomain b = { .remote_dom = (domid_t)u.id,
					     .remote_port = theirs };
	long rc = HC2(event_channel_op, EVTCHNOP_bind_interdomain, &b);

	*ours = b.local_port;
	return rc;
}

/* Returns our end of a channel that is left open. */
static u32 test_channel(void)
{
	struct evtchn_reset reset = { .dom = (domid_t)u.id };
	u32 theirs = alloc_for(0), not_ours = alloc_for(NOBODY), ours, n = 0;
	struct evtchn_send send;
	struct evtchn_status s;

	CHECK(bind(not_ours, &ours), -XEN_EINVAL);
	CHECK(bind(NO_PORT, &ours), -XEN_EINVAL);
	CHECK(bind(theirs, &ours), 0);
	CHECK(status(u.id, theirs, &s), 0);
	CHECK(s.status, EVTCHNSTAT_interdomain);
	CHECK(s.u.interdomain.dom, 0);
	CHECK(s.u.interdomain.port, ours);
	CHECK(domu_ctl(&u, XEN_DOMCTL_getdomaininfo), 0);
	CHECK(domu_map(&u, window_b, op.u.getdomaininfo.shared_info_frame,
		       PTE_RO), 0);
	CHECK(other_shared->evtchn_pending[0] >> theirs & 1, 0);
	send.port = ours;
	CHECK(HC2(event_channel_op, EVTCHNOP_send, &send), 0);
	CHECK(other_shared->evtchn_pending[0] >> theirs & 1, 1);
	CHECK(make_rw(window_b), 0);

	CHECK(close_port(ours), 0);
	CHECK(status(u.id, theirs, &s), 0);
	CHECK(s.status, EVTCHNSTAT_unbound);
	CHECK(s.u.unbound.dom, 0);
	CHECK(bind(theirs, &ours), 0);
	/* As many as the domain may have, and no more. */
	while (n < 100) {
		struct evtchn_alloc_unbound a = { .dom = (domid_t)u.id };

		if (HC2(event_channel_op, EVTCHNOP_alloc_unbound, &a))
			break;
		CHECK(a.port <= LAST, 1);
		n++;
	}
	CHECK(n, LAST - 2);
	CHECK(HC2(event_channel_op, EVTCHNOP_reset, &reset), 0);
	CHECK(status(u.id, theirs, &s), 0);
	CHECK(s.status, EVTCHNSTAT_closed);
	CHECK(status(0, ours, &s), 0);
	CHECK(s.status, EVTCHNSTAT_unbound);
	CHECK(s.u.unbound.dom, u.id);
	CHECK(close_port(ours), 0);
	CHECK(bind(alloc_for(0), &ours), 0);
	return ours;
}

/* With a page and its table mapped, and a channel open. */
static void test_death(u32 port)
{
	struct evtchn_status s;
	u32 h, h2;

	CHECK_GRANT(map(0, REF, window_a, &h), GNTST_okay);
	CHECK_GRANT(map(GNTMAP_readonly, REF_RO, window_b, &h2), GNTST_okay);
	window_a[7] = 7;
	CHECK(domu_ctl(&u, XEN_DOMCTL_destroydomain), 0);
	CHECK(status(0, port, &s), 0);
	CHECK(s.status, EVTCHNSTAT_unbound);
	CHECK(s.u.unbound.dom, u.id);
	CHECK(close_port(port), 0);
	CHECK(domu_ctl(&u, XEN_DOMCTL_getdomaininfo), 0);
	CHECK(!!(op.u.getdomaininfo.flags & XEN_DOMINF_dying), 1);
	CHECK(op.u.getdomaininfo.tot_pages, 2);
	CHECK(window_a[7], 7);
	CHECK(table[REF].flags & GTF_writing, GTF_writing);
	CHECK_GRANT(unmap(window_a, h), GNTST_okay);
	CHECK(table[REF].flags & (GTF_reading | GTF_writing), 0);
	CHECK_GRANT(unmap(window_b, h2), GNTST_okay);
	CHECK_GRANT(unmap(window_b, h2), GNTST_bad_handle);
	CHECK(set_pte_va(table, 0, UVMF_INVLPG), 0);
	CHECK(domu_gone(&u), 1);
	CHECK(make_rw(window_a) | make_rw(window_b) | make_rw(table), 0);
}

static void one_life(void)
{
	u32 port;

	domu_empty(&u);
	test_table();
	test_rights();
	test_copy();
	port = test_channel();
	test_death(port);
}

void test_main(void)
{
	u32 before;

	one_life();
	before = settled_pages();
	one_life();
	one_life();
	CHECK(settled_pages(), before);
}
