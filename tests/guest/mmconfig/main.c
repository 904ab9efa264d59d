// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/physdev.h pci_mmcfg_reserved; PCI Express 5.0, 7.2.2): the privileged
 * domain maps the memory that is configuration space, and finds all 4096 bytes of a
 * device there, which ports do not reach. The hypervisor knows the areas of the ACPI
 * table MCFG, and of no other does it take a report. A message is mapped for a device
 * of a segment that there is.
 *
 * The machine is QEMU's q35, whose BIOS puts the buses of segment 0 at this address,
 * with a device of PCI Express at 0:4.0.
 *
 * Test: mmconfig -M q35 -d e1000e,addr=4
 * Test: mmconfig-64 -w 64 -M q35 -d e1000e,addr=4
 */
#include "guest.h"

#define MMCONFIG	0xb0000000u
#define LAST_BUS	0xffu
#define DEVFN		(4u << 3)
#define E1000E		0x10d38086u
#define CAPABILITIES	0x100u		/* the first one beyond the ports' reach */
#define CAP_AER		1u

PAGE_BUFFER(place);

static const struct {
	const char *what;
	struct physdev_pci_mmcfg_reserved op;
	long want;
} reports[] = {
	{ "the machine's", { MMCONFIG, 0, 0, LAST_BUS, 1 }, 0 },
	{ "not reserved", { MMCONFIG, 0, 0, LAST_BUS, 0 }, 0 },
	{ "again reserved", { MMCONFIG, 0, 0, LAST_BUS, 1 }, 0 },
	{ "unknown flags", { MMCONFIG, 0, 0, LAST_BUS, 2 }, -XEN_EINVAL },
	{ "unknown flags of another segment", { MMCONFIG, 1, 0, LAST_BUS, 3 },
	  -XEN_EINVAL },
	{ "another address", { 0xc0000000, 0, 0, LAST_BUS, 1 }, -XEN_EIO },
	{ "another address, not reserved", { 0, 0, 0, LAST_BUS, 0 }, -XEN_EIO },
	{ "another segment", { MMCONFIG, 1, 0, LAST_BUS, 1 }, -XEN_ENODEV },
	{ "from bus 1", { MMCONFIG, 0, 1, LAST_BUS, 1 }, -XEN_ENODEV },
	{ "to bus 127", { MMCONFIG, 0, 0, 127, 1 }, -XEN_ENODEV },
};

static void test_reports(void)
{
	struct physdev_pci_mmcfg_reserved op;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(reports); i++) {
		op = reports[i].op;
		CHECK_AS(error_name, reports[i].what, HC2(physdev_op,
			 PHYSDEVOP_pci_mmcfg_reserved, &op), reports[i].want);
	}
}

static void test_space(void)
{
	const volatile u32 *reg = (u32 *)place;
	u64 pte = (MMCONFIG + ((u64)DEVFN << 12)) | PTE_RO | PTE_PCD;

	CHECK(set_pte_va(place, pte, UVMF_INVLPG), 0);
	CHECK(reg[0], E1000E);
	CHECK(reg[CAPABILITIES / 4] & 0xffff, CAP_AER);
}

static void test_segments(void)
{
	static const struct {
		const char *what;
		int type, bus;
		long want;
	} maps[] = {
		{ "MSI", MAP_PIRQ_TYPE_MSI, 0, 0 },
		{ "MSI of segment 0", MAP_PIRQ_TYPE_MSI_SEG, 0, 0 },
		{ "MSI, which has no segment", MAP_PIRQ_TYPE_MSI, 1 << 16, 0 },
		{ "MSI of segment 1", MAP_PIRQ_TYPE_MSI_SEG, 1 << 16, -XEN_ENODEV },
		{ "multiple MSI of segment 1", MAP_PIRQ_TYPE_MULTI_MSI, 1 << 16,
		  -XEN_ENODEV },
	};
	struct physdev_pci_device_add add = { .devfn = DEVFN };
	struct physdev_unmap_pirq u = { .domid = DOMID_SELF };
	struct physdev_map_pirq m;
	u32 i;

	CHECK(HC2(physdev_op, PHYSDEVOP_pci_device_add, &add), 0);
	for (i = 0; i < ARRAY_SIZE(maps); i++) {
		m = (struct physdev_map_pirq){
			.domid = DOMID_SELF, .type = maps[i].type, .index = -1,
			.pirq = -1, .bus = maps[i].bus, .devfn = (int)DEVFN,
			.entry_nr = 1,
		};
		CHECK_AS(error_name, maps[i].what,
			 HC2(physdev_op, PHYSDEVOP_map_pirq, &m), maps[i].want);
		u.pirq = m.pirq;
		if (!maps[i].want)
			CHECK(HC2(physdev_op, PHYSDEVOP_unmap_pirq, &u), 0);
	}
}

void test_main(void)
{
	test_reports();
	test_space();
	test_segments();
}
