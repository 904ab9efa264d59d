// SPDX-License-Identifier: GPL-2.0-only
/*
 * The other hypercalls: descriptors, debug registers, trap tables, multicalls,
 * what is for privileged domains or another kind of guest, and numbers that
 * nothing has.
 */
#include "conf.h"

#define N(nr, name, note, ...) { CALL(nr, name, note, __VA_ARGS__) }
#define NW(nr, name, note, ...) \
	{ CALL(nr, name, note, __VA_ARGS__, ARG), WORDS(0) }

static const struct row debug[] = {
	N(get_debugreg, "get_debugreg", "0", 0),
	N(get_debugreg, "get_debugreg", "4", 4),
	N(get_debugreg, "get_debugreg", "5", 5),
	N(get_debugreg, "get_debugreg", "6", 6),
	N(get_debugreg, "get_debugreg", "7", 7),
	N(get_debugreg, "get_debugreg", "8", 8),
	N(set_debugreg, "set_debugreg", "0", 0, 0x1000),
	N(set_debugreg, "set_debugreg", "0, of the hypervisor's", 0, BAD),
	N(set_debugreg, "set_debugreg", "3", 3, 0x2000),
	N(set_debugreg, "set_debugreg", "4", 4, 0),
	N(set_debugreg, "set_debugreg", "5", 5, 0),
	N(set_debugreg, "set_debugreg", "6", 6, 0xffffffff),
	N(get_debugreg, "get_debugreg", "6, all set", 6),
	N(set_debugreg, "set_debugreg", "6, clear", 6, 0),
	N(get_debugreg, "get_debugreg", "6, clear", 6),
	N(set_debugreg, "set_debugreg", "7, reserved bits", 7, 0xd800),
	N(get_debugreg, "get_debugreg", "7, reserved bits", 7),
	N(set_debugreg, "set_debugreg", "7, GD", 7, 0x2000),
	N(set_debugreg, "set_debugreg", "7, I/O", 7, 0x20001),
	N(set_debugreg, "set_debugreg", "7, I/O, not enabled", 7, 0x20000),
	N(get_debugreg, "get_debugreg", "7, I/O, not enabled", 7),
	N(set_debugreg, "set_debugreg", "7, 8 bytes", 7, 0x90001),
	N(set_debugreg, "set_debugreg", "7, execution of 4", 7, 0xc0001),
	N(set_debugreg, "set_debugreg", "7, a write", 7, 0x10001),
	N(get_debugreg, "get_debugreg", "7, a write", 7),
	N(set_debugreg, "set_debugreg", "7, global", 7, 0x10002),
	N(get_debugreg, "get_debugreg", "7, global", 7),
	N(set_debugreg, "set_debugreg", "7, none", 7, 0),
	N(get_debugreg, "get_debugreg", "7, none", 7),
	N(set_debugreg, "set_debugreg", "8", 8, 0),
	N(set_debugreg, "set_debugreg", "1, all ones", 1, 0xffffffff),
	N(get_debugreg, "get_debugreg", "1, all ones", 1),
	N(set_debugreg, "set_debugreg", "1, ACROSS", 1, ACROSS),
	N(get_debugreg, "get_debugreg", "1, ACROSS", 1),
	N(set_debugreg, "set_debugreg", "1, 0", 1, 0),
	N(set_debugreg, "set_debugreg", "4, all set", 4, 0xffffffff),
	N(get_debugreg, "get_debugreg", "6, after 4", 6),
	N(set_debugreg, "set_debugreg", "5, a write", 5, 0x10001),
	N(get_debugreg, "get_debugreg", "7, after 5", 7),
	N(get_debugreg, "get_debugreg", "5, after 5", 5),
	N(set_debugreg, "set_debugreg", "5, GD", 5, 0x2001),
	N(set_debugreg, "set_debugreg", "7, I/O and GD", 7, 0x22001),
	N(set_debugreg, "set_debugreg", "7, all but GD, I/O", 7, 0xddddd7ff),
	N(get_debugreg, "get_debugreg", "7, all but GD, I/O", 7),
	N(set_debugreg, "set_debugreg", "7, 0", 7, 0),
	N(set_debugreg, "set_debugreg", "6, 0", 6, 0),
	N(set_debugreg, "set_debugreg", "all ones", 0xffffffff, 0),
	N(get_debugreg, "get_debugreg", "all ones", 0xffffffff),
	N(get_debugreg, "get_debugreg", "0 again", 0),
	N(get_debugreg, "get_debugreg", "3 again", 3),
};

