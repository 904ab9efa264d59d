// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/physdev.h map_pirq; PCI Local Bus Specification 3.0, 3.2.2.3.2):
 * a configuration cycle is an address in port CF8 and data through CFC. The
 * hypervisor makes such cycles itself when it maps a message, so that they and
 * those of a vCPU on another CPU must not mix. A pirq that has an interrupt keeps
 * it when another one is mapped to it, which is no error. A mapping that is given
 * up leaves nothing behind, wherever the device's table lay. An access that
 * reaches CFC from below is split, and its last part such a cycle.
 *
 * The machine has a device with an MSI-X table in its BAR 1 at 0:4.0.
 *
 * With the argument "restore" it has one with MSI there: a device that is reset
 * loses its message, and PHYSDEVOP_restore_msi_ext writes it again. Linux asks for
 * that after each reset of a device's function, and leaves the message to it.
 *
 * Test: pci -c 2 -d virtio-rng-pci,addr=4
 * Test: pci-64 -w 64 -c 2 -d virtio-rng-pci,addr=4
 * Test: pci-restore -a restore -d edu,addr=4
 * Test: pci-restore-64 -w 64 -a restore -d edu,addr=4
 */
#include "guest.h"

#define DEVFN		(4u << 3)
#define BAR1		0x14u
#define GSI		20u	/* nobody has set it up: it has no vector */
#define TIMES		1000u
#define PLACES		48u	/* pages that the table is moved to */
#define HOST_BRIDGE	0x12378086u	/* QEMU's i440FX, at 0:0.0 */

static u8 stack1[8192] __attribute__((aligned(4096)));
static volatile bool other_runs, stop;
static volatile u32 reads, wrong, wrong_value;

#define CONFIG_ADDRESS	0xcf8u
#define CONFIG_DATA	0xcfcu
#define CONFIG_ENABLE	(1u << 31)

static void out32(u32 port, u32 v)
{
	__asm__ volatile("outl %0, %%dx" :: "a" (v), "d" (port));
}

static u32 in32(u32 port)
{
	u32 v;

	__asm__ volatile("inl %%dx, %0" : "=a" (v) : "d" (port));
	return v;
}

static u32 config_read(u32 devfn, u32 reg)
{
	out32(CONFIG_ADDRESS, CONFIG_ENABLE | devfn << 8 | reg);
	return in32(CONFIG_DATA);
}

static void config_write(u32 devfn, u32 reg, u32 v)
{
	out32(CONFIG_ADDRESS, CONFIG_ENABLE | devfn << 8 | reg);
	out32(CONFIG_DATA, v);
}

static void vcpu1_main(void)
{
	struct physdev_set_iopl iopl = { .iopl = 1 };
	u32 v;

	HC2(physdev_op, PHYSDEVOP_set_iopl, &iopl);
	other_runs = true;
	while (!stop) {
		v = config_read(0, 0);
		if (v != HOST_BRIDGE) {
			wrong++;
			wrong_value = v;
		}
		reads++;
	}
	vcpu_down(1);
}

static void start_other(void)
{
	vcpu_run(1, vcpu1_main, stack1 + sizeof(stack1));
	while (!other_runs)
		__asm__ volatile("pause");
}

/* *pirq: -1 for any, and then which one. */
static long map_message(u32 table, int *pirq)
{
	struct physdev_map_pirq m = {
		.domid = DOMID_SELF, .type = MAP_PIRQ_TYPE_MSI, .index = -1,
		.pirq = *pirq, .devfn = (int)DEVFN, .table_base = table,
	};
	long rc = HC2(physdev_op, PHYSDEVOP_map_pirq, &m);

	*pirq = m.pirq;
	return rc;
}

static long map_and_unmap(u32 table)
{
	struct physdev_unmap_pirq u = { .domid = DOMID_SELF, .pirq = -1 };
	long rc = map_message(table, &u.pirq);

	return rc ? rc : HC2(physdev_op, PHYSDEVOP_unmap_pirq, &u);
}

static long map_gsi(u32 gsi, int *pirq)
{
	struct physdev_map_pirq m = {
		.domid = DOMID_SELF, .type = MAP_PIRQ_TYPE_GSI,
		.index = (int)gsi, .pirq = *pirq,
	};
	long rc = HC2(physdev_op, PHYSDEVOP_map_pirq, &m);

	*pirq = m.pirq;
	return rc;
}

static void unmap_once(int pirq)
{
	struct physdev_unmap_pirq u = { .domid = DOMID_SELF, .pirq = pirq };

	CHECK(HC2(physdev_op, PHYSDEVOP_unmap_pirq, &u), 0);
	CHECK(HC2(physdev_op, PHYSDEVOP_unmap_pirq, &u), -XEN_EINVAL);
}

