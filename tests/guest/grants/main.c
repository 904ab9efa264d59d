// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/grant_table.h): version 1 grants, here of a domain to itself. An
 * entry is pinned while it is mapped, which its reading and writing bits show;
 * what a grant gives is checked against the entry at each map and copy; an
 * unmap must name the handle, the place and the frame. A mapping that the
 * guest overwrites leaves its entry pinned. Classes: misaligned PTE addresses
 * (XSA-227), counts that overflow, unmap that is not all-or-nothing (224),
 * copies from a frame that is no longer granted (500).
 *
 * Test: grants
 * Test: grants-64 -w 64
 * Test: fuzz/audit-grants krypton-debug
 */
#include "guest.h"

#define REF		8u	/* the first that tools do not use */
#define PINS_MAX	128u	/* of a kind, on one entry */
#define NO_MFN		0xffffff0u
#define NO_DOMAIN	77u
#define NO_REF		5000u
#define NO_OPERATION	100u
#define UNSET		99	/* a status that no operation gives */
#define REFS		1024u	/* in the table's two frames */
#define FRAMES		64u	/* that it may have */
#define BEYOND		0x100000000ull	/* what a 32-bit guest cannot map */
#define VA(p)		((ulong)(p))

static grant_entry_v1_t table[2][512] __attribute__((aligned(4096)));
PAGE_BUFFER(granted);
PAGE_BUFFER(other);
PAGE_BUFFER(window_a);
PAGE_BUFFER(window_b);

static grant_entry_v1_t *entry(u32 ref)
{
	return &table[ref / 512][ref % 512];
}

static void grant(u32 ref, const void *page, u16 flags, u16 domid)
{
	entry(ref)->flags = 0;
	entry(ref)->frame = va_mfn(page);
	entry(ref)->domid = domid;
	barrier();
	entry(ref)->flags = flags;
}

static u32 in_use(u32 ref)
{
	return entry(ref)->flags & (GTF_reading | GTF_writing);
}

/* The status; *handle is set if it is given. */
static int map(u32 flags, u32 ref, u64 where, u32 *handle)
{
	struct gnttab_map_grant_ref op = {
		.host_addr = where, .flags = flags, .ref = ref, .dom = 0,
		.status = UNSET, .handle = ~0u,
	};

	CHECK(HC3(grant_table_op, GNTTABOP_map_grant_ref, &op, 1), 0);
	if (handle)
		*handle = op.handle;
	if (!op.status)
		CHECK(op.dev_bus_addr >> 12, entry(ref)->frame);
	return op.status;
}

static int unmap_both(u64 where, u64 bus, u32 handle)
{
	struct gnttab_unmap_grant_ref op = {
		.host_addr = where, .dev_bus_addr = bus, .handle = handle,
		.status = UNSET,
	};

	CHECK(HC3(grant_table_op, GNTTABOP_unmap_grant_ref, &op, 1), 0);
	return op.status;
}

static int unmap(u64 where, u32 handle)
{
	return unmap_both(where, 0, handle);
}

static int replace(const void *where, u64 with, u32 handle)
{
	struct gnttab_unmap_and_replace op = {
		.host_addr = VA(where), .new_addr = with, .handle = handle,
		.status = UNSET,
	};

	CHECK(HC3(grant_table_op, GNTTABOP_unmap_and_replace, &op, 1), 0);
	return op.status;
}

