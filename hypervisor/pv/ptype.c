// SPDX-License-Identifier: GPL-2.0-only
/*
 * References and types of frames: why a PV guest cannot leave its memory.
 *
 * A guest writes its own page tables, but only entries that were checked ever
 * reach the processor. What makes that hold:
 *
 *  I1  A frame has at most one type at a time, with a count of the uses of
 *      that type. The type changes only while the count is 0.
 *  I2  A frame typed L1, L2, L3 or SEGDESC with FRAME_VALID has contents that
 *      were checked, and each present entry of it holds a reference and, for
 *      a table, a type reference on what it points to; a writable L1 entry
 *      holds a WRITABLE type reference.
 *  I3  A writable mapping exists only for a frame typed WRITABLE. With I1: no
 *      table or descriptor page is ever mapped writable by a guest.
 *  I4  An address-space root that a processor uses holds a reference and an
 *      L3 type reference; the same for GDT and LDT pages with SEGDESC.
 *  I5  A frame goes back to the allocator only with no reference left. Every
 *      type reference is taken together with a general one.
 *  I6  What a processor cached about an older use of a frame is gone before
 *      the frame is used in a way that this would break: the TLBs of all CPUs
 *      that may hold the domain's translations are flushed when the type
 *      changes from anything to anything else, and before a frame is freed.
 *  I7  When a type count reaches 0 the contents' references are dropped: no
 *      checked state outlives its last user. A level-2 or level-3 table is
 *      partial until that is done, before the next request of the domain.
 *
 * All of this happens under the owner's page lock, but for three things that
 * need no lock: general references, taken only while the count is not 0 and
 * the owner is the one expected; dropping a WRITABLE type reference, which
 * has no contents to look after; and giving up a frame at its last reference.
 *
 * Another domain may map a frame (a tool, or by a grant): its references are
 * taken under the owner's page lock as any others. I6 then means the TLBs of
 * all CPUs: for a change of type if it was mapped writable since the last one
 * (FRAME_SHARED_W), and when it is freed (FRAME_SHARED).
 *
 * A table whose validation stopped half-way is FRAME_PARTIAL: its type and a
 * count of 1 stay, so that it cannot be written, and 'progress' entries are
 * done. The one count belongs to whoever completes it; a general reference of
 * its own keeps the frame until then. A child table that is
 * partial itself is not among the parent's 'progress' entries; whoever asks
 * for the child's type next goes on with it.
 *
 * The counts are 32 bit. One reference needs an 8-byte entry of memory, so
 * that overflow would take 32 GiB of page tables; it is refused nevertheless.
 */
#include "domain.h"
#include "errno.h"
#include "ldt.h"
#include "lib.h"
#include "paging.h"
#include "ptype.h"
#include "sched.h"
#include "smp.h"

#define COUNT_LIMIT	0x80000000u

void domain_flush(struct domain *d)
{
	smp_flush(d->dirty_cpus);
}

/* After the last use that a flag stands for. */
static void flush_for(struct domain *d, struct frame *f, u8 flag)
{
	smp_flush(f->flags & flag ? smp_all() : d->dirty_cpus);
	f->flags &= (u8)~flag;
}

bool ptype_get_ref(struct domain *d, mfn_t m)
{
	struct frame *f;
	u32 refs;

	if (!mfn_valid(m))
		return false;
	f = mfn_frame(m);
	refs = READ_ONCE(f->refs);
	do {
		if (f->kind != FRAME_GUEST || f->owner != d || !refs ||
		    refs >= COUNT_LIMIT)
			return false;
	} while (!__atomic_compare_exchange_n(&f->refs, &refs, refs + 1, false,
					      __ATOMIC_SEQ_CST,
					      __ATOMIC_SEQ_CST));
	/* It may have been freed and given to another one in between. */
	if (f->owner == d)
		return true;
	ptype_put_ref(m);
	return false;
}

static void free_owned(struct frame *f)
{
	struct domain *d = f->owner;
	mfn_t m = frame_mfn(f);
	bool last;
	u64 flags;

	BUG_ON(f->type_count);
	flags = spin_lock_irqsave(&d->owned_lock);
	if (f->prev)
		frame_table[f->prev].next = f->next;
	else
		d->pages = f->next;
	if (f->next)
		frame_table[f->next].prev = f->prev;
	last = !--d->tot_pages;
	spin_unlock_irqrestore(&d->owned_lock, flags);
	flush_for(d, f, FRAME_SHARED);
	frame_m2p[m.n] = M2P_INVALID;
	memset(mfn_to_virt(m), 0, PAGE_SIZE);
	frame_free(m, 0);
	if (last)
		domain_put(d);
}

