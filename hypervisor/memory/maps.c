// SPDX-License-Identifier: GPL-2.0-only
/*
 * The mappings of the machine's memory that the boot makes: the direct map of all
 * RAM, and what is behind the arrays with an element for each frame, at
 * addresses of the slots 259 and 260.
 *
 * The array that 64-bit guests read has one tree of tables for them (slot 256)
 * and for the hypervisor, which writes it. The entries of boot_l4 decide who
 * may do what.
 */
#include "machine/cpu.h"
#include "memory/early.h"
#include "memory/maps.h"

#define GIB	(1ull << 30)
#define GIB_PAGES	BIT(26)		/* a feature of the processor */
#define TABLE_RIGHTS	(PTE_P | PTE_RW | PTE_A)

/* The table below an entry; if there is none, make one with these rights. */
static u64 *boot_table(u64 *entry, u64 rights)
{
	if (!(*entry & PTE_P))
		*entry = early_alloc(PAGE_SIZE).a | rights;
	return mfn_to_virt(pte_mfn(*entry));
}

/*
 * Map the RAM of a GiB. What is not RAM stays unmapped, but for what a large
 * page has beside RAM: its memory type is not the hypervisor's to choose.
 */
static void map_direct_gib(u64 gib, bool large)
{
	u64 *l4e = &boot_l4[L4_DIRECT_SLOT + gib / 512];
	u64 *l3 = boot_table(l4e, TABLE_RIGHTS), *l2, at;
	u64 start = gib * GIB, ram = early_ram(start, start + GIB);

	if (ram == GIB && large) {
		l3[gib % 512] = start | PTE_PSE | PTE_HV_DATA;
		return;
	}
	l2 = ram ? boot_table(&l3[gib % 512], TABLE_RIGHTS) : NULL;
	for (at = start; ram && at < start + GIB; at += LARGE_PAGE)
		if (early_ram(at, at + LARGE_PAGE))
			l2[at % GIB / LARGE_PAGE] = at | PTE_PSE | PTE_HV_DATA;
}

/* The level-2 entry of an address, for which the boot makes the tables above. */
static u64 *array_entry(u64 va)
{
	u64 *l3 = mfn_to_virt(pte_mfn(boot_l4[va >> 39 & 511]));
	u64 *l2 = boot_table(&l3[va >> 30 & 511], TABLE_RIGHTS | PTE_US);

	return &l2[va >> 21 & 511];
}

/* The first tables for device registers are there before the allocator. */
void maps_init(u64 ram_end)
{
	u64 end = ram_end << PAGE_SHIFT, i;
	bool large = cpuid_reg(0x80000001, CPUID_EDX) & GIB_PAGES;

	for (i = 4; i * GIB < end; i++)
		map_direct_gib(i, large);
	early_set_mapped(MAX(end, 4 * GIB));
	for (i = L4_DESC_SLOT; i <= L4_TABLE_SLOT; i++)
		boot_table(&boot_l4[i], TABLE_RIGHTS);
	boot_l4[L4_M2P_SLOT] = (boot_l4[L4_M2P_RW_SLOT] & ~PTE_RW) | PTE_US;
	boot_table(array_entry(IOMAP_BASE), TABLE_RIGHTS);
}

void maps_back(u64 va, mfn_t first)
{
	*array_entry(va) = make_pte(first, PTE_HV_DATA | PTE_US | PTE_PSE);
}

mfn_t maps_repeat(mfn_t page)
{
	paddr_t table = early_alloc(PAGE_SIZE);
	u64 *l1 = phys_to_virt(table);
	u32 i;

	for (i = 0; i < 512; i++)
		l1[i] = make_pte(page, PTE_HV_DATA & ~PTE_RW);
	return paddr_to_mfn(table);
}

void maps_back_repeated(u64 va, mfn_t table)
{
	*array_entry(va) = make_pte(table, TABLE_RIGHTS);
}

mfn_t maps_backed_by(u64 va)
{
	u64 e = *array_entry(va);

	return e & PTE_PSE ? pte_mfn(e) : INVALID_MFN;
}
