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
	MAP(1, "sub-page", VA(10), 0, HOST, 15, ME),
	MAP(1, "transitive", VA(10), 0, HOST, 16, ME),
	MAP(1, "transfer", VA(10), 0, HOST, 17, ME),
	MAP(0, "cache flags", VA(10), 0, HOST, 18, ME),
	UNMAP("cache flags", VA(10), SAVED(0)),
	MAP(1, "VGA", VA(10), 0, HOST, 19, ME),
	MAP(0, "shared_info", VA(10), 0, HOST, 20, ME),
	UNMAP("shared_info", VA(10), SAVED(0)),
	MAP(1, "reading set", VA(10), 0, HOST, 21, ME),
	UNMAP("reading set", VA(10), SAVED(1)),
	MAP(1, "reserved, 0", VA(10), 0, HOST, 0, ME),
	MAP(1, "reserved, 7", VA(10), 0, HOST, 7, ME),
	MAP(1, "reference 511", VA(10), 0, HOST, 511, ME),
	MAP(1, "reference 512", VA(10), 0, HOST, 512, ME),
	MAP(1, "reference all ones", VA(10), 0, HOST, 0xffffffff, ME),
	MAP(1, "none such, no flags", VA(10), 0, 0, 8, 0x1234),
	MAP(1, "none such, bad reference", VA(10), 0, HOST, 100000, 0x1234),
	MAP(1, "DOMID_IO", VA(10), 0, HOST, 8, DOMID_IO),
	MAP(1, "DOMID_XEN", VA(10), 0, HOST, 8, DOMID_XEN),
	MAP(1, "DOMID_INVALID", VA(10), 0, HOST, 8, DOMID_INVALID),
	MAP(1, "only other flags", VA(10), 0, GNTMAP_readonly |
	    GNTMAP_application_map | GNTMAP_contains_pte, 8, ME),
	MAP(0, "unknown flags", VA(10), 0, HOST | 0xffe0, 8, ME),
	UNMAP("unknown flags", VA(10), SAVED(0)),
	MAP(1, "both, bad address", HOLE, 0, HOST | GNTMAP_device_map, 8, ME),
	MAP(1, "device, read-only grant", HOLE, 0, GNTMAP_device_map, 9, ME),
	MAP(1, "device, page table", HOLE, 0, GNTMAP_device_map, 11, ME),
	MAP(1, "both, page table", VA(10), 0, HOST | GNTMAP_device_map, 11, ME),
	MAP(1, "device, nobody's", HOLE, 0, GNTMAP_device_map, 10, ME),
	MAP(1, "device, VGA", HOLE, 0, GNTMAP_device_map, 19, ME),
	MAP(1, "device, the other's frame", HOLE, 0, GNTMAP_device_map, 13, ME),
	MAP(2, "both", VA(10), 0, HOST | GNTMAP_device_map, 8, ME),
