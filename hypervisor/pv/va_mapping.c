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
	u64 what = flags & UVMF_FLUSHTYPE_MASK;

	if (what != UVMF_TLB_FLUSH && what != UVMF_INVLPG)
		return;
	if (flags != what)		/* on other vCPUs, too */
		domain_flush(d);
	else if (what == UVMF_INVLPG)
		invlpg(va);
	else
		tlb_flush_local();
}

long pv_update_va_mapping(u64 a[])
{
	u64 va = a[0], value = hypercall_arg64(&a[1]);
	struct vcpu *v = current_vcpu();
	struct domain *d = v->d;
	u64 *entry;
	int rc;

	if (va >= d->m2p_start)
		return -EINVAL;
	rc = ptype_lock(d);
	if (rc)
		return rc;
	entry = walk_l1_entry(v, gva(va));
	rc = entry ? tables_set_l1(d, entry, value, false) : -EINVAL;
	spin_unlock(&d->page_lock);
	if (!rc)
		flush(d, va, a[3]);
	return rc;
}
