// SPDX-License-Identifier: GPL-2.0-only
/*
 * PCI messages. The guest says which device and entry; where the MSI-X table
 * lies is read from the device, not believed, and must be device memory.
 */
#include "cpu.h"
#include "errno.h"
#include "frames.h"
#include "paging.h"
#include "pci.h"

#define CAP_MSI		0x05
#define CAP_MSIX	0x11
#define MSI_ADDRESS	0xfee00000u
#define MAPPINGS	32

static struct {
	mfn_t frame;
	volatile u8 *at;
} mapped[MAPPINGS];

static void select_reg(struct pci_address a, u32 reg)
{
	outl(0xcf8, BIT(31) | (u32)a.bus << 16 | (u32)a.devfn << 8 |
	     (reg & 0xfc));
}

static u32 pci_read(struct pci_address a, u32 reg)
{
	u64 f = irq_save();
	u32 v;

	select_reg(a, reg);
	v = inl(0xcfc);
	irq_restore(f);
	return v;
}

static void pci_write(struct pci_address a, u32 reg, u32 value)
{
	u64 f = irq_save();

	select_reg(a, reg);
	outl(0xcfc, value);
	irq_restore(f);
}

static u32 find_capability(struct pci_address a, u8 id)
{
	u32 at = pci_read(a, 0x34) & 0xfc, steps, v;

	if (pci_read(a, 0) == ~0u || !(pci_read(a, 4) >> 16 & 0x10))
		return 0;
	for (steps = 0; at >= 0x40 && steps < 48; steps++) {
		v = pci_read(a, at);
		if ((v & 0xff) == id)
			return at;
		at = v >> 8 & 0xfc;
	}
	return 0;
}

static u64 read_bar(struct pci_address a, u32 index)
{
	u32 lo, hi = 0;

	if (index > 5)
		return 0;
	lo = pci_read(a, 0x10 + index * 4);
	if (lo & 1)
		return 0;
	if ((lo & 6) == 4 && index < 5)
		hi = pci_read(a, 0x14 + index * 4);
	return (u64)hi << 32 | (lo & ~15u);
}

static volatile u8 *map_register(u64 phys)
{
	mfn_t m = paddr_to_mfn(paddr(phys));
	u32 i;

	if (mfn_valid(m) && mfn_frame(m)->kind != FRAME_IO)
		return NULL;
	for (i = 0; i < MAPPINGS && mapped[i].at; i++)
		if (mfn_eq(mapped[i].frame, m))
			return mapped[i].at + (phys & (PAGE_SIZE - 1));
	if (i == MAPPINGS)
		return NULL;
	mapped[i].frame = m;
	mapped[i].at = paging_ioremap(mfn_to_paddr(m), PAGE_SIZE);
	return mapped[i].at + (phys & (PAGE_SIZE - 1));
}

static u32 message_address(void)
{
	return MSI_ADDRESS | cpu_blocks[0]->cpu.apic_id << 12;
}

int msix_program(struct pci_address a, u32 entry, u32 vector)
{
	u32 cap = find_capability(a, CAP_MSIX), table;
	volatile u32 *e;
	u64 base;

	if (!cap || entry > (pci_read(a, cap) >> 16 & 0x7ff))
		return -ENODEV;
	table = pci_read(a, cap + 4);
	base = read_bar(a, table & 7);
	if (!base)
		return -ENODEV;
	e = (volatile u32 *)map_register(base + (table & ~7u) + entry * 16ull);
	if (!e)
		return -ENXIO;
	e[3] |= 1;
	e[0] = message_address();
	e[1] = 0;
	e[2] = vector;
	e[3] &= ~1u;
	return 0;
}

int msi_program(struct pci_address a, u32 vector)
{
	u32 cap = find_capability(a, CAP_MSI), control, data;

	if (!cap)
		return -ENODEV;
	control = pci_read(a, cap) >> 16;
	pci_write(a, cap + 4, message_address());
	data = cap + 8;
	if (control & 0x80) {
		pci_write(a, cap + 8, 0);
		data = cap + 12;
	}
	pci_write(a, data, (pci_read(a, data) & 0xffff0000) | vector);
	/* One message, whatever the driver set before. */
	pci_write(a, cap, pci_read(a, cap) & ~(7u << 20));
	return 0;
}
