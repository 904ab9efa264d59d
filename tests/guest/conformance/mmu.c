// SPDX-License-Identifier: GPL-2.0-only
/* Page tables: mmu_update, update_va_mapping, mmuext_op (xen/xen.h). */
#include "conf.h"

#define DONE	AT(32)
#define PREEMPTED 0x80000000u	/* MMU_UPDATE_PREEMPTED of the hypervisor */
#define RO	0x21u
#define RW	0x63u

/* One request: pointer, value, upper half, owner. */
#define MMU(note, ptr, val, high, dom) \
	{ CALL(mmu_update, "mmu_update", note, ARG, 1, DONE, dom), \
	  WORDS(ptr, 0, val, high), .flags = R_RESTORE }
#define NORMAL(note, ptr, val, high) \
	MMU("MMU_NORMAL_PT_UPDATE, " note, ptr, val, high, DOMID_SELF)
#define L1(note, val, high)	NORMAL(note, PTE(0), val, high)

static const struct row updates[] = {
	L1("the same", ENTRY(0, RW), 0),
	L1("read-only", ENTRY(0, RO), 0),
	L1("empty", 0, 0),
	L1("not present", ENTRY(0, 0), 0),
	L1("not present, bits", 0xfffffffe, 0xffffffff),
	L1("no execution", ENTRY(0, RW), 0x80000000),
	L1("another page", ENTRY(1, RW), 0),
	L1("user", ENTRY(0, RW | 4), 0),
	L1("PWT", ENTRY(0, RW | 8), 0),
	L1("PCD", ENTRY(0, RW | 16), 0),
	L1("PAT", ENTRY(0, RW | 0x80), 0),
	L1("global", ENTRY(0, RW | 0x100), 0),
	L1("available", ENTRY(0, RW | 0x200), 0),
	L1("available 2", ENTRY(0, RW | 0x400), 0),
	L1("available 4", ENTRY(0, RW | 0x800), 0),
	L1("bit 52", ENTRY(0, RW), 1u << 20),
	L1("bit 62", ENTRY(0, RW), 1u << 30),
	L1("frame of nobody", ENTRY(P_NONE, RW), 0),
	L1("frame over 2^40", ENTRY(0, RW), 0x1000),
	L1("frame of the other", ENTRY(P_OTHER, RW), 0),
	L1("frame of the other, read-only", ENTRY(P_OTHER, RO), 0),
	L1("frame of the hypervisor's", ENTRY(P_XEN, RO), 0),
	L1("frame of all ones", 0xfffff000 | RW, 0xfffff),
	L1("frame of all ones, read-only", 0xfffff000 | RO, 0xfffff),
	L1("frame of all ones but one", 0xffffe000 | RW, 0xfffff),
	L1("APIC", ENTRY(P_APIC, RW), 0),
	L1("APIC, PCD", ENTRY(P_APIC, RW | 16), 0),
	L1("VGA, PCD", ENTRY(P_VGA, RW | 16), 0),
	L1("frame of nobody, PCD", ENTRY(P_NONE, RW | 16), 0),
	L1("frame of the other, PCD", ENTRY(P_OTHER, RW | 16), 0),
	L1("shared_info, PCD", ENTRY(P_SHARED, RO | 16), 0),
	L1("L1, read-only, PCD", ENTRY(P_L1, RO | 16), 0),
	L1("VGA", ENTRY(P_VGA, RW), 0),
	L1("shared_info", ENTRY(P_SHARED, RW), 0),
	L1("L1, read-only", ENTRY(P_L1, RO), 0),
	L1("L1, writable", ENTRY(P_L1, RW), 0),
	L1("L2, read-only", ENTRY(P_L2, RO), 0),
	L1("L2, writable", ENTRY(P_L2, RW), 0),
	L1("L3, writable", ENTRY(P_ROOT, RW), 0),
	NORMAL("not aligned, 4", ENTRY(P_L1, 4), 0, 0),
	NORMAL("page is no table", ENTRY(1, 0), ENTRY(0, RW), 0),
	NORMAL("page is no table, empty", ENTRY(1, 8), 0, 0),
	NORMAL("pointer of nobody", ENTRY(P_NONE, 0), 0, 0),
	NORMAL("pointer of the other's", ENTRY(P_OTHER, 0), 0, 0),
	NORMAL("pointer to the APIC", ENTRY(P_APIC, 0), 0, 0),
	/* Places of the second half of the address space, unused */
	NORMAL("L2, data page", ENTRY(P_L2, 0x800), ENTRY(0, 0x27), 0),
	NORMAL("L2, L1 as L1", ENTRY(P_L2, 0x800), ENTRY(P_L1, 0x27), 0),
	NORMAL("L2, empty", ENTRY(P_L2, 0x800), 0, 0),
	NORMAL("L2, without user", ENTRY(P_L2, 0x800), ENTRY(P_L1, 0x23), 0),
	NORMAL("L2, PWT", ENTRY(P_L2, 0x800), ENTRY(P_L1, 0x2f), 0),
	NORMAL("L2, PCD", ENTRY(P_L2, 0x800), ENTRY(P_L1, 0x37), 0),
	NORMAL("L2, superpage", ENTRY(P_L2, 0x800), 0x4000e7, 0),
	NORMAL("L2, global", ENTRY(P_L2, 0x800), ENTRY(P_L1, 0x127), 0),
	NORMAL("L2, no execution", ENTRY(P_L2, 0x800), ENTRY(P_L1, 0x27),
	       0x80000000),
	NORMAL("L2, bit 52", ENTRY(P_L2, 0x800), ENTRY(P_L1, 0x27), 1u << 20),
	NORMAL("L2, itself, read-only", ENTRY(P_L2, 0x800),
	       ENTRY(P_L2, 0x25), 0),
	NORMAL("L2, itself, writable", ENTRY(P_L2, 0x800), ENTRY(P_L2, 0x27),
	       0),
	NORMAL("L2, empty again", ENTRY(P_L2, 0x800), 0, 0),
	NORMAL("top L2, the hypervisor's place", ENTRY(P_TOP_L2, 0xff8),
	       ENTRY(P_L1, 0x27), 0),
	NORMAL("top L2, the hypervisor's place, empty",
	       ENTRY(P_TOP_L2, 0xff8), 0, 0),
	NORMAL("top L2, a guest's place", ENTRY(P_TOP_L2, 0x100),
	       ENTRY(P_L1, 0x27), 0),
	NORMAL("top L2, a guest's place, empty", ENTRY(P_TOP_L2, 0x100), 0, 0),
	NORMAL("L3, writable bit", ENTRY(P_ROOT, 8), ENTRY(P_L2, 3), 0),
	NORMAL("L3, entry 4", ENTRY(P_ROOT, 32), ENTRY(P_L2, 1), 0),
	NORMAL("L3, entry 511, empty", ENTRY(P_ROOT, 0xff8), 0, 0),
	NORMAL("L3, top entry, another L2", ENTRY(P_ROOT, 24),
	       ENTRY(P_L2, 1), 0),
	NORMAL("L3, top entry, empty", ENTRY(P_ROOT, 24), 0, 0),
	MMU("owner: own number", PTE(0), ENTRY(0, RW), 0, ME),
	MMU("owner: none such", PTE(0), ENTRY(0, RW), 0, 0x1234),
	MMU("owner: OTHER, own frame", PTE(0), ENTRY(0, RW), 0, OTHER),
	MMU("owner: OTHER, its frame", PTE(0), ENTRY(P_OTHER, RW), 0, OTHER),
	MMU("owner: OTHER, L2 of ours", ENTRY(P_L2, 0x800), 0, 0, OTHER),
	MMU("owner: DOMID_IO, VGA", PTE(0), ENTRY(P_VGA, RW), 0, DOMID_IO),
	MMU("owner: DOMID_IO, own frame", PTE(0), ENTRY(0, RW), 0, DOMID_IO),
	MMU("owner: DOMID_XEN", PTE(0), ENTRY(P_XEN, RO), 0, DOMID_XEN),
	MMU("owner: OTHER, its frame, PCD", PTE(0), ENTRY(P_OTHER, RW | 16), 0,
	    OTHER),
	MMU("owner: OTHER, its frame, read-only", PTE(0), ENTRY(P_OTHER, RO),
	    0, OTHER),
	MMU("owner: OTHER, frame of nobody", PTE(0), ENTRY(P_NONE, RW), 0,
	    OTHER),
	MMU("owner: OTHER, frame of all ones", PTE(0), 0xfffff000 | RW,
	    0xfffff, OTHER),
	MMU("owner: OTHER, APIC", PTE(0), ENTRY(P_APIC, RW), 0, OTHER),
	MMU("owner: OTHER, VGA", PTE(0), ENTRY(P_VGA, RW), 0, OTHER),
	MMU("owner: OTHER, frame of the hypervisor's", PTE(0), ENTRY(P_XEN,
	    RO), 0, OTHER),
	MMU("owner: OTHER, shared_info", PTE(0), ENTRY(P_SHARED, RO), 0, OTHER),
	MMU("owner: OTHER, pointer of nobody", ENTRY(P_NONE, 0), ENTRY(P_OTHER,
	    RW), 0, OTHER),
	MMU("owner: OTHER, page is no table", ENTRY(1, 0), ENTRY(P_OTHER, RW),
	    0, OTHER),
	MMU("owner: OTHER, L2 of ours, its frame", ENTRY(P_L2, 0x800),
	    ENTRY(P_OTHER, 0x27), 0, OTHER),
	MMU("owner: DOMID_IO, frame of nobody", PTE(0), ENTRY(P_NONE, RW), 0,
	    DOMID_IO),
	MMU("owner: DOMID_IO, APIC", PTE(0), ENTRY(P_APIC, RW), 0, DOMID_IO),
	MMU("owner: DOMID_IO, its frame", PTE(0), ENTRY(P_OTHER, RW), 0,
	    DOMID_IO),
	MMU("owner: DOMID_XEN, own frame", PTE(0), ENTRY(0, RW), 0, DOMID_XEN),
	MMU("owner: DOMID_XEN, VGA", PTE(0), ENTRY(P_VGA, RW), 0, DOMID_XEN),
	MMU("owner: DOMID_XEN, empty", PTE(0), 0, 0, DOMID_XEN),
	MMU("owner: DOMID_IO, empty", PTE(0), 0, 0, DOMID_IO),
	MMU("owner: DOMID_COW", PTE(0), ENTRY(0, RW), 0, DOMID_COW),
	MMU("owner: DOMID_INVALID", PTE(0), ENTRY(0, RW), 0, DOMID_INVALID),
	MMU("tables of OTHER, own", PTE(0), ENTRY(0, RW), 0, SELF_OTHER),
	{ CALL(mmu_update, "mmu_update", "MMU_MACHPHYS_UPDATE, other number",
	       ARG, 1, DONE, DOMID_SELF),
	  WORDS(ENTRY(9, MMU_MACHPHYS_UPDATE), 0, 0x1234, 0) },
	{ CALL(mmu_update, "mmu_update", "MMU_MACHPHYS_UPDATE, back",
	       ARG, 1, DONE, DOMID_SELF),
	  WORDS(ENTRY(9, MMU_MACHPHYS_UPDATE), 0, (u32)-1, 0) },
	{ CALL(mmu_update, "mmu_update", "MMU_MACHPHYS_UPDATE, the other's",
	       ARG, 1, DONE, DOMID_SELF),
	  WORDS(ENTRY(P_OTHER, MMU_MACHPHYS_UPDATE), 0, 0x1ff, 0) },
	{ CALL(mmu_update, "mmu_update", "MMU_MACHPHYS_UPDATE, nobody's",
	       ARG, 1, DONE, DOMID_SELF),
	  WORDS(ENTRY(P_NONE, MMU_MACHPHYS_UPDATE), 0, 1, 0) },
	MMU("MMU_MACHPHYS_UPDATE, tables of OTHER", ENTRY(9,
	    MMU_MACHPHYS_UPDATE), 9, 0, SELF_OTHER),
	MMU("MMU_MACHPHYS_UPDATE, OTHER", ENTRY(P_OTHER, MMU_MACHPHYS_UPDATE),
	    9, 0, OTHER),
	MMU("MMU_MACHPHYS_UPDATE, DOMID_IO", ENTRY(9, MMU_MACHPHYS_UPDATE), 9,
	    0, DOMID_IO),
	MMU("MMU_MACHPHYS_UPDATE, DOMID_XEN", ENTRY(9, MMU_MACHPHYS_UPDATE), 9,
	    0, DOMID_XEN),
	MMU("MMU_MACHPHYS_UPDATE, APIC", ENTRY(P_APIC, MMU_MACHPHYS_UPDATE), 9,
	    0, DOMID_SELF),
	MMU("MMU_MACHPHYS_UPDATE, VGA, DOMID_IO", ENTRY(P_VGA,
	    MMU_MACHPHYS_UPDATE), 9, 0, DOMID_IO),
	MMU("MMU_MACHPHYS_UPDATE, shared_info", ENTRY(P_SHARED,
	    MMU_MACHPHYS_UPDATE), 9, 0, DOMID_SELF),
	MMU("MMU_MACHPHYS_UPDATE, back", ENTRY(9, MMU_MACHPHYS_UPDATE), -1, 0,
	    DOMID_SELF),
	MMU("shared_info's end", ENTRY(P_SHARED, 0xff8), 0, 0, DOMID_SELF),
	MMU("tables of none such", PTE(0), ENTRY(0, RW), 0, 0x12357ff0),
	MMU("tables of DOMID_SELF", PTE(0), ENTRY(0, RW), 0, 0x7ff17ff0),
	MMU("tables of DOMID_IO", PTE(0), ENTRY(0, RW), 0, 0x7ff27ff0),
	MMU("tables of DOMID_XEN", PTE(0), ENTRY(0, RW), 0, 0x7ff37ff0),
#define DONE_AT3(note, n, dom) \
	{ CALL(mmu_update, "mmu_update", note, ARG, n, AT(3), dom), \
	  WORDS(PTE(0), 0, ENTRY(0, RW), 7) }
	DONE_AT3("none of none such", 0, 0x1234),
	DONE_AT3("one of none such", 1, 0x1234),
	DONE_AT3("none of own number", 0, ME),
	DONE_AT3("none of DOMID_IO", 0, DOMID_IO),
	DONE_AT3("none of DOMID_COW", 0, DOMID_COW),
	DONE_AT3("none of DOMID_INVALID", 0, DOMID_INVALID),
	DONE_AT3("too long", 0x7fffffff, DOMID_SELF),
	DONE_AT3("preempted, one", 0x80000001, DOMID_SELF),
	{ CALL(mmu_update, "mmu_update", "unmapped address", HOLE, 1, AT(3),
	       DOMID_SELF), WORDS(0, 0, 0, 7) },
	{ CALL(mmu_update, "mmu_update", "unmapped address, none such", HOLE,
	  1, AT(3),
	       0x1234), WORDS(0, 0, 0, 7) },
	{ CALL(mmu_update, "mmu_update", "unmapped address, none", HOLE, 0,
	  AT(3),
	       DOMID_SELF), WORDS(0, 0, 0, 7) },
	{ CALL(mmu_update, "mmu_update", "MMU_PT_UPDATE_PRESERVE_AD, in an L1",
	       ARG, 1, DONE, DOMID_SELF), .flags = R_RESTORE,
	  WORDS(ENTRY(P_L2, 0x800 | MMU_PT_UPDATE_PRESERVE_AD), 0, 0, 0) },
	{ CALL(mmu_update, "mmu_update", "MMU_PT_UPDATE_NO_TRANSLATE",
	       ARG, 1, DONE, DOMID_SELF), .flags = R_RESTORE,
	  WORDS(ENTRY(P_L2, 0x800 | MMU_PT_UPDATE_NO_TRANSLATE), 0, 0, 0) },
	{ CALL(mmu_update, "mmu_update", "none", ARG, 0, DONE, DOMID_SELF) },
	{ CALL(mmu_update, "mmu_update", "none, done not wanted", ARG, 0, 0,
	       DOMID_SELF) },
	{ CALL(mmu_update, "mmu_update", "bad address", BAD, 1, DONE,
	       DOMID_SELF) },
	{ CALL(mmu_update, "mmu_update", "bad address for done", ARG, 1, BAD,
	       DOMID_SELF), WORDS(PTE(0), 0, ENTRY(0, RW), 0) },
	{ CALL(mmu_update, "mmu_update", "two, the second wrong", ARG, 2, DONE,
	       DOMID_SELF), .flags = R_RESTORE,
	  WORDS(PTE(0), 0, ENTRY(0, RW), 0, PTE(0), 0, ENTRY(P_NONE, RW), 0) },
	{ CALL(mmu_update, "mmu_update", "preempted, of nothing", ARG,
	       PREEMPTED, DONE, DOMID_SELF) },
	{ CALL(mmu_update, "mmu_update", "-1 requests", BAD, 0x7fffffff, DONE,
	       DOMID_SELF) },
};