#define UNMAPD(note, at, dev, place) \
	{ CALL(grant_table_op, "GNTTABOP_unmap_grant_ref", note, \
	       GNTTABOP_unmap_grant_ref, ARG, 1), \
	  WORDS(at, 0, dev, 0, place, 0) }
	UNMAPD("neither", 0, 0, SAVED(2)),
	UNMAPD("wrong bus address", VA(10), 0x1000, SAVED(2)),
	UNMAPD("both, wrong address", VA(11), ENTRY(6, 0), SAVED(2)),
	UNMAPD("bus alone", 0, ENTRY(6, 0), SAVED(2)),
	UNMAPD("bus again", 0, ENTRY(6, 0), SAVED(2)),
	UNMAPD("address then", VA(10), ENTRY(6, 0), SAVED(2)),
	UNMAPD("gone", VA(10), ENTRY(6, 0), SAVED(2)),
	MAP(2, "both, read-only", VA(10), 0, HOST | GNTMAP_device_map |
	    GNTMAP_readonly, 9, ME),
	UNMAPD("address alone", VA(10), 0, SAVED(2)),
	UNMAPD("address again", VA(10), 0, SAVED(2)),
	UNMAPD("wrong bus address 2", 0, 0x2000, SAVED(2)),
	UNMAPD("bus then", 0, ENTRY(6, 0), SAVED(2)),
	MAP(2, "changed meanwhile", VA(10), 0, HOST, 8, ME),
	{ CALL(update_va_mapping, "update_va_mapping", "of the grant", VA(10),
	  0, 0, UVMF_INVLPG) },
	UNMAP("not there", VA(10), SAVED(2)),
	UNMAP("not there, 0", 0, SAVED(2)),
	{ CALL(update_va_mapping, "update_va_mapping", "own, the same", VA(10),
	  ENTRY(6, 0x63), 0, UVMF_INVLPG) },
	UNMAP("own in its place", VA(10), SAVED(2)),
	MAP(2, "to swap", VA(10), 0, HOST, 8, ME),
	G(GNTTABOP_swap_grant_ref, "in use", 8, 12),
	G(GNTTABOP_swap_grant_ref, "second in use", 12, 8),
	G(GNTTABOP_swap_grant_ref, "the same, in use", 8, 8),
	G(GNTTABOP_swap_grant_ref, "bad a", 100000, 8),
	G(GNTTABOP_swap_grant_ref, "bad both, the same", 100000, 100000),
	GA(GNTTABOP_swap_grant_ref, "none", ARG, 0),
	GA(GNTTABOP_swap_grant_ref, "-1", ARG, 0xffffffff),
	G(GNTTABOP_set_version, "2, in use", 2),
	UNMAP("to swap", VA(10), SAVED(2)),
	MAP(2, "by entry, to replace", PTE(10), 0, HOST | GNTMAP_contains_pte,
	    8, ME),
	G(GNTTABOP_unmap_and_replace, "by entry", PTE(10), 0, VA(11), 0,
	    SAVED(2)),
	G(GNTTABOP_unmap_and_replace, "by entry, new 0", PTE(10), 0, 0, 0,
	    SAVED(2)),
	MAP(2, "to replace by nothing", VA(10), 0, HOST, 8, ME),
	G(GNTTABOP_unmap_and_replace, "host 0", 0, 0, VA(11), 0, SAVED(2)),
	G(GNTTABOP_unmap_and_replace, "over 4 GiB", VA(10), 0, VA(11), 1,
	    SAVED(2)),
	G(GNTTABOP_unmap_and_replace, "of the hypervisor's", VA(10), 0, BAD, 0,
	    SAVED(2)),
	G(GNTTABOP_unmap_and_replace, "by 0", VA(10), 0, 0, 0, SAVED(2)),
	GA(GNTTABOP_unmap_and_replace, "none", ARG, 0),
	GA(GNTTABOP_map_grant_ref, "-1", ARG, 0xffffffff),
	GA(GNTTABOP_map_grant_ref, "-1, bad address", BAD, 0xffffffff),
	GA(GNTTABOP_map_grant_ref, "unmapped address", HOLE, 1),
	GA(GNTTABOP_unmap_grant_ref, "unmapped address", HOLE, 1),
	GA(GNTTABOP_copy, "unmapped address", HOLE, 1),
	GA(GNTTABOP_copy, "-1", ARG, 0xffffffff),
	GA(GNTTABOP_copy, "-1, bad address", BAD, 0xffffffff),
	GA(GNTTABOP_dump_table, "-1", ARG, 0xffffffff),
	GA(GNTTABOP_query_size, "-1", ARG, 0xffffffff),
	GA(GNTTABOP_query_size, "none", ARG, 0),
	GA(GNTTABOP_query_size, "none, bad address", BAD, 0),
	GA(GNTTABOP_get_version, "none", ARG, 0),
	GA(GNTTABOP_set_version, "none", ARG, 0),
	GA(GNTTABOP_set_version, "-1", ARG, 0xffffffff),
	GA(GNTTABOP_setup_table, "none, bad address", BAD, 0),
	GA(GNTTABOP_setup_table, "two, bad address", BAD, 2),
	GA(GNTTABOP_setup_table, "-1", ARG, 0xffffffff),
	GA(0x1000 | GNTTABOP_map_grant_ref, "continuation bits", ARG, 0),
	GA(0x80000000 | GNTTABOP_copy, "continuation bits", BAD, 1),
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
	COPY("no such reference, none such", 100000, ME, MFN(8), 0x1234, 16 |
	    S_REF | D_REF),
	COPY("no such reference, dest another's frame", 100000, ME, MFN(8),
	    OTHER, 16 | S_REF),
	COPY("nobody's, dest none such", MFN(P_NONE), DOMID_SELF, 8, 0x1234,
	    16 | D_REF),
	COPY("nobody's, dest another's frame", MFN(P_NONE), DOMID_SELF, MFN(8),
	    ME, 16),
	COPY("nobody's, to a table", MFN(P_NONE), DOMID_SELF, MFN(P_L1),
	    DOMID_SELF, 16),
	COPY("over a page, to a table", MFN(6), DOMID_SELF, MFN(P_L1),
	    DOMID_SELF, 4097),
	COPY("sub-page", 15, ME, MFN(8), DOMID_SELF, 16 | S_REF),
	COPY("transitive", 16, ME, MFN(8), DOMID_SELF, 16 | S_REF),
	COPY("transfer", 17, ME, MFN(8), DOMID_SELF, 16 | S_REF),
	COPY("cache flags", 18, ME, MFN(8), DOMID_SELF, 16 | S_REF),
	COPY("VGA", 19, ME, MFN(8), DOMID_SELF, 16 | S_REF),
	COPY("VGA's frame", MFN(P_VGA), DOMID_SELF, MFN(8), DOMID_SELF, 16),
	COPY("to VGA's frame", MFN(8), DOMID_SELF, MFN(P_VGA), DOMID_SELF, 16),
	COPY("shared_info", 20, ME, MFN(8), DOMID_SELF, 16 | S_REF),
	COPY("shared_info's frame", MFN(P_SHARED), DOMID_SELF, MFN(8),
	    DOMID_SELF, 16),
	COPY("to shared_info's end", MFN(8), DOMID_SELF, MFN(P_SHARED),
	    DOMID_SELF | 4080u << 16, 16),
	COPY("reference of DOMID_SELF", 8, DOMID_SELF, MFN(8), DOMID_SELF, 16 |
	    S_REF),
	COPY("for another domain", 14, ME, MFN(8), DOMID_SELF, 16 | S_REF),
	COPY("to a table by reference", MFN(8), DOMID_SELF, 11, ME, 16 | D_REF),
	COPY("the other's frame by reference", 13, ME, MFN(8), DOMID_SELF, 16 |
	    S_REF),
	COPY("OTHER's reference", 8, OTHER, MFN(8), DOMID_SELF, 16 | S_REF),
	COPY("to OTHER's reference", MFN(8), DOMID_SELF, 8, OTHER, 16 | D_REF),
	COPY("DOMID_IO's", 8, DOMID_IO, MFN(8), DOMID_SELF, 16 | S_REF),
	COPY("DOMID_INVALID's", 8, DOMID_INVALID, MFN(8), DOMID_SELF, 16 |
	    S_REF),
	COPY("over a page by reference", 8, ME, MFN(8), DOMID_SELF, 4097 |
	    S_REF),
	COPY("offset all ones", MFN(6), DOMID_SELF | 0xffffu << 16, MFN(8),
	    DOMID_SELF, 1),
	COPY("dest offset 4096, nothing", MFN(6), DOMID_SELF, MFN(8),
	    DOMID_SELF | 4096u << 16, 0),
	COPY("dest offset 4097, nothing", MFN(6), DOMID_SELF, MFN(8),
	    DOMID_SELF | 4097u << 16, 0),
	G(GNTTABOP_setup_table, "0 frames", DOMID_SELF, 0, 0, AT(8)),
	G(GNTTABOP_setup_table, "0 frames, bad list", DOMID_SELF, 0, 0, BAD),
	G(GNTTABOP_setup_table, "65 frames", DOMID_SELF, 65, 0, AT(8)),
	G(GNTTABOP_setup_table, "100000 frames of none such", 0x1234, 100000,
	    0, AT(8)),
	G(GNTTABOP_setup_table, "all ones", DOMID_SELF, 0xffffffff, 0, AT(8)),
	G(GNTTABOP_setup_table, "DOMID_IO", DOMID_IO, 1, 0, AT(8)),
	G(GNTTABOP_query_size, "DOMID_IO", DOMID_IO),
	G(GNTTABOP_query_size, "DOMID_INVALID", DOMID_INVALID),
	G(GNTTABOP_get_version, "DOMID_IO", DOMID_IO),
	G(GNTTABOP_get_version, "DOMID_INVALID", DOMID_INVALID),
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
		MFN(6), MFN(6), MFN(6), MFN(6), MFN(6), MFN(P_VGA),
	    MFN(P_SHARED),
		MFN(6),
	};
	static const u16 more[] = {
		GTF_permit_access | GTF_sub_page, GTF_transitive,
		GTF_accept_transfer, GTF_permit_access | GTF_PWT | GTF_PCD |
	    GTF_PAT,
		GTF_permit_access, GTF_permit_access,
		GTF_permit_access | GTF_reading | GTF_writing,
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
		if (i > 6)
			table[8 + i].flags = more[i - 7];
	}
}

static void out_entries(const char *when)
{
	u32 i;

	out_begin("entries, ");
	out_text(when);
	out_text(" ->");
	for (i = 8; i < 24; i++) {
		out_text(" ");
		out_number(table[i].flags, 16);
	}
	for (i = 10; i < 12; i++) {
		out_text(", ");
		out_entry(*pte_of(play[i]));
	}
	out_end();
}

void conf_grants(void)
{
	u32 i;

	set_up();
	for (i = 0; i < ARRAY_SIZE(maps); i++) {
		run_rows(&maps[i], 1);
		out_entries(maps[i].note ? maps[i].note : "-");
	}
	restore();
	for (i = 0; i < ARRAY_SIZE(others); i++) {
		run_rows(&others[i], 1);
		out_entries(others[i].note ? others[i].note : "-");
	}
	restore();
}