/* A code segment of ring 1, a data segment, and variants. */
#define CODE_1	(FLAT_CODE(1) & ~DESC_A)
#define DATA_1	(FLAT_DATA(1) & ~DESC_A)
#define LIMIT	DESC_LIMIT(0xffffu)
#define DESC(note, d) \
	N(update_descriptor, "update_descriptor", note, ENTRY(14, 0), 0, \
	  (u32)(d), (u32)((d) >> 32))
static const struct row descriptors[] = {
	DESC("empty", 0ull),
	DESC("code", CODE_1),
	DESC("data", DATA_1),
	DESC("DPL 0 code", CODE_1 & ~DESC_DPL(3)),
	DESC("DPL 3 code", CODE_1 | DESC_DPL(3)),
	DESC("conforming", CODE_1 | DESC_CONFORMING),
	DESC("64-bit code", (CODE_1 & ~DESC_B) | DESC_L),
	DESC("L and D", CODE_1 | DESC_L),
	DESC("16-bit code", CODE_1 & ~(DESC_B | DESC_G)),
	DESC("not present", CODE_1 & ~DESC_P),
	DESC("base", DATA_1 | DESC_BASE(0x12341000u)),
	DESC("base and limit wrap", DATA_1 | DESC_BASE(0xf0341000u)),
	DESC("expand down", DATA_1 | DESC_EXPAND_DOWN),
	DESC("LDT", DESC_SYSTEM(TYPE_LDT) | LIMIT),
	DESC("TSS", DESC_SYSTEM(TYPE_TSS) | LIMIT),
	DESC("busy TSS", DESC_SYSTEM(TYPE_BUSY_TSS) | LIMIT),
	DESC("call gate", DESC_GATE(TYPE_CALL_GATE, 3, FLAT_KERNEL_CS)),
	DESC("call gate to ring 0", DESC_GATE(TYPE_CALL_GATE, 3, XEN_CS)),
	DESC("interrupt gate", DESC_GATE(TYPE_INT_GATE, 3, FLAT_KERNEL_CS)),
	DESC("trap gate", DESC_GATE(TYPE_TRAP_GATE, 3, FLAT_KERNEL_CS)),
	DESC("task gate", DESC_GATE(TYPE_TASK_GATE, 3, FLAT_KERNEL_CS)),
	DESC("system, type 0", DESC_SYSTEM(0)),
	N(update_descriptor, "update_descriptor", "unaligned", ENTRY(14, 4), 0,
	  0, 0),
	N(update_descriptor, "update_descriptor", "nobody's page",
	  ENTRY(P_NONE, 0), 0, 0, 0),
	N(update_descriptor, "update_descriptor", "the other's page",
	  ENTRY(P_OTHER, 0), 0, 0, 0),
	N(update_descriptor, "update_descriptor", "a page table",
	  ENTRY(P_L1, 0xff8), 0, 0, 0),
	N(update_descriptor, "update_descriptor", "address over 2^32",
	  ENTRY(14, 0), 1, 0, 0),
	DESC("empty again", 0ull),
	{ CALL(set_gdt, "set_gdt", "one page, writable", ARG, 512),
	  WORDS(MFN(14)) },
	{ CALL(update_va_mapping, "update_va_mapping", "page 14", VA(14),
	       ENTRY(14, PTE_RO), 0, UVMF_INVLPG) },
	{ CALL(set_gdt, "set_gdt", "one page", ARG, 512), WORDS(MFN(14)) },
	DESC("in the GDT: data", DATA_1),
	DESC("in the GDT: 64-bit code", (CODE_1 & ~DESC_B) | DESC_L),
	{ CALL(mmu_update, "mmu_update", "page of the GDT", ARG, 1, AT(8),
	  DOMID_SELF),
	  WORDS(ENTRY(14, 0), 0, 0, 0) },
	{ CALL(mmuext_op, "MMUEXT_CLEAR_PAGE", "page of the GDT", ARG, 1,
	  AT(8), DOMID_SELF),
	  WORDS(MMUEXT_CLEAR_PAGE, MFN(14)) },
	{ CALL(mmuext_op, "MMUEXT_PIN_L1_TABLE", "page of the GDT", ARG, 1,
	  AT(8), DOMID_SELF),
	  WORDS(MMUEXT_PIN_L1_TABLE, MFN(14)) },
	{ CALL(update_va_mapping, "update_va_mapping",
	  "page 14, writable, in the GDT", VA(14),
	       ENTRY(14, PTE_RWP), 0, UVMF_INVLPG) },
	{ CALL(set_gdt, "set_gdt", "one entry", ARG, 1), WORDS(MFN(14)) },
	{ CALL(set_gdt, "set_gdt", "no entry, bad address", BAD, 0) },
	{ CALL(set_gdt, "set_gdt", "two, the second nobody's", ARG, 513),
	  WORDS(MFN(14), MFN(P_NONE)) },
	{ CALL(set_gdt, "set_gdt", "two, the second at the end", ACROSS,
	  7168) },
	{ CALL(set_gdt, "set_gdt", "unmapped address", HOLE, 1) },
	{ CALL(set_gdt, "set_gdt", "all ones entries", ARG, 0xffffffff) },
	{ CALL(set_gdt, "set_gdt", "7168 entries", ARG, 7168),
	  WORDS(MFN(14), MFN(14), MFN(14), MFN(14), MFN(14), MFN(14), MFN(14),
		MFN(14), MFN(14), MFN(14), MFN(14), MFN(14), MFN(14),
		MFN(14)) },
	{ CALL(set_gdt, "set_gdt", "7169 entries", ARG, 7169),
	  WORDS(MFN(14)) },
	{ CALL(set_gdt, "set_gdt", "nobody's", ARG, 512), WORDS(MFN(P_NONE)) },
	{ CALL(set_gdt, "set_gdt", "the other's", ARG, 512),
	  WORDS(MFN(P_OTHER)) },
	{ CALL(set_gdt, "set_gdt", "a page table", ARG, 512),
	  WORDS(MFN(P_L1)) },
	{ CALL(set_gdt, "set_gdt", "bad address", BAD, 512) },
	{ CALL(set_gdt, "set_gdt", "none", ARG, 0), .flags = R_RESTORE },
};

