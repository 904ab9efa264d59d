// SPDX-License-Identifier: GPL-2.0-only
/*
 * LDT: the guest names a linear address; its pages are typed SEGDESC and
 * mapped into the vCPU's window one by one, when the processor first faults
 * on them. When the guest wants such a page for something else, all of them
 * are dropped again.
 */
#include "context.h"
#include "domain.h"
#include "errno.h"
#include "guest.h"
#include "ldt.h"
#include "paging.h"
#include "ptype.h"
#include "walk.h"

static bool unmap_vcpu(struct vcpu *v)
{
	u32 page;
	u64 *e;

	if (!v->ldt_mapped)
		return false;
	for (page = 0; page < LDT_FRAMES; page++) {
		if (!(v->ldt_mapped >> page & 1))
			continue;
		e = paging_entry(LDT_WINDOW(v, page));
		/* All CPUs see it before the flush checks who may use it. */
		v->ldt_drop[page] = pte_mfn(
			__atomic_exchange_n(e, 0, __ATOMIC_SEQ_CST));
	}
	return true;
}

static void drop_vcpu(struct vcpu *v)
{
	u32 page;

	for (page = 0; page < LDT_FRAMES; page++)
		if (v->ldt_mapped >> page & 1)
			ptype_put_both(v->d, v->ldt_drop[page]);
	v->ldt_mapped = 0;
}

void ldt_unmap_domain(struct domain *d)
{
	bool any = false;
	u32 i;

	for (i = 0; i < d->max_vcpus; i++)
		if (d->vcpu[i])
			any |= unmap_vcpu(d->vcpu[i]);
	if (!any)
		return;
	domain_flush(d);
	for (i = 0; i < d->max_vcpus; i++)
		if (d->vcpu[i])
			drop_vcpu(d->vcpu[i]);
}

int ldt_set(struct vcpu *v, gva_t base, u64 entries)
{
	if ((base.a & (PAGE_SIZE - 1)) || entries > LDT_MAX_ENTRIES ||
	    (entries && base.a > v->d->m2p_start - entries * 8))
		return -EINVAL;
	if (unmap_vcpu(v)) {
		domain_flush(v->d);
		drop_vcpu(v);
	}
	v->ldt_base = base;
	v->ldt_entries = (u32)entries;
	context_load_ldt(v);
	return 0;
}

/*
 * Decided under the page lock: the fault may have come while another vCPU was
 * dropping all LDT pages. A page that is mapped by now faulted for another
 * reason.
 */
bool ldt_map_page(struct vcpu *v, u32 page)
{
	gva_t at = gva_index(v->ldt_base, page, PAGE_SIZE);
	struct domain *d = v->d;
	bool ok = false;
	u64 *e;

	if (page * 512u >= v->ldt_entries)
		return false;
	spin_lock(&d->page_lock);
	e = v->ldt_mapped >> page & 1 ? NULL : walk_l1_entry(v, at);
	if (e && (*e & PTE_P) && ptype_get_page(d, pte_mfn(*e), TYPE_SEGDESC)) {
		*paging_entry(LDT_WINDOW(v, page)) =
			make_pte(pte_mfn(*e), PTE_HV_DATA);
		v->ldt_mapped |= 1u << page;
		ok = true;
	}
	spin_unlock(&d->page_lock);
	return ok;
}
