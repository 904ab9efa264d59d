/* SPDX-License-Identifier: GPL-2.0-only */
/* Functions that the page-table hypercalls share. */
#ifndef KRYPTON_MMU_H
#define KRYPTON_MMU_H

#include "domain/domain.h"

/*
 * mmu/batch.c: a call that works on a list, element by element, and may drop
 * page tables of d. a[0] is the guest address of the list, a[1] the number of its
 * elements, 'size' that of one in bytes; a[2] is where the guest wants the number
 * of elements done. The functions change the arguments for a continuation.
 *	b = batch_begin(a, size);
 *	while (batch_next(&b))
 *		batch_done(&b, result of the element at a[0]);
 *	return batch_end(&b, d);
 */
struct batch {
	u64 *a;
	u32 size, done;
	bool continued;
	int rc;
};

#define COUNT_CONTINUED	BIT(31)

static inline struct batch batch_begin(u64 a[], u32 size)
{
	struct batch b = { .a = a, .size = size,
			   .continued = a[1] & COUNT_CONTINUED };

	a[1] = (u32)a[1] & ~COUNT_CONTINUED;
	return b;
}

static inline bool batch_next(const struct batch *b)
{
	return b->a[1] && !b->rc;
}

static inline void batch_done(struct batch *b, int rc)
{
	u64 *a = b->a;

	if (rc) {
		/* -ERESTART with no work waiting: try this element again. */
		if (rc != -ERESTART || sched_preempt_needed())
			b->rc = rc;
		return;
	}
	a[0] += b->size;
	a[1]--;
	b->done++;
	if (a[1] && sched_preempt_needed())
		b->rc = -ERESTART;
}

long batch_end_long(struct batch *b, struct domain *d);

static inline long batch_end(struct batch *b, struct domain *d)
{
	return b->rc || b->a[2] || READ_ONCE(d->tables.old_places) ?
	       batch_end_long(b, d) : 0;
}

/*
 * For ptype_lock(), with the page lock held: take d's old tables apart. 0, or
 * -ERESTART without the lock.
 */
int ptype_drain_old(struct domain *d);

/* mmu/ptype.h explains it. */
static inline int ptype_lock(struct domain *d)
{
	int rc;

	spin_lock(&d->tables.lock);
	rc = d->tables.old_places ? ptype_drain_old(d) : 0;
	if (!rc)
		d->tables.validated = 0;
	return rc;
}

/*
 * The domain that a guest names by a number or DOMID_*, with a reference unless
 * it is the caller. 0, -ESRCH or -EPERM; mmu_put_owner() is due even after an
 * error.
 */
int mmu_get_owner(u32 id, struct domain **owner);
static inline void mmu_put_owner(struct domain *owner)
{
	if (owner && owner != current_domain())
		domain_put(owner);
}

/*
 * Write 'value', which maps a page of 'owner', to the level-1 entry of d at this
 * machine address. Takes the page lock of each in turn. 0 or -errno.
 */
int mmu_map_foreign(struct domain *d, paddr_t at, u64 value,
		   struct domain *owner);
/*
 * Flush the TLBs of the vCPUs that a bitmap in the caller's memory names. 0 or
 * -EFAULT.
 */
int mmu_flush_vcpus(struct domain *d, u64 bitmap);
/*
 * Give the vCPU, which runs here, this root table. 0, or as ptype_get_both().
 * Takes the page lock.
 */
int mmu_new_baseptr(struct vcpu *v, mfn_t table);

#endif
