/* SPDX-License-Identifier: GPL-2.0-only */
/* Page-table entries, the direct map, and the hypervisor's own mappings. */
#ifndef KRYPTON_PAGING_H
#define KRYPTON_PAGING_H

#include "config.h"

#define PTE_P		BIT(0)
#define PTE_RW		BIT(1)
#define PTE_US		BIT(2)
#define PTE_PWT		BIT(3)
#define PTE_PCD		BIT(4)
#define PTE_A		BIT(5)
#define PTE_D		BIT(6)
#define PTE_PSE		BIT(7)
#define PTE_PAT		BIT(7)	/* of level 1 */
#define PTE_G		BIT(8)
#define PTE_AVAIL	(BIT(9) | BIT(10) | BIT(11))
#define PTE_NX		BIT(63)
#define PTE_ADDR	0x000ffffffffff000ull
#define LARGE_PAGE	(2ull << 20)	/* bytes that a level-2 entry can map */
/* Data in the hypervisor's part, with A and D set as they would be by use. */
#define PTE_HV_DATA	(PTE_P | PTE_RW | PTE_A | PTE_D | PTE_NX)

static inline mfn_t pte_mfn(u64 e)
{
	return mfn((e & PTE_ADDR) >> PAGE_SHIFT);
}

static inline u64 make_pte(mfn_t m, u64 flags)
{
	return m.n << PAGE_SHIFT | flags;
}

/* The unit tests put the direct map where the host has memory. */
extern u64 direct_base;

static inline void *phys_to_virt(paddr_t p)
{
	return (void *)(direct_base + p.a);
}

static inline void *mfn_to_virt(mfn_t m)
{
	return phys_to_virt(mfn_to_paddr(m));
}

static inline paddr_t virt_to_phys(const void *p)
{
	return paddr((u64)p - direct_base);
}

static inline mfn_t virt_to_mfn(const void *p)
{
	return paddr_to_mfn(virt_to_phys(p));
}

/* How many bits a physical address of this processor has. */
u32 paging_address_bits(void);
/*
 * Load this CPU's PAT: PWT, PCD and PAT name the same memory types as on Xen.
 */
void paging_init_cpu(void);
/*
 * The level-1 entry of an address in a slot that all roots share. Makes the
 * tables that are missing; NULL: no memory for them. Takes no lock: the caller
 * owns the address.
 */
u64 *paging_entry(u64 va);
/* The same in a level-3 table of the caller. */
u64 *paging_entry_below(u64 *l3, u64 va);
/*
 * Map 'size' bytes of device registers, uncached and permanently; at boot only.
 * Panics if there is no memory.
 */
volatile void *paging_ioremap(paddr_t p, u64 size);
/*
 * Map one page of device registers until the next call on any CPU; NULL if
 * there is no memory. The caller holds a lock until it is done with the page.
 */
volatile void *paging_window(mfn_t m);

/* The root of a CPU without a guest. */
extern u64 boot_l4[512];

static inline paddr_t image_to_phys(const void *p)
{
	return paddr((u64)p - IMAGE_BASE);
}

#endif
