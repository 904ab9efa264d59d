// SPDX-License-Identifier: GPL-2.0-only
/*
 * grant_table_op (xen/grant_table.h): operation, list, how many. The status of
 * each is in its list. Grants 8 to 13 are for oneself, as a domain may map its
 * own: a page, one read-only, nobody's frame, a page table, nothing, the other
 * domain's; 14 is a page for the other one.
 */
#include "conf.h"

static grant_entry_v1_t table[512] __attribute__((aligned(4096)));

#define G(op, note, ...) \
	{ CALL(grant_table_op, #op, note, op, ARG, 1), WORDS(__VA_ARGS__) }
#define GA(op, note, at, n) \
	{ CALL(grant_table_op, #op, note, op, at, n) }

/* host_addr (64), flags, ref, domain and status, handle, bus address (64) */
#define MAP(place, note, at, high, flags_, ref, dom) \
	{ CALL(grant_table_op, "GNTTABOP_map_grant_ref", note, \
	       GNTTABOP_map_grant_ref, ARG, 1), .save = SAVE(5, place), \
	  WORDS(at, high, flags_, ref, dom, 0, 0, 0), .mask = 0xe0, \
	  .flags = R_QUIET }
/* host_addr, bus address, handle, status */
#define UNMAP(note, at, place) \
	{ CALL(grant_table_op, "GNTTABOP_unmap_grant_ref", note, \
	       GNTTABOP_unmap_grant_ref, ARG, 1), \
	  WORDS(at, 0, 0, 0, place, 0) }

#define HOST	GNTMAP_host_map
static const struct row maps[] = {
	MAP(0, "a page", VA(10), 0, HOST, 8, ME),
	UNMAP("of another address", VA(11), SAVED(0)),
	UNMAP("a page", VA(10), SAVED(0)),
	UNMAP("again", VA(10), SAVED(0)),
	UNMAP("no such handle", VA(10), 0x7fffffff),
	MAP(1, "DOMID_SELF", VA(10), 0, HOST, 8, DOMID_SELF),
	UNMAP("DOMID_SELF", VA(10), SAVED(1)),
	MAP(0, "read-only", VA(10), 0, HOST | GNTMAP_readonly, 8, ME),
	MAP(2, "read-only, again", VA(11), 0, HOST | GNTMAP_readonly, 8, ME),
	UNMAP("the first", VA(10), SAVED(0)),
	UNMAP("the second", VA(11), SAVED(2)),
	MAP(1, "read-only grant, writable", VA(10), 0, HOST, 9, ME),
	MAP(0, "read-only grant", VA(10), 0, HOST | GNTMAP_readonly, 9, ME),
	UNMAP("read-only grant", VA(10), SAVED(0)),
	MAP(1, "nobody's frame", VA(10), 0, HOST, 10, ME),
	MAP(1, "page table, writable", VA(10), 0, HOST, 11, ME),
	MAP(0, "page table, read-only", VA(10), 0, HOST | GNTMAP_readonly, 11,
	    ME),
	UNMAP("page table", VA(10), SAVED(0)),
	MAP(1, "nothing granted", VA(10), 0, HOST, 12, ME),
	MAP(1, "the other's frame", VA(10), 0, HOST, 13, ME),
	MAP(1, "for another domain", VA(10), 0, HOST, 14, ME),
	MAP(1, "no such reference", VA(10), 0, HOST, 100000, ME),
	MAP(1, "none such", VA(10), 0, HOST, 8, 0x1234),
	MAP(1, "of the other", VA(10), 0, HOST, 8, OTHER),
	MAP(1, "no flags", VA(10), 0, 0, 8, ME),
	MAP(1, "device", VA(10), 0, GNTMAP_device_map, 8, ME),
	UNMAP("device", VA(10), SAVED(1)),
	MAP(1, "address of the hypervisor's", BAD, 0, HOST, 8, ME),
	MAP(1, "no table there", HOLE, 0, HOST, 8, ME),
	MAP(1, "address over 4 GiB", VA(10), 1, HOST, 8, ME),
	MAP(0, "by its entry", PTE(10), 0, HOST | GNTMAP_contains_pte, 8, ME),
	UNMAP("by its entry", PTE(10), SAVED(0)),
	MAP(1, "entry in no table", ENTRY(1, 0), 0, HOST | GNTMAP_contains_pte,
	    8, ME),
	MAP(1, "entry unaligned", ENTRY(P_L1, 4), 0,
	    HOST | GNTMAP_contains_pte, 8, ME),
	MAP(0, "for user mode", VA(10), 0, HOST | GNTMAP_application_map, 8,
	    ME),
	UNMAP("for user mode", VA(10), SAVED(0)),
	MAP(0, "available bits", VA(10), 0, HOST | 5u << 16, 8, ME),
	UNMAP("available bits", VA(10), SAVED(0)),
	GA(GNTTABOP_map_grant_ref, "none", ARG, 0),
	GA(GNTTABOP_map_grant_ref, "bad address", BAD, 1),
	GA(GNTTABOP_unmap_grant_ref, "none", ARG, 0),
	GA(GNTTABOP_unmap_grant_ref, "bad address", BAD, 1),
	MAP(0, "to replace", VA(10), 0, HOST, 8, ME),
	/* host_addr, new address, handle, status */
	G(GNTTABOP_unmap_and_replace, "no such handle", VA(10), 0, VA(11), 0,
	  0x7fffffff),
	G(GNTTABOP_unmap_and_replace, "no new address", VA(10), 0, HOLE, 0,
	  SAVED(0)),
	G(GNTTABOP_unmap_and_replace, NULL, VA(10), 0, VA(11), 0, SAVED(0)),
	G(GNTTABOP_unmap_and_replace, "again", VA(10), 0, VA(11), 0, SAVED(0)),
	GA(GNTTABOP_unmap_and_replace, "bad address", BAD, 1),
};

/* source frame or reference, domain and offset, dest the same, length, flags */
#define COPY(note, sf, sd, df, dd, len) \
	G(GNTTABOP_copy, note, sf, sd, df, dd, len, 0)
#define S_REF	((u32)GNTCOPY_source_gref << 16)
#define D_REF	((u32)GNTCOPY_dest_gref << 16)
static const struct row others[] = {
	/* domain, frames, status, list */
	G(GNTTABOP_setup_table, "100000 frames", DOMID_SELF, 100000, 0, AT(8)),
	G(GNTTABOP_setup_table, "bad list", DOMID_SELF, 1, 0, BAD),
	G(GNTTABOP_setup_table, "none such", 0x1234, 1, 0, AT(8)),
	{ CALL(grant_table_op, "GNTTABOP_setup_table", "OTHER",
	       GNTTABOP_setup_table, ARG, 1), .mask = 0x100,
	  WORDS(OTHER, 1, 0, AT(8)) },
	GA(GNTTABOP_setup_table, "two", ARG, 2),
	GA(GNTTABOP_setup_table, "bad address", BAD, 1),
	{ OP(grant_table_op, GNTTABOP_setup_table, "none", 0),
	  .flags = R_RESTORE },
	G(GNTTABOP_query_size, "DOMID_SELF", DOMID_SELF),
	G(GNTTABOP_query_size, "own number", ME),
	G(GNTTABOP_query_size, "OTHER", OTHER),
	G(GNTTABOP_query_size, "none such", 0x1234),
	GA(GNTTABOP_query_size, "two", ARG, 2),
	GA(GNTTABOP_query_size, "bad address", BAD, 1),
	G(GNTTABOP_dump_table, "DOMID_SELF", DOMID_SELF),
	G(GNTTABOP_dump_table, "OTHER", OTHER),
	GA(GNTTABOP_dump_table, "bad address", BAD, 1),
	G(GNTTABOP_transfer, NULL, MFN(9), OTHER, 1),
	GA(GNTTABOP_transfer, "bad address", BAD, 1),
	GA(GNTTABOP_transfer, "none", ARG, 0),
	COPY("frames", MFN(6), DOMID_SELF, MFN(8), DOMID_SELF, 16),
	COPY("own number", MFN(6), ME, MFN(8), ME, 16),
	COPY("whole", MFN(6), DOMID_SELF, MFN(8), DOMID_SELF, 4096),
	COPY("over a page", MFN(6), DOMID_SELF, MFN(8), DOMID_SELF, 4097),
	COPY("over the end", MFN(6), DOMID_SELF | 4090u << 16, MFN(8),
	     DOMID_SELF, 16),
	COPY("offset 4096", MFN(6), DOMID_SELF | 4096u << 16, MFN(8),
	     DOMID_SELF, 1),
	COPY("nothing", MFN(6), DOMID_SELF, MFN(8), DOMID_SELF, 0),
	COPY("to a table", MFN(6), DOMID_SELF, MFN(P_L1), DOMID_SELF, 16),
	COPY("from a table", MFN(P_L1), DOMID_SELF, MFN(6), DOMID_SELF, 16),
	COPY("from nobody's", MFN(P_NONE), DOMID_SELF, MFN(6), DOMID_SELF, 16),
	COPY("from the other's frame", MFN(P_OTHER), OTHER, MFN(6), DOMID_SELF,
	     16),
	COPY("none such", MFN(6), 0x1234, MFN(8), DOMID_SELF, 16),
	COPY("by reference", 8, ME, MFN(8), DOMID_SELF, 16 | S_REF),
	COPY("by reference, to", MFN(8), DOMID_SELF, 8, ME, 16 | D_REF),
	COPY("both by reference", 8, ME, 8, ME, 16 | S_REF | D_REF),
	COPY("to a read-only one", MFN(8), DOMID_SELF, 9, ME, 16 | D_REF),
	COPY("from a read-only one", 9, ME, MFN(8), DOMID_SELF, 16 | S_REF),
	COPY("nothing granted", 12, ME, MFN(8), DOMID_SELF, 16 | S_REF),
	COPY("nobody's by reference", 10, ME, MFN(8), DOMID_SELF, 16 | S_REF),
	COPY("no such reference", 100000, ME, MFN(8), DOMID_SELF, 16 | S_REF),
	COPY("unknown flag", MFN(6), DOMID_SELF, MFN(8), DOMID_SELF,
	     16 | 0x80000000),
	GA(GNTTABOP_copy, "none", ARG, 0),
	GA(GNTTABOP_copy, "bad address", BAD, 1),
	G(GNTTABOP_get_version, "DOMID_SELF", DOMID_SELF),
	G(GNTTABOP_get_version, "OTHER", OTHER),
	G(GNTTABOP_get_version, "none such", 0x1234),
	GA(GNTTABOP_get_version, "bad address", BAD, 1),
	G(GNTTABOP_set_version, "1", 1),
	G(GNTTABOP_set_version, "2", 2),
	G(GNTTABOP_set_version, "0", 0),
	G(GNTTABOP_set_version, "3", 3),
	GA(GNTTABOP_set_version, "bad address", BAD, 1),
	GA(GNTTABOP_set_version, "two", ARG, 2),
	/* frames, domain, list */
	G(GNTTABOP_get_status_frames, "DOMID_SELF", 1, DOMID_SELF, AT(8), 0),
	G(GNTTABOP_get_status_frames, "none such", 1, 0x1234, AT(8), 0),
	GA(GNTTABOP_get_status_frames, "bad address", BAD, 1),
	G(GNTTABOP_swap_grant_ref, NULL, 8, 9),
	G(GNTTABOP_swap_grant_ref, "back", 9, 8),
	G(GNTTABOP_swap_grant_ref, "the same", 8, 8),
	G(GNTTABOP_swap_grant_ref, "no such reference", 8, 100000),
	GA(GNTTABOP_swap_grant_ref, "bad address", BAD, 1),
	G(GNTTABOP_cache_flush, NULL, ENTRY(6, 0), 0, 16u << 16,
	  GNTTAB_CACHE_CLEAN),
	G(GNTTABOP_cache_flush, "unknown operation", ENTRY(6, 0), 0, 16u << 16,
	  8),
	GA(GNTTABOP_cache_flush, "bad address", BAD, 1),
	G(13, "unknown", 0),
	G(0xffffffff, "unknown", 0),
};

static void set_up(void)
{
	xen_pfn_t list[1];
	struct gnttab_setup_table s = { .dom = DOMID_SELF, .nr_frames = 1 };
	const u32 frames[] = {
		MFN(6), MFN(6), MFN(P_NONE), MFN(P_L1), MFN(6), MFN(P_OTHER),
		MFN(6),
	};
	u32 i;

	set_xen_guest_handle(s.frame_list, list);
	CHECK(HC3(grant_table_op, GNTTABOP_setup_table, &s, 1), 0);
	CHECK(s.status, 0);
	CHECK(set_pte_va(table, (u64)list[0] << 12 | PTE_RWP, UVMF_INVLPG), 0);
	for (i = 0; i < ARRAY_SIZE(frames); i++) {
		table[8 + i].frame = token_value(frames[i]);
		table[8 + i].domid = (domid_t)token_value(i == 6 ? OTHER : ME);
		table[8 + i].flags = i == 4 ? 0 : GTF_permit_access |
				     (i == 1 ? GTF_readonly : 0);
	}
}

void conf_grants(void)
{
	set_up();
	RUN(maps);
	restore();
	RUN(others);
	restore();
}