#define TRAPS(note, ...) \
	{ CALL(set_trap_table, "set_trap_table", note, ARG), \
	  WORDS(__VA_ARGS__), .flags = R_RESTORE }
#define TRAP(v, f, cs)	((v) | (f) << 8 | (u32)(cs) << 16)
static const struct row traps[] = {
	TRAPS("one", TRAP(X86_TRAP_GP, 0, FLAT_KERNEL_CS), CODE, 0, 0),
	TRAPS("DPL 3, mask", TRAP(X86_TRAP_GP, 3 | TRAP_MASKS_EVENTS,
				   FLAT_KERNEL_CS), CODE, 0, 0),
	TRAPS("unknown flags", TRAP(X86_TRAP_GP, 0xf8, FLAT_KERNEL_CS), CODE,
	      0, 0),
	TRAPS("null selector", TRAP(200, 0, 0), CODE, 0, 0),
	TRAPS("RPL 0", TRAP(200, 0, XEN_CS), CODE, 0, 0),
	TRAPS("data selector", TRAP(200, 0, FLAT_KERNEL_DS), CODE, 0, 0),
	TRAPS("of the hypervisor's", TRAP(200, 0, FLAT_KERNEL_CS), BAD, 0, 0),
	TRAPS("none", 0, 0),
	TRAPS("two, the second bad", TRAP(200, 0, FLAT_KERNEL_CS), CODE,
	    TRAP(201, 0, FLAT_KERNEL_CS), BAD, 0, 0),
	{ CALL(set_trap_table, "set_trap_table", "at the end", ACROSS),
	  .flags = R_RESTORE },
	{ CALL(set_trap_table, "set_trap_table", "unmapped", HOLE),
	  .flags = R_RESTORE },
	{ CALL(set_trap_table, "set_trap_table", "NULL", 0),
	  .flags = R_RESTORE },
	{ CALL(set_trap_table, "set_trap_table", "bad address", BAD),
	  .flags = R_RESTORE },
};

/* Entries of 8 words: operation, result, six arguments. */
#define MULTI(note, n, ...) \
	{ CALL(multicall, "multicall", note, ARG, n), WORDS(__VA_ARGS__) }
