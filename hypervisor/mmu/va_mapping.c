// SPDX-License-Identifier: GPL-2.0-only
/*
 * update_va_mapping: one level-1 entry, named by the address it maps, with the
 * flush that the guest asks for. The privileged domain may map another one's
 * page so.
 */
#include "domain/domain.h"
#include "entry/hypercall.h"
#include "errno.h"
#include "machine/paging.h"
#include "mmu/mmu.h"
#include "mmu/ptype.h"
#include "mmu/walk.h"

/* On which vCPUs: this one, all, or those of the bitmap at that address. */
static int flush(struct domain *d, u64 va, u64 flags)
{
	u64 what = flags & UVMF_FLUSHTYPE_MASK, where = flags & ~what;

	if (what != UVMF_TLB_FLUSH && what != UVMF_INVLPG)
		return 0;
	if (where == UVMF_ALL)
		domain_flush(d);
	else if (where)
		return pv_flush_vcpus(d, where);
	else if (what == UVMF_INVLPG)
		invlpg(va);
	else
		tlb_flush_local();
	return 0;
}

static int set_own(struct vcpu *v, u64 va, u64 value)
{
	u64 *entry;
	int rc = ptype_lock(v->d);

	if (rc)
		return rc;
	entry = walk_l1_entry(v, gva(va));
	rc = entry ? tables_set_l1(v->d, entry, value, false) : -EINVAL;
	spin_unlock(&v->d->tables.lock);
	return rc;
}

static int set_foreign(struct vcpu *v, u64 va, u64 value, struct domain *pages)
{
	bool write = value & PTE_RW;
	int rc = ptype_get_foreign(pages, pte_mfn(value), write);
	u64 *entry;

	if (rc)
		return rc;
	spin_lock(&v->d->tables.lock);
	entry = walk_l1_entry(v, gva(va));
	rc = entry ? tables_install_l1(v->d, entry, value) : -EINVAL;
	spin_unlock(&v->d->tables.lock);
	if (rc)
		ptype_put_foreign(pte_mfn(value), write);
	return rc;
}

static long update(const u64 a[], struct domain *pages)
{
	u64 va = a[0], value = hypercall_arg64(&a[1]);
	struct vcpu *v = current_vcpu();
	int rc;

	if (va >= v->d->tables.m2p_start)
		return -EINVAL;
	if (pages != v->d && (value & PTE_P))
		rc = set_foreign(v, va, value, pages);
	else
		rc = set_own(v, va, value);
	return rc ? rc : flush(v->d, va, a[3]);
}

long pv_update_va_mapping(u64 a[])
{
	return update(a, current_domain());
}

long pv_update_va_mapping_otherdomain(u64 a[])
{
	u32 id = a[4] & 0xffff;
	struct domain *pages;
	long rc = pv_get_owner(id, &pages);

	if (!rc && id != DOMID_SELF && !current_domain()->privileged)
		rc = -EPERM;
	if (!rc)
		rc = update(a, pages);
	pv_put_owner(pages);
	return rc;
}