void ptype_put_ref(mfn_t m)
{
	struct frame *f = mfn_frame(m);
	struct domain *d = f->owner;

	BUG_ON(f->kind != FRAME_GUEST || !f->refs);
	if (__atomic_sub_fetch(&f->refs, 1, __ATOMIC_SEQ_CST))
		return;
	if (!(f->flags & FRAME_XENHEAP)) {
		free_owned(f);
		return;
	}
	flush_for(d, f, FRAME_SHARED);
	*f = (struct frame){ .kind = FRAME_HV };
	domain_put(d);
}

int ptype_get_foreign(struct domain *owner, mfn_t m, bool write)
{
	int rc = 0;

	spin_lock(&owner->page_lock);
	if (owner->is_dying || !ptype_get_ref(owner, m)) {
		spin_unlock(&owner->page_lock);
		return -EINVAL;
	}
	mfn_frame(m)->flags |= FRAME_SHARED | (write ? FRAME_SHARED_W : 0);
	if (write)
		rc = ptype_get(owner, m, TYPE_WRITABLE, false);
	spin_unlock(&owner->page_lock);
	if (rc)
		ptype_put_ref(m);
	return rc;
}

int ptype_get_direct(struct domain *owner, mfn_t m, bool write)
{
	int rc;

	if (!write)
		return ptype_get_ref(owner, m) ? 0 : -EINVAL;
	spin_lock(&owner->page_lock);
	rc = ptype_get_both(owner, m, TYPE_WRITABLE, false);
	spin_unlock(&owner->page_lock);
	return rc;
}

static void put_writable(struct frame *f)
{
	BUG_ON(!f->type_count || f->type != TYPE_WRITABLE);
	__atomic_fetch_sub(&f->type_count, 1, __ATOMIC_SEQ_CST);
}

void ptype_put_foreign(mfn_t m, bool write)
{
	if (write)
		put_writable(mfn_frame(m));
	ptype_put_ref(m);
}

void ptype_share_hv(struct domain *d, mfn_t m)
{
	domain_hold(d);
	*mfn_frame(m) = (struct frame){
		.owner = d, .refs = 1, .kind = FRAME_GUEST,
		.type = TYPE_WRITABLE, .type_count = 1, .flags = FRAME_XENHEAP,
	};
}

bool ptype_assign(struct domain *d, mfn_t m, bool count)
{
	u64 flags = spin_lock_irqsave(&d->owned_lock);
	struct frame *f = mfn_frame(m);
	bool ok = !count || d->tot_pages < d->max_pages;

	if (ok) {
		f->owner = d;
		f->kind = FRAME_GUEST;
		f->flags = FRAME_ALLOCATED;
		f->next = d->pages;
		f->prev = 0;
		if (d->pages)
			frame_table[d->pages].prev = (u32)m.n;
		d->pages = (u32)m.n;
		if (!d->tot_pages++)
			domain_hold(d);
		__atomic_store_n(&f->refs, 1, __ATOMIC_SEQ_CST);
	}
	spin_unlock_irqrestore(&d->owned_lock, flags);
	return ok;
}

/*
 * The owner's one reference. A pinned table is not given up with its pin:
 * the guest has to unpin it first.
 */
int ptype_release(struct domain *d, mfn_t m)
{
	struct frame *f;

	if (!ptype_get_ref(d, m))
		return -EINVAL;
	f = mfn_frame(m);
	if (!(f->flags & FRAME_ALLOCATED) || (f->flags & FRAME_PINNED)) {
		ptype_put_ref(m);
		return -EINVAL;
	}
	f->flags &= (u8)~FRAME_ALLOCATED;
	ptype_put_ref(m);
	ptype_put_ref(m);
	return 0;
}

/*
 * While this runs the frame is not partial: where it fails, other tables may
 * have to be taken apart, and that must not go on with this one as well.
 */
static int validate(struct domain *d, mfn_t m, enum frame_type type)
{
	struct frame *f = mfn_frame(m);
	bool partial = f->flags & FRAME_PARTIAL;
	int rc = 0;

	f->flags &= (u8)~FRAME_PARTIAL;
	switch (type) {
	case TYPE_L1:
	case TYPE_L2:
	case TYPE_L3:
		rc = tables_validate(d, m, type);
		break;
	case TYPE_SEGDESC:
		rc = descriptors_validate(m);
		break;
	case TYPE_WRITABLE:
	case TYPE_NONE:
		break;
	}
	if (rc == -ERESTART) {
		if (!partial)
			__atomic_fetch_add(&f->refs, 1, __ATOMIC_SEQ_CST);
		f->flags |= FRAME_PARTIAL;
		return rc;
	}
	if (partial)
		__atomic_fetch_sub(&f->refs, 1, __ATOMIC_SEQ_CST);
	f->progress = 0;
	if (rc) {
		f->type_count = 0;
		return rc;
	}
	f->flags |= FRAME_VALID;
	return 0;
}

