// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page tables as the domain builder left them. The order of its tables is its
 * own business: they are walked, with the machine-to-phys window telling the
 * address of each, as virtual and pseudo-physical addresses are the same.
 */
#include "guest.h"

#define ENTRY_BITS	9
#define ENTRIES		(1u << ENTRY_BITS)

ulong window;

static u64 *table_at(u64 entry)
{
	return (u64 *)(mfn_to_pfn(entry >> PAGE_SHIFT & 0xfffffff) <<
		       PAGE_SHIFT);
}

u64 *entry_of(const void *p, u32 level)
{
	u64 *table = (u64 *)start_info->pt_base, *entry;
	u32 l;

	for (l = LEVELS;; l--) {
		entry = &table[(ulong)p >> (PAGE_SHIFT + (l - 1) * ENTRY_BITS) &
			       (ENTRIES - 1)];
		if (l == level)
			return entry;
		table = table_at(*entry);
	}
}

u64 *pte_of(const void *p)
{
	return entry_of(p, 1);
}

u8 *l2_of(u32 slot)
{
	return (u8 *)entry_of((void *)((ulong)slot << 30), 2);
}

void find_window(void)
{
	struct xen_machphys_mapping m;

	CHECK(HC2(memory_op, XENMEM_machphys_mapping, &m), 0);
	window = m.v_start;
}

long make_ro(const void *p)
{
	return set_pte_va(p, (u64)va_mfn(p) << 12 | PTE_RO, UVMF_INVLPG);
}

long make_rw(const void *p)
{
	return set_pte_va(p, (u64)va_mfn(p) << 12 | PTE_RWP, UVMF_INVLPG);
}

long mmu_update(u64 ptr, u64 val)
{
	mmu_update_t u = { .ptr = ptr, .val = val };

	return HC4(mmu_update, &u, 1, 0, DOMID_SELF);
}

long mmuext(u32 cmd, ulong arg1, u32 arg2)
{
	struct mmuext_op op = { .cmd = cmd };

	op.arg1.mfn = arg1;
	op.arg2.nr_ents = arg2;
	return HC4(mmuext_op, &op, 1, 0, DOMID_SELF);
}
