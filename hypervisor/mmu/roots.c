// SPDX-License-Identifier: GPL-2.0-only
/*
 * Private roots: the tables at the top of what a processor walks belong to the
 * hypervisor, never to a guest. Each vCPU has a level-4 table, with the
 * hypervisor's slots and one slot for the guest, and a level-3 table behind
 * that slot, which holds a copy of the four entries of the guest's root.
 *
 * The copy always equals the guest's root: it is made when the vCPU gets the
 * root, and each change of a valid root goes to the vCPUs that have it. The
 * owner's page lock guards all of this. As the vCPU holds its root's type (I4
 * in mmu/ptype.c), the copy leads to valid tables alone.
 *
 * The guest's fourth level-2 table is used as it is: it has the
 * machine-to-phys window in its last slots, as on Xen. The processor finds a
 * window of 2 MiB pages in a level-2 table alone, so a private window needs a
 * private copy of that table. A copy for each vCPU would cost 450 instructions
 * whenever a root is loaded, 6 % of a process switch. A copy for each table
 * would cost a page for every two pages of tables that a guest makes, from
 * memory that no limit of the guest counts. What the window holds is the same
 * for all domains, read-only, and out of user mode's reach.
 */
#include "debug.h"
#include "domain/domain.h"
#include "domain/part.h"
#include "errno.h"
#include "lib/lib.h"
#include "mmu/ptype.h"
#include "mmu/roots.h"

static int create_roots(struct vcpu *v)
{
	v->roots.table = INVALID_MFN;
	v->roots.root = frames_new(PAGE_SIZE);
	v->roots.l3 = frames_new(PAGE_SIZE);
	if (!v->roots.root || !v->roots.l3)
		return -ENOMEM;
	memcpy(v->roots.root + L4_HV_SLOT, boot_l4 + L4_HV_SLOT,
	       (L4_HV_END - L4_HV_SLOT) * sizeof(*v->roots.root));
	v->roots.root[L4_GUEST_SLOT] =
		make_pte(virt_to_mfn(v->roots.l3), ROOT_RIGHTS);
	return 0;
}

static void free_roots(struct vcpu *v)
{
	frames_delete(v->roots.root, PAGE_SIZE);
	frames_delete(v->roots.l3, PAGE_SIZE);
}

/*
 * A processor that runs the vCPU may see some entries of the old root and some
 * of the new one until it loads the root: the caller holds both that long.
 */
void roots_set(struct vcpu *v, mfn_t table)
{
	static const struct pae_root none;

	ASSERT_HELD(&v->d->tables.lock);
	v->roots.table = table;
	*v->roots.l3 = mfn_eq(table, INVALID_MFN) ? none :
		 *(const struct pae_root *)mfn_to_virt(table);
}

void roots_load(const struct vcpu *v)
{
	write_cr3(virt_to_mfn(v->roots.root).n << PAGE_SHIFT);
}

/*
 * Each copy is in its place before anybody looks which processors to flush: one
 * that loads a root of the domain after that look sees the new entry. The guest
 * cannot ask for this flush, which must drop cached root entries as well.
 */
void roots_l3_changed(struct domain *d, const u64 *entry)
{
	u64 index = (u64)entry / sizeof(*entry) % 512;
	u32 i;

	ASSERT_HELD(&d->tables.lock);
	for (i = 0; i < d->max_vcpus; i++)
		if (d->vcpu[i] &&
		    mfn_eq(d->vcpu[i]->roots.table, virt_to_mfn(entry)))
			__atomic_store_n(&d->vcpu[i]->roots.l3->entry[index],
					 *entry, __ATOMIC_SEQ_CST);
	ptype_flush(d);
}

static void drop(struct vcpu *v)
{
	struct domain *d = v->d;

	spin_lock(&d->tables.lock);
	if (!mfn_eq(v->roots.table, INVALID_MFN))
		ptype_put_both(d, v->roots.table);
	roots_set(v, INVALID_MFN);
	ptype_finish(d);	/* short: its level-2 tables are empty */
	spin_unlock(&d->tables.lock);
}

static int kill(struct domain *d)
{
	u32 i;

	for (i = 0; i < d->max_vcpus; i++)
		if (d->vcpu[i])
			drop(d->vcpu[i]);
	return 0;
}

DOMAIN_PART(roots) = {
	.order = PART_ROOTS,
	.vcpu_create = create_roots,
	.vcpu_free = free_roots,
	.kill = kill,
};
