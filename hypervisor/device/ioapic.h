/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The pins of all IO-APICs, by GSI. The caller holds the irq lock, except at
 * boot. A GSI that no IO-APIC has is ignored.
 */
#ifndef KRYPTON_IOAPIC_H
#define KRYPTON_IOAPIC_H

/* Find all IO-APICs and mask their pins. */
void ioapic_init(void);
bool ioapic_has(u32 gsi);
/* The pin sends this vector to this APIC; it stays masked. */
void ioapic_program(u32 gsi, u32 vector, u32 apic_id, bool level, bool low);
/* Send to another APIC from now on; the vector stays. */
void ioapic_redirect(u32 gsi, u32 apic_id);
void ioapic_mask(u32 gsi, bool masked);
/* NMIs instead of the vector, at edges; not masked. */
void ioapic_send_nmi(u32 gsi);
/* A register of the IO-APIC at this address: 0 or -EINVAL. */
int ioapic_read(u64 base, u32 reg, u32 *value);

#endif