static void test_set_up(void)
{
	xen_pfn_t frames[FRAMES] = { 0 };
	struct gnttab_query_size q = { .dom = DOMID_SELF };
	struct gnttab_setup_table s = { .dom = DOMID_SELF, .nr_frames = 2 };
	struct gnttab_set_version v = { .version = 3 };
	struct gnttab_get_version g = { .dom = DOMID_SELF };
	u32 i;

	CHECK(HC3(grant_table_op, GNTTABOP_query_size, &q, 1), 0);
	CHECK_GRANT(q.status, GNTST_okay);
	CHECK(q.max_nr_frames, FRAMES);
	CHECK(HC3(grant_table_op, GNTTABOP_query_size, &q, 2), -XEN_EINVAL);
	q.dom = NO_DOMAIN;
	CHECK(HC3(grant_table_op, GNTTABOP_query_size, &q, 1), 0);
	CHECK_GRANT(q.status, GNTST_bad_domain);

	set_xen_guest_handle(s.frame_list, frames);
	CHECK(HC3(grant_table_op, GNTTABOP_setup_table, &s, 1), 0);
	CHECK_GRANT(s.status, GNTST_okay);
	for (i = 0; i < 2; i++)
		CHECK(set_pte_va(table[i], (u64)frames[i] << 12 | PTE_RWP,
				 UVMF_INVLPG), 0);
	q.dom = DOMID_SELF;
	CHECK(HC3(grant_table_op, GNTTABOP_query_size, &q, 1), 0);
	CHECK(q.nr_frames, 2);
	s.nr_frames = FRAMES + 1;
	CHECK(HC3(grant_table_op, GNTTABOP_setup_table, &s, 1), 0);
	CHECK_GRANT(s.status, GNTST_general_error);
	s.nr_frames = 1;
	s.dom = NO_DOMAIN;
	CHECK(HC3(grant_table_op, GNTTABOP_setup_table, &s, 1), 0);
	CHECK_GRANT(s.status, GNTST_bad_domain);
	CHECK(HC3(grant_table_op, GNTTABOP_setup_table, &s, 2), -XEN_EINVAL);
	CHECK(HC3(grant_table_op, GNTTABOP_setup_table, -16ul, 1), -XEN_EFAULT);

	CHECK(HC3(grant_table_op, GNTTABOP_get_version, &g, 1), 0);
	CHECK(g.version, 1);
	CHECK(HC3(grant_table_op, GNTTABOP_set_version, &v, 1), -XEN_EINVAL);
	CHECK(v.version, 1);
	CHECK(HC3(grant_table_op, GNTTABOP_set_version, &v, 1), 0);
	v.version = 2;
	CHECK(HC3(grant_table_op, GNTTABOP_set_version, &v, 1), -XEN_ENOSYS);
	CHECK(v.version, 1);
}

static void test_map(void)
{
	const u32 for_users = GNTMAP_host_map | GNTMAP_readonly |
			      GNTMAP_application_map |
			      1 << _GNTMAP_guest_avail0;
	u32 h = ~0u, h2;

	grant(REF, granted, GTF_permit_access, 0);
	granted[7] = 42;
	CHECK(in_use(REF), 0);
	CHECK_GRANT(map(GNTMAP_host_map, REF, VA(window_a), &h), GNTST_okay);
	CHECK(in_use(REF), GTF_reading | GTF_writing);
	CHECK(window_a[7], 42);
	window_a[8] = 43;
	barrier();
	CHECK(granted[8], 43);
	CHECK(*pte_of(window_a) & (PTE_P | PTE_RW | PTE_US),
	      PTE_P | PTE_RW | (PTE_ADDED & PTE_US));

	/* A second mapping, read only, with a bit for the guest. */
	CHECK_GRANT(map(for_users, REF, VA(window_b), &h2), GNTST_okay);
	CHECK(h2 != h, 1);
	CHECK(*pte_of(window_b) & (PTE_P | PTE_RW | PTE_US | PTE_AVAIL),
	      PTE_P | PTE_US | 0x200);
	CHECK_TRAP(EXPECT_TRAP("movb $1, (%0)", "r" (window_b)), X86_TRAP_PF);

	/* The wrong place, and the wrong handle. */
	CHECK_GRANT(unmap(VA(window_b), h), GNTST_general_error);
	CHECK_GRANT(unmap(VA(other), h), GNTST_general_error);
	CHECK_GRANT(unmap(VA(window_a), h + 1000), GNTST_bad_handle);
	CHECK_GRANT(unmap(VA(window_a), ~0u), GNTST_bad_handle);
	CHECK(in_use(REF), GTF_reading | GTF_writing);

	CHECK_GRANT(unmap(VA(window_a), h), GNTST_okay);
	CHECK(*pte_of(window_a), 0);
	CHECK(in_use(REF), GTF_reading);
	CHECK_GRANT(unmap(VA(window_a), h), GNTST_bad_handle);
	CHECK_GRANT(unmap(VA(window_b), h2), GNTST_okay);
	CHECK(in_use(REF), 0);
	CHECK(make_rw(window_a) | make_rw(window_b), 0);
}

