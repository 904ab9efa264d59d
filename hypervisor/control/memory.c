// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory_op (xen/memory.h): queries about the domain's and the machine's
 * memory. mmu/reservation.c changes reservations; control/memory_ctl.c has what
 * the tools do for a new domain.
 *
 * The low 6 bits of the command are the operation; the others count the extents
 * that are done, so that a long list can stop and continue.
 */
#include "domain/domain.h"
#include "guest/layout.h"
#include "hypercalls.h"
#include "machine/boot.h"
#include "memory/maps.h"
#include "mmu/memory.h"

#define OP_MASK		((1u << MEMORY_OP_SHIFT) - 1)

static long machine_map(u64 arg)
{
	static const struct e820_entry apics = {
		0xfec00000, 0x400000, E820_RESERVED
	};
	u32 i, n = boot_info.e820_count;
	struct xen_memory_map map;

	if (!current_domain()->privileged)
		return -EPERM;
	if (layout_get(LAYOUT_MEMORY_MAP, gva(arg), &map, sizeof(map)))
		return -EFAULT;
	/* Without a buffer: their number. */
	if (map.buffer.p && map.nr_entries <= n)
		return -EINVAL;
	for (i = 0; i <= n; i++)
		if (map.buffer.p &&
		    guest_write(gva_index(HANDLE(map.buffer), i, sizeof(apics)),
				i < n ? &boot_info.e820[i] : &apics,
				sizeof(apics)))
			return -EFAULT;
	return guest_write(gva(arg), &i, sizeof(i));
}

static long max_gpfn(const struct domain *d)
{
	u64 max = 0;

	/* arch_shared_info.max_pfn is the guest's own claim. */
	memcpy(&max, d->shared + d->width->max_pfn_offset,
	       d->width->long_size);
	/* The guest may have written any number: do not return it as -Exxx. */
	return max ? (long)MIN(max - 1, ~0ull >> 1) : 0;
}

static long query(u32 op, u64 arg)
{
	DOMAIN_REF(d) = NULL;
	u16 domid;
	long rc;

	if (guest_read(&domid, gva(arg), sizeof(domid)))
		return -EFAULT;
	rc = domain_target(domid, &d);
	if (rc)
		return rc;
	if (op == XENMEM_current_reservation)
		return (long)d->mem.tot_pages;
	if (op == XENMEM_maximum_reservation)
		return (long)MIN(d->mem.max_pages, current_domain()->
				 width->long_mask >> 1);
	return max_gpfn(d);
}

/*
 * The frames of a machine-to-phys array, one number for each 2 MiB. The tools
 * of a 64-bit domain name the array that they want. As on Xen, an extent
 * without memory behind it repeats the number of the one before.
 */
static long machphys_list(u64 arg, bool own)
{
	bool wide = own && current_domain()->width->is_long;
	u64 entry = wide ? sizeof(u64) : sizeof(u32), i;
	u64 n = DIV_ROUND_UP(frame_count * entry, LARGE_PAGE);
	u64 array = wide ? (u64)frame_m2p64 : (u64)frame_m2p;
	mfn_t last = mfn(0), m;
	struct xen_machphys_mfn_list l;

	if (layout_get(LAYOUT_MFN_LIST, gva(arg), &l, sizeof(l)))
		return -EFAULT;
	for (i = 0; i < MIN(n, (u64)l.max_extents); i++) {
		m = maps_backed_by(array + i * LARGE_PAGE);
		last = mfn_eq(m, INVALID_MFN) ? last : m;
		if (guest_put_long(HANDLE(l.extent_start), i, last.n))
			return -EFAULT;
	}
	return layout_put_result(LAYOUT_MFN_LIST, gva(arg), i);
}

/* As on Xen: a 64-bit Dom0 gets the real size, others the largest one. */
static long machphys_mapping(u64 arg)
{
	const struct domain *d = current_domain();
	const struct width *w = d->width;
	u64 start = d->tables.m2p_start;
	u64 entries = d->privileged && w->is_long ? frame_count :
		      (w->m2p_end - start) / w->long_size;
	const u64 mapping[] = { start, w->m2p_end, entries - 1 };

	return guest_put_longs(gva(arg), mapping, ARRAY_SIZE(mapping));
}

long do_memory_op(u64 a[])
{
	u32 op = (u32)a[0] & OP_MASK;

	/* The operations on reservations alone count extents. */
	if (a[0] >> MEMORY_OP_SHIFT && op > XENMEM_decrease_reservation &&
	    op != XENMEM_populate_physmap)
		return -ENOSYS;
	switch (op) {
	case XENMEM_increase_reservation:
	case XENMEM_decrease_reservation:
	case XENMEM_populate_physmap:
		return memory_change_reservation(op, a);
	case XENMEM_exchange:
		return memory_exchange(a[1]);
	case XENMEM_maximum_ram_page:
		return (long)frame_count;
	case XENMEM_current_reservation:
	case XENMEM_maximum_reservation:
	case XENMEM_maximum_gpfn:
		return query(op, a[1]);
	case XENMEM_machine_memory_map:
		return machine_map(a[1]);
	case XENMEM_set_memory_map:
		return memory_set_map(a[1]);
	case XENMEM_memory_map:
		return memory_get_map(a[1]);
	case XENMEM_claim_pages:
		return memory_claim(a[1]);
	case XENMEM_machphys_mfn_list:
	case XENMEM_machphys_compat_mfn_list:
		return machphys_list(a[1], op == XENMEM_machphys_mfn_list);
	case XENMEM_acquire_resource:
		return memory_acquire(a[1]);
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
