// SPDX-License-Identifier: GPL-2.0-only
/*
 * The E820 map of an EFI machine, made from EFI's own. The types are those of
 * ACPI 6.4, table 15.4. RAM is memory that the processor may cache and that the
 * firmware no longer uses; what the runtime services use stays reserved.
 */
#include "boot/boot.h"
#include "lib/lib.h"
#include "machine/efi.h"

static u32 e820_type(const struct efi_descriptor *e)
{
	switch (e->type) {
	case EFI_LOADER_CODE ... EFI_BOOT_DATA:
	case EFI_CONVENTIONAL:
		if (e->attributes & (EFI_MEMORY_RUNTIME | EFI_MEMORY_SP))
			return E820_RESERVED;
		return e->attributes & EFI_MEMORY_WB ? E820_RAM :
		       E820_UNUSABLE;
	case EFI_UNUSABLE:
		return E820_UNUSABLE;
	case EFI_ACPI_RECLAIM:
		return E820_ACPI;
	case EFI_ACPI_NVS:
		return E820_NVS;
	default:
		return E820_RESERVED;
	}
}

void efi_map_use(void)
{
	const struct efi_descriptor *e = efi_descriptor(0);
	u32 i;

	if (!e)
		return;
	boot_info.e820_count = 0;
	for (i = 0; (e = efi_descriptor(i)); i++)
		if (e->pages && e->pages < BIT(52 - PAGE_SHIFT))
			e820_append(boot_info.e820, &boot_info.e820_count,
				    e->phys, e->phys + (e->pages << PAGE_SHIFT),
				    e820_type(e));
	if (!boot_info.e820_count)
		panic("the firmware gave no memory map");
	log_info("EFI: a memory map of %u parts, %u in E820's form", i,
		 boot_info.e820_count);
}
