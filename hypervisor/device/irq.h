/* SPDX-License-Identifier: GPL-2.0-only */
/* Vectors, IO-APIC pins and message-signalled interrupts. */
#ifndef KRYPTON_IRQ_H
#define KRYPTON_IRQ_H

#include "machine/pci.h"

#define IRQ_FIRST_VECTOR	0x30
#define IRQ_LAST_VECTOR		0xef
#define IRQ_MAX_GSI		256

void irq_disable_pic(void);
void irq_init(void);
void irq_dispatch(u32 vector);
u32 irq_gsi_count(void);
/* Route a GSI to the hypervisor's own handler. */
void irq_bind_hypervisor(u32 gsi, void (*fn)(void));
/*
 * Functions that return int return 0 or an error; a vector of 0 is none. Guests
 * can share a vector if all of them allow it ('share').
 */
int irq_setup_gsi(u32 gsi, bool level, bool low);
/* An ISA interrupt as the MADT describes it. */
int irq_setup_isa(u32 gsi);
int irq_bind_guest(u32 vector, struct domain *d, u32 pirq, bool share);
void irq_unbind_guest(u32 vector, const struct domain *d, u32 pirq);
u32 irq_gsi_vector(u32 gsi);
int irq_alloc_vector(void);
void irq_free_vector(u32 vector);
bool irq_is_level(u32 vector);
/* Whether more than one guest uses the vector. */
bool irq_is_shared(u32 vector);
/* A guest has handled a level interrupt: after the last one, unmask it. */
void irq_guest_eoi(u32 vector, const struct domain *d, u32 pirq);
int irq_ioapic_read(u64 base, u32 reg, u32 *value);

/*
 * Write a vector to an entry of the device's MSI-X table, or to its MSI
 * message. The driver in the guest sets the enable bits.
 */
int msi_program_msix(struct pci_address a, u32 entry, u32 vector);
int msi_program(struct pci_address a, u32 vector);

#endif