#define VAM(note, ...) \
	{ CALL(update_va_mapping, "update_va_mapping", note, __VA_ARGS__), \
	  .flags = R_RESTORE }
static const struct row mappings[] = {
	VAM("the same", VA(0), ENTRY(0, RW), 0, 0),
	VAM("read-only, TLB flush", VA(0), ENTRY(0, RO), 0, UVMF_TLB_FLUSH),
	VAM("read-only, INVLPG", VA(0), ENTRY(0, RO), 0, UVMF_INVLPG),
	VAM("flush 3", VA(0), ENTRY(0, RO), 0, 3),
	VAM("TLB flush, all", VA(0), ENTRY(0, RW), 0,
	    UVMF_TLB_FLUSH | UVMF_ALL),
	VAM("INVLPG, all", VA(0), ENTRY(0, RW), 0, UVMF_INVLPG | UVMF_ALL),
	VAM("TLB flush, bitmap", VA(0), ENTRY(0, RW), 0, AT(0) |
	    UVMF_TLB_FLUSH),
	VAM("INVLPG, bitmap at a bad address", VA(0), ENTRY(0, RW), 0,
	    0xfffffff0 | UVMF_INVLPG),
	VAM("no L1 there", HOLE, ENTRY(0, RW), 0, 0),
	VAM("no L1 there, empty", HOLE, 0, 0, 0),
	VAM("address of the hypervisor's", BAD, ENTRY(0, RW), 0, 0),
	VAM("frame of nobody", VA(0), ENTRY(P_NONE, RW), 0, 0),
	VAM("frame of the other", VA(0), ENTRY(P_OTHER, RW), 0, 0),
	VAM("page table, writable", VA(0), ENTRY(P_L1, RW), 0, 0),
	VAM("bit 52", VA(0), ENTRY(0, RW), 1u << 20, 0),
	VAM("empty", VA(0), 0, 0, UVMF_INVLPG),
	VAM("frame of all ones", VA(0), 0xfffff000 | RW, 0xfffff, 0),
	VAM("VGA", VA(0), ENTRY(P_VGA, RW), 0, 0),
	VAM("flush 3, bitmap at a bad address", VA(0), ENTRY(0, RW), 0,
	    0xfffffff3),
	VAM("frame of nobody, bad bitmap", VA(0), ENTRY(P_NONE, RW), 0,
	    0xfffffff1),
	VAM("no flush, bad bitmap", VA(0), ENTRY(0, RW), 0, 0xfffffff0),
	VAM("TLB flush, bitmap nowhere", VA(0), ENTRY(0, RW), 0, 4 |
	    UVMF_TLB_FLUSH),
#define VAMO(note, dom) \
	{ CALL(update_va_mapping_otherdomain, "update_va_mapping_otherdomain", \
	       note, VA(0), ENTRY(0, RW), 0, 0, dom), .flags = R_RESTORE }
	VAMO("DOMID_SELF", DOMID_SELF),
	VAMO("own number", ME),
	VAMO("OTHER, own frame", OTHER),
	VAMO("none such", 0x1234),
	VAMO("DOMID_IO", DOMID_IO),
	VAMO("DOMID_XEN", DOMID_XEN),
	VAMO("DOMID_COW", DOMID_COW),
	VAMO("DOMID_INVALID", DOMID_INVALID),
	VAMO("0x17ff0", 0x17ff0),
#define VAMOP(note, dom, p, f) \
	{ CALL(update_va_mapping_otherdomain, "update_va_mapping_otherdomain", \
	       note, VA(0), ENTRY(p, f), 0, 0, dom), .flags = R_RESTORE }
	VAMOP("OTHER, nobody's", OTHER, P_NONE, RW),
	VAMOP("OTHER, VGA", OTHER, P_VGA, RW),
	VAMOP("OTHER, APIC", OTHER, P_APIC, RW),
	VAMOP("OTHER, empty", OTHER, 0, 0),
	VAMOP("DOMID_IO, VGA", DOMID_IO, P_VGA, RW),
	VAMOP("DOMID_IO, nobody's", DOMID_IO, P_NONE, RW),
	{ CALL(update_va_mapping_otherdomain, "update_va_mapping_otherdomain",
	       "OTHER, no L1 there", HOLE, ENTRY(P_OTHER, RW), 0, 0, OTHER) },
	{ CALL(update_va_mapping_otherdomain, "update_va_mapping_otherdomain",
	       "none such, no L1 there", HOLE, ENTRY(P_OTHER, RW), 0, 0,
	    0x1234) },
	{ CALL(update_va_mapping_otherdomain, "update_va_mapping_otherdomain",
	       "OTHER, its frame", VA(0), ENTRY(P_OTHER, RW), 0, 0, OTHER),
	  .flags = R_RESTORE },
};

