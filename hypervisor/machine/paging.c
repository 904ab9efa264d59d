// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hypervisor's part of the address space.
 *
 * The L3 tables of all shared slots are made at boot and never replaced, so
 * every root table that copies these slots of boot_l4 sees later mappings.
 */
#include "lib/lib.h"
#include "machine/cpu.h"
#include "machine/paging.h"
#include "memory/early.h"
#include "memory/frames.h"

#define GIB	(1ull << 30)
#define LARGE	(2ull << 20)

u64 direct_base = DIRECT_BASE;

/* Behind the page of paging_window(); changes at boot only. */
static u64 iomap_next = IOMAP_BASE + PAGE_SIZE;

static void map_direct_gib(u64 gib)
{
	paddr_t table = early_alloc(PAGE_SIZE, PAGE_SIZE);
	u64 *l2 = phys_to_virt(table);
	u32 i;

	for (i = 0; i < 512; i++)
		l2[i] = (gib * GIB + i * LARGE) | PTE_PSE | PTE_HV_DATA;
	boot_l3[gib] = table.a | PTE_P | PTE_RW;
}

void paging_init(u64 ram_end)
{
	u64 i;

	if (ram_end << PAGE_SHIFT > DIRECT_MAX)
		panic("more than 512 GiB of memory");
	for (i = 4; i * GIB < ram_end << PAGE_SHIFT; i++)
		map_direct_gib(i);
	for (i = L4_DESC_SLOT; i <= L4_IOMAP_SLOT; i++)
		boot_l4[i] = early_alloc(PAGE_SIZE, PAGE_SIZE).a |
			     PTE_P | PTE_RW;
}

/*
 * Xen's order, which guests rely on: WB, WT, UC-, UC, WC, WP, UC, UC. The first
 * four are those of a reset, and the hypervisor uses no others.
 */
void paging_init_cpu(void)
{
	wrmsr(MSR_PAT, 0x050100070406ull);
	tlb_flush_local();
}

/*
 * No entry on the way has PTE_RW. Behind the array nothing is mapped: guests
 * expect a fault there.
 */
void paging_map_m2p(paddr_t first, u64 size)
{
	const u64 rights = PTE_P | PTE_US | PTE_A;
	paddr_t table = early_alloc(PAGE_SIZE, PAGE_SIZE);
	u64 *l3 = phys_to_virt(table), *l2 = NULL, at;

	boot_l4[L4_M2P_SLOT] = table.a | rights;
	for (at = 0; at < size; at += LARGE) {
		if (at % GIB == 0) {
			table = early_alloc(PAGE_SIZE, PAGE_SIZE);
			l3[at / GIB] = table.a | rights;
			l2 = phys_to_virt(table);
		}
		l2[at % GIB / LARGE] = (first.a + at) | rights | PTE_PSE |
				       PTE_D | PTE_NX;
	}
}

static u64 *next_table(u64 *entry)
{
	void *table;

	if (!(*entry & PTE_P)) {
		table = frames_new(PAGE_SIZE);
		if (!table)
			return NULL;
		*entry = make_pte(virt_to_mfn(table), PTE_P | PTE_RW);
	}
	return mfn_to_virt(pte_mfn(*entry));
}

u64 *paging_entry_below(u64 *l3, u64 va)
{
	u64 *t = next_table(&l3[va >> 30 & 511]);

	if (t)
		t = next_table(&t[va >> 21 & 511]);
	return t ? &t[va >> 12 & 511] : NULL;
}

u64 *paging_entry(u64 va)
{
	return paging_entry_below(mfn_to_virt(pte_mfn(boot_l4[va >> 39 & 511])),
				  va);
}

volatile void *paging_ioremap(paddr_t p, u64 size)
{
	u64 first = ROUND_DOWN(p.a, PAGE_SIZE);
	u64 va = iomap_next, at, *e;

	for (at = first; at < p.a + size; at += PAGE_SIZE) {
		e = paging_entry(iomap_next);
		if (!e)
			panic("no memory for the hypervisor's page tables");
		*e = make_pte(paddr_to_mfn(paddr(at)),
			      PTE_HV_DATA | PTE_PCD | PTE_PWT);
		iomap_next += PAGE_SIZE;
	}
	return (volatile void *)(va + p.a - first);
}

volatile void *paging_window(mfn_t m)
{
	u64 *e = paging_entry(IOMAP_BASE);

	if (!e)
		return NULL;
	*e = make_pte(m, PTE_HV_DATA | PTE_PCD | PTE_PWT);
	invlpg(IOMAP_BASE);	/* others do so before they use it */
	return (volatile void *)IOMAP_BASE;
}
