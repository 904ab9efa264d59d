// SPDX-License-Identifier: GPL-2.0-only
/*
 * update_va_mapping: change the level-1 entry that maps an address, then flush as
 * the guest asks. With update_va_mapping_otherdomain the privileged domain maps a
 * page of another domain.
 */
#include "hypercalls.h"
#include "mmu/mmu.h"
#include "mmu/tables.h"
#include "mmu/walk.h"

/*
 * Flush as 'flags' (UVMF_* of xen.h) say: on this CPU, on all CPUs of d, or for
 * the vCPUs of the bitmap whose address is in the flags. 0 or -EFAULT.
 */
static int flush(struct domain *d, u64 va, u64 flags)
{
	u64 what = flags & UVMF_FLUSHTYPE_MASK, where = flags & ~what;

	if (what != UVMF_TLB_FLUSH && what != UVMF_INVLPG)
		return 0;
	if (where == UVMF_ALL)
		ptype_flush(d);
	else if (where)
		return mmu_flush_vcpus(d, where);
	else if (what == UVMF_INVLPG)
		invlpg(va);
	else
		tlb_flush_local();
	return 0;
}

static int set(struct vcpu *v, gva_t va, u64 value, struct domain *pages)
{
	bool foreign = pages != v->d && (value & PTE_P);
	int rc = ptype_lock(v->d);
	u64 *entry;

	if (rc)
		return rc;
	entry = walk_l1_entry(v, va);
	if (!entry)
		rc = -EINVAL;
	else if (!foreign)
		rc = tables_set(v->d, entry, value, false);
	spin_unlock(&v->d->tables.lock);
	return rc || !foreign ? rc :
	       mmu_map_foreign(v->d, virt_to_phys(entry), value, pages);
}

static long update(const u64 a[], struct domain *pages)
{
	struct vcpu *v = current_vcpu();
	int rc = set(v, gva(a[0]), a[1], pages);

	return rc ? rc : flush(v->d, a[0], a[2]);
}

long do_update_va_mapping(u64 a[])
{
	return update(a, current_domain());
}

long do_update_va_mapping_otherdomain(u64 a[])
{
	u32 id = a[3] & 0xffff;
	struct domain *pages;
	long rc = mmu_get_owner(id, &pages);

	if (!rc && id != DOMID_SELF && !current_domain()->privileged)
		rc = -EPERM;
	if (!rc)
		rc = update(a, pages);
	mmu_put_owner(pages);
	return rc;
}