#define EXT(op, note, ...) \
	{ CALL(mmuext_op, #op, note, ARG, 1, DONE, DOMID_SELF), \
	  WORDS(op, __VA_ARGS__) }
#define EXTO(op, note, dom, ...) \
	{ CALL(mmuext_op, #op, note, ARG, 1, DONE, dom), \
	  WORDS(op, __VA_ARGS__) }
#define SET_VA(p, flags) \
	{ CALL(update_va_mapping, "update_va_mapping", "page " #p, VA(p), \
	       ENTRY(p, flags), 0, UVMF_INVLPG) }

/* As a user root, Xen's loses the machine-to-phys array. */
#if WIDTH == 32
#define USER_ROOTS \
	EXT(MMUEXT_NEW_USER_BASEPTR, "the root", MFN(P_ROOT)),
#else
#define USER_ROOTS \
	EXT(MMUEXT_NEW_USER_BASEPTR, "data page", MFN(6)), \
	SET_VA(7, RO), \
	EXT(MMUEXT_NEW_USER_BASEPTR, "not pinned", MFN(7)), \
	EXT(MMUEXT_NEW_USER_BASEPTR, "the same", MFN(7)), \
	EXT(MMUEXT_PIN_L4_TABLE, "the user root", MFN(7)), \
	EXT(MMUEXT_UNPIN_TABLE, "the user root", MFN(7)), \
	EXT(MMUEXT_NEW_USER_BASEPTR, "none", 0), \
	SET_VA(7, RW), \
	EXT(MMUEXT_NEW_USER_BASEPTR, "L3", MFN(P_L3)), \
	EXT(MMUEXT_NEW_USER_BASEPTR, "frame of nobody", MFN(P_NONE)), \
	EXT(MMUEXT_NEW_USER_BASEPTR, "frame of the other", MFN(P_OTHER)), \
	EXTO(MMUEXT_NEW_USER_BASEPTR, "OTHER", OTHER, MFN(7)),
#endif

static const struct row ext[] = {
	SET_VA(7, RW),
	EXT(MMUEXT_PIN_L1_TABLE, "mapped writable", MFN(7)),
	EXT(MMUEXT_CLEAR_PAGE, NULL, MFN(7)),
	SET_VA(7, RO),
	EXT(MMUEXT_UNPIN_TABLE, "not pinned", MFN(7)),
	EXT(MMUEXT_PIN_L1_TABLE, NULL, MFN(7)),
	EXT(MMUEXT_PIN_L1_TABLE, "again", MFN(7)),
	EXT(MMUEXT_PIN_L2_TABLE, "is an L1", MFN(7)),
	EXT(MMUEXT_CLEAR_PAGE, "of a table", MFN(7)),
	EXT(MMUEXT_COPY_PAGE, "onto a table", MFN(7), MFN(6)),
	EXT(MMUEXT_COPY_PAGE, "from a table", MFN(6), MFN(7)),
	SET_VA(7, RW),
	NORMAL("in a pinned L1", ENTRY(7, 0), ENTRY(6, RW), 0),
	NORMAL("in a pinned L1, empty", ENTRY(7, 0), 0, 0),
	EXT(MMUEXT_UNPIN_TABLE, NULL, MFN(7)),
	EXT(MMUEXT_UNPIN_TABLE, "again", MFN(7)),
	EXT(MMUEXT_PIN_L2_TABLE, NULL, MFN(7)),
	EXT(MMUEXT_UNPIN_TABLE, "L2", MFN(7)),
	EXT(MMUEXT_PIN_L3_TABLE, "empty", MFN(7)),
	EXT(MMUEXT_NEW_BASEPTR, "empty L3", MFN(7)),
	EXT(MMUEXT_UNPIN_TABLE, "L3", MFN(7)),
	EXT(MMUEXT_PIN_L4_TABLE, NULL, MFN(7)),
	EXT(MMUEXT_UNPIN_TABLE, "L4", MFN(7)),
	SET_VA(7, RW),
	EXT(MMUEXT_PIN_L1_TABLE, "frame of nobody", MFN(P_NONE)),
	EXT(MMUEXT_PIN_L1_TABLE, "frame of the other", MFN(P_OTHER)),
	EXT(MMUEXT_PIN_L1_TABLE, "APIC", MFN(P_APIC)),
	EXT(MMUEXT_PIN_L2_TABLE, "the L2 in use", MFN(P_L2)),
	EXT(MMUEXT_UNPIN_TABLE, "the L2 in use", MFN(P_L2)),
	EXT(MMUEXT_PIN_L2_TABLE, "top L2", MFN(P_TOP_L2)),
	EXT(MMUEXT_PIN_L3_TABLE, "the root, again", MFN(P_ROOT)),
	EXT(MMUEXT_UNPIN_TABLE, "frame of nobody", MFN(P_NONE)),
	EXT(MMUEXT_UNPIN_TABLE, "frame of the other", MFN(P_OTHER)),
	EXTO(MMUEXT_PIN_L1_TABLE, "frame of the other, OTHER", OTHER,
	     MFN(P_OTHER)),
	EXTO(MMUEXT_UNPIN_TABLE, "frame of the other, OTHER", OTHER,
	     MFN(P_OTHER)),
	EXTO(MMUEXT_PIN_L1_TABLE, "own frame, OTHER", OTHER, MFN(7)),
	EXTO(MMUEXT_PIN_L1_TABLE, "none such", 0x1234, MFN(7)),
	EXTO(MMUEXT_PIN_L1_TABLE, "DOMID_IO", DOMID_IO, MFN(7)),
	EXTO(MMUEXT_TLB_FLUSH_LOCAL, "OTHER", OTHER, 0),
	EXTO(MMUEXT_TLB_FLUSH_LOCAL, "own number", ME, 0),
	EXTO(MMUEXT_NEW_BASEPTR, "OTHER", OTHER, MFN(P_ROOT)),
	EXTO(MMUEXT_SET_LDT, "OTHER", OTHER, 0, 0),
	EXT(MMUEXT_NEW_BASEPTR, "the same", MFN(P_ROOT)),
	EXT(MMUEXT_NEW_BASEPTR, "data page", MFN(6)),
	EXT(MMUEXT_NEW_BASEPTR, "L2", MFN(P_L2)),
	EXT(MMUEXT_NEW_BASEPTR, "frame of nobody", MFN(P_NONE)),
	USER_ROOTS
	EXT(MMUEXT_NEW_USER_BASEPTR, "none", 0),
	EXT(MMUEXT_TLB_FLUSH_LOCAL, NULL, 0),
	EXT(MMUEXT_INVLPG_LOCAL, NULL, VA(0)),
	EXT(MMUEXT_INVLPG_LOCAL, "address of the hypervisor's", BAD),
	EXT(MMUEXT_TLB_FLUSH_MULTI, NULL, 0, AT(8), 0, 0, 0, 0, 0, 1),
	EXT(MMUEXT_TLB_FLUSH_MULTI, "bad address", 0, BAD),
	EXT(MMUEXT_INVLPG_MULTI, NULL, VA(0), AT(8), 0, 0, 0, 0, 0, 3),
	EXT(MMUEXT_INVLPG_MULTI, "bad address", VA(0), BAD),
	EXT(MMUEXT_INVLPG_MULTI, "of the hypervisor's", BAD, AT(8)),
	{ CALL(update_va_mapping, "update_va_mapping", "page 13, empty",
	       VA(13), 0, 0, UVMF_INVLPG) },
	EXT(MMUEXT_TLB_FLUSH_MULTI, "bitmap over an end", 0, VA_AT(12, 0xfff)),
	EXT(MMUEXT_INVLPG_MULTI, "bitmap over an end", VA(0),
	    VA_AT(12, 0xfff)),
	EXT(MMUEXT_TLB_FLUSH_MULTI, "bitmap to an end", 0, VA_AT(12, 0xff8)),
	{ CALL(update_va_mapping, "update_va_mapping", "bitmap over an end",
	       VA(13), ENTRY(13, RW), 0, VA_AT(11, 0xffd) | UVMF_TLB_FLUSH) },
	{ CALL(update_va_mapping, "update_va_mapping", "page 13, empty again",
	       VA(13), 0, 0, UVMF_INVLPG) },
	{ CALL(update_va_mapping, "update_va_mapping", "bitmap over a hole",
	       VA(11), ENTRY(11, RW), 0, VA_AT(12, 0xffc) | UVMF_TLB_FLUSH) },
	SET_VA(13, RW),
	EXT(MMUEXT_TLB_FLUSH_ALL, NULL, 0),
	EXT(MMUEXT_INVLPG_ALL, NULL, VA(0)),
	EXT(MMUEXT_INVLPG_ALL, "of the hypervisor's", BAD),
	EXT(MMUEXT_FLUSH_CACHE, NULL, 0),
	EXT(MMUEXT_FLUSH_CACHE_GLOBAL, NULL, 0),
	EXT(MMUEXT_SET_LDT, "none", 0, 0),
	EXT(MMUEXT_SET_LDT, "unaligned", VA_AT(8, 8), 4),
	EXT(MMUEXT_SET_LDT, "8192 entries", VA(8), 8192),
	EXT(MMUEXT_SET_LDT, "8193 entries", VA(8), 8193),
	EXT(MMUEXT_SET_LDT, "of the hypervisor's", 0xfffff000, 512),
	EXT(MMUEXT_SET_LDT, "none again", 0, 0),
	EXT(MMUEXT_CLEAR_PAGE, "frame of nobody", MFN(P_NONE)),
	EXT(MMUEXT_CLEAR_PAGE, "frame of the other", MFN(P_OTHER)),
	EXT(MMUEXT_CLEAR_PAGE, "a table", MFN(P_L1)),
	EXT(MMUEXT_COPY_PAGE, NULL, MFN(6), MFN(8)),
	EXT(MMUEXT_COPY_PAGE, "from nobody", MFN(6), MFN(P_NONE)),
	EXT(MMUEXT_COPY_PAGE, "from the other", MFN(6), MFN(P_OTHER)),
	EXT(MMUEXT_COPY_PAGE, "to nobody", MFN(P_NONE), MFN(8)),
	EXT(MMUEXT_MARK_SUPER, NULL, MFN(6)),
	EXT(MMUEXT_UNMARK_SUPER, NULL, MFN(6)),
	EXT(MMUEXT_PIN_L1_TABLE, "shared_info", MFN(P_SHARED)),
	EXT(MMUEXT_PIN_L1_TABLE, "all ones", 0xffffffff),
	EXT(MMUEXT_UNPIN_TABLE, "shared_info", MFN(P_SHARED)),
	EXT(MMUEXT_UNPIN_TABLE, "APIC", MFN(P_APIC)),
	EXT(MMUEXT_NEW_BASEPTR, "none", 0),
	EXT(MMUEXT_NEW_BASEPTR, "all ones", 0xffffffff),
	EXT(MMUEXT_NEW_BASEPTR, "L1", MFN(P_L1)),
	EXT(MMUEXT_COPY_PAGE, "onto a table, from nobody", MFN(P_L1),
	    MFN(P_NONE)),
	EXT(MMUEXT_COPY_PAGE, "onto itself", MFN(6), MFN(6)),
	EXT(MMUEXT_COPY_PAGE, "from VGA", MFN(6), MFN(P_VGA)),
	EXT(MMUEXT_CLEAR_PAGE, "VGA", MFN(P_VGA)),
	EXTO(MMUEXT_CLEAR_PAGE, "VGA, DOMID_IO", DOMID_IO, MFN(P_VGA)),
	EXTO(MMUEXT_CLEAR_PAGE, "DOMID_XEN", DOMID_XEN, MFN(6)),
	EXTO(MMUEXT_CLEAR_PAGE, "DOMID_COW", DOMID_COW, MFN(6)),
	EXTO(MMUEXT_CLEAR_PAGE, "DOMID_INVALID", DOMID_INVALID, MFN(6)),
	EXTO(MMUEXT_CLEAR_PAGE, "the other's", OTHER, MFN(P_OTHER)),
	EXTO(MMUEXT_CLEAR_PAGE, "own, OTHER", OTHER, MFN(6)),
	EXTO(MMUEXT_COPY_PAGE, "own and the other's", OTHER, MFN(P_OTHER),
	    MFN(6)),
	EXTO(MMUEXT_COPY_PAGE, "the other's", OTHER, MFN(P_OTHER),
	    MFN(P_OTHER)),
	EXTO(MMUEXT_MARK_SUPER, "OTHER", OTHER, MFN(P_OTHER)),
	EXTO(14, "unknown, OTHER", OTHER, MFN(P_OTHER)),
	EXTO(MMUEXT_PIN_L4_TABLE, "own, OTHER", OTHER, MFN(6)),
	EXTO(MMUEXT_PIN_L3_TABLE, "own, OTHER", OTHER, MFN(6)),
	EXTO(MMUEXT_UNPIN_TABLE, "own, OTHER", OTHER, MFN(6)),
	EXTO(MMUEXT_INVLPG_LOCAL, "OTHER", OTHER, 0),
	EXTO(MMUEXT_TLB_FLUSH_MULTI, "OTHER, bad address", OTHER, 0, BAD),
	EXTO(MMUEXT_TLB_FLUSH_ALL, "OTHER", OTHER, 0),
	EXTO(MMUEXT_INVLPG_ALL, "OTHER", OTHER, 0),
	EXTO(MMUEXT_FLUSH_CACHE, "OTHER", OTHER, 0),
	EXTO(MMUEXT_FLUSH_CACHE_GLOBAL, "OTHER", OTHER, 0),
	EXTO(MMUEXT_SET_LDT, "OTHER, 8193", OTHER, 0, 8193),
	EXTO(MMUEXT_TLB_FLUSH_LOCAL, "above 16 bits", 0x17ff0, 0),
	EXTO(MMUEXT_TLB_FLUSH_LOCAL, "none such", 0x1234, 0),
	EXT(MMUEXT_SET_LDT, "all ones entries", VA(8), 0xffffffff),
	EXT(MMUEXT_SET_LDT, "none, unaligned", VA_AT(8, 8), 0),
	EXT(MMUEXT_SET_LDT, "of nothing", HOLE, 4),
	EXT(MMUEXT_SET_LDT, "none of the hypervisor's", BAD, 0),
/*
 * The second operation is unknown. Before it, Xen may stop the call for an interrupt,
 * store the number of operations done in word 6, and continue: the answer is the same.
 */
#define EXT_DONE(note, n, dom) \
	{ CALL(mmuext_op, "mmuext_op", note, ARG, n, AT(6), dom), \
	  WORDS(MMUEXT_TLB_FLUSH_LOCAL, 0, 0, 99, 0, 0, 7) }
	EXT_DONE("one of none such", 1, 0x1234),
	EXT_DONE("one of DOMID_IO", 1, DOMID_IO),
	EXT_DONE("too long", 0x7fffffff, DOMID_SELF),
	EXT_DONE("preempted, one", 0x80000001, DOMID_SELF),
	{ CALL(mmuext_op, "mmuext_op", "unmapped address", HOLE, 1, AT(3),
	       DOMID_SELF), WORDS(0, 0, 0, 7) },
	{ CALL(mmuext_op, "mmuext_op", "unmapped address, OTHER", HOLE, 1,
	  AT(3),
	       OTHER), WORDS(0, 0, 0, 7) },
	EXT(14, "unknown", 0),
	EXT(21, "unknown", 0),
	EXT(0xffffffff, "unknown", 0),
	{ CALL(mmuext_op, "mmuext_op", "none", ARG, 0, DONE, DOMID_SELF) },
	{ CALL(mmuext_op, "mmuext_op", "bad address", BAD, 1, DONE,
	       DOMID_SELF) },
	{ CALL(mmuext_op, "mmuext_op", "bad address for done", ARG, 1, BAD,
	       DOMID_SELF), WORDS(MMUEXT_TLB_FLUSH_LOCAL) },
	{ CALL(mmuext_op, "mmuext_op", "three, the second wrong", ARG, 3, DONE,
	       DOMID_SELF), WORDS(MMUEXT_TLB_FLUSH_LOCAL, 0, 0,
				  MMUEXT_UNPIN_TABLE, MFN(6), 0,
				  MMUEXT_TLB_FLUSH_LOCAL, 0, 0) },
	{ CALL(mmuext_op, "mmuext_op", "preempted, of nothing", ARG,
	       PREEMPTED, DONE, DOMID_SELF) },
};

/* In a 32-bit guest's L3, the processor sets A, and Krypton does it first. */
static u64 hidden;

/*
 * What an entry is after an update: bits that are added, and A and D bits of the
 * old one that stay.
 */
static void one_entry(const char *table, const u64 *entry, u32 cmd, u64 old,
		      u64 new)
{
	const u64 at = va_maddr(entry), frame = ~0xfffull & ~(0xfffull << 52);
	long rc;

	CHECK(mmu_update(at, old), 0);
	rc = mmu_update(at | cmd, new);
	out_begin("entry of ");
	out_text(table);
	out_text(", command ");
	out_number(cmd, 10);
	out_text((old ^ new) & frame ? ", other frame, " : ", ");
	out_number((ulong)(old & 0xfff), 16);
	out_text(" to ");
	out_entry(new);
	out_text(" -> ");
	out_answer(rc);
	out_text(rc ? "" : (*entry ^ new) & frame ? " frame " : " ");
	out_entry(*entry & ~hidden);
	out_end();
}

/* From the first n of the old values. */
static void entries_of(const char *table, const u64 *entry, u32 n, u64 child,
		       u64 other)
{
	static const u64 olds[] = { 0x63, 0x40, 0x21, 3 };
	static const u64 news[] = {
		0, 0x100, 0x62, 1, 3, 5, 7, 0x21, 0x63, 0x103, 0x107, 0x83,
		0xb, 0x13, 0x1b, 0xe03, PTE_NX | 3, PTE_NX, 1ull << 52 | 3,
		1ull << 62 | 3, 1ull << 52 | 0x103, 1ull << 62,
	};
	u32 cmd, i, k;

	for (cmd = MMU_NORMAL_PT_UPDATE; cmd <= MMU_PT_UPDATE_PRESERVE_AD;
	     cmd += MMU_PT_UPDATE_PRESERVE_AD)
		for (i = 0; i < n; i++)
			for (k = 0; k < ARRAY_SIZE(news); k++) {
				one_entry(table, entry, cmd, child | olds[i],
					  child | news[k]);
				if (other != child)
					one_entry(table, entry, cmd,
						  child | olds[i],
						  other | news[k]);
			}
	CHECK(mmu_update(va_maddr(entry), 0), 0);
}

static void all_entries(void)
{
	const u64 page = (u64)va_mfn(play[12]) << 12;
	const u64 l1 = va_maddr(pte_of(play[0])) & ~0xfffull;
	const u64 l2 = va_maddr(l2_of(0)) & ~0xfffull;

	entries_of("an L1", pte_of(play[13]), 4, page,
		   (u64)va_mfn(play[11]) << 12);
	if (!is_domu)
		entries_of("an L1, VGA", pte_of(play[13]), 1, 0xb8000, 0xb8000);
	entries_of("an L2", (u64 *)l2_of(0) + 0x100, 2, l1, l1);
	hidden = WIDTH == 32 ? PTE_A : 0;
	entries_of("an L3", entry_of(play[0], 3) + 1, 2, l2, l2);
	hidden = 0;
	restore();
}

void conf_mmu(void)
{
	RUN(updates);
	RUN(mappings);
	RUN(ext);
	restore();
	all_entries();
}
