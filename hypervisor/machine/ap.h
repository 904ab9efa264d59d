/* SPDX-License-Identifier: GPL-2.0-only */
/* Application processors. */
#ifndef KRYPTON_AP_H
#define KRYPTON_AP_H

/* The most CPUs to use, the boot processor included (option maxcpus). */
extern u64 ap_max_cpus;
/*
 * Start every processor that ACPI names. Each calls 'init', which loads its
 * tables, and after ap_release() calls 'run'.
 */
void ap_boot(void (*init)(void), void (*run)(void));
/* Let them run guests. */
void ap_release(void);
/* Fill in the block of a new CPU, and allocate its GDT pages. */
void ap_prepare(u32 id, u32 apic_id);

#endif
