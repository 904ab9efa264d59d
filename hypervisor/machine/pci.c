// SPDX-License-Identifier: GPL-2.0-only
/*
 * Port accesses of a size known at run time, and configuration cycles: an
 * address in port 0xcf8, then data through 0xcfc. The hypervisor and all vCPUs
 * of the hardware domain share these two ports. One lock covers both halves of
 * a cycle, and both the read and the write of an update. The ports reach
 * segment 0 alone; in others, the hypervisor maps a device's registers where
 * the ACPI table MCFG says, one device at a time.
 */
#include "machine/acpi.h"
#include "machine/cpu.h"
#include "machine/lock.h"
#include "machine/paging.h"
#include "machine/pci.h"

#define ADDRESS	0xcf8
#define DATA	0xcfc

#define ENABLE		((u32)BIT(31))
#define COMMAND		0x04
#define COMMAND_PORTS	1u
#define CLASS		0x08
#define BAR0		0x10
#define BAR_PORTS	1u

struct spinlock pci_lock = SPINLOCK(LOCK_PCI);
static u32 taken;		/* the address of the hypervisor's own device */

u32 pci_port_read(u32 port, u32 size)
{
	return size == 1 ? inb((u16)port) : size == 2 ? inw((u16)port) :
	       inl((u16)port);
}

void pci_port_write(u32 port, u32 size, u32 value)
{
	if (size == 1)
		outb((u16)port, (u8)value);
	else if (size == 2)
		outw((u16)port, (u16)value);
	else
		outl((u16)port, value);
}

u32 pci_cycle_read(u32 address, u32 port, u32 size)
{
	spin_guard_irqsave(&pci_lock);
	outl(ADDRESS, address);
	return pci_port_read(port, size);
}

void pci_cycle_write(u32 address, u32 port, u32 size, u32 value)
{
	spin_guard_irqsave(&pci_lock);
	outl(ADDRESS, address);
	if (!taken || (address & ~0x7f0000ffu) != taken)
		pci_port_write(port, size, value);
}

static u32 register_address(struct pci_address a, u32 reg)
{
	return ENABLE | (u32)a.bus << 16 | (u32)a.devfn << 8 |
	       (reg & 0xfc);
}

/* NULL: it is not in memory. */
static volatile u32 *in_memory(struct pci_address a, u32 reg)
{
	const struct acpi_mcfg *m = acpi.mcfg;
	volatile u32 *page = NULL;

	ASSERT_HELD(&pci_lock);
	for (; m < acpi.mcfg + acpi.mcfgs; m++)
		if (m->segment == a.segment && a.bus >= m->first &&
		    a.bus <= m->last)
			page = paging_window(paddr_to_mfn(paddr(m->address +
				((u64)a.bus << 20 | (u64)a.devfn << 12))));
	return page ? page + reg / 4 : NULL;
}

u32 pci_read(struct pci_address a, u32 reg)
{
	volatile u32 *at;

	if (!a.segment)
		return pci_cycle_read(register_address(a, reg), DATA, 4);
	spin_guard_irqsave(&pci_lock);
	at = in_memory(a, reg);
	return at ? *at : ~0u;
}

void pci_update(struct pci_address a, u32 reg, u32 keep, u32 value)
{
	volatile u32 *at;

	spin_guard_irqsave(&pci_lock);
	if (!a.segment) {
		outl(ADDRESS, register_address(a, reg));
		outl(DATA, (inl(DATA) & keep) | value);
		return;
	}
	at = in_memory(a, reg);
	if (at)
		*at = (*at & keep) | value;
}

/* One that has more serial lines counts too: the first one is used. */
static bool is_serial(struct pci_address a)
{
	u32 class = pci_read(a, CLASS) >> 16;

	return class == 0x0700 || class == 0x0702 || class == 0x0780;
}

u16 pci_take_serial(u32 bus)
{
	struct pci_address a = { 0 };
	u32 at, ports;

	for (at = bus << 8; at < BIT(16); at++) {
		a.bus = (u8)(at >> 8);
		a.devfn = (u8)at;
		if (!is_serial(a))
			continue;
		ports = pci_read(a, BAR0);
		if (!(ports & BAR_PORTS) || !(ports & 0xfff8))
			continue;
		pci_update(a, COMMAND, 0xffff, COMMAND_PORTS);
		taken = register_address(a, 0);
		return (u16)(ports & 0xfff8);
	}
	return 0;
}
