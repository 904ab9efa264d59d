// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operations of memory_op that change a domain's memory: populate_physmap,
 * increase_reservation and decrease_reservation, for the caller or, if it is
 * privileged, for another domain; and exchange, which gives contiguous memory for
 * other memory, chunk by chunk: of a chunk that is refused the domain keeps each
 * frame. A continuation finds its place in the command, or exchange in its
 * structure (xen/memory.h). Each list must lie in the guest's address space to
 * its end before its first extent is done.
 */
#include "domain/domain.h"
#include "guest/layout.h"
#include "mmu/memory.h"
#include "mmu/tables.h"

/*
 * The first frame number that the domain must not have and the flags do not
 * allow; 0: any is allowed.
 */
static u64 frame_limit(const struct domain *d, u32 mem_flags)
{
	u64 own = page_limit(d), asked;
	u32 bits = mem_flags & 0xff;

	if (!bits || bits >= 52)
		return own;
	asked = 1ull << (MAX(bits, PAGE_SHIFT) - PAGE_SHIFT);
	return own ? MIN(own, asked) : asked;
}

/*
 * Whether the caller may give these flags. There is one memory node; only the
 * privileged domain may demand it.
 */
static bool may_ask(u32 mem_flags)
{
	return current_domain()->privileged || (mem_flags & XENMEMF_vnode) ||
	       !(mem_flags & XENMEMF_exact_node_request) ||
	       !(mem_flags & 0xff00);
}

static bool list_ok(const struct xen_memory_reservation *r)
{
	return guest_range_ok(HANDLE(r->extent_start), r->nr_extents *
			      current_domain()->width->long_size);
}

/*
 * Set the machine-to-phys entries of an extent. The caller holds the page lock,
 * so the frames keep their owner's reference.
 */
static void set_m2p(mfn_t m, u64 gpfn, u32 order)
{
	u64 i;

	for (i = 0; i < 1ull << order; i++)
		page_set_m2p(mfn_add(m, i), gpfn + i);
}

/*
 * Give d an extent that page_reserve() has counted and nobody else refers to.
 * 'gpfn', if not NULL, is its first frame number in the guest. False: d is dying,
 * and the extent is free again.
 */
static bool give(struct domain *d, mfn_t m, u32 order, const u64 *gpfn)
{
	spin_guard(&d->tables.lock);
	if (d->life.is_dying) {
		frame_free(m, order);
		return false;
	}
	page_assign(d, m, order);
	if (gpfn)
		set_m2p(m, *gpfn, order);
	return true;
}

/*
 * Add extent i for increase_reservation or populate_physmap. The domain's limit
 * is tested before the allocation, so that only frames which the domain gets use
 * up its claim.
 */
static bool add_extent(struct domain *d, const struct xen_memory_reservation *r,
		       u64 i, bool has_gpfn)
{
	u32 order = r->extent_order;
	u64 gpfn = 0;
	bool ok;
	mfn_t m;

	if (has_gpfn && guest_get_long(HANDLE(r->extent_start), i, &gpfn))
		return false;
	spin_lock(&d->tables.lock);
	ok = !d->life.is_dying && page_reserve(d, 1ull << order, true);
	spin_unlock(&d->tables.lock);
	if (!ok)
		return false;
	m = frame_alloc_claimed(order, frame_limit(d, r->mem_flags),
				&d->mem.claim);
	if (!mfn_eq(m, INVALID_MFN))
		memset(mfn_to_virt(m), 0, PAGE_SIZE << order);
	if (mfn_eq(m, INVALID_MFN) ||
	    !give(d, m, order, has_gpfn ? &gpfn : NULL)) {
		page_unreserve(d, 1ull << order);
		return false;
	}
	return !r->extent_start.p ||
	       !guest_put_long(HANDLE(r->extent_start), i, m.n);
}

static bool remove_extent(struct domain *d,
			  const struct xen_memory_reservation *r, u64 i)
{
	u64 n, j;

	if (guest_get_long(HANDLE(r->extent_start), i, &n))
		return false;
	spin_guard(&d->tables.lock);
	for (j = 0; j < 1ull << r->extent_order; j++)
		if (page_release(d, mfn(n + j)))
			return false;
	return true;
}

static bool one_extent(struct domain *d, const struct xen_memory_reservation *r,
		       u32 op, u64 i)
{
	bool populate = op == XENMEM_populate_physmap;

	if (op == XENMEM_decrease_reservation)
		return remove_extent(d, r, i);
	/* Only HVM guests have memory on demand: change nothing. */
	if (populate && (r->mem_flags & XENMEMF_populate_on_demand))
		return d != current_domain();
	return add_extent(d, r, i, populate);
}

long memory_change_reservation(u32 op, u64 a[])
{
	DOMAIN_REF(d) = NULL;
	struct xen_memory_reservation r;
	u64 i = a[0] >> MEMORY_OP_SHIFT;

	if (layout_get(LAYOUT_RESERVATION, gva(a[1]), &r, sizeof(r)) ||
	    r.nr_extents > ~0u >> MEMORY_OP_SHIFT ||
	    (u8)(r.mem_flags - 1) < PAGE_SHIFT ||	/* of addresses */
	    (r.extent_start.p && !list_ok(&r)) ||
	    r.extent_order > FRAME_MAX_ORDER - 1u || i > r.nr_extents ||
	    !may_ask(r.mem_flags) || domain_target(r.domid, &d))
		return (long)i;
	while (i < r.nr_extents && one_extent(d, &r, op, i)) {
		i++;
		if (i < r.nr_extents && sched_preempt_needed()) {
			a[0] = i << MEMORY_OP_SHIFT | op;
			return -ERESTART;
		}
	}
	return (long)i;
}

