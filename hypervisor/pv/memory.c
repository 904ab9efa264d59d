// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory_op (xen/memory.h): what a domain may know about its own and the
 * machine's memory, limits, claims, and frames that the tools map. Changes of
 * a reservation are in pv/reservation.c.
 *
 * The operation lies in the low 6 bits of the command; the rest counts the
 * extents that are done, so that a long list can stop and go on.
 */
#include "boot.h"
#include "domain.h"
#include "errno.h"
#include "grant.h"
#include "guest.h"
#include "hypercall.h"
#include "lib.h"
#include "memory.h"
#include "paging.h"

#define OP_MASK		((1u << MEMORY_OP_SHIFT) - 1)
#define COMPAT_M2P_END	0xffe00000ull
#define M2P_EXTENT	(2ull << 20)
#define MAX_E820	(PAGE_SIZE / sizeof(struct e820_entry))
#define RESOURCE_BATCH	32u

static long machine_map(u64 arg)
{
	const struct domain *d = current_domain();
	static const struct e820_entry apics = { 0xfec00000, 0x400000, 2 };
	u32 i, n = boot_info.e820_count;
	struct xen_memory_map map;

	if (!d->privileged)
		return -EPERM;
	if (abi_get(LAYOUT_MEMORY_MAP, gva(arg), &map, sizeof(map)))
		return -EFAULT;
	for (i = 0; i < MIN(map.nr_entries, n + 1); i++)
		if (guest_write(gva_index(HANDLE(map.buffer), i, sizeof(apics)),
				i < n ? &boot_info.e820[i] : &apics,
				sizeof(apics)))
			return -EFAULT;
	return guest_write(gva(arg), &i, sizeof(i));
}

static long max_gpfn(const struct domain *d)
{
	u32 max;

	/* arch_shared_info.max_pfn is the guest's own claim. */
	memcpy(&max, d->shared + d->abi->max_pfn_offset, sizeof(max));
	return max ? (long)max - 1 : 0;
}

static long query(u32 op, u64 arg)
{
	struct domain *d;
	u16 domid;
	long rc;

	if (guest_read(&domid, gva(arg), sizeof(domid)))
		return -EFAULT;
	rc = domain_target(domid, &d);
	if (rc)
		return rc;
	switch (op) {
	case XENMEM_current_reservation:
		rc = (long)d->tot_pages;
		break;
	case XENMEM_maximum_reservation:
		rc = (long)d->max_pages;
		break;
	default:
		rc = max_gpfn(d);
	}
	domain_put(d);
	return rc;
}

/* Read first, publish after: the domain may ask for it at any time. */
static long set_map(struct domain *d, u32 nr, gva_t buffer)
{
	struct e820_entry *e = frames_new(PAGE_SIZE);

	if (!e)
		return -ENOMEM;
	if (guest_read(e, buffer, nr * sizeof(*e))) {
		frames_delete(e, PAGE_SIZE);
		return -EFAULT;
	}
	spin_lock(&d->page_lock);
	if (d->e820)
		memcpy(d->e820, e, PAGE_SIZE);
	else
		d->e820 = e;
	d->e820_count = nr;
	spin_unlock(&d->page_lock);
	if (d->e820 != e)
		frames_delete(e, PAGE_SIZE);
	return 0;
}

static long set_memory_map(u64 arg)
{
	struct domain *d;
	struct xen_foreign_memory_map f;
	long rc;

	if (abi_get(LAYOUT_FOREIGN_MAP, gva(arg), &f, sizeof(f)))
		return -EFAULT;
	if (f.map.nr_entries > MAX_E820)
		return -E2BIG;
	if (!current_domain()->privileged)
		return -EPERM;
	rc = domain_target(f.domid, &d);
	if (rc)
		return rc;
	rc = set_map(d, f.map.nr_entries, HANDLE(f.map.buffer));
	domain_put(d);
	return rc;
}

static long get_memory_map(u64 arg)
{
	const struct domain *d = current_domain();
	struct xen_memory_map map;
	u32 nr;

	if (!d->e820_count)
		return -ENOSYS;
	if (abi_get(LAYOUT_MEMORY_MAP, gva(arg), &map, sizeof(map)))
		return -EFAULT;
	nr = MIN(map.nr_entries, d->e820_count);
	if (guest_write(HANDLE(map.buffer), d->e820, nr * sizeof(*d->e820)))
		return -EFAULT;
	return guest_write(gva(arg), &nr, sizeof(nr));
}

