// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmu_update: a list of {machine address of an entry | command, value}.
 *
 * Stops at the first error; 'done' tells how many were carried out. A long
 * list stops in between: the rest stands in the arguments, and bit 31 of the
 * count says that 'done' already holds a number to add to.
 */
#include "domain.h"
#include "errno.h"
#include "guest.h"
#include "lib.h"
#include "paging.h"
#include "ptype.h"
#include "pv.h"
#include "sched.h"

#define COUNT_CONTINUED	BIT(31)
#define COMMAND_MASK	7u

_Static_assert(sizeof(struct mmu_update) == 16, "same for all guests");

static int set_untyped(struct domain *d, mfn_t m, u64 *entry, u64 value)
{
	int rc = ptype_get(d, m, TYPE_WRITABLE, false);

	if (rc)
		return rc;
	WRITE_ONCE(*entry, value);
	ptype_put(d, m);
	return 0;
}

static int update_typed(struct domain *d, mfn_t m, u32 index, u64 value,
			bool keep_ad)
{
	struct frame *f = mfn_frame(m);
	u64 *entry = (u64 *)mfn_to_virt(m) + index;

	if (!f->type_count || f->type == TYPE_WRITABLE)
		return set_untyped(d, m, entry, value);
	if (!(f->flags & FRAME_VALID))
		return -EBUSY;
	switch (f->type) {
	case TYPE_L1:
		return tables_set_l1(d, entry, value, keep_ad);
	case TYPE_L2:
		return tables_set_l2(d, m, index, value);
	case TYPE_L3:
		return tables_set_l3(d, m, index, value);
	default:
		return -EBUSY;
	}
}

static int update_entry(struct domain *d, u64 at, u64 value, bool keep_ad)
{
	mfn_t m = paddr_to_mfn(paddr(at));
	int rc;

	if (!ptype_get_ref(d, m))
		return -EINVAL;
	rc = update_typed(d, m, at / 8 & 511, value, keep_ad);
	ptype_put_ref(m);
	return rc;
}

static int update_m2p(struct domain *d, u64 at, u64 value)
{
	mfn_t m = paddr_to_mfn(paddr(at));

	if (!ptype_get_ref(d, m))
		return -EINVAL;
	frame_m2p[m.n] = (u32)value;
	ptype_put_ref(m);
	return 0;
}

static int one_request(struct domain *d, const struct mmu_update *u)
{
	u64 at = u->ptr & ~(u64)COMMAND_MASK;

	switch (u->ptr & COMMAND_MASK) {
	case MMU_NORMAL_PT_UPDATE:
		return update_entry(d, at, u->val, false);
	case MMU_PT_UPDATE_PRESERVE_AD:
		return update_entry(d, at, u->val, true);
	case MMU_MACHPHYS_UPDATE:
		return update_m2p(d, at, u->val);
	default:
		return -ENOSYS;
	}
}

/* Whose pages may be named: the caller's, or devices'. */
static bool owner_ok(const struct domain *d, u32 foreign)
{
	u32 table_owner = foreign >> 16, owner = foreign & 0xffff;

	if (table_owner && table_owner != d->id + 1)
		return false;
	return owner == DOMID_SELF || owner == d->id || owner == DOMID_IO;
}

static int run(struct domain *d, u64 a[], u64 *done)
{
	struct mmu_update u;
	int rc;

	while (a[1]) {
		if (guest_read(&u, gva(a[0]), sizeof(u)))
			return -EFAULT;
		spin_lock(&d->page_lock);
		rc = one_request(d, &u);
		spin_unlock(&d->page_lock);
		if (rc)
			return rc;
		a[0] += sizeof(u);
		a[1]--;
		++*done;
		if (a[1] && sched_preempt_needed())
			return -ERESTART;
	}
	return 0;
}

long pv_mmu_update(u64 a[])
{
	struct domain *d = current_domain();
	bool continued = a[1] & COUNT_CONTINUED;
	u64 done = 0;
	u32 before = 0;
	int rc;

	a[1] &= ~COUNT_CONTINUED;
	if (!owner_ok(d, (u32)a[3]))
		return -ESRCH;
	rc = run(d, a, &done);
	if (a[2]) {
		if (continued && guest_read(&before, gva(a[2]), 4))
			return -EFAULT;
		before += (u32)done;
		if (guest_write(gva(a[2]), &before, 4))
			return -EFAULT;
	}
	if (rc == -ERESTART)
		a[1] |= COUNT_CONTINUED;
	return rc;
}
