// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory_op for building a domain: the privileged domain sets the memory map
 * that the new domain will ask for, claims memory in advance, and maps frames
 * of the new domain's grant table to fill them in.
 */
#include "domain/domain.h"
#include "grant/grant.h"
#include "guest/layout.h"
#include "machine/boot.h"
#include "mmu/memory.h"

#define MAX_E820	(PAGE_SIZE / sizeof(struct e820_entry))

/* Read all before publishing: the domain may read its map at any time. */
static long set_map(struct domain *d, u32 nr, gva_t buffer)
{
	struct e820_entry *e = frames_new(PAGE_SIZE), *old = e;
	long rc = e ? guest_read(e, buffer, nr * sizeof(*e)) : -ENOMEM;

	if (!rc) {
		spin_guard(&d->tables.lock);
		old = d->mem.e820;
		d->mem.e820 = e;
		d->mem.e820_count = nr;
	}
	frames_delete(old, PAGE_SIZE);
	return rc;
}

long memory_set_map(u64 arg)
{
	struct xen_foreign_memory_map f;
	DOMAIN_REF(d) = NULL;
	long rc;

	if (layout_get(LAYOUT_FOREIGN_MAP, gva(arg), &f, sizeof(f)))
		return -EFAULT;
	if (f.map.nr_entries > MAX_E820)
		return -EINVAL;
	rc = domain_target(f.domid, &d);
	return rc ? rc : set_map(d, f.map.nr_entries, HANDLE(f.map.buffer));
}

long memory_get_map(u64 arg)
{
	struct domain *d = current_domain();
	struct xen_memory_map map;
	u32 nr;

	if (layout_get(LAYOUT_MEMORY_MAP, gva(arg), &map, sizeof(map)))
		return -EFAULT;
	spin_guard(&d->tables.lock);
	if (!d->mem.e820_count)
		return -ENOSYS;
	nr = MIN(map.nr_entries, d->mem.e820_count);
	if (guest_write(HANDLE(map.buffer), d->mem.e820,
			nr * sizeof(*d->mem.e820)))
		return -EFAULT;
	return guest_write(gva(arg), &nr, sizeof(nr));
}

/* Claim what a domain lacks of its future total. */
long memory_claim(u64 arg)
{
	struct xen_memory_reservation r;
	DOMAIN_REF(d) = NULL;

	if (layout_get(LAYOUT_RESERVATION, gva(arg), &r, sizeof(r)))
		return -EFAULT;
	if (!current_domain()->privileged)
		return -EPERM;
	if (r.extent_order || r.extent_start.p || r.mem_flags)
		return -EINVAL;
	if (r.domid == DOMID_SELF || domain_target(r.domid, &d))
		return -EINVAL;		/* as on Xen: not -ESRCH */
	spin_guard(&d->tables.lock);
	if (d->life.is_dying ||
	    (r.nr_extents && r.nr_extents < d->mem.tot_pages) ||
	    r.nr_extents > d->mem.max_pages)
		return -EINVAL;
	return frames_claim(&d->mem.claim, r.nr_extents ?
			    r.nr_extents - d->mem.tot_pages : 0);
}

static long give_frames(struct domain *d,
			const struct xen_mem_acquire_resource *r)
{
	mfn_t m;
	u32 i;
	int rc;

	for (i = 0; i < r->nr_frames; i++) {
		rc = grant_get_frame(d, (u32)r->frame + i, &m);
		if (rc)
			return rc;
		if (guest_put_long(HANDLE(r->frame_list), i, m.n))
			return -EFAULT;
	}
	return 0;
}

/* Frames of a domain's grant table, for the tools to fill in. */
long memory_acquire(u64 arg)
{
	struct xen_mem_acquire_resource r;
	DOMAIN_REF(d) = NULL;
	u32 max;
	long rc;

	if (layout_get(LAYOUT_RESOURCE, gva(arg), &r, sizeof(r)))
		return -EFAULT;
	if (!current_domain()->privileged)
		return -EPERM;
	if (r.pad || (r.frame | (r.frame + r.nr_frames)) >> 32)
		return -EINVAL;
	if (r.type != XENMEM_resource_grant_table ||
	    r.id != XENMEM_resource_grant_table_id_shared)
		return -EOPNOTSUPP;
	rc = domain_target(r.domid, &d);
	if (rc)
		return rc;
	max = grant_max_frames(d);
	if (r.frame_list.p ? !r.nr_frames || r.frame + r.nr_frames > max :
			     r.nr_frames)
		return -EINVAL;
	if (r.frame_list.p)
		return give_frames(d, &r);
	return guest_write(gva(arg + offsetof(struct xen_mem_acquire_resource,
					      nr_frames)), &max, sizeof(max));
}
