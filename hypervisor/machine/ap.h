/* SPDX-License-Identifier: GPL-2.0-only */
/* Application processors. */
#ifndef KRYPTON_AP_H
#define KRYPTON_AP_H

/* How many to use. */
extern u64 ap_max_cpus;
/*
 * Start every processor that ACPI names. Each calls 'init', which loads its
 * tables, and after ap_release() calls 'run'.
 */
void ap_boot(void (*init)(void), void (*run)(void));
/* Let them run guests. */
void ap_release(void);
/* Make the block of a new CPU, and its GDT page. */
void ap_prepare(u32 id, u32 apic_id);

#endif
