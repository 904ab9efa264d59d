// SPDX-License-Identifier: GPL-2.0-only
/*
 * The operations of memory_op that change a domain's memory: populate_physmap,
 * increase_reservation and decrease_reservation, for the caller or, if it is
 * privileged, for another domain; and exchange, which gives contiguous memory for
 * other memory. A continuation finds its place in the command, or exchange in its
 * structure (xen/memory.h). Each list must lie in the guest's address space to
 * its end before its first extent is done.
 */
#include "domain/domain.h"
#include "guest/layout.h"
#include "mmu/memory.h"

/* One call: the domain whose memory changes, and the caller's argument. */
struct change {
	struct domain *d;
	struct xen_memory_reservation r;
};

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
	bool ok;

	spin_lock(&d->tables.lock);
	ok = !d->life.is_dying;
	if (ok)
		page_assign(d, m, order);
	if (ok && gpfn)
		set_m2p(m, *gpfn, order);
	spin_unlock(&d->tables.lock);
	if (!ok)
		frame_free(m, order);
	return ok;
}

/*
 * Add extent i for increase_reservation or populate_physmap. The domain's limit
 * is tested before the allocation, so that only frames which the domain gets use
 * up its claim.
 */
static bool add_extent(const struct change *c, u64 i, bool has_gpfn)
{
	const struct xen_memory_reservation *r = &c->r;
	struct domain *d = c->d;
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

static bool remove_extent(const struct change *c, u64 i)
{
	struct domain *d = c->d;
	u64 n, j;

	if (guest_get_long(HANDLE(c->r.extent_start), i, &n))
		return false;
	spin_guard(&d->tables.lock);
	for (j = 0; j < 1ull << c->r.extent_order; j++)
		if (page_release(d, mfn(n + j)))
			return false;
	return true;
}

static bool one_extent(const struct change *c, u32 op, u64 i)
{
	switch (op) {
	case XENMEM_increase_reservation:
		return add_extent(c, i, false);
	case XENMEM_populate_physmap:
		/* Only HVM guests have memory on demand: change nothing. */
		if (c->r.mem_flags & XENMEMF_populate_on_demand)
			return c->d != current_domain();
		return add_extent(c, i, true);
	default:
		return remove_extent(c, i);
	}
}

static long change_extents(const struct change *c, u32 op, u64 i, u64 *cmd)
{
	while (i < c->r.nr_extents && one_extent(c, op, i)) {
		i++;
		if (i < c->r.nr_extents && sched_preempt_needed()) {
			*cmd = i << MEMORY_OP_SHIFT | op;
			return -ERESTART;
		}
	}
	return (long)i;
}

long memory_change_reservation(u32 op, u64 a[])
{
	struct change c;
	u64 i = a[0] >> MEMORY_OP_SHIFT;
	long rc;

	if (layout_get(LAYOUT_RESERVATION, gva(a[1]), &c.r, sizeof(c.r)))
		return (long)i;
	if (c.r.nr_extents > ~0u >> MEMORY_OP_SHIFT ||
	    (c.r.extent_start.p && !list_ok(&c.r)) ||
	    c.r.extent_order > FRAME_MAX_ORDER - 1u || i > c.r.nr_extents ||
	    !may_ask(c.r.mem_flags) || domain_target(c.r.domid, &c.d))
		return (long)i;
	rc = change_extents(&c, op, i, &a[0]);
	domain_put(c.d);
	return rc;
}

/* Whether only the owner refers to the frame: no mapping, pin or type. */
static bool exchangeable(struct domain *d, mfn_t m)
{
	const struct frame *f;

	if (!mfn_valid(m))
		return false;
	f = mfn_frame(m);
	return f->kind == FRAME_GUEST && f->owner == d && f->refs == 1 &&
	       !f->type_count && (f->flags & FRAME_ALLOCATED);
}

/*
 * Take 'count' extents of the in list from 'first' on away from d. All or
 * nothing. The caller holds the page lock.
 */
static int take_chunk(struct domain *d, const struct xen_memory_exchange *x,
		      u64 first, u64 count)
{
	gva_t extents = HANDLE(x->in.extent_start);
	u64 i, j, n;
	bool release;

	for (release = false;; release = true) {
		for (i = first; i < first + count; i++) {
			if (guest_get_long(extents, i, &n))
				return -EFAULT;
			for (j = 0; j < 1ull << x->in.extent_order; j++) {
				if (!exchangeable(d, mfn(n + j)))
					return -EINVAL;
				if (release)
					page_release(d, mfn(n + j));
			}
		}
		if (release)
			return 0;
	}
}

/*
 * Name d's new frames from m on by 'count' extents of the out list from 'first'
 * on, and store their numbers there. The caller holds the page lock.
 */
static int name_chunk(const struct xen_memory_exchange *x, mfn_t m, u64 first,
		      u64 count)
{
	gva_t extents = HANDLE(x->out.extent_start);
	u32 order = x->out.extent_order;
	u64 i, gpfn;

	for (i = first; i < first + count; i++, m = mfn_add(m, 1ull << order)) {
		if (guest_get_long(extents, i, &gpfn))
			return -EFAULT;
		set_m2p(m, gpfn, order);
		if (guest_put_long(extents, i, m.n))
			return -EFAULT;
	}
	return 0;
}

/* Exchange one chunk: 2^order frames, the larger of both extents. */
static int exchange_chunk(struct domain *d, const struct xen_memory_exchange *x,
			  u64 chunk, u32 order)
{
	u64 n_in = 1ull << (order - x->in.extent_order);
	u64 n_out = 1ull << (order - x->out.extent_order);
	bool taken;
	mfn_t m = frame_alloc(order, frame_limit(d, x->out.mem_flags));
	int rc;

	if (mfn_eq(m, INVALID_MFN))
		return -ENOMEM;
	memset(mfn_to_virt(m), 0, PAGE_SIZE << order);
	spin_lock(&d->tables.lock);
	rc = take_chunk(d, x, chunk * n_in, n_in);
	taken = !rc;
	if (taken) {
		page_reserve(d, 1ull << order, false);
		page_assign(d, m, order);
		rc = name_chunk(x, m, chunk * n_out, n_out);
	}
	spin_unlock(&d->tables.lock);
	if (!taken)
		frame_free(m, order);
	return rc;
}

static bool sizes_match(const struct xen_memory_exchange *x, u32 order)
{
	u64 per_chunk;

	if (order > FRAME_MAX_ORDER || x->in.nr_extents > 1u << 24 ||
	    x->out.nr_extents > 1u << 24 ||
	    x->nr_exchanged > x->in.nr_extents ||
	    x->in.nr_extents << x->in.extent_order !=
	    x->out.nr_extents << x->out.extent_order)
		return false;
	per_chunk = 1ull << (order - x->in.extent_order);
	return !(x->in.nr_extents % per_chunk) &&
	       !(x->nr_exchanged % per_chunk);
}

long memory_exchange(u64 arg)
{
	struct domain *d = current_domain();
	struct xen_memory_exchange x;
	u64 per_chunk;
	u32 order;
	int rc;

	if (layout_get(LAYOUT_EXCHANGE, gva(arg), &x, sizeof(x)))
		return -EFAULT;
	if ((x.in.domid != DOMID_SELF && x.in.domid != d->id) ||
	    x.out.domid != x.in.domid)
		return -ESRCH;
	order = MAX(x.in.extent_order, x.out.extent_order);
	if (!sizes_match(&x, order))
		return -EINVAL;
	if (!list_ok(&x.in) || !list_ok(&x.out))
		return -EFAULT;
	if (!may_ask(x.out.mem_flags))
		return -EINVAL;
	per_chunk = 1ull << (order - x.in.extent_order);
	while (x.nr_exchanged < x.in.nr_extents) {
		rc = exchange_chunk(d, &x, x.nr_exchanged / per_chunk, order);
		if (rc)
			return rc;
		x.nr_exchanged += per_chunk;
		if (layout_put_result(LAYOUT_EXCHANGE, gva(arg), x.nr_exchanged))
			return -EFAULT;
		if (x.nr_exchanged < x.in.nr_extents && sched_preempt_needed())
			return -ERESTART;
	}
	return 0;
}
