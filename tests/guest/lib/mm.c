// SPDX-License-Identifier: GPL-2.0-only
/* Page tables as the domain builder left them: L3, four L2, L1s in a row. */
#include "guest.h"

u64 *pte_of(const void *p)
{
	u32 va = (u32)p;
	u64 *l3 = (u64 *)start_info->pt_base;
	u64 *l1 = l3 + 512 * 5;

	/* VIRT_BASE is 0: the first L1 maps the first 2 MiB. */
	return &l1[va >> 12];
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
