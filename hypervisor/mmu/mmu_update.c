// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmu_update: a list of {machine address of an entry | command, value}.
 *
 * The privileged domain may name another one as owner of the tables, and one
 * as owner of the pages that they map: so it maps pages of other domains.
 */
#include "domain/domain.h"
#include "errno.h"
#include "guest/guest.h"
#include "machine/paging.h"
#include "mmu/mmu.h"
#include "mmu/ptype.h"

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

/* On whose tables and pages a call works; a reference on each. */
struct owners {
	struct domain *tables, *pages;
};

static int install(struct domain *d, u64 at, u64 value)
{
	mfn_t m = paddr_to_mfn(paddr(at));
	struct frame *f;
	int rc = -EINVAL;

	if (!ptype_get_ref(d, m))
		return -EINVAL;
	f = mfn_frame(m);
	if (f->type_count && f->type == TYPE_L1 && (f->flags & FRAME_VALID))
		rc = tables_install_l1(d, phys_to_virt(paddr(at)), value);
	ptype_put_ref(m);
	return rc;
}

/* A level-1 entry that maps a page of a domain other than the table's. */
static int update_foreign(const struct owners *o, u64 at, u64 value)
{
	bool write = value & PTE_RW;
	mfn_t m = pte_mfn(value);
	int rc = ptype_get_foreign(o->pages, m, write);

	if (rc)
		return rc;
	spin_lock(&o->tables->tables.lock);
	rc = install(o->tables, at, value);
	spin_unlock(&o->tables->tables.lock);
	if (rc)
		ptype_put_foreign(m, write);
	return rc;
}

static int update_pt(const struct owners *o, u64 at, u64 value, bool keep_ad)
{
	int rc;

	if (o->pages != o->tables && (value & PTE_P))
		return update_foreign(o, at, value);
	rc = ptype_lock(o->tables);
	if (rc)
		return rc;
	rc = update_entry(o->tables, at, value, keep_ad);
	spin_unlock(&o->tables->tables.lock);
	return rc;
}

static int one_request(const struct owners *o, const struct mmu_update *u)
{
	u64 at = u->ptr & ~(u64)COMMAND_MASK;

	switch (u->ptr & COMMAND_MASK) {
	case MMU_NORMAL_PT_UPDATE:
	case MMU_PT_UPDATE_NO_TRANSLATE:
		return update_pt(o, at, u->val, false);
	case MMU_PT_UPDATE_PRESERVE_AD:
		return update_pt(o, at, u->val, true);
	case MMU_MACHPHYS_UPDATE:
		return update_m2p(o->pages, at, u->val);
	default:
		return -ENOSYS;
	}
}

/*
 * The caller itself needs no reference: it runs. As on Xen, it is named by
 * DOMID_SELF alone. What is behind DOMID_IO and DOMID_XEN (devices, the
 * machine-to-phys array) is known by its number.
 */
int pv_get_owner(u32 id, struct domain **owner)
{
	struct domain *d = current_domain();

	*owner = id == DOMID_SELF || id == DOMID_IO || id == DOMID_XEN ? d :
		 id == d->id ? NULL : domain_get(id);
	if (!*owner)
		return -ESRCH;
	return domain_may(d, *owner) && (id != DOMID_XEN || d->privileged) ?
	       0 : -EPERM;
}

void pv_put_owner(struct domain *owner)
{
	if (owner && owner != current_domain())
		domain_put(owner);
}

static int get_owners(u32 foreign, struct owners *o)
{
	u32 tables = (foreign >> 16) - 1;
	int rc = pv_get_owner(foreign >> 16 && tables != current_domain()->id ?
			      tables : DOMID_SELF, &o->tables);

	return rc ? rc : pv_get_owner(foreign & 0xffff, &o->pages);
}

static int one(void *owners, gva_t at)
{
	struct mmu_update u;

	if (guest_read(&u, at, sizeof(u)))
		return -EFAULT;
	return one_request(owners, &u);
}

long pv_mmu_update(u64 a[])
{
	struct owners o = { 0 };
	long rc = get_owners((u32)a[3], &o);

	if (!rc)
		rc = pv_batch(a, sizeof(struct mmu_update), o.tables, one, &o);
	pv_put_owner(o.tables);
	pv_put_owner(o.pages);
	return rc;
}
