// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules: which hypercalls succeed and how the others are refused, as a table of
 * calls and answers, for Dom0: callbacks and NMIs (pv/callback.c of Xen 4.17),
 * versions (common/kernel.c), assists, physdev_op, console_io, platform_op and
 * domctl. Each was the end of some kernel that Krypton's authors did not think
 * of. What order the checks have shows in calls with two faults.
 *
 * Test: calls
 * Test: calls-intel -I
 * Test: calls-64 -w 64
 */
#include "domu.h"
#include <xen/nmi.h>

#define BAD	0xfffffff0u
#define NONE	0xffffffffu
#define CODE	0x100000u	/* an address of the kernel's */
#define NO_DOMAIN	0x1234u
#define NO_VCPU		99u
#define NO_DOMCTL	999u

static u32 buffer[64];

struct call {
	const char *name;
	u32 nr, a, b;
	u32 words[4];		/* what b points to, if it is BUFFER */
	long want;
};
#define BUFFER	1u

static void test_calls(const struct call *calls, u32 n)
{
	ulong b;
	u32 i;
	long got;

	for (i = 0; i < n; i++) {
		memset(buffer, 0, sizeof(buffer));
		memcpy(buffer, calls[i].words, sizeof(calls[i].words));
		b = calls[i].b == BUFFER ? (ulong)buffer : calls[i].b;
		got = hypercall(calls[i].nr, calls[i].a, b, 0, 0, 0);
		if (got == calls[i].want)
			continue;
		failures++;
		print("main.c: %s: got %s, expected %s\n", calls[i].name,
		      error_name(got), error_name(calls[i].want));
	}
}

/* At 64 bits, the address is in the same word, and no selector is read. */
#define REGISTER(type, want)						\
	{ "register " #type, __HYPERVISOR_callback_op,			\
	  CALLBACKOP_register, BUFFER,					\
	  { type, FLAT_KERNEL_CS, CODE }, want }
#define UNREGISTER(type, want)						\
	{ "unregister " #type, __HYPERVISOR_callback_op,		\
	  CALLBACKOP_unregister, BUFFER, { type }, want }

#define OF_64_BITS(rc)	(WIDTH == 64 ? (rc) : -XEN_ENOSYS)

static const struct call callbacks[] = {
	REGISTER(CALLBACKTYPE_syscall, OF_64_BITS(0)),
	REGISTER(3, -XEN_ENOSYS),		/* the old sysenter */
	REGISTER(CALLBACKTYPE_nmi, 0),
	REGISTER(CALLBACKTYPE_sysenter, 0),
	REGISTER(6, -XEN_ENOSYS),
	REGISTER(CALLBACKTYPE_syscall32, 0),
	REGISTER(8, -XEN_ENOSYS),
	REGISTER(0xffff, -XEN_ENOSYS),
	UNREGISTER(CALLBACKTYPE_event, -XEN_EINVAL),
	UNREGISTER(CALLBACKTYPE_failsafe, -XEN_EINVAL),
	UNREGISTER(CALLBACKTYPE_syscall, OF_64_BITS(-XEN_EINVAL)),
	UNREGISTER(CALLBACKTYPE_nmi, 0),
	UNREGISTER(CALLBACKTYPE_sysenter, -XEN_EINVAL),
	UNREGISTER(CALLBACKTYPE_syscall32, -XEN_EINVAL),
	UNREGISTER(8, -XEN_ENOSYS),
	{ "callback_op 2", __HYPERVISOR_callback_op, 2, BAD, { 0 },
	  WIDTH == 64 ? -XEN_ENOSYS : -XEN_EINVAL },
	{ "callback_op at a bad address", __HYPERVISOR_callback_op,
	  CALLBACKOP_unregister, BAD, { 0 }, -XEN_EFAULT },
	{ "nmi_op register", __HYPERVISOR_nmi_op, XENNMI_register_callback,
	  BUFFER, { CODE }, 0 },
	{ "nmi_op unregister", __HYPERVISOR_nmi_op,
	  XENNMI_unregister_callback, 0, { 0 }, 0 },
	{ "nmi_op at a bad address", __HYPERVISOR_nmi_op,
	  XENNMI_register_callback, BAD, { 0 }, -XEN_EFAULT },
	{ "nmi_op 2", __HYPERVISOR_nmi_op, 2, 0, { 0 }, -XEN_ENOSYS },
};