#define VERSION	__HYPERVISOR_xen_version, 99, 0, 0, 0, 0, 0, 0
static const struct row multi[] = {
	MULTI("none", 0, 0),
	MULTI("one", 1, VERSION),
	MULTI("three", 3, VERSION, VERSION, VERSION),
	MULTI("unknown call", 2, 99, 0, 0, 0, 0, 0, 0, 0, VERSION),
	MULTI("an error in the middle", 3, VERSION, __HYPERVISOR_xen_version,
	      99, 77, 0, 0, 0, 0, 0, VERSION),
	MULTI("multicall inside", 2, __HYPERVISOR_multicall, 99, AT(16), 1, 0,
	      0, 0, 0, VERSION, VERSION),
	MULTI("multicall inside, of nothing", 2, __HYPERVISOR_multicall, 99,
	      0, 0, 0, 0, 0, 0, VERSION),
	MULTI("yield", 2, __HYPERVISOR_sched_op, 99, SCHEDOP_yield, 0, 0, 0, 0,
	      0, VERSION),
	{ CALL(multicall, "multicall", "bad address", BAD, 1) },
	{ CALL(multicall, "multicall", "across an end", ACROSS, 1) },
	{ CALL(multicall, "multicall", "read-only", READONLY, 1) },
	{ CALL(multicall, "multicall", "too many", BAD, 0x7fffffff) },
	{ CALL(multicall, "multicall", "none, unmapped", HOLE, 0) },
	{ CALL(multicall, "multicall", "none, at the end", ACROSS, 0) },
	MULTI("number with bit 31", 2,
	      __HYPERVISOR_xen_version | 1u << 31, 99, 0, 0, 0, 0, 0, 0,
	      VERSION),
};

