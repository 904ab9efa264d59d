// SPDX-License-Identifier: GPL-2.0-only
/*
 * EFI's runtime services, at their physical addresses: the hypervisor never
 * calls SetVirtualAddressMap. A CPU loads a root table for them only during a
 * call. That table has the hypervisor's slots and, in the guest's part, an
 * identity mapping of the memory that the firmware marks as used by its
 * services. No guest can map the tables of that mapping. The hypervisor trusts
 * the firmware, as at boot.
 *
 * The services use x87 and SSE registers, which hold the guest's values.
 */
#include "lib/lib.h"
#include "machine/cpu.h"
#include "machine/efi.h"
#include "machine/lock.h"
#include "machine/rtc.h"
#include "machine/smp.h"
#include "memory/frames.h"

#define SYSTEM_MAGIC	0x5453595320494249ull	/* IBI SYST */
#define SERVICES_MAGIC	0x56524553544e5552ull	/* RUNTSERV */
#define MAX_TABLES	1024u
#define FXSAVE_SIZE	512

struct efi_header {
	u64 magic;
	u32 version, size, crc, reserved;
};

struct efi_system_table {
	struct efi_header head;
	u64 vendor;
	u32 vendor_version, pad;
	u64 consoles[6], services, boot_services, table_count, tables;
};
_Static_assert(offsetof(struct efi_system_table, services) == 88, "EFI format");
_Static_assert(sizeof(struct efi_system_table) == 120, "EFI format");

struct efi_info efi;

static bool want_services = true;
static u64 services;			/* their table, physical */
static u64 *root;
static u8 fpu[FXSAVE_SIZE] __attribute__((aligned(16)));

bool efi_set_option(const char *s)
{
	int v = boot_truth_of(s, "rs");

	if (v >= 0)
		want_services = v;
	return v >= 0;
}

/* Whether the firmware keeps this after boot, so that it is not in RAM. */
static bool is_kept(u64 at, u64 size)
{
	const struct efi_descriptor *e = efi_descriptor_at(at);

	return e && (e->attributes & EFI_MEMORY_RUNTIME ||
		     e->type == EFI_ACPI_RECLAIM || e->type == EFI_ACPI_NVS) &&
	       size <= (e->pages << PAGE_SHIFT) - (at - e->phys);
}

/* Copy from the firmware's memory; false: it is not kept. */
static bool take(void *to, u64 from, u64 size)
{
	if (!is_kept(from, size))
		return false;
	memcpy(to, (const void *)paging_ioremap(paddr(from), size), size);
	return true;
}

/* False: no memory for the tables, or too high an address. */
static bool map_part(u64 *l3, const struct efi_descriptor *e)
{
	u64 flags = PTE_P | PTE_RW | PTE_A | PTE_D, i, at, *entry;

	if (!(e->attributes & EFI_MEMORY_WB))
		flags |= PTE_PCD | PTE_PWT;
	for (i = 0; i < e->pages; i++) {
		at = e->phys + (i << PAGE_SHIFT);
		entry = at >> 39 ? NULL : paging_entry_below(l3, at);
		if (!entry)
			return false;
		*entry = at | flags;
	}
	return true;
}

static bool map_services(void)
{
	const struct efi_descriptor *e;
	u64 *l3 = frames_new(PAGE_SIZE);
	u32 i;

	root = frames_new(PAGE_SIZE);
	if (!l3 || !root)
		return false;
	memcpy(root, boot_l4, PAGE_SIZE);
	root[0] = make_pte(virt_to_mfn(l3), PTE_P | PTE_RW);
	for (i = 0; (e = efi_descriptor(i)); i++)
		if (e->attributes & EFI_MEMORY_RUNTIME && !map_part(l3, e))
			return false;
	return true;
}

void efi_init(void)
{
	struct efi_system_table t;
	struct efi_header h;

	if (!boot_info.efi.table || !take(&t, boot_info.efi.table, sizeof(t)) ||
	    t.head.magic != SYSTEM_MAGIC)
		return;
	efi.version = t.head.version;
	efi.vendor_version = t.vendor_version;
	/* Its length is not known: do not read past its page. */
	take(efi.vendor, t.vendor, MIN(sizeof(efi.vendor) - 2,
				       PAGE_SIZE - t.vendor % PAGE_SIZE));
	efi.table_count = MIN(t.table_count, (u64)MAX_TABLES);
	if (is_kept(t.tables, efi.table_count * 24))
		efi.tables = t.tables;
	if (want_services && take(&h, t.services, sizeof(h)) &&
	    h.magic == SERVICES_MAGIC && map_services()) {
		services = t.services;
		efi.services_version = h.version;
	}
	log_info("EFI %u.%u, tables at %lx, %s runtime services",
		 efi.version >> 16, efi.version % 65536 / 10, efi.tables,
		 services ? "with" : "no");
}

u64 efi_call(enum efi_service service, u64 a, u64 b, u64 c, u64 d, u64 e)
{
	u64 __attribute__((ms_abi)) (*fn)(u64, u64, u64, u64, u64);
	const u32 mxcsr = 0x1f80;
	u64 cr0, cr3, dr7, status;

	spin_guard_irqsave(&rtc_lock);
	/*
	 * A guest may have set breakpoints at addresses of the firmware's code.
	 */
	__asm__ volatile("mov %%dr7, %0; mov %1, %%dr7"
			 : "=&r" (dr7) : "r" ((u64)DR7_FIXED));
	cr0 = read_cr0();
	write_cr0(cr0 & ~CR0_TS);
	__asm__ volatile("fxsave64 %0; fninit; ldmxcsr %1"
			 : "=m" (fpu) : "m" (mxcsr));
	cr3 = read_cr3();
	write_cr3(virt_to_mfn(root).n << PAGE_SHIFT);
	memcpy(&fn, (const void *)(services + service), sizeof(fn));
	atomic_inc(&smp_slow);
	status = fn(a, b, c, d, e);
	atomic_dec(&smp_slow);
	write_cr3(cr3);
	__asm__ volatile("fxrstor64 %0" :: "m" (fpu));
	write_cr0(cr0);
	__asm__ volatile("mov %0, %%dr7" :: "r" (dr7));
	return status;
}