#define VERSION(op, b, word, want)					\
	{ #op, __HYPERVISOR_xen_version, op, b, { word }, want }

static const struct call versions[] = {
	VERSION(XENVER_version, BAD, 0, XEN_4_17),
	VERSION(XENVER_extraversion, BAD, 0, -XEN_EFAULT),
	VERSION(XENVER_get_features, BUFFER, 0, 0),
	VERSION(XENVER_get_features, BUFFER, 1, -XEN_EINVAL),
	VERSION(XENVER_get_features, BUFFER, NONE, -XEN_EINVAL),
	VERSION(XENVER_get_features, BAD, 0, -XEN_EFAULT),
	VERSION(XENVER_pagesize, 0, 0, PAGE_SIZE),
	VERSION(XENVER_pagesize, BUFFER, 0, -XEN_EINVAL),
	VERSION(XENVER_pagesize, BAD, 0, -XEN_EINVAL),
	VERSION(XENVER_commandline, BAD, 0, -XEN_EFAULT),
	VERSION(XENVER_build_id, 0, 0, 20),
	VERSION(XENVER_build_id, BUFFER, 0, -XEN_EINVAL),
	VERSION(XENVER_build_id, BUFFER, 19, -XEN_ENOBUFS),
	VERSION(XENVER_build_id, BUFFER, 20, 20),
	VERSION(XENVER_build_id, BAD, 0, -XEN_EFAULT),
	VERSION(11, BUFFER, 0, -XEN_ENOSYS),
};

#define PHYSDEV(op, b, word0, word1, want)				\
	{ #op, __HYPERVISOR_physdev_op, PHYSDEVOP_##op, b,		\
	  { word0, word1 }, want }

static const struct call others[] = {
	PHYSDEV(eoi, BUFFER, 100, 0, -XEN_EINVAL),	/* nobody's */
	PHYSDEV(eoi, BUFFER, NONE, 0, -XEN_EINVAL),
	PHYSDEV(irq_status_query, BUFFER, 1, 0, 0),
	PHYSDEV(irq_status_query, BUFFER, NONE, 0, -XEN_EINVAL),
	PHYSDEV(alloc_irq_vector, BUFFER, NONE, 0, 0),
	PHYSDEV(alloc_irq_vector, BAD, 0, 0, -XEN_EFAULT),
	PHYSDEV(get_free_pirq, BUFFER, MAP_PIRQ_TYPE_MSI, 0, 0),
	PHYSDEV(get_free_pirq, BAD, 0, 0, -XEN_EFAULT),
	PHYSDEV(setup_gsi, BUFFER, NONE, 0, -XEN_EINVAL),
	PHYSDEV(setup_gsi, BUFFER, 1000, 0, -XEN_EINVAL),
	PHYSDEV(manage_pci_add, BAD, 0, 0, -XEN_EFAULT),
	PHYSDEV(manage_pci_add_ext, BUFFER, 0, 2, -XEN_EINVAL),
	PHYSDEV(pci_device_add, BAD, 0, 0, -XEN_EFAULT),
	PHYSDEV(pci_mmcfg_reserved, BAD, 0, 0, -XEN_EFAULT),
	PHYSDEV(prepare_msix, BAD, 0, 0, -XEN_EFAULT),
	PHYSDEV(release_msix, BAD, 0, 0, -XEN_EFAULT),
	PHYSDEV(dbgp_op, BUFFER, 0, 0, 0),
	{ "console_io read of 2^31", __HYPERVISOR_console_io, CONSOLEIO_read,
	  0x80000000, { 0 }, -XEN_E2BIG },
	{ "console_io 2", __HYPERVISOR_console_io, 2, 0, { 0 }, -XEN_ENOSYS },
	{ "vm_assist 6", __HYPERVISOR_vm_assist, 0, 6, { 0 }, -XEN_EINVAL },
	{ "vm_assist, command 2", __HYPERVISOR_vm_assist, 2,
	  VMASST_TYPE_4gb_segments, { 0 }, -XEN_ENOSYS },
	{ "vm_assist, command 2 of 99", __HYPERVISOR_vm_assist, 2, 99, { 0 },
	  -XEN_EINVAL },
	{ "xenpmu_op", __HYPERVISOR_xenpmu_op, 0, 0, { 0 }, -XEN_EOPNOTSUPP },
	{ "set_segment_base", __HYPERVISOR_set_segment_base, 0, 0, { 0 },
	  OF_64_BITS(0) },
};

static void test_features(void)
{
	xen_feature_info_t f = { .submap_idx = 0 };

	CHECK(HC2(xen_version, XENVER_get_features, &f), 0);
	CHECK(f.submap,
	      /* where the kernel's notes speak of PAE */
	      (WIDTH == 32) << XENFEAT_pae_pgdir_above_4gb |
	      1 << XENFEAT_mmu_pt_update_preserve_ad |
	      1 << XENFEAT_highmem_assist | 1 << XENFEAT_gnttab_map_avail_bits |
	      1 << XENFEAT_dom0 | 1 << XENFEAT_memory_op_vnode_supported |
	      1 << XENFEAT_direct_mapped);
}

/* A table of traps may have any length and name a vector twice. */
static void test_long_table(void)
{
	static trap_info_t table[1001];
	u32 i;

	for (i = 0; i < 1000; i++)
		table[i] = trap_entry((u8)i, 0);
	CHECK(HC1(set_trap_table, table), 0);
	CHECK_INSN("ud2", X86_TRAP_UD);
}

static const struct {
	const char *name;
	u32 cmd, domain, words[2];
	long want;
} domctls[] = {
	{ "unknown, nobody's", NO_DOMCTL, NO_DOMAIN, { 0 }, -XEN_ESRCH },
	{ "unknown", NO_DOMCTL, 0, { 0 }, -XEN_ENOSYS },
	{ "getvcpuinfo, none", XEN_DOMCTL_getvcpuinfo, 0, { NO_VCPU },
	  -XEN_EINVAL },
	{ "getvcpuaffinity, none", XEN_DOMCTL_getvcpuaffinity, 0, { NO_VCPU, 1 },
	  -XEN_EINVAL },
	{ "setdebugging oneself", XEN_DOMCTL_setdebugging, 0, { 1 },
	  -XEN_EINVAL },
	{ "gettscinfo oneself", XEN_DOMCTL_gettscinfo, 0, { 0 }, -XEN_EINVAL },
	{ "sendtrigger 3", XEN_DOMCTL_sendtrigger, 0, { 3 }, -XEN_EINVAL },
	{ "sendtrigger 1", XEN_DOMCTL_sendtrigger, 0, { 1 }, -XEN_ENOSYS },
	{ "bind_pt_irq", XEN_DOMCTL_bind_pt_irq, 0, { 9 }, -XEN_EINVAL },
	{ "set_target none", XEN_DOMCTL_set_target, NO_DOMAIN, { 0 },
	  -XEN_ESRCH },
};

static void test_domctls(void)
{
	static xen_domctl_t op;
	u32 i;
	long got;

	for (i = 0; i < ARRAY_SIZE(domctls); i++) {
		memset(&op, 0, sizeof(op));
		op.cmd = domctls[i].cmd;
		op.interface_version = XEN_DOMCTL_INTERFACE_VERSION;
		op.domain = (domid_t)domctls[i].domain;
		memcpy(&op.u, domctls[i].words, sizeof(domctls[i].words));
		got = HC1(domctl, &op);
		if (got == domctls[i].want)
			continue;
		failures++;
		print("main.c: domctl %s: got %s, expected %s\n",
		      domctls[i].name, error_name(got),
		      error_name(domctls[i].want));
	}
	CHECK(HC1(domctl, BAD), -XEN_EFAULT);
	op.interface_version++;
	CHECK(HC1(domctl, &op), -XEN_EACCES);
	CHECK(HC1(platform_op, BAD), -XEN_EFAULT);
}

static void test_platform(void)
{
	static xen_platform_op_t op;

	op.cmd = XENPF_get_cpuinfo;
	op.interface_version = XENPF_INTERFACE_VERSION;
	op.u.pcpu_info.xen_cpuid = 4000;
	CHECK(HC1(platform_op, &op), 0);
	CHECK(op.u.pcpu_info.flags, XEN_PCPU_FLAGS_INVALID);
	op.cmd = XENPF_firmware_info;
	op.u.firmware_info.type = XEN_FW_KBD_SHIFT_FLAGS;
	op.u.firmware_info.index = 1;
	CHECK(HC1(platform_op, &op), -XEN_ESRCH);
	op.u.firmware_info.type = 99;
	CHECK(HC1(platform_op, &op), -XEN_EINVAL);
	op.cmd = XENPF_enter_acpi_sleep;
	op.u.enter_acpi_sleep = (struct xenpf_enter_acpi_sleep){
		.sleep_state = 9,
	};
	CHECK(HC1(platform_op, &op), -XEN_EINVAL);
}

void test_main(void)
{
	test_calls(callbacks, ARRAY_SIZE(callbacks));
	test_calls(versions, ARRAY_SIZE(versions));
	test_calls(others, ARRAY_SIZE(others));
	test_features();
	test_long_table();
	test_domctls();
	test_platform();
}