/* Lists of nothing: 0 and 2^31, which says that it continues */
#define NOTHING(nr, name, ...) \
	N(nr, name, "none, unmapped list", HOLE, 0, ##__VA_ARGS__), \
	N(nr, name, "none, list across the end", ACROSS, 0, ##__VA_ARGS__), \
	N(nr, name, "none, continued, unmapped list", HOLE, 0x80000000, \
	  ##__VA_ARGS__)
#define NO_GRANTS(op) \
	N(grant_table_op, #op, "none, unmapped list", op, HOLE, 0), \
	N(grant_table_op, #op, "one, bad list", op, BAD, 1)
static const struct row nothing[] = {
	NOTHING(mmu_update, "mmu_update", 0, DOMID_SELF),
	NOTHING(mmuext_op, "mmuext_op", 0, DOMID_SELF),
	N(mmu_update, "mmu_update", "none, done", ARG, 0, AT(8), DOMID_SELF),
	N(mmuext_op, "mmuext_op", "none, done", ARG, 0, AT(8), DOMID_SELF),
	N(mmu_update, "mmu_update", "none, continued, done", ARG, 0x80000000,
	  AT(8), DOMID_SELF),
	NO_GRANTS(GNTTABOP_map_grant_ref),
	NO_GRANTS(GNTTABOP_unmap_grant_ref),
	NO_GRANTS(GNTTABOP_unmap_and_replace),
	NO_GRANTS(GNTTABOP_swap_grant_ref),
	NO_GRANTS(GNTTABOP_copy),
	NO_GRANTS(GNTTABOP_setup_table),
	NO_GRANTS(GNTTABOP_query_size),
	NO_GRANTS(GNTTABOP_set_version),
	NO_GRANTS(GNTTABOP_get_version),
	N(set_gdt, "set_gdt", "none, unmapped", HOLE, 0),
	N(set_gdt, "set_gdt", "none, across the end", ACROSS, 0),
	N(console_io, "CONSOLEIO_write", "none, bad address", CONSOLEIO_write, 0,
	  BAD),
	N(console_io, "CONSOLEIO_read", "none, bad address", CONSOLEIO_read, 0,
	  BAD),
	{ OP(sched_op, SCHEDOP_poll, "no ports, unmapped list", HOLE, 0, 1,
	     0) },
	{ OP(sched_op, SCHEDOP_poll, "a port, unmapped list", HOLE, 1, 1, 0) },
	{ OP(sched_op, SCHEDOP_poll, "negative time, a port", AT(8), 1, 0,
	     0x80000000, 0, 0, 0, 0, 1) },
};

#define H(op)	NW(hvm_op, #op, NULL, op)
/* Version, command, domain */
#define ALT(op) \
	{ CALL(hvm_op, #op, NULL, HVMOP_altp2m, ARG), \
	  WORDS(HVMOP_ALTP2M_INTERFACE_VERSION, op, DOMID_SELF) }
#define PROF(op)	NW(xenoprof_op, #op, NULL, op)
#define PMU(op, note, ...) \
	{ CALL(xenpmu_op, #op, note, op, ARG), WORDS(__VA_ARGS__) }
static const struct row rest[] = {
	N(set_segment_base, "set_segment_base", "fs", 0, 0),
	N(set_segment_base, "set_segment_base", "unknown", 9, 0),
	PMU(XENPMU_mode_get, NULL, 0, 0),
	PMU(XENPMU_mode_set, "off", 0, 1, 0, 0),
	PMU(XENPMU_feature_get, NULL, 0, 0),
	PMU(XENPMU_feature_set, NULL, 0, 1, 0, 0),
	PMU(XENPMU_init, NULL, 0, 1, 0, 0),
	PMU(XENPMU_finish, NULL, 0, 1, 0, 0),
	PMU(XENPMU_lvtpc_set, NULL, 0, 0),
	PMU(XENPMU_flush, NULL, 0, 0),
	PMU(99, "unknown", 0, 0),
	H(HVMOP_set_param),
	H(HVMOP_get_param),
	NW(hvm_op, "HVMOP_set_pci_intx_level", NULL, 2),
	NW(hvm_op, "HVMOP_set_isa_irq_level", NULL, 3),
	NW(hvm_op, "HVMOP_set_pci_link_route", NULL, 4),
	H(HVMOP_flush_tlbs),
	H(HVMOP_pagetable_dying),
	{ CALL(hvm_op, "HVMOP_get_time", NULL, HVMOP_get_time, ARG), WORDS(0),
	  .flags = R_MASK_ALL },
	H(HVMOP_xentrace),
	H(HVMOP_set_mem_access),
	H(HVMOP_get_mem_access),
	H(HVMOP_get_mem_type),
	H(HVMOP_set_evtchn_upcall_vector),
	H(HVMOP_guest_request_vm_event),
	ALT(HVMOP_altp2m_get_domain_state),
	ALT(HVMOP_altp2m_set_domain_state),
	ALT(HVMOP_altp2m_vcpu_enable_notify),
	ALT(HVMOP_altp2m_create_p2m),
	ALT(HVMOP_altp2m_destroy_p2m),
	ALT(HVMOP_altp2m_switch_p2m),
	ALT(HVMOP_altp2m_set_mem_access),
	ALT(HVMOP_altp2m_change_gfn),
	ALT(HVMOP_altp2m_set_mem_access_multi),
	ALT(HVMOP_altp2m_set_suppress_ve),
	ALT(HVMOP_altp2m_get_suppress_ve),
	ALT(HVMOP_altp2m_get_mem_access),
	ALT(HVMOP_altp2m_vcpu_disable_notify),
	ALT(HVMOP_altp2m_get_p2m_idx),
	ALT(HVMOP_altp2m_set_suppress_ve_multi),
	ALT(HVMOP_altp2m_set_visibility),
	NW(hvm_op, "hvm_op 99", "unknown", 99),
	NW(kexec_op, "KEXEC_CMD_kexec_get_range", NULL,
	   KEXEC_CMD_kexec_get_range),
	NW(kexec_op, "KEXEC_CMD_kexec_status", NULL, KEXEC_CMD_kexec_status),
	NW(kexec_op, "KEXEC_CMD_kexec", "nothing loaded", KEXEC_CMD_kexec),
	NW(kexec_op, "KEXEC_CMD_kexec_load", "nothing", KEXEC_CMD_kexec_load),
	NW(kexec_op, "KEXEC_CMD_kexec_unload", "nothing",
	   KEXEC_CMD_kexec_unload),
	NW(kexec_op, "KEXEC_CMD_kexec_load_v1", "nothing",
	   KEXEC_CMD_kexec_load_v1),
	NW(kexec_op, "KEXEC_CMD_kexec_unload_v1", "nothing",
	   KEXEC_CMD_kexec_unload_v1),
	NW(kexec_op, "kexec_op 99", "unknown", 99),
	NW(argo_op, "XEN_ARGO_OP_register_ring", NULL,
	   XEN_ARGO_OP_register_ring),
	NW(argo_op, "XEN_ARGO_OP_unregister_ring", NULL,
	   XEN_ARGO_OP_unregister_ring),
	NW(argo_op, "XEN_ARGO_OP_sendv", NULL, XEN_ARGO_OP_sendv),
	NW(argo_op, "XEN_ARGO_OP_notify", NULL, XEN_ARGO_OP_notify),
	NW(hypfs_op, "XEN_HYPFS_OP_get_version", NULL,
	   XEN_HYPFS_OP_get_version),
	NW(hypfs_op, "XEN_HYPFS_OP_read", NULL, XEN_HYPFS_OP_read),
	NW(hypfs_op, "XEN_HYPFS_OP_write_contents", NULL,
	   XEN_HYPFS_OP_write_contents),
	NW(dm_op, "dm_op", "own", DOMID_SELF, 0),
	NW(dm_op, "dm_op", "OTHER", OTHER, 0),
	{ CALL(xsm_op, "xsm_op", NULL, ARG), WORDS(1, 1) },
	{ CALL(mca, "XEN_MC_fetch", "wrong version", ARG),
	  WORDS(XEN_MC_fetch, 1) },
	{ CALL(mca, "XEN_MC_fetch", NULL, ARG),
	  WORDS(XEN_MC_fetch, XEN_MCA_INTERFACE_VERSION, 1) },
	{ CALL(mca, "XEN_MC_physcpuinfo", NULL, ARG),
	  WORDS(XEN_MC_physcpuinfo, XEN_MCA_INTERFACE_VERSION, 0) },
	{ CALL(mca, "XEN_MC_notifydomain", NULL, ARG),
	  WORDS(XEN_MC_notifydomain, XEN_MCA_INTERFACE_VERSION, 0) },
	{ CALL(mca, "XEN_MC_msrinject", "none", ARG),
	  WORDS(XEN_MC_msrinject, XEN_MCA_INTERFACE_VERSION, 0xffffffff) },
	{ CALL(mca, "XEN_MC_mceinject", "no such processor", ARG),
	  WORDS(XEN_MC_mceinject, XEN_MCA_INTERFACE_VERSION, 4095) },
	{ CALL(mca, "XEN_MC_inject_v2", "none", ARG),
	  WORDS(XEN_MC_inject_v2, XEN_MCA_INTERFACE_VERSION, 0) },
	{ CALL(mca, "mca 99", "unknown", ARG),
	  WORDS(99, XEN_MCA_INTERFACE_VERSION, 0) },
	PROF(XENOPROF_init),
	PROF(XENOPROF_reset_active_list),
	PROF(XENOPROF_reset_passive_list),
	PROF(XENOPROF_set_active),
	{ CALL(xenoprof_op, "XENOPROF_set_passive", NULL,
	       XENOPROF_set_passive, ARG), WORDS(0), .flags = R_MASK_ALL },
	PROF(XENOPROF_reserve_counters),
	PROF(XENOPROF_counter),
	PROF(XENOPROF_setup_events),
	PROF(XENOPROF_enable_virq),
	PROF(XENOPROF_start),
	PROF(XENOPROF_stop),
	PROF(XENOPROF_disable_virq),
	PROF(XENOPROF_release_counters),
	PROF(XENOPROF_shutdown),
	{ CALL(xenoprof_op, "XENOPROF_get_buffer", NULL, XENOPROF_get_buffer,
	       ARG), WORDS(0), .flags = R_MASK_ALL },
	PROF(XENOPROF_set_backtrace),
	PROF(XENOPROF_get_ibs_caps),
	PROF(XENOPROF_ibs_counter),
	NW(xenoprof_op, "xenoprof_op 99", "unknown", 99),
	NW(tmem_op, "tmem_op", NULL, 0),
};

static void unknown_numbers(void)
{
	struct row r = { .name = "number", .flags = 0 };
	static const u32 numbers[] = {
		11, 43, 44, 45, 46, 47, 49, 50, 51, 52, 53, 54, 55, 56, 63, 64,
		127, 128, 255, 256, 0x80000000, 0xffffffff,
	};
	static char note[12];
	u32 i, v;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		r.nr = numbers[i];
		for (v = 0; v < 8; v++)
			note[v] = "0123456789abcdef"[r.nr >> (28 - 4 * v) & 15];
		r.note = note;
		run_rows(&r, 1);
	}
}

void conf_others(void)
{
	u32 i;

	RUN(debug);
	for (i = 0; i < ARRAY_SIZE(descriptors); i++) {
		run_rows(&descriptors[i], 1);
		out_begin("descriptor, ");
		out_text(descriptors[i].note);
		out_text(" -> ");
		out_number(((u32 *)play[14])[1], 16);
		out_text(" ");
		out_number(((u32 *)play[14])[0], 16);
		out_end();
	}
	RUN(traps);
	RUN(multi);
	RUN(nothing);
	RUN(rest);
	unknown_numbers();
	restore();
}
