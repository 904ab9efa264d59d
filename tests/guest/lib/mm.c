// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page tables as the domain builder left them. The order of its tables is its
 * own business: they are walked, with the machine-to-phys window telling the
 * address of each, as virtual and pseudo-physical addresses are the same.
 */
#include "guest.h"

u32 window;

static u64 *table_at(u64 entry)
{
	const u32 *m2p = (const u32 *)window;

	return (u64 *)(m2p[entry >> 12 & 0xfffffff] << 12);
}

u64 *pte_of(const void *p)
{
	u32 va = (u32)p;
	u64 *l2 = table_at(((u64 *)start_info->pt_base)[va >> 30]);
	u64 *l1 = table_at(l2[va >> 21 & 511]);

	return &l1[va >> 12 & 511];
}

u8 *l2_of(u32 slot)
{
	return (u8 *)table_at(((u64 *)start_info->pt_base)[slot]);
}

void find_window(void)
{
	struct xen_machphys_mapping m;

	CHECK(HC2(memory_op, XENMEM_machphys_mapping, &m), 0);
	window = m.v_start;
}

long set_pte_va(const void *p, u64 value, u32 flags)
{
	return HC4(update_va_mapping, p, value, value >> 32, flags);
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

long mmuext(u32 cmd, u32 arg1, u32 arg2)
{
	struct mmuext_op op = { .cmd = cmd };

	op.arg1.mfn = arg1;
	op.arg2.nr_ents = arg2;
	return HC4(mmuext_op, &op, 1, 0, DOMID_SELF);
}
