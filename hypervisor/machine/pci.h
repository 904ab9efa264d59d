/* SPDX-License-Identifier: GPL-2.0-only */
/* Port accesses of a size known at run time, and PCI configuration space. */
#ifndef KRYPTON_PCI_H
#define KRYPTON_PCI_H

struct pci_address {
	u8 bus, devfn;
	u16 segment;
};

/* Also guards paging_window(). */
extern struct spinlock pci_lock;

/* An access of 1, 2 or 4 bytes. */
u32 pci_port_read(u32 port, u32 size);
void pci_port_write(u32 port, u32 size, u32 value);

/* A configuration cycle: the value for 0xcf8, then the data port. */
u32 pci_cycle_read(u32 address, u32 port, u32 size);
void pci_cycle_write(u32 address, u32 port, u32 size, u32 value);
/*
 * The aligned 4 bytes that contain a register of the device, of the first 256
 * ones; all ones if there is no way to it.
 */
u32 pci_read(struct pci_address a, u32 reg);
/* Bits in 'keep' stay, the others take the value's; atomic. */
void pci_update(struct pci_address a, u32 reg, u32 keep, u32 value);

/*
 * The ports of the first serial card on this bus or a later one, which is the
 * hypervisor's from then on: no cycle of a domain writes to its registers. 0:
 * there is none. During boot only.
 */
u16 pci_take_serial(u32 bus);

#endif
