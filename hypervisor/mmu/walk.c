// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walks of a guest's page tables. A vCPU's root has a root type, and each present
 * entry on the way points to a typed table of the next level. But other vCPUs may
 * take tables out of the tree at any time. A walk therefore either holds the page
 * lock, or does as the processor's own walks: it runs with interrupts off on the
 * CPU that runs the vCPU.
 *
 * With interrupts off, a table that was in the tree when the walk began stays a
 * table until the walk ends. Before its frame gets another type or owner, every
 * CPU that runs a vCPU of the domain must flush (I6 in mmu/ptype.c), and this
 * CPU answers no flush during the walk. A flush that it answered before the walk
 * does not count: it was requested only after the entry was gone. Entries that
 * remain in an unused table lead to frames that lose their types even later.
 */
#include "domain/domain.h"
#include "entry/traps.h"
#include "mmu/walk.h"

/*
 * Walk from root m to level 1, or to a higher entry that points to no table.
 * Returns the level of that entry, and its address. 'rights' gets the bits that
 * all entries on the way have; PTE_NX there stands for the right to execute.
 *
 * A linear entry leads to a table of the same level. The table that the walk
 * takes for level 1 may then be a higher one, as for the processor.
 */
static __always_inline
u32 walk(const struct vcpu *v, mfn_t m, gva_t at, u64 **entry, u64 *rights)
{
	u32 level = type_level(v->d->width->root_type);
	u64 e;

	*rights = ~0ull;
	for (;; level--) {
		*entry = (u64 *)mfn_to_virt(m) + (at.a >> (3 + 9 * level) & 511);
		e = READ_ONCE(**entry);
		*rights &= e ^ PTE_NX;
		if (level == 1 || (e & (PTE_P | PTE_PSE)) != PTE_P)
			return level;
		m = pte_mfn(e);
	}
}

/* As on Xen, hypercalls and the LDT use the kernel's tables in any mode. */
u64 *walk_l1_entry(const struct vcpu *v, gva_t at)
{
	u64 *entry, rights;

	ASSERT_HELD(&v->d->tables.lock);
	if (!domain_range_ok(v->d, at, 1) ||
	    walk(v, v->roots.kernel.table, at, &entry, &rights) != 1)
		return NULL;
	return mfn_frame(virt_to_mfn(entry))->type == TYPE_L1 ? entry : NULL;
}

u64 *walk_entry_at(const struct domain *d, paddr_t at)
{
	mfn_t m = paddr_to_mfn(at);

	ASSERT_HELD(&d->tables.lock);
	return at.a % sizeof(u64) == 0 && ptype_is_table(d, m) &&
	       mfn_frame(m)->type == TYPE_L1 ? phys_to_virt(at) : NULL;
}

_Static_assert(PF_WRITE == PTE_RW && PF_USER == PTE_US, "each right has its bit");

bool walk_allows(const struct vcpu *v, gva_t at, u32 error)
{
	mfn_t root = v->proc.in_user ? v->roots.user.table : v->roots.kernel.table;
	u64 needed = PTE_P | (error & (PF_WRITE | PF_USER)) |
		     (error & PF_INSN ? PTE_NX : 0);
	u64 *entry, rights, flags;
	u32 level;

	if (mfn_eq(root, INVALID_MFN))
		return false;
	flags = irq_save();
	level = walk(v, root, at, &entry, &rights);
	irq_restore(flags);
	return level == 1 && (rights & needed) == needed;
}
