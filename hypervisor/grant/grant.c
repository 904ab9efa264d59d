// SPDX-License-Identifier: GPL-2.0-only
/*
 * Mapping other domains' pages by their grants, and unmapping them.
 *
 * A mapping is a level-1 entry that the hypervisor writes for the guest, which
 * may not write it itself, because it does not own the frame. The entry owns
 * the references to the frame, and whatever removes the entry drops them. The
 * handle owns the pin on the grant. A guest that overwrites such an entry loses
 * the mapping but keeps the handle, and the grant stays in use until the domain
 * of the handle is gone. Xen does the same.
 *
 * Unmapping handles a batch in three steps: it removes the entries, flushes the
 * TLBs, and only then releases frames and grants.
 */
#include "grant/grant_table.h"
#include "mmu/tables.h"
#include "mmu/walk.h"

_Static_assert(sizeof(struct gnttab_map_grant_ref) == 32, "any bitness");
_Static_assert(sizeof(struct gnttab_unmap_grant_ref) == 24, "any bitness");
_Static_assert(sizeof(struct gnttab_unmap_and_replace) == 24, "any bitness");

static u64 entry_flags(u32 flags)
{
	u64 e = PTE_P | PTE_A | PTE_D | PTE_NX;

	if (flags & GNTMAP_application_map)
		e |= PTE_US;
	if (!(flags & GNTMAP_readonly))
		e |= PTE_RW;
	return e | ((u64)(flags >> _GNTMAP_guest_avail0) << 9 & PTE_AVAIL);
}

/* The page-table entry that a mapping names. */
static u64 *find_entry(struct domain *d, u64 at, u32 flags)
{
	ASSERT_HELD(&d->tables.lock);
	return flags & GNTMAP_contains_pte ? walk_entry_at(d, paddr(at)) :
	       walk_l1_entry(current_vcpu(), gva(at));
}

/* Write the entry, which takes over the references to the frame. */
static s16 install(struct domain *d, u64 at, mfn_t frame, u32 flags)
{
	u64 *entry;

	spin_guard(&d->tables.lock);
	entry = find_entry(d, at, flags);
	if (!entry)
		return GNTST_general_error;
	tables_install_l1(d, entry, make_pte(frame, entry_flags(flags)));
	return GNTST_okay;
}

/* Pin a grant for one use: by the processor or by devices. */
static s16 use(struct grant_pin *p, struct domain *d,
	       const struct gnttab_map_grant_ref *op, bool device)
{
	s16 rc;

	p->ref = op->ref;
	p->kind = (op->flags & GNTMAP_readonly ? 0 : PIN_WRITE) |
		  (device ? PIN_DEVICE : 0);
	rc = grant_pin(p, (u16)d->id, true);
	if (rc || device)
		return rc;
	rc = install(d, op->host_addr, p->frame, op->flags);
	if (rc)
		grant_release(p);
	return rc;
}

/* Both uses, or none. */
static s16 map_uses(struct grant_pin *p, struct domain *d,
		    const struct gnttab_map_grant_ref *op)
{
	struct grant_pin device = *p;
	s16 rc;

	if (op->flags & GNTMAP_device_map) {
		rc = use(&device, d, op, true);
		if (rc)
			return rc;
		*p = device;
	}
	if (!(op->flags & GNTMAP_host_map))
		return GNTST_okay;
	rc = use(p, d, op, false);
	if (rc && (op->flags & GNTMAP_device_map))
		grant_release(&device);
	return rc;
}

static s16 map_one(struct domain *d, struct gnttab_map_grant_ref *op)
{
	struct grant_pin p = { 0 };
	u32 handle;
	s16 rc;

	if (!(op->flags & (GNTMAP_host_map | GNTMAP_device_map)))
		return GNTST_bad_gntref;
	p.granter = op->dom == DOMID_SELF ? NULL : domain_get(op->dom);
	if (!p.granter)
		return GNTST_bad_domain;
	handle = grant_map_new(d->grants);
	if (handle == GRANT_NO_HANDLE) {
		domain_put(p.granter);
		return GNTST_no_space;
	}
	rc = map_uses(&p, d, op);
	if (rc) {
		grant_map_end(d->grants, handle, 0);
		domain_put(p.granter);
		return rc;
	}
	grant_map_fill(d->grants, handle, p.granter, op->ref,
		       (u16)op->flags);
	op->handle = handle;
	op->dev_bus_addr = mfn_to_paddr(p.frame).a;
	return GNTST_okay;
}

int grant_map_ref(struct domain *d, u64 at, u32 n, u32 cmd)
{
	struct gnttab_map_grant_ref op;

	if (guest_read(&op, gva(at), sizeof(op)))
		return -EFAULT;
	op.status = map_one(d, &op);
	return guest_write(gva(at), &op, sizeof(op));
}

/* What an unmap releases after the flush. */
struct unmapped {
	struct grant_pin p;
	u16 flags;		/* GNTMAP_host_map, GNTMAP_device_map */
};

