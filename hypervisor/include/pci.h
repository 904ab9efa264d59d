/* SPDX-License-Identifier: GPL-2.0-only */
/* PCI configuration space and message-signalled interrupts. */
#ifndef KRYPTON_PCI_H
#define KRYPTON_PCI_H

#include "types.h"

struct pci_address {
	u8 bus, devfn;
};

/*
 * Make a device raise a vector: entry of its MSI-X table, or its MSI message.
 * The device's enable bits are its driver's business.
 */
int msix_program(struct pci_address a, u32 entry, u32 vector);
int msi_program(struct pci_address a, u32 vector);

#endif
