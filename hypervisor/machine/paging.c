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
#include "memory/frames.h"

u64 direct_base = DIRECT_BASE;

/* Behind the page of paging_window(); changes at boot only. */
static u64 iomap_next = IOMAP_BASE + PAGE_SIZE;

u32 paging_address_bits(void)
{
	static u32 bits;

	if (!bits) {
		bits = cpuid_reg(0x80000008, CPUID_EAX) & 0xff;
		bits = bits ? bits : 36;	/* a processor that does not say */
	}
	return bits;
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