static void test_contains_pte(void)
{
	u64 pte = va_maddr(pte_of(window_a));
	u32 flags = GNTMAP_host_map | GNTMAP_contains_pte, h;

	CHECK_GRANT(map(flags, REF, pte, &h), GNTST_okay);
	CHECK(window_a[7], 42);
	CHECK_GRANT(unmap(VA(window_a), h), GNTST_general_error);
	CHECK_GRANT(replace((void *)(ulong)pte, VA(window_b), h),
		    GNTST_general_error);
	CHECK_GRANT(unmap(pte, h), GNTST_okay);
	CHECK(*pte_of(window_a), 0);
	/* Not an entry's place, not a table, not a page of the domain. */
	CHECK_GRANT(map(flags, REF, pte + 4, NULL), GNTST_general_error);
	CHECK_GRANT(map(flags, REF, va_maddr(other), NULL),
		    GNTST_general_error);
	CHECK_GRANT(map(flags, REF, (u64)NO_MFN << 12, NULL),
		    GNTST_general_error);
	CHECK_GRANT(map(flags, REF, ~7ull, NULL), GNTST_general_error);
	CHECK(in_use(REF), 0);
	CHECK(make_rw(window_a), 0);
}

/* Entries that do not give what is asked for. */
static void test_refused(void)
{
	static const struct {
		u16 flags, domid;
		u32 map;
		int status;
	} tries[] = {
		{ 0, 0, GNTMAP_host_map, GNTST_general_error },
		{ GTF_accept_transfer, 0, GNTMAP_host_map,
		  GNTST_general_error },
		{ GTF_transitive, 0, GNTMAP_host_map, GNTST_general_error },
		{ GTF_permit_access | GTF_sub_page, 0, GNTMAP_host_map,
		  GNTST_general_error },
		{ GTF_permit_access, 5, GNTMAP_host_map, GNTST_general_error },
		{ GTF_permit_access | GTF_readonly, 0, GNTMAP_host_map,
		  GNTST_general_error },
		{ GTF_permit_access, 0, 0, GNTST_bad_gntref },
		{ GTF_permit_access, 0, GNTMAP_readonly, GNTST_bad_gntref },
	};
	struct gnttab_map_grant_ref op = {
		.host_addr = VA(window_a), .flags = GNTMAP_host_map,
		.ref = REF, .dom = NO_DOMAIN,
	};
	u32 i, h;

	for (i = 0; i < ARRAY_SIZE(tries); i++) {
		grant(REF, granted, tries[i].flags, tries[i].domid);
		CHECK_GRANT(map(tries[i].map, REF, VA(window_a), NULL),
			    tries[i].status);
		CHECK(entry(REF)->flags, tries[i].flags);
	}
	grant(REF, granted, GTF_permit_access | GTF_readonly, 0);
	CHECK_GRANT(map(GNTMAP_host_map | GNTMAP_readonly, REF, VA(window_a),
			&h), GNTST_okay);
	CHECK(in_use(REF), GTF_reading);
	CHECK_GRANT(map(GNTMAP_host_map, REF, VA(window_b), NULL),
		    GNTST_general_error);
	CHECK(in_use(REF), GTF_reading);
	CHECK_GRANT(unmap(VA(window_a), h), GNTST_okay);

	CHECK_GRANT(map(GNTMAP_host_map, REFS, VA(window_a), NULL),
		    GNTST_bad_gntref);
	CHECK_GRANT(map(GNTMAP_host_map, ~0u, VA(window_a), NULL),
		    GNTST_bad_gntref);
	CHECK(HC3(grant_table_op, GNTTABOP_map_grant_ref, &op, 1), 0);
	CHECK_GRANT(op.status, GNTST_bad_domain);
	grant(REF, granted, GTF_permit_access, 0);
	entry(REF)->frame = NO_MFN;
	CHECK_GRANT(map(GNTMAP_host_map, REF, VA(window_a), NULL),
		    GNTST_bad_page);
	grant(REF, granted, GTF_permit_access, 0);
	CHECK_GRANT(map(GNTMAP_host_map, REF, window + 0x1000, NULL),
		    GNTST_general_error);
	CHECK_GRANT(map(GNTMAP_host_map, REF, BEYOND, NULL),
		    GNTST_general_error);
	CHECK(in_use(REF), 0);
	CHECK(make_rw(window_a), 0);
}

