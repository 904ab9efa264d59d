// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walks of a 32-bit guest's three-level tables. The live root is typed, and
 * every present entry on the way points to a typed table of the next level; but
 * other vCPUs may take tables out at any time. A walk therefore either holds
 * the page lock, or runs as the processor's own walks do: with interrupts off,
 * on the CPU that runs the vCPU.
 *
 * With interrupts off, a table that was in the tree when the walk began stays a
 * table until the walk ends. Before its frame gets another type or owner, every
 * CPU that runs a vCPU of the domain must flush (I6 in mmu/ptype.c), and this
 * CPU answers no flush while it walks. A flush that it answered before the walk
 * does not count: the request came only after the entry was gone. Entries left
 * in a table that is no longer used lead to frames that lost their types even
 * later.
 */
#include "domain/domain.h"
#include "entry/traps.h"
#include "machine/paging.h"
#include "mmu/walk.h"

/* Entries on the way: [0] L3, [1] L2, [2] L1; returns how many are present. */
static u32 walk(const struct vcpu *v, gva_t at, u64 entry[3], u64 **last)
{
	static const u8 shift[3] = { 30, 21, 12 };
	mfn_t m = v->roots.table;
	u64 *t;
	u32 i;

	for (i = 0; i < 3; i++) {
		t = mfn_to_virt(m);
		*last = &t[at.a >> shift[i] & 511];
		entry[i] = READ_ONCE(**last);
		if (!(entry[i] & PTE_P))
			return i;
		m = pte_mfn(entry[i]);
		if (entry[i] & PTE_PSE && i == 1)
			return 2;
	}
	return 3;
}

/* The page lock is held; it keeps the entry as it is. */
u64 *walk_l1_entry(const struct vcpu *v, gva_t at)
{
	u64 entry[3], *last = NULL;
	u32 n = walk(v, at, entry, &last);

	if (n < 2 || (entry[1] & PTE_PSE))
		return NULL;
	return last;
}

/* Of the current vCPU, without the page lock; interrupts are on. */
bool walk_allows(const struct vcpu *v, gva_t at, u32 error)
{
	u64 entry[3], *last = NULL, rights;
	u32 present;

	irq_disable();
	present = walk(v, at, entry, &last);
	irq_enable();
	if (present < 3)
		return false;
	rights = entry[1] & entry[2];
	if ((error & PF_WRITE) && !(rights & PTE_RW))
		return false;
	if ((error & PF_USER) && !(rights & PTE_US))
		return false;
	return !(error & PF_INSN) || !((entry[1] | entry[2]) & PTE_NX);
}
