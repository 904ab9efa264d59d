/* SPDX-License-Identifier: GPL-2.0-only */
/* The local APIC of this CPU. */
#ifndef KRYPTON_APIC_H
#define KRYPTON_APIC_H

/* Find and map the registers; once. */
void apic_map(void);
/* Enable this CPU's APIC; of the local sources only the timer is unmasked. */
void apic_init_cpu(void);
/* This CPU's id: 8 bits, or 32 in x2APIC mode. */
u32 apic_read_id(void);
/* Whether IPIs reach an APIC that has this id. */
bool apic_reaches(u32 apic_id);
void apic_eoi(void);
/* Send a vector, or one of the following. Any context. */
void apic_send_ipi(u32 apic_id, u32 what);
#define APIC_NMI	0x400u	/* arrives even with interrupts off */
#define APIC_INIT	0x500u	/* the processor waits for APIC_STARTUP */
#define APIC_STARTUP	0x600u	/* | number of the page to start at */
/*
 * One-shot timer: interrupt after this many ticks, of which time_apic_hz make a
 * second; 0 stops it. apic_timer_read() gives the ticks that are left.
 */
void apic_timer_set(u32 ticks);
u32 apic_timer_read(void);

#endif