/* A table may be granted, but not written. */
static void test_tables(void)
{
	u32 h;

	grant(REF, pte_of(granted), GTF_permit_access, 0);
	CHECK_GRANT(map(GNTMAP_host_map, REF, VA(window_a), NULL),
		    GNTST_general_error);
	CHECK(in_use(REF), 0);
	CHECK_GRANT(map(GNTMAP_host_map | GNTMAP_readonly, REF, VA(window_a),
			&h), GNTST_okay);
	CHECK_GRANT(unmap(VA(window_a), h), GNTST_okay);
	CHECK(make_rw(window_a), 0);
}

static void test_device_map(void)
{
	u64 bus = va_maddr(granted);
	u32 h;

	grant(REF, granted, GTF_permit_access, 0);
	CHECK_GRANT(map(GNTMAP_host_map | GNTMAP_device_map, REF, VA(window_a),
			&h), GNTST_okay);
	CHECK_GRANT(unmap_both(0, bus + 4096, h), GNTST_bad_dev_addr);
	CHECK_GRANT(unmap(VA(window_a), h), GNTST_okay);
	CHECK(in_use(REF), GTF_reading | GTF_writing);
	CHECK_GRANT(unmap_both(0, bus, h), GNTST_okay);
	CHECK(in_use(REF), 0);
	CHECK_GRANT(unmap_both(0, bus, h), GNTST_bad_handle);
	CHECK_GRANT(map(GNTMAP_device_map | GNTMAP_readonly, REF, 0, &h),
		    GNTST_okay);
	CHECK(in_use(REF), GTF_reading);
	CHECK_GRANT(unmap_both(0, bus, h), GNTST_okay);
	CHECK(in_use(REF), 0);
	CHECK(make_rw(window_a), 0);
}

/* An entry that is written over: the mapping is gone, the pin is not. */
static void test_implicit_unmap(void)
{
	u32 h;

	grant(REF, granted, GTF_permit_access, 0);
	CHECK_GRANT(map(GNTMAP_host_map, REF, VA(window_a), &h), GNTST_okay);
	CHECK(set_pte_va(window_a, 0, UVMF_INVLPG), 0);
	CHECK(in_use(REF), GTF_reading | GTF_writing);
	CHECK_GRANT(unmap(VA(window_a), h), GNTST_general_error);
	CHECK_GRANT(unmap(0, h), GNTST_okay);
	CHECK(in_use(REF), GTF_reading | GTF_writing);
	/* Right frame, wrong rights; then as it was. */
	CHECK(set_pte_va(window_a, (u64)va_mfn(granted) << 12 | PTE_RO,
			 UVMF_INVLPG), 0);
	CHECK_GRANT(unmap(VA(window_a), h), GNTST_general_error);
	CHECK(set_pte_va(window_a, (u64)va_mfn(granted) << 12 | PTE_RWP,
			 UVMF_INVLPG), 0);
	CHECK_GRANT(unmap(VA(window_a), h), GNTST_okay);
	CHECK(in_use(REF), 0);
	CHECK(make_rw(window_a), 0);
}

static void test_replace(void)
{
	u64 old;
	u32 h;

	grant(REF, granted, GTF_permit_access, 0);
	other[9] = 99;
	old = va_maddr(other) | PTE_RWP;
	CHECK_GRANT(map(GNTMAP_host_map, REF, VA(window_a), &h), GNTST_okay);
	CHECK_GRANT(replace(window_a, BEYOND, h), GNTST_general_error);
	CHECK_GRANT(replace(window_a, VA(other), h), GNTST_okay);
	CHECK(in_use(REF), 0);
	CHECK(window_a[9], 99);
	CHECK(*pte_of(window_a) & ~(PTE_A | PTE_D | PTE_ADDED),
	      old & ~(PTE_A | PTE_D));
	CHECK(*pte_of(other), 0);
	CHECK(make_rw(other) | make_rw(window_a), 0);
	CHECK_GRANT(replace(window_a, VA(other), h), GNTST_bad_handle);
	/* No place to take an entry from: no more than an unmap. */
	CHECK_GRANT(map(GNTMAP_host_map, REF, VA(window_a), &h), GNTST_okay);
	CHECK_GRANT(replace(window_a, 0, h), GNTST_okay);
	CHECK(*pte_of(window_a), 0);
	CHECK(make_rw(window_a), 0);
}

