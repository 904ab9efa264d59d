// SPDX-License-Identifier: GPL-2.0-only
/*
 * Interrupt messages of PCI devices. The guest names a device and an entry. The
 * hypervisor reads the address of the MSI-X table from the device, and refuses
 * one that is not device memory.
 */
#include "device/irq.h"
#include "errno.h"
#include "machine/lock.h"
#include "machine/paging.h"
#include "memory/frames.h"

#define CAP_MSI		0x05
#define CAP_MSIX	0x11
#define MSI_ADDRESS(apic_id)	(0xfee00000u | (apic_id) << 12)

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

/* Where the device has the entry of its MSI-X table. */
static int find_entry(const struct msi_place *m, u64 *phys)
{
	u32 cap = find_capability(m->a, CAP_MSIX), table;
	u64 base;
	mfn_t frame;

	if (!cap)
		return -ENODEV;
	if (m->entry > (pci_read(m->a, cap) >> 16 & 0x7ff))
		return -EINVAL;
	table = pci_read(m->a, cap + 4);
	base = read_bar(m->a, table & 7);
	if (!base)
		return -ENODEV;
	*phys = base + (table & ~7u) + m->entry * 16ull;
	frame = paddr_to_mfn(paddr(*phys));
	if (mfn_valid(frame) && mfn_frame(frame)->kind != FRAME_IO)
		return -ENXIO;
	/* Dom0 may have written any address there, even one that cannot be. */
	return *phys >> paging_address_bits() ? -ENXIO : 0;
}

static int write_entry(const struct msi_place *m, u32 apic_id, u32 vector)
{
	volatile u32 *e;
	u64 phys;
	int rc = find_entry(m, &phys);

	if (rc)
		return rc;
	spin_guard_irqsave(&pci_lock);
	e = paging_window(paddr_to_mfn(paddr(phys)));
	if (!e)
		return -ENXIO;
	e += (phys & (PAGE_SIZE - 1)) / sizeof(*e);
	if (vector)
		e[3] |= 1;
	e[0] = MSI_ADDRESS(apic_id);
	if (vector) {
		e[1] = 0;
		e[2] = vector;
		e[3] &= ~1u;
	}
	return 0;
}

int msi_program(const struct msi_place *m, u32 apic_id, u32 vector)
{
	u32 cap, data;

	if (m->is_msix)
		return write_entry(m, apic_id, vector);
	cap = find_capability(m->a, CAP_MSI);
	if (!cap)
		return -ENODEV;
	pci_update(m->a, cap + 4, 0, MSI_ADDRESS(apic_id));
	if (!vector)
		return 0;
	data = cap + 8;
	if (pci_read(m->a, cap) >> 16 & 0x80) {
		pci_update(m->a, cap + 8, 0, 0);
		data = cap + 12;
	}
	pci_update(m->a, data, 0xffff0000, vector);
	/* One message, whatever the driver has set. */
	pci_update(m->a, cap, ~(7u << 20), 0);
	return 0;
}
