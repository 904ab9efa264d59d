/* SPDX-License-Identifier: GPL-2.0-only */
/* Device interrupts: lines and messages. */
#ifndef KRYPTON_IRQ_H
#define KRYPTON_IRQ_H

#include "machine/pci.h"

#define IRQ_FIRST_VECTOR	0x30
#define IRQ_LAST_VECTOR		0xef
#define IRQ_MAX_GSI		768

/* Where a message is written: to the device's MSI, or an entry of its MSI-X. */
struct msi_place {
	struct pci_address a;
	bool is_msix;
	u32 entry;
};

void irq_disable_pic(void);
void irq_dispatch(u32 vector);
u32 irq_gsi_count(void);
/* Route a GSI to the hypervisor's own handler. */
void irq_bind_hypervisor(u32 gsi, void (*fn)(void));
/*
 * An irq is a number; 0 is none, which has no guest. Functions that return int
 * return 0 or an error, irq_alloc_message() the irq. Guests can share an irq if
 * all of them allow it ('share').
 */
int irq_setup_gsi(u32 gsi, bool level, bool low);
/* An ISA interrupt as the MADT describes it. */
int irq_setup_isa(u32 gsi);
u32 irq_of_gsi(u32 gsi);
/* The driver in the guest sets the device's enable bits. */
int irq_alloc_message(struct msi_place message);
/* Write the messages of a device again, which it lost when it was reset. */
int irq_restore_messages(struct pci_address a);
void irq_free(u32 irq);
/* The first guest's irq goes to the CPU of its vCPU 0. */
int irq_bind_guest(u32 irq, struct domain *d, u32 pirq, bool share);
void irq_unbind_guest(u32 irq, const struct domain *d, u32 pirq);
/* Let it arrive at this CPU, if that can be. */
void irq_move(u32 irq, u32 cpu);
bool irq_is_level(u32 irq);
/* Whether more than one guest uses it. */
bool irq_is_shared(u32 irq);
/* A guest has handled a level interrupt: after the last one, unmask it. */
void irq_guest_eoi(u32 irq, const struct domain *d, u32 pirq);
int irq_ioapic_read(u64 base, u32 reg, u32 *value);
/* Log all irqs, and how many each CPU had. */
void irq_dump(void);

/*
 * Let the device write this vector to this APIC, whose id has 8 bits. 0: the same
 * vector as before, to another APIC, by one write.
 */
int msi_program(const struct msi_place *m, u32 apic_id, u32 vector);

#endif
