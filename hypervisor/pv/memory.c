// SPDX-License-Identifier: GPL-2.0-only
/*
 * memory_op (xen/memory.h): the reservation of the calling domain, and what
 * it may know about the machine's memory.
 *
 * The operation lies in the low 6 bits of the command; the rest counts the
 * extents that are done, so that a long list can stop and go on.
 */
#include "boot.h"
#include "domain.h"
#include "errno.h"
#include "guest.h"
#include "hypercall.h"
#include "lib.h"
#include "paging.h"
#include "ptype.h"
#include "sched.h"

#define OP_SHIFT	6
#define OP_MASK		((1u << OP_SHIFT) - 1)
#define COMPAT_M2P_END	0xffe00000ull

static u64 address_limit(u32 mem_flags)
{
	u32 bits = mem_flags & 0xff;

	return bits && bits < 52 && bits > PAGE_SHIFT ?
	       1ull << (bits - PAGE_SHIFT) : 0;
}

static void set_m2p(mfn_t m, u64 gpfn, u32 order)
{
	u64 i;

	for (i = 0; i < 1ull << order; i++)
		frame_m2p[m.n + i] = (u32)(gpfn + i);
}

/* New frames for a domain; all or none. */
static bool give(struct domain *d, mfn_t m, u32 order)
{
	u64 i;

	if (d->tot_pages + (1ull << order) > d->max_pages)
		return false;
	for (i = 0; i < 1ull << order; i++)
		ptype_assign(d, mfn_add(m, i), true);
	return true;
}

/* One extent of increase_reservation or populate_physmap. */
static bool add_extent(struct domain *d, const struct abi_reservation *r,
		       u64 i, bool has_gpfn)
{
	u64 gpfn = 0;
	bool ok;
	mfn_t m;

	if (has_gpfn && abi_get_pfn(d->abi, r->extents, i, &gpfn))
		return false;
	m = frame_alloc(r->order, address_limit(r->mem_flags));
	if (mfn_eq(m, INVALID_MFN))
		return false;
	memset(mfn_to_virt(m), 0, PAGE_SIZE << r->order);
	spin_lock(&d->page_lock);
	ok = give(d, m, r->order);
	if (ok && has_gpfn)
		set_m2p(m, gpfn, r->order);
	spin_unlock(&d->page_lock);
	if (!ok) {
		frame_free(m, r->order);
		return false;
	}
	return !r->extents.a || !abi_put_pfn(d->abi, r->extents, i, m.n);
}

static bool remove_extent(struct domain *d, const struct abi_reservation *r,
			  u64 i)
{
	u64 n, j;
	int rc = 0;

	if (abi_get_pfn(d->abi, r->extents, i, &n))
		return false;
	spin_lock(&d->page_lock);
	for (j = 0; j < 1ull << r->order && !rc; j++)
		rc = ptype_release(d, mfn(n + j));
	spin_unlock(&d->page_lock);
	return !rc;
}

static bool one_extent(struct domain *d, u32 op,
		       const struct abi_reservation *r, u64 i)
{
	switch (op) {
	case XENMEM_increase_reservation:
		return add_extent(d, r, i, false);
	case XENMEM_populate_physmap:
		return add_extent(d, r, i, true);
	default:
		return remove_extent(d, r, i);
	}
}

static long change_reservation(u32 op, u64 a[])
{
	struct domain *d = current_domain();
	struct abi_reservation r;
	u64 i = a[0] >> OP_SHIFT;

	if (d->abi->get_reservation(gva(a[1]), &r))
		return (long)i;
	if (!domain_find_self(r.domid) || r.order > FRAME_MAX_ORDER - 1u ||
	    i > r.nr_extents)
		return (long)i;
	while (i < r.nr_extents && one_extent(d, op, &r, i)) {
		i++;
		if (i < r.nr_extents && sched_preempt_needed()) {
			a[0] = i << OP_SHIFT | op;
			return -ERESTART;
		}
	}
	return (long)i;
}

/* A frame that nobody but its owner's plain possession holds. */
static bool exchangeable(struct domain *d, mfn_t m)
{
	const struct frame *f;

	if (!mfn_valid(m))
		return false;
	f = mfn_frame(m);
	return f->kind == FRAME_GUEST && f->owner == d && f->refs == 1 &&
	       !f->type_count && (f->flags & FRAME_ALLOCATED);
}

/* Frames of the in extents that make one chunk; the lock is held. */
static int take_chunk(struct domain *d, const struct abi_exchange *x,
		      u64 first, u64 count)
{
	u64 i, j, n;
	bool release;

	for (release = false;; release = true) {
		for (i = first; i < first + count; i++) {
			if (abi_get_pfn(d->abi, x->in.extents, i, &n))
				return -EFAULT;
			for (j = 0; j < 1ull << x->in.order; j++) {
				if (!exchangeable(d, mfn(n + j)))
					return -EINVAL;
				if (release)
					ptype_release(d, mfn(n + j));
			}
		}
		if (release)
			return 0;
	}
}