/* As often as the count goes, and once more. */
static void test_pins(void)
{
	static u32 handles[PINS_MAX];
	u32 i, again;

	grant(REF, granted, GTF_permit_access, 0);
	for (i = 0; i < PINS_MAX; i++)
		CHECK_GRANT(map(GNTMAP_host_map, REF, VA(window_a),
				&handles[i]), GNTST_okay);
	CHECK_GRANT(map(GNTMAP_host_map, REF, VA(window_a), NULL),
		    GNTST_general_error);
	CHECK_GRANT(map(GNTMAP_host_map | GNTMAP_readonly, REF, VA(window_b),
			&again), GNTST_okay);
	CHECK_GRANT(unmap(VA(window_b), again), GNTST_okay);
	for (i = 0; i < PINS_MAX; i++) {
		CHECK(in_use(REF), GTF_reading | GTF_writing);
		CHECK(set_pte_va(window_a, va_maddr(granted) | PTE_RWP,
				 UVMF_INVLPG), 0);
		CHECK_GRANT(unmap(VA(window_a), handles[i]), GNTST_okay);
	}
	CHECK(in_use(REF), 0);
	CHECK(make_rw(window_a) | make_rw(window_b), 0);
}

static int swap(u32 a, u32 b)
{
	struct gnttab_swap_grant_ref op = { .ref_a = a, .ref_b = b,
					    .status = UNSET };

	CHECK(HC3(grant_table_op, GNTTABOP_swap_grant_ref, &op, 1), 0);
	return op.status;
}

static void test_swap(void)
{
	u32 h;

	grant(REF, granted, GTF_permit_access, 0);
	grant(REF + 1, other, GTF_permit_access | GTF_readonly, 3);
	CHECK_GRANT(swap(REF, REF + 1), GNTST_okay);
	CHECK(entry(REF)->domid, 3);
	CHECK(entry(REF)->frame, va_mfn(other));
	CHECK(entry(REF + 1)->flags, GTF_permit_access);
	CHECK_GRANT(swap(REF, REF), GNTST_okay);
	CHECK_GRANT(swap(REF, REFS), GNTST_bad_gntref);
	CHECK_GRANT(swap(~0u, REF), GNTST_bad_gntref);
	CHECK_GRANT(map(GNTMAP_host_map, REF + 1, VA(window_a), &h),
		    GNTST_okay);
	CHECK_GRANT(swap(REF, REF + 1), GNTST_eagain);
	CHECK_GRANT(swap(REF + 1, REF), GNTST_eagain);
	CHECK_GRANT(unmap(VA(window_a), h), GNTST_okay);
	CHECK(make_rw(window_a), 0);
}

static struct gnttab_copy copies[600];

static int copy_one(struct gnttab_copy c)
{
	c.status = UNSET;
	CHECK(HC3(grant_table_op, GNTTABOP_copy, &c, 1), 0);
	return c.status;
}

/* A copy from 'granted' by its grant to 'other' by its frame. */
static struct gnttab_copy a_copy(u32 from, u32 to, u32 len)
{
	struct gnttab_copy c = {
		.source = { .u.ref = REF, .domid = 0, .offset = (u16)from },
		.dest = { .u.gmfn = va_mfn(other), .domid = DOMID_SELF,
			  .offset = (u16)to },
		.len = (u16)len, .flags = GNTCOPY_source_gref,
	};

	return c;
}

