/* SPDX-License-Identifier: GPL-2.0-only */
/* IO ports of a size known at run time, and PCI configuration space. */
#ifndef KRYPTON_PCI_H
#define KRYPTON_PCI_H

#include "types.h"

struct pci_address {
	u8 bus, devfn;
};

/* An access of 1, 2 or 4 bytes. */
u32 pci_port_read(u32 port, u32 size);
void pci_port_write(u32 port, u32 size, u32 value);

/* A configuration cycle: what 0xcf8 is to hold, then which data port. */
u32 pci_cycle_read(u32 address, u32 port, u32 size);
void pci_cycle_write(u32 address, u32 port, u32 size, u32 value);
/* The aligned 4 bytes of a device that hold a register. */
u32 pci_read(struct pci_address a, u32 reg);
/* Some of their bits stay, the others become the value's; atomic. */
void pci_update(struct pci_address a, u32 reg, u32 keep, u32 value);

#endif
