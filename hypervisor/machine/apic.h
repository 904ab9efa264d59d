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
/* Send a vector, or one of the following. Any context. */
void apic_send_ipi(u32 apic_id, u32 what);
#define APIC_NMI	0x400u	/* arrives whether interrupts are on or off there */
#define APIC_INIT	0x500u	/* the processor waits for APIC_STARTUP */
#define APIC_STARTUP	0x600u	/* | the number of the page to start at, below 256 */
/* One-shot timer: interrupt after this many timer ticks; 0 stops it. */
void apic_timer_set(u32 ticks);
u32 apic_timer_read(void);

#endif
