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

#define EFI_MEMORY_UC		BIT(0)
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

#endif