static void test_copy(void)
{
	struct gnttab_copy c;
	u32 i;

	for (i = 0; i < 4096; i++)
		granted[i] = (u8)(i * 7);
	memset(other, 0, 4096);
	grant(REF, granted, GTF_permit_access | GTF_readonly, 0);
	grant(REF + 1, other, GTF_permit_access, 0);
	CHECK_GRANT(copy_one(a_copy(10, 100, 50)), GNTST_okay);
	CHECK(other[99], 0);
	CHECK(other[100], granted[10]);
	CHECK(other[149], granted[59]);
	CHECK(other[150], 0);
	CHECK(in_use(REF), 0);

	/* From grant to grant, a whole page; the ends and beyond. */
	c = a_copy(0, 0, 4096);
	c.dest.u.ref = REF + 1;
	c.dest.domid = 0;
	c.flags |= GNTCOPY_dest_gref;
	CHECK_GRANT(copy_one(c), GNTST_okay);
	CHECK(other[4095], granted[4095]);
	CHECK(in_use(REF + 1), 0);
	CHECK_GRANT(copy_one(a_copy(4095, 0, 1)), GNTST_okay);
	CHECK_GRANT(copy_one(a_copy(4096, 4096, 0)), GNTST_okay);
	CHECK_GRANT(copy_one(a_copy(4095, 0, 2)), GNTST_bad_copy_arg);
	CHECK_GRANT(copy_one(a_copy(0, 4000, 97)), GNTST_bad_copy_arg);
	CHECK_GRANT(copy_one(a_copy(0xffff, 0, 1)), GNTST_bad_copy_arg);
	CHECK_GRANT(copy_one(a_copy(0, 0, 0xffff)), GNTST_bad_copy_arg);

	/* A frame of another domain only by a grant. */
	c = a_copy(0, 0, 16);
	c.dest.domid = 0;
	CHECK_GRANT(copy_one(c), GNTST_permission_denied);
	c = a_copy(0, 0, 16);
	c.source.domid = NO_DOMAIN;
	CHECK_GRANT(copy_one(c), GNTST_bad_domain);
	c = a_copy(0, 0, 16);
	c.source.u.ref = NO_REF;
	CHECK_GRANT(copy_one(c), GNTST_bad_gntref);
	c = a_copy(0, 0, 16);
	c.source.u.ref = REF + 5;
	CHECK_GRANT(copy_one(c), GNTST_general_error);
	c = a_copy(0, 0, 16);
	c.dest.u.gmfn = NO_MFN;
	CHECK_GRANT(copy_one(c), GNTST_bad_page);
	c.dest.u.gmfn = va_mfn(pte_of(other));
	CHECK_GRANT(copy_one(c), GNTST_general_error);

	/* To a grant for reading. */
	grant(REF + 1, other, GTF_permit_access | GTF_readonly, 0);
	c = a_copy(0, 0, 16);
	c.dest.u.ref = REF + 1;
	c.flags |= GNTCOPY_dest_gref;
	CHECK_GRANT(copy_one(c), GNTST_general_error);
	CHECK(entry(REF + 1)->flags, GTF_permit_access | GTF_readonly);
}

/* Bad ones among good ones, each with its own status. */
static void test_copy_batch(void)
{
	u32 i;

	memset(other, 0, 4096);
	for (i = 0; i < ARRAY_SIZE(copies); i++) {
		copies[i] = a_copy(i, i, 1);
		copies[i].status = UNSET;
		if (i % 100 == 50)
			copies[i].source.u.ref = NO_REF;
	}
	CHECK(HC3(grant_table_op, GNTTABOP_copy, copies, ARRAY_SIZE(copies)),
	      0);
	for (i = 0; i < ARRAY_SIZE(copies); i++) {
		CHECK_GRANT(copies[i].status,
			    i % 100 == 50 ? GNTST_bad_gntref : 0);
		CHECK(other[i], i % 100 == 50 ? 0 : granted[i]);
	}
	CHECK(in_use(REF), 0);
}

static void test_arguments(void)
{
	static const u32 ops[] = {
		GNTTABOP_map_grant_ref, GNTTABOP_unmap_grant_ref,
		GNTTABOP_copy, GNTTABOP_unmap_and_replace,
		GNTTABOP_swap_grant_ref,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(ops); i++) {
		CHECK(HC3(grant_table_op, ops[i], 0, 0), 0);
		CHECK(HC3(grant_table_op, ops[i], copies, 1u << 31),
		      -XEN_EINVAL);
		CHECK(HC3(grant_table_op, ops[i], copies, ~0u), -XEN_EINVAL);
		CHECK(HC3(grant_table_op, ops[i], -16ul, 1), -XEN_EFAULT);
		/* The command's upper bits belong to other operations. */
		CHECK(HC3(grant_table_op, ops[i] | 1 << 12, copies, 1),
		      -XEN_EINVAL);
	}
	CHECK(HC3(grant_table_op, NO_OPERATION, copies, 1), -XEN_ENOSYS);
	CHECK(HC3(grant_table_op, GNTTABOP_dump_table, copies, 1), -XEN_ENOSYS);
	CHECK(HC3(grant_table_op, GNTTABOP_transfer, copies, 1),
	      -XEN_EOPNOTSUPP);
}

void test_main(void)
{
	test_set_up();
	test_map();
	test_contains_pte();
	test_refused();
	test_tables();
	test_device_map();
	test_implicit_unmap();
	test_replace();
	test_pins();
	test_swap();
	test_copy();
	test_copy_batch();
	test_arguments();
}