/* Of a domain whose memory is to come: its total, less what it has. */
static long claim_pages(u64 arg)
{
	struct xen_memory_reservation r;
	struct domain *d;
	long rc;

	if (abi_get(LAYOUT_RESERVATION, gva(arg), &r, sizeof(r)))
		return -EFAULT;
	if (!current_domain()->privileged)
		return -EPERM;
	if (r.extent_order || r.extent_start.p)
		return -EINVAL;
	rc = domain_target(r.domid, &d);
	if (rc)
		return rc;
	spin_lock(&d->page_lock);
	if (d->is_dying || (r.nr_extents && r.nr_extents < d->tot_pages) ||
	    r.nr_extents > d->max_pages)
		rc = -EINVAL;
	else
		rc = frames_claim(&d->claim, r.nr_extents ?
				  r.nr_extents - d->tot_pages : 0);
	spin_unlock(&d->page_lock);
	domain_put(d);
	return rc;
}

/* The frames of the machine-to-phys array, one number for each 2 MiB. */
static long machphys_list(u64 arg)
{
	u64 n = DIV_ROUND_UP(frame_count * sizeof(u32), M2P_EXTENT), i;
	struct xen_machphys_mfn_list l;

	if (!current_domain()->privileged)
		return -EPERM;
	if (abi_get(LAYOUT_MFN_LIST, gva(arg), &l, sizeof(l)))
		return -EFAULT;
	for (i = 0; i < MIN(n, (u64)l.max_extents); i++)
		if (abi_put_pfn(HANDLE(l.extent_start), i,
				virt_to_mfn(frame_m2p).n +
				i * (M2P_EXTENT >> PAGE_SHIFT)))
			return -EFAULT;
	return abi_put_last(LAYOUT_MFN_LIST, gva(arg), i);
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
		if (abi_put_pfn(HANDLE(r->frame_list), i, m.n))
			return -EFAULT;
	}
	return 0;
}

/* Frames of a domain's grant table, so that the tools can fill it. */
static long acquire_resource(u64 arg)
{
	struct xen_mem_acquire_resource r;
	struct domain *d;
	u32 max;
	long rc;

	if (abi_get(LAYOUT_RESOURCE, gva(arg), &r, sizeof(r)))
		return -EFAULT;
	if (!current_domain()->privileged)
		return -EPERM;
	if (r.pad || (!r.frame_list.p && r.nr_frames))
		return -EINVAL;
	if (r.type != XENMEM_resource_grant_table ||
	    r.id != XENMEM_resource_grant_table_id_shared)
		return -EOPNOTSUPP;
	if (r.nr_frames > RESOURCE_BATCH)
		return -E2BIG;
	if (r.frame > 0xffff)
		return -EINVAL;
	rc = domain_target(r.domid, &d);
	if (rc)
		return rc;
	max = grant_max_frames(d);
	rc = r.frame_list.p ? give_frames(d, &r) :
	     guest_write(gva(arg + offsetof(struct xen_mem_acquire_resource,
					    nr_frames)), &max, sizeof(max));
	domain_put(d);
	return rc;
}

static long machphys_mapping(u64 arg)
{
	u64 start = current_domain()->m2p_start;
	const u64 mapping[] = {
		start, COMPAT_M2P_END,
		(COMPAT_M2P_END - start) / sizeof(u32) - 1
	};

	return abi_put_longs(gva(arg), mapping, ARRAY_SIZE(mapping));
}

long memory_op(u64 a[HYPERCALL_ARGS])
{
	u32 op = (u32)a[0] & OP_MASK;

	switch (op) {
	case XENMEM_increase_reservation:
	case XENMEM_decrease_reservation:
	case XENMEM_populate_physmap:
		return memory_change_reservation(op, a);
	case XENMEM_exchange:
		return memory_exchange(a[1]);
	case XENMEM_maximum_ram_page:
		return (long)frame_count - 1;
	case XENMEM_current_reservation:
	case XENMEM_maximum_reservation:
	case XENMEM_maximum_gpfn:
		return query(op, a[1]);
	case XENMEM_machine_memory_map:
		return machine_map(a[1]);
	case XENMEM_set_memory_map:
		return set_memory_map(a[1]);
	case XENMEM_memory_map:
		return get_memory_map(a[1]);
	case XENMEM_claim_pages:
		return claim_pages(a[1]);
	case XENMEM_machphys_mfn_list:
	case XENMEM_machphys_compat_mfn_list:
		return machphys_list(a[1]);
	case XENMEM_acquire_resource:
		return acquire_resource(a[1]);
	case XENMEM_machphys_mapping:
		return machphys_mapping(a[1]);
	case XENMEM_get_sharing_freed_pages:
	case XENMEM_get_sharing_shared_pages:
		return 0;
	case XENMEM_get_vnumainfo:
		return -EOPNOTSUPP;
	case XENMEM_add_to_physmap:
	case XENMEM_add_to_physmap_batch:
	case XENMEM_remove_from_physmap:
		return -EACCES;		/* not for PV domains */
	default:
		return -ENOSYS;
	}
}
