// SPDX-License-Identifier: GPL-2.0-only
/*
 * update_va_mapping: one level-1 entry, named by the address it maps, with the
 * flush that the guest asks for. Flushing more than asked is always right.
 */
#include "domain.h"
#include "errno.h"
#include "hypercall.h"
#include "ptype.h"
#include "pv.h"
#include "walk.h"

static void flush(struct domain *d, u64 va, u64 flags)
{
	bool local = !(flags & ~(u64)UVMF_FLUSHTYPE_MASK);

	switch (flags & UVMF_FLUSHTYPE_MASK) {
	case UVMF_TLB_FLUSH:
		if (local)
			tlb_flush_local();
		else
			domain_flush(d);
		break;
	case UVMF_INVLPG:
		if (local)
			invlpg(va);
		else
			domain_flush(d);
		break;
	default:
		break;
	}
}

long pv_update_va_mapping(u64 a[])
{
	u64 va = a[0], value = hypercall_arg64(&a[1]);
	struct vcpu *v = current_vcpu();
	struct domain *d = v->d;
	mfn_t table;
	u64 *entry;
	int rc;

	if (va >= d->m2p_start)
		return -EINVAL;
	spin_lock(&d->page_lock);
	rc = ptype_drain(d);
	if (!rc) {
		entry = walk_l1_entry(v, gva(va), &table);
		rc = entry ? tables_set_l1(d, entry, value, false) : -EINVAL;
	}
	spin_unlock(&d->page_lock);
	if (!rc)
		flush(d, va, a[3]);
	return rc;
}
