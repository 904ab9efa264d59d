/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The firmware's EFI: its tables, its memory map and its runtime services.
 * Layouts are those of the UEFI specification 2.10.
 */
#ifndef KRYPTON_EFI_H
#define KRYPTON_EFI_H

#include "machine/boot.h"
#include "machine/paging.h"

struct efi_descriptor {
	u32 type, pad;
	u64 phys, virt, pages, attributes;
};
_Static_assert(sizeof(struct efi_descriptor) == 40, "EFI format");

enum {
	EFI_RESERVED, EFI_LOADER_CODE, EFI_LOADER_DATA, EFI_BOOT_CODE,
	EFI_BOOT_DATA, EFI_RUNTIME_CODE, EFI_RUNTIME_DATA, EFI_CONVENTIONAL,
	EFI_UNUSABLE, EFI_ACPI_RECLAIM, EFI_ACPI_NVS, EFI_MMIO,
};

#define EFI_MEMORY_WB		BIT(3)
#define EFI_MEMORY_SP		BIT(18)	/* for a specific purpose */
#define EFI_MEMORY_RUNTIME	BIT(63)

/* The i-th descriptor of the firmware's map, or NULL behind the last. */
static inline const struct efi_descriptor *efi_descriptor(u32 i)
{
	const struct boot_efi *e = &boot_info.efi;

	if (e->map_step < sizeof(struct efi_descriptor) ||
	    (u64)(i + 1) * e->map_step > e->map_size)
		return NULL;
	return phys_to_virt(paddr(e->map + (u64)i * e->map_step));
}

/* The descriptor of the memory at a physical address, or NULL. */
static inline const struct efi_descriptor *efi_descriptor_at(u64 phys)
{
	const struct efi_descriptor *e;
	u32 i;

	for (i = 0; (e = efi_descriptor(i)); i++)
		if (phys >= e->phys &&
		    phys - e->phys < e->pages << PAGE_SHIFT)
			return e;
	return NULL;
}

#define EFI_VENDOR_CHARS	64

/*
 * What efi_init() found; constant afterwards, and all 0 without EFI. Addresses
 * are physical.
 */
struct efi_info {
	u32 version;		/* of the system table */
	u64 tables;		/* the configuration tables; 0: not available */
	u64 table_count;
	u32 vendor_version;
	u16 vendor[EFI_VENDOR_CHARS];	/* with a 0 at the end */
	u32 services_version;	/* 0: no runtime services */
};

extern struct efi_info efi;

/* Offsets in the table of runtime services. */
enum efi_service {
	EFI_GET_TIME = 24, EFI_SET_TIME = 32, EFI_GET_WAKEUP = 40,
	EFI_SET_WAKEUP = 48, EFI_GET_VARIABLE = 72, EFI_NEXT_VARIABLE = 80,
	EFI_SET_VARIABLE = 88, EFI_NEXT_COUNT = 96, EFI_QUERY_VARIABLES = 128,
};

#define EFI_ERROR		BIT(63)		/* in a status */
#define EFI_UNSUPPORTED		(EFI_ERROR | 3)

/* Option efi=[no-]rs: whether to use runtime services; false: a bad value. */
bool efi_set_option(const char *value);
/* Read the tables and map what the services use. At boot, with an allocator. */
void efi_init(void);
/*
 * Call a runtime service, which exists if services_version is not 0. Pointers
 * are to the hypervisor's own memory. Interrupts are off meanwhile: other CPUs
 * that flush this one's TLB wait. Takes the CMOS lock. Returns EFI's status.
 */
u64 efi_call(enum efi_service service, u64 a, u64 b, u64 c, u64 d, u64 e);

#endif