struct unmap {
	u64 host_addr, dev_bus_addr, new_addr;
	u32 handle;
};

static bool entry_matches(u64 e, mfn_t frame, u32 flags)
{
	return mfn_eq(pte_mfn(e), frame) &&
	       !((e ^ entry_flags(flags)) & (PTE_P | PTE_RW));
}

/*
 * Remove a mapping's entry; its references become the caller's. If new_addr is
 * set, the entry there moves to the removed one's place, with its references.
 */
static s16 remove_mapping(struct domain *d, const struct unmap *u,
			  mfn_t frame, u32 flags)
{
	u64 *entry, *from = NULL, value = 0;

	if (u->new_addr && (flags & GNTMAP_contains_pte))
		return GNTST_general_error;
	spin_guard(&d->tables.lock);
	entry = find_entry(d, u->host_addr, flags);
	if (!entry || !entry_matches(READ_ONCE(*entry), frame, flags))
		return GNTST_general_error;
	if (u->new_addr) {
		from = walk_l1_entry(current_vcpu(), gva(u->new_addr));
		if (!from || from == entry)
			return GNTST_general_error;
		value = atomic_xchg(from, 0);
	}
	/* Under the page lock only the CPU's A and D bits may have changed. */
	atomic_xchg(entry, value);
	return GNTST_okay;
}

/* The part of an unmap before the flush; *done is for the part after it. */
static s16 unmap_parts(struct domain *d, const struct unmap *u,
		       const struct grant_map *m, struct unmapped *done)
{
	s16 rc;

	if (u->dev_bus_addr && (m->flags & GNTMAP_device_map) &&
	    u->dev_bus_addr != mfn_to_paddr(done->p.frame).a)
		return GNTST_bad_dev_addr;
	if (u->host_addr && (m->flags & GNTMAP_host_map)) {
		rc = remove_mapping(d, u, done->p.frame, m->flags);
		if (rc)
			return rc;
		done->flags |= GNTMAP_host_map;
	}
	if (u->dev_bus_addr)
		done->flags |= m->flags & GNTMAP_device_map;
	return GNTST_okay;
}

static s16 unmap_one(struct domain *d, const struct unmap *u,
		     struct unmapped *done)
{
	struct grant_map m;
	u16 left;
	s16 rc;

	if (!grant_map_begin(d->grants, u->handle, &m))
		return GNTST_bad_handle;
	done->p = (struct grant_pin){
		.granter = m.granter, .ref = m.ref,
		.kind = m.flags & GNTMAP_readonly ? 0 : PIN_WRITE,
		.frame = grant_pinned_frame(m.granter, m.ref),
	};
	rc = unmap_parts(d, u, &m, done);
	left = m.flags & (u16)~done->flags;
	if (!(left & (GNTMAP_host_map | GNTMAP_device_map)))
		left = 0;
	grant_map_end(d->grants, u->handle, left);
	return rc;
}

static void give_back(struct unmapped *done)
{
	struct grant_pin *p = &done->p;

	if (!p->granter)
		return;
	if (done->flags & GNTMAP_host_map)
		grant_release(p);
	if (done->flags & GNTMAP_device_map) {
		p->kind |= PIN_DEVICE;
		grant_release(p);
	}
	domain_put(p->granter);
}

/* The status has the same offset in both operations. */
union unmap_op {
	struct gnttab_unmap_grant_ref unmap;
	struct gnttab_unmap_and_replace replace;
};
_Static_assert(offsetof(struct gnttab_unmap_grant_ref, status) ==
	       offsetof(struct gnttab_unmap_and_replace, status), "one place");

static int unmap_element(struct domain *d, u64 at, bool replace,
			 struct unmapped *done)
{
	union unmap_op op;
	struct unmap u;
	s16 status;

	*done = (struct unmapped){ 0 };
	if (guest_read(&op, gva(at), sizeof(op)))
		return -EFAULT;
	u = (struct unmap){
		.host_addr = op.unmap.host_addr, .handle = op.unmap.handle,
		.dev_bus_addr = replace ? 0 : op.unmap.dev_bus_addr,
		.new_addr = replace ? op.replace.new_addr : 0,
	};
	status = unmap_one(d, &u, done);
	return guest_write(gva(at + offsetof(struct gnttab_unmap_grant_ref,
					     status)),
			   &status, sizeof(status));
}

int grant_unmap_refs(struct domain *d, u64 at, u32 n, u32 cmd)
{
	bool replace = cmd == GNTTABOP_unmap_and_replace;
	struct unmapped done[GRANT_UNMAP_BATCH];
	u32 i, reached;
	int rc = 0;

	for (reached = 0; reached < n && !rc; reached++)
		rc = unmap_element(d, at + reached * sizeof(union unmap_op),
				   replace, &done[reached]);
	ptype_flush(d);
	for (i = 0; i < reached; i++)
		give_back(&done[i]);
	return rc;
}