/* Take the first count of a new type. */
static int change_type(struct domain *d, mfn_t m, enum frame_type type,
		       bool top)
{
	struct frame *f = mfn_frame(m);

	/* A frame without a type may still be mapped read-only: harmless. */
	if (f->type != TYPE_NONE && f->type != type)
		flush_for(d, f, FRAME_SHARED_W);
	f->type = (u8)type;
	f->type_count = 1;
	f->progress = 0;
	f->flags &= (u8)~(FRAME_VALID | FRAME_PARTIAL | FRAME_TOP_L2);
	if (top)
		f->flags |= FRAME_TOP_L2;
	return validate(d, m, type);
}

int ptype_get(struct domain *d, mfn_t m, enum frame_type type, bool top)
{
	struct frame *f = mfn_frame(m);

	if (f->type_count && f->type == TYPE_SEGDESC && type != TYPE_SEGDESC)
		ldt_unmap_domain(d);
	if (!f->type_count)
		return change_type(d, m, type, top);
	if (f->type != type)
		return -EBUSY;
	if (!!(f->flags & FRAME_TOP_L2) != top)
		return -EBUSY;
	if (f->flags & FRAME_PARTIAL)
		return validate(d, m, type);
	/* The L2 with the hypervisor's slots belongs to one L3 alone. */
	if (top || f->type_count >= COUNT_LIMIT)
		return -EBUSY;
	__atomic_fetch_add(&f->type_count, 1, __ATOMIC_SEQ_CST);
	return 0;
}

/*
 * The last user of a table is gone: it becomes one whose validation stopped
 * after all of its entries, and ptype_drain() goes on from there, backwards.
 * The domain remembers it, with a reference. There is one place for a level-2
 * table and one for a level-3 table: a tree is taken apart depth first.
 */
static void start_teardown(struct domain *d, mfn_t m)
{
	struct frame *f = mfn_frame(m);
	mfn_t *place = &d->old_table[f->type == TYPE_L3];

	if (place->n)
		ptype_finish(d);
	*place = m;
	/* One for the place, one for being partial. */
	__atomic_fetch_add(&f->refs, 2, __ATOMIC_SEQ_CST);
	f->progress = (u16)tables_close(d, m, f->type);
	f->flags &= (u8)~FRAME_VALID;
	f->flags |= FRAME_PARTIAL;
}

/* Whether there is nothing left to do for the table at this place. */
static bool step_teardown(struct domain *d, u32 i)
{
	mfn_t m = d->old_table[i];
	struct frame *f = mfn_frame(m);

	/* Somebody may have made a valid table, or another thing, of it. */
	if (!(f->flags & FRAME_PARTIAL))
		return true;
	if (f->progress) {
		f->progress--;
		tables_undo(d, m, f->type, f->progress, 1);
		return false;
	}
	f->flags &= (u8)~(FRAME_PARTIAL | FRAME_TOP_L2);
	f->type_count = 0;
	ptype_put_ref(m);
	return true;
}

int ptype_drain(struct domain *d)
{
	mfn_t m;
	u32 i;

	while (d->old_table[0].n || d->old_table[1].n) {
		i = d->old_table[0].n ? 0 : 1;
		if (!step_teardown(d, i)) {
			if (sched_preempt_needed())
				return -ERESTART;
			continue;
		}
		m = d->old_table[i];
		d->old_table[i] = mfn(0);
		ptype_put_ref(m);
	}
	return 0;
}

void ptype_finish(struct domain *d)
{
	while (ptype_drain(d))
		;
}

void ptype_put(struct domain *d, mfn_t m)
{
	struct frame *f = mfn_frame(m);

	if (f->type == TYPE_WRITABLE) {
		put_writable(f);
		return;
	}
	BUG_ON(!f->type_count);
	if (f->type_count > 1) {
		f->type_count--;
		return;
	}
	if (f->type == TYPE_L2 || f->type == TYPE_L3) {
		start_teardown(d, m);
		return;
	}
	if (f->type == TYPE_L1)
		tables_undo(d, m, TYPE_L1, 0, tables_close(d, m, TYPE_L1));
	f->type_count = 0;
	f->flags &= (u8)~FRAME_VALID;
}

void ptype_drop_partial(struct domain *d, mfn_t m)
{
	struct frame *f = mfn_frame(m);

	if (!(f->flags & FRAME_PARTIAL))
		return;
	tables_undo(d, m, f->type, 0, f->progress);
	f->flags &= (u8)~(FRAME_PARTIAL | FRAME_TOP_L2);
	f->type_count = 0;
	f->progress = 0;
	ptype_put_ref(m);
}

int ptype_get_both(struct domain *d, mfn_t m, enum frame_type type, bool top)
{
	int rc;

	if (!ptype_get_ref(d, m))
		return -EINVAL;
	rc = ptype_get(d, m, type, top);
	if (rc)
		ptype_put_ref(m);
	return rc;
}

bool ptype_get_page(struct domain *d, mfn_t m, enum frame_type type)
{
	return ptype_get_both(d, m, type, false) == 0;
}

void ptype_put_both(struct domain *d, mfn_t m)
{
	ptype_put(d, m);
	ptype_put_ref(m);
}