/* Put a frame of d on another list: 'from' or 'to' is that of its owned frames. */
static void move(struct domain *d, struct frame *f, u32 *from, u32 *to)
{
	spin_guard_irqsave(&d->mem.lock);
	frames_unlink(from, f);
	frames_link(to, f);
}

/*
 * Take a frame that d has and that nobody else refers to: no mapping, pin or type.
 * It joins the list without a reference, so that nobody can get one, and d's total
 * still counts it. -EINVAL: there is no such frame. The caller holds the page lock.
 */
static int take(struct domain *d, mfn_t m, u32 *taken)
{
	struct frame *f;
	u32 refs = 2;		/* the owner's and ours */

	if (!page_get(d, m))
		return -EINVAL;
	f = mfn_frame(m);
	if (!(f->flags & FRAME_ALLOCATED) ||
	    !atomic_cmpxchg(&f->refs, &refs, 0)) {
		page_put(m);
		return -EINVAL;
	}
	move(d, f, &d->mem.pages, taken);
	return 0;
}

/* Take away from d the next 'count' extents of the in list: all, or none. */
static int take_chunk(struct domain *d, const struct xen_memory_exchange *x,
		      u64 count)
{
	u64 i = x->nr_exchanged, end = i + count, j, n;
	u32 taken = 0;
	struct frame *f;
	int rc = 0;

	for (; !rc && i < end; i++) {
		rc = guest_get_long(HANDLE(x->in.extent_start), i, &n);
		for (j = 0; !rc && j < 1ull << x->in.extent_order; j++)
			rc = take(d, mfn(n + j), &taken);
	}
	while (taken) {
		f = &frame_table[taken];
		move(d, f, &taken, &d->mem.pages);
		if (rc)
			atomic_set(&f->refs, 1);
		else
			page_end(f);
	}
	return rc;
}

/*
 * Name d's new frames from m to 'end' by the next extents of the out list, and
 * store their numbers there, as far as the list can be used. The caller holds the
 * page lock.
 */
static int name_chunk(const struct xen_memory_exchange *x, mfn_t m, mfn_t end)
{
	u32 order = x->out.extent_order;
	u64 i = x->nr_exchanged << x->in.extent_order >> order, gpfn;
	int rc = 0;

	for (; m.n < end.n; i++, m = mfn_add(m, 1ull << order)) {
		if (guest_get_long(HANDLE(x->out.extent_start), i, &gpfn)) {
			rc = -EFAULT;
			continue;
		}
		set_m2p(m, gpfn, order);
		if (guest_put_long(HANDLE(x->out.extent_start), i, m.n))
			rc = -EFAULT;
	}
	return rc;
}

/* Exchange one chunk: 2^order frames, the larger of both extents. */
static int exchange_chunk(struct domain *d, struct xen_memory_exchange *x,
			  u32 order)
{
	u64 count = 1ull << (order - x->in.extent_order);
	mfn_t m = frame_alloc(order, frame_limit(d, x->out.mem_flags));
	int rc;

	if (mfn_eq(m, INVALID_MFN))
		return -ENOMEM;
	memset(mfn_to_virt(m), 0, PAGE_SIZE << order);
	spin_guard(&d->tables.lock);
	rc = d->life.is_dying ? -EINVAL : take_chunk(d, x, count);
	if (rc) {
		frame_free(m, order);
		return rc;
	}
	page_reserve(d, 1ull << order, false);
	page_assign(d, m, order);
	rc = name_chunk(x, m, mfn_add(m, 1ull << order));
	if (!rc)
		x->nr_exchanged += count;
	return rc;
}

static bool sizes_match(const struct xen_memory_exchange *x, u32 order)
{
	return x->in.nr_extents <= 1u << 24 && x->out.nr_extents <= 1u << 24 &&
	       x->nr_exchanged <= x->in.nr_extents &&
	       x->in.nr_extents << x->in.extent_order ==
	       x->out.nr_extents << x->out.extent_order &&
	       !(x->nr_exchanged % (1ull << (order - x->in.extent_order)));
}

long memory_exchange(u64 arg)
{
	DOMAIN_REF(d) = NULL;
	struct xen_memory_exchange x;
	u32 order;
	int rc;

	if (layout_get(LAYOUT_EXCHANGE, gva(arg), &x, sizeof(x)))
		return -EFAULT;
	order = MAX(x.in.extent_order, x.out.extent_order);
	/* As on Xen, devices alone are a reason for more than 2 MiB in one piece. */
	if (order > FRAME_MAX_ORDER - (tables_cache_ok(current_domain(), PTE_PCD) ?
				       0u : 1u))
		return -EPERM;
	if (x.in.domid != x.out.domid || !sizes_match(&x, order))
		return -EINVAL;
	if (!list_ok(&x.in) || !list_ok(&x.out))
		return -EFAULT;
	if (!may_ask(x.out.mem_flags))
		return -EINVAL;
	rc = domain_target(x.in.domid, &d);
	while (!rc && x.nr_exchanged < x.in.nr_extents) {
		rc = exchange_chunk(d, &x, order);
		if (!rc && x.nr_exchanged < x.in.nr_extents &&
		    sched_preempt_needed())
			rc = -ERESTART;
	}
	return layout_put_result(LAYOUT_EXCHANGE, gva(arg), x.nr_exchanged) ?
	       -EFAULT : rc;
}