/* One chunk: as many frames as the larger of both extents has. */
static int exchange_chunk(struct domain *d, const struct abi_exchange *x,
			  u64 chunk, u32 order)
{
	u64 n_in = 1ull << (order - x->in.order);
	u64 n_out = 1ull << (order - x->out.order), i, gpfn;
	mfn_t m = frame_alloc(order, address_limit(x->out.mem_flags));
	u64 out_frames = 1ull << x->out.order;
	int rc;

	if (mfn_eq(m, INVALID_MFN))
		return -ENOMEM;
	memset(mfn_to_virt(m), 0, PAGE_SIZE << order);
	spin_lock(&d->page_lock);
	rc = take_chunk(d, x, chunk * n_in, n_in);
	if (!rc)
		for (i = 0; i < 1ull << order; i++)
			ptype_assign(d, mfn_add(m, i), false);
	spin_unlock(&d->page_lock);
	if (rc) {
		frame_free(m, order);
		return rc;
	}
	for (i = 0; i < n_out; i++) {
		if (abi_get_pfn(d->abi, x->out.extents, chunk * n_out + i,
				&gpfn))
			return -EFAULT;
		set_m2p(mfn_add(m, i * out_frames), gpfn, x->out.order);
		if (abi_put_pfn(d->abi, x->out.extents, chunk * n_out + i,
				m.n + i * out_frames))
			return -EFAULT;
	}
	return 0;
}

static long exchange(u64 a[])
{
	struct domain *d = current_domain();
	struct abi_exchange x;
	u32 order;
	u64 chunk, per_chunk;
	int rc;

	if (d->abi->get_exchange(gva(a[1]), &x))
		return -EFAULT;
	if (!domain_find_self(x.in.domid) || x.out.domid != x.in.domid)
		return -ESRCH;
	order = MAX(x.in.order, x.out.order);
	if (order > FRAME_MAX_ORDER || x.in.nr_extents > 1u << 24 ||
	    x.nr_exchanged > x.in.nr_extents ||
	    x.in.nr_extents << x.in.order != x.out.nr_extents << x.out.order)
		return -EINVAL;
	per_chunk = 1ull << (order - x.in.order);
	if (x.in.nr_extents % per_chunk || x.nr_exchanged % per_chunk)
		return -EINVAL;
	while (x.nr_exchanged < x.in.nr_extents) {
		chunk = x.nr_exchanged / per_chunk;
		rc = exchange_chunk(d, &x, chunk, order);
		if (rc)
			return rc;
		x.nr_exchanged += per_chunk;
		if (d->abi->put_exchange_done(gva(a[1]), x.nr_exchanged))
			return -EFAULT;
		if (x.nr_exchanged < x.in.nr_extents && sched_preempt_needed())
			return -ERESTART;
	}
	return 0;
}

static long machine_map(u64 arg)
{
	const struct domain *d = current_domain();
	static const struct e820_entry apics = { 0xfec00000, 0x400000, 2 };
	u32 nr, i, n = boot_info.e820_count;
	gva_t buffer;

	if (!d->privileged)
		return -EPERM;
	if (d->abi->get_memory_map(gva(arg), &nr, &buffer))
		return -EFAULT;
	for (i = 0; i < MIN(nr, n + 1); i++)
		if (guest_write(gva_index(buffer, i, sizeof(apics)),
				i < n ? &boot_info.e820[i] : &apics,
				sizeof(apics)))
			return -EFAULT;
	return guest_write(gva(arg), &i, sizeof(i)) ? -EFAULT : 0;
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
	const struct domain *d = current_domain();
	u16 domid;

	if (guest_read(&domid, gva(arg), sizeof(domid)))
		return -EFAULT;
	if (!domain_find_self(domid))
		return -ESRCH;
	switch (op) {
	case XENMEM_current_reservation:
		return (long)d->tot_pages;
	case XENMEM_maximum_reservation:
		return (long)d->max_pages;
	default:
		return max_gpfn(d);
	}
}

long memory_op(u64 a[HYPERCALL_ARGS])
{
	const struct domain *d = current_domain();
	u32 op = (u32)a[0] & OP_MASK;

	switch (op) {
	case XENMEM_increase_reservation:
	case XENMEM_decrease_reservation:
	case XENMEM_populate_physmap:
		return change_reservation(op, a);
	case XENMEM_exchange:
		return exchange(a);
	case XENMEM_maximum_ram_page:
		return (long)frame_count - 1;
	case XENMEM_current_reservation:
	case XENMEM_maximum_reservation:
	case XENMEM_maximum_gpfn:
		return query(op, a[1]);
	case XENMEM_machine_memory_map:
		return machine_map(a[1]);
	case XENMEM_machphys_mapping:
		return d->abi->put_machphys(gva(a[1]), d->m2p_start,
					    COMPAT_M2P_END,
					    (COMPAT_M2P_END - d->m2p_start) /
					    sizeof(u32) - 1);
	default:
		return -ENOSYS;
	}
}
