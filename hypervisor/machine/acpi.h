/* SPDX-License-Identifier: GPL-2.0-only */
/* What the hypervisor needs from the ACPI tables. */
#ifndef KRYPTON_ACPI_H
#define KRYPTON_ACPI_H

#include "config.h"

#define ACPI_RSDP_SIZE	36	/* of version 2; the first 20 are version 1 */
#define ACPI_MAX_IOAPICS	64
#define ACPI_MAX_OVERRIDES	16
#define ACPI_MAX_MCFG		32

struct acpi_ioapic {
	u32 id;
	u32 address;
	u32 gsi_base;
};

struct acpi_override {
	u8 irq;
	u32 gsi;
	u16 flags;	/* MPS INTI: polarity bits 0-1, trigger bits 2-3 */
};

/* Where configuration space is memory: a MiB for each bus of a segment. */
struct acpi_mcfg {
	u64 address;		/* of bus 0, even if that is not in it */
	u16 segment;
	u8 first, last;		/* bus */
};

/* What acpi_init() found; constant afterwards. Addresses are physical. */
struct acpi_info {
	u32 apic_id[MAX_CPUS];
	u32 cpus, ignored_cpus;
	struct acpi_ioapic ioapic[ACPI_MAX_IOAPICS];
	u32 ioapics, ignored_ioapics;
	struct acpi_override override[ACPI_MAX_OVERRIDES];
	u32 overrides;
	struct acpi_mcfg mcfg[ACPI_MAX_MCFG];
	u32 mcfgs;
	u32 pm1a, pm1b;		/* control ports; 0 if there is none */
	u32 pm_timer;
	u64 hpet;		/* physical address; 0 if there is none */
	u16 reset_port;
	u8 reset_value;
	bool has_s5;
	u8 s5_a, s5_b;
};

extern struct acpi_info acpi;

/* Find and read the tables; without them the machine has one CPU. */
void acpi_init(void);

#endif
