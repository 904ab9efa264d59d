// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmu_update: a list of requests {machine address of an entry | command, value}
 * (struct mmu_update of xen.h).
 *
 * The privileged domain may name one domain that owns the tables, and one that
 * owns the pages which the entries map. In this way it maps pages of others.
 */
#include "hypercalls.h"
#include "mmu/mmu.h"
#include "mmu/tables.h"
#include "mmu/walk.h"

#define COMMAND_MASK	7u

_Static_assert(sizeof(struct mmu_update) == 16, "same for all guests");

/*
 * Write to a page that is no table; it cannot become one meanwhile. Not inline, or
 * updates of tables would save registers that only this needs.
 */
static noinline int set_untyped(struct domain *d, u64 at, u64 value)
{
	mfn_t m = paddr_to_mfn(paddr(at));

	if (ptype_get_both(d, m, TYPE_WRITABLE))
		return -EINVAL;
	WRITE_ONCE(*(u64 *)phys_to_virt(paddr(at)), value);
	ptype_put_both(d, m);
	return 0;
}

static int update_entry(struct domain *d, u64 at, u64 value, bool keep_ad)
{
	return ptype_is_table(d, paddr_to_mfn(paddr(at))) ?
	       tables_set(d, phys_to_virt(paddr(at)), value, keep_ad) :
	       set_untyped(d, at, value);
}

static int update_m2p(struct domain *d, u64 at, u64 value)
{
	mfn_t m = paddr_to_mfn(paddr(at));

	if (!page_get(d, m))
		return -EINVAL;
	page_set_m2p(m, value);
	page_put(m);
	return 0;
}

/* Whose tables and pages a call works on, with a reference to each. */
struct owners {
	struct domain *tables, *pages;
};

int mmu_map_foreign(struct domain *d, paddr_t at, u64 value,
		   struct domain *owner)
{
	bool write = value & PTE_RW;
	u64 *entry;

	if (!tables_cache_ok(d, value))
		return -EINVAL;
	if (tables_uncounted(pte_mfn(value)))
		return tables_no_device(pte_mfn(value));
	if (ptype_get_foreign(owner, pte_mfn(value), write))
		return -EBUSY;
	spin_guard(&d->tables.lock);
	entry = walk_entry_at(d, at);
	if (entry)
		tables_install_l1(d, entry, value);
	else
		ptype_put_foreign(pte_mfn(value), write);
	return entry ? 0 : -EINVAL;
}

static __always_inline int update_pt(const struct owners *o, u64 at, u64 value,
				     bool keep_ad)
{
	struct domain *d = o->tables;
	int rc;

	if (o->pages != d && (value & PTE_P))
		return mmu_map_foreign(d, paddr(at), value, o->pages);
	rc = ptype_lock(d);
	if (rc)
		return rc;
	spin_guard_taken(&d->tables.lock);
	return d->life.is_dying ? -ESRCH : update_entry(d, at, value, keep_ad);
}

static int one_request(const struct owners *o, gva_t request)
{
	u64 ptr, value, at;

	if (!domain_range_ok(current_domain(), request,
			     sizeof(struct mmu_update)))
		return -EFAULT;
	GUEST_GET(u64, request.a, ptr);
	GUEST_GET(u64, request.a + 8, value);
	at = ptr & ~(u64)COMMAND_MASK;
	switch (ptr & COMMAND_MASK) {
	case MMU_NORMAL_PT_UPDATE:
	case MMU_PT_UPDATE_NO_TRANSLATE:
	case MMU_PT_UPDATE_PRESERVE_AD:
		return update_pt(o, at, value, (ptr & COMMAND_MASK) ==
				 MMU_PT_UPDATE_PRESERVE_AD);
	case MMU_MACHPHYS_UPDATE:
		return o->tables != current_domain() ? -EPERM :
		       update_m2p(o->pages, at, value);
	default:
		return -ENOSYS;
	}
fault:
	return -EFAULT;
}

/*
 * The caller needs no reference to itself, since it runs. As on Xen, it can name
 * itself only by DOMID_SELF. DOMID_IO and DOMID_XEN stand for the caller too:
 * the frame number alone identifies device memory and the machine-to-phys array.
 */
int mmu_get_owner(u32 id, struct domain **owner)
{
	struct domain *d = current_domain();

	*owner = id == DOMID_SELF || id == DOMID_IO || id == DOMID_XEN ? d :
		 id == d->id ? NULL : domain_get(id);
	if (!*owner)
		return -ESRCH;
	return domain_may(d, *owner) && (id != DOMID_XEN || d->privileged) ?
	       0 : -EPERM;
}

static int get_owners(u32 foreign, struct owners *o)
{
	u32 tables = (foreign >> 16) - 1;
	int rc;

	if (foreign == DOMID_SELF) {
		o->tables = o->pages = current_domain();
		return 0;
	}
	if (foreign >> 16 && tables >= DOMID_FIRST_RESERVED)
		return -ESRCH;
	rc = mmu_get_owner(foreign >> 16 && tables != current_domain()->id ?
			      tables : DOMID_SELF, &o->tables);

	return rc ? rc : mmu_get_owner(foreign & 0xffff, &o->pages);
}

long do_mmu_update(u64 a[])
{
	struct batch b = batch_begin(a, sizeof(struct mmu_update));
	struct owners o = { 0 };
	long rc;

	b.rc = get_owners((u32)a[3], &o);
	while (batch_next(&b))
		batch_done(&b, one_request(&o, gva(a[0])));
	/* Without 'pages' the caller may have no right to 'tables'. */
	rc = batch_end(&b, o.pages ? o.tables : current_domain());
	mmu_put_owner(o.tables);
	mmu_put_owner(o.pages);
	return rc;
}
