// SPDX-License-Identifier: GPL-2.0-only
/*
 * The LDT. The guest names its linear address. When the processor first faults
 * on a page of it, the page gets type SEGDESC and is mapped into the vCPU's
 * window. As on Xen it keeps this type until the vCPU loads another LDT or
 * another root table. The address may be any of the guest's part; a page that
 * the guest's tables do not map there stays absent.
 */
#include "cpu/ldt.h"
#include "domain/domain.h"
#include "mmu/walk.h"

void ldt_drop(struct vcpu *v)
{
	mfn_t old[LDT_FRAMES];
	u32 page;

	ASSERT_HELD(&v->d->tables.lock);
	if (!v->desc.ldt_mapped)
		return;
	for (page = 0; page < LDT_FRAMES; page++)
		/* All CPUs see this before ptype_flush() reads dirty_cpus. */
		if (v->desc.ldt_mapped >> page & 1)
			old[page] = pte_mfn(atomic_xchg(
				paging_entry(LDT_WINDOW(v, page)), 0));
	ptype_flush(v->d);
	for (page = 0; page < LDT_FRAMES; page++)
		if (v->desc.ldt_mapped >> page & 1)
			ptype_put_both(v->d, old[page]);
	v->desc.ldt_mapped = 0;
}

int ldt_set(struct vcpu *v, gva_t base, u64 entries)
{
	ASSERT_HELD(&v->d->tables.lock);
	if (entries > LDT_MAX_ENTRIES ||
	    (entries && ((base.a & (PAGE_SIZE - 1)) ||
			 !guest_address_ok(base.a))))
		return -EINVAL;
	ldt_drop(v);
	v->desc.ldt_base = entries ? base : gva(0);
	v->desc.ldt_entries = (u32)entries;
	context_load_ldt(v);
	return 0;
}

/*
 * The page lock keeps the guest's entry as it is. A page that is mapped already
 * faulted for another reason: false.
 */
bool ldt_map_page(struct vcpu *v, u32 page)
{
	gva_t at = gva((v->desc.ldt_base.a + page * PAGE_SIZE) &
		       v->d->width->long_mask);
	struct domain *d = v->d;
	const u64 *e;

	if (page * 512u >= v->desc.ldt_entries)
		return false;
	spin_guard(&d->tables.lock);
	e = v->desc.ldt_mapped >> page & 1 ? NULL : walk_l1_entry(v, at);
	if (!e || !(*e & PTE_P) || ptype_get_both(d, pte_mfn(*e), TYPE_SEGDESC))
		return false;
	*paging_entry(LDT_WINDOW(v, page)) =
		make_pte(pte_mfn(*e), PTE_HV_DATA);
	v->desc.ldt_mapped |= 1u << page;
	return true;
}