/* A pirq that has an interrupt keeps it, and is unmapped once. */
static void test_again(u32 table)
{
	int first = -1, pirq, gsi = GSI;

	CHECK(map_message(table, &first), 0);
	pirq = first;
	CHECK(map_message(table, &pirq), 0);
	CHECK(pirq, first);
	CHECK(map_gsi(GSI, &pirq), 0);
	CHECK(pirq, first);
	unmap_once(first);
	CHECK(map_gsi(GSI, &gsi), 0);
	CHECK(map_message(table, &gsi), 0);
	pirq = -1;
	CHECK(map_gsi(GSI, &pirq), 0);
	CHECK(pirq, gsi);
	unmap_once(gsi);
}

/* The table at one page after the other; nobody else makes cycles. */
static void test_places(u32 table)
{
	long rc;
	u32 i;

	for (i = 1; i <= PLACES; i++) {
		config_write(DEVFN, BAR1, table + i * PAGE_SIZE);
		rc = map_and_unmap(table + i * PAGE_SIZE);
		if (rc) {
			print("place %u\n", i);
			CHECK(rc, 0);
			break;
		}
	}
	config_write(DEVFN, BAR1, table);
}

static void test_cycles(u32 table)
{
	long rc = 0;
	u32 i;

	start_other();
	for (i = 0; i < TIMES && !rc; i++)
		rc = map_and_unmap(table);
	stop = true;
	while (HC3(vcpu_op, VCPUOP_is_up, 1, 0) == 1)
		__asm__ volatile("pause");
	CHECK(rc, 0);
	CHECK(i, TIMES);
	print("%u reads beside %u mappings, %u wrong, the last %x\n", reads,
	      i, wrong, wrong_value);
	CHECK(reads > 100, 1);
	CHECK(wrong, 0);
}

/* The last two bytes are a cycle by the address that was written last. */
static void test_across(void)
{
	u32 id = config_read(DEVFN, 0);

	CHECK(config_read(0, 0), HOST_BRIDGE);
	out32(CONFIG_ADDRESS, CONFIG_ENABLE | DEVFN << 8);
	CHECK(in32(CONFIG_DATA - 2) >> 16, id & 0xffff);
}

#define CAP_LIST	0x34u
#define CAP_MSI		5u
#define MSI_64_BITS	(1u << 23)	/* the data is a word further on */

static u32 find_msi(void)
{
	u32 at = config_read(DEVFN, CAP_LIST) & 0xfc;

	while (at && (config_read(DEVFN, at) & 0xff) != CAP_MSI)
		at = config_read(DEVFN, at) >> 8 & 0xfc;
	return at;
}

static void test_restore(void)
{
	struct physdev_pci_device dev = { .devfn = DEVFN };
	u32 cap = find_msi(), at_data, address, data;
	int pirq = -1;

	CHECK(cap != 0, 1);
	at_data = cap + (config_read(DEVFN, cap) & MSI_64_BITS ? 12 : 8);
	CHECK(HC2(physdev_op, PHYSDEVOP_restore_msi_ext, &dev), 0);
	CHECK(map_message(0, &pirq), 0);
	address = config_read(DEVFN, cap + 4);
	data = config_read(DEVFN, at_data) & 0xffff;
	print("message %x at %x\n", data, address);
	CHECK(address >> 20, 0xfee);
	config_write(DEVFN, cap + 4, 0);
	config_write(DEVFN, at_data, 0);
	CHECK(config_read(DEVFN, cap + 4), 0);
	CHECK(HC2(physdev_op, PHYSDEVOP_restore_msi_ext, &dev), 0);
	CHECK(config_read(DEVFN, cap + 4), address);
	CHECK(config_read(DEVFN, at_data) & 0xffff, data);
	dev.devfn = 31 << 3;
	CHECK(HC2(physdev_op, PHYSDEVOP_restore_msi_ext, &dev), -XEN_ENODEV);
	unmap_once(pirq);
}

void test_main(void)
{
	struct physdev_set_iopl iopl = { .iopl = 1 };
	struct physdev_pci_device_add add = { .devfn = DEVFN };
	u32 table;

	CHECK(HC2(physdev_op, PHYSDEVOP_set_iopl, &iopl), 0);
	CHECK(HC2(physdev_op, PHYSDEVOP_pci_device_add, &add), 0);
	CHECK(config_read(0, 0), HOST_BRIDGE);
	if (start_info->cmd_line[0] == 'r') {
		test_restore();
		return;
	}
	table = config_read(DEVFN, BAR1) & ~15u;
	print("device %x, table at %x\n", config_read(DEVFN, 0), table);
	CHECK(table != 0, 1);
	test_across();
	test_again(table);
	test_cycles(table);
	test_places(table);
}
