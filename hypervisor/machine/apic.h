/* SPDX-License-Identifier: GPL-2.0-only */
/* The local APIC of this CPU. */
#ifndef KRYPTON_APIC_H
#define KRYPTON_APIC_H

/* Find and map the registers; once. */
void apic_map(void);
/* Enable this CPU's APIC; of the local sources only the timer is unmasked. */
void apic_init_cpu(void);
u32 apic_read_id(void);
/* Whether IPIs reach an APIC that has this id. */
bool apic_reaches(u32 apic_id);
void apic_eoi(void);
void apic_send_ipi(u32 apic_id, u8 vector);
/* It arrives whether the other processor has interrupts on or off. */
void apic_send_nmi(u32 apic_id);
/* Start-up sequence for an application processor. */
void apic_send_init(u32 apic_id);
void apic_send_startup(u32 apic_id, u8 page);
/* One-shot timer: interrupt after this many timer ticks; 0 stops it. */
void apic_timer_set(u32 ticks);
u32 apic_timer_read(void);

#endif
