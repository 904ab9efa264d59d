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
 *      changes from anything to anything else, and those of all CPUs before
 *      a freed frame is used again (memory/frames.c).
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
 * taken under the owner's page lock as any others. A change of type then
 * flushes the TLBs of all CPUs if the frame was mapped writable since the last
 * one (FRAME_SHARED_W).
 *
 * Nobody holds the page lock long. One hold changes one entry, validates or
 * takes apart at most HOLD_TABLES level-1 tables, or moves one extent of
 * frames; longer work gives the lock up in between. One flush serves all
 * tables that lost their type before it (flush_due of the domain): a guest
 * cannot make one hold flush for each entry of a table.
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
#include "domain/domain.h"
#include "errno.h"
#include "lib/lib.h"
#include "machine/paging.h"
#include "machine/smp.h"
#include "mmu/ptype.h"
#include "sched/sched.h"

#define COUNT_LIMIT	0x80000000u

void domain_flush(struct domain *d)
{
	smp_flush(d->tables.dirty_cpus);
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
	frame_m2p[m.n] = M2P_INVALID;
	flags = spin_lock_irqsave(&d->mem.lock);
	if (f->prev)
		frame_table[f->prev].next = f->next;
	else
		d->mem.pages = f->next;
	if (f->next)
		frame_table[f->next].prev = f->prev;
	last = !--d->mem.tot_pages;
	spin_unlock_irqrestore(&d->mem.lock, flags);
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
	*f = (struct frame){ .kind = FRAME_HV };
	domain_put(d);
}

int ptype_get_foreign(struct domain *owner, mfn_t m, bool write)
{
	int rc = 0;

	spin_lock(&owner->tables.lock);
	if (owner->life.is_dying || !ptype_get_ref(owner, m)) {
		spin_unlock(&owner->tables.lock);
		return -EINVAL;
	}
	if (write)
		rc = ptype_get(owner, m, TYPE_WRITABLE, false);
	/* Only now: a change of type clears the flag. */
	if (write && !rc)
		mfn_frame(m)->flags |= FRAME_SHARED_W;
	spin_unlock(&owner->tables.lock);
	if (rc)
		ptype_put_ref(m);
	return rc;
}

int ptype_get_direct(struct domain *owner, mfn_t m, bool write)
{
	int rc;

	if (!write)
		return ptype_get_ref(owner, m) ? 0 : -EINVAL;
	spin_lock(&owner->tables.lock);
	rc = ptype_get_both(owner, m, TYPE_WRITABLE, false);
	spin_unlock(&owner->tables.lock);
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
	struct frame *f = mfn_frame(m);

	domain_hold(d);
	*f = (struct frame){
		.owner = d, .kind = FRAME_GUEST, .type = TYPE_WRITABLE,
		.type_count = 1, .flags = FRAME_XENHEAP,
	};
	/* Last: with a reference, ptype_get_ref() relies on the other fields. */
	__atomic_store_n(&f->refs, 1, __ATOMIC_SEQ_CST);
}

bool ptype_reserve(struct domain *d, u64 count, bool limited)
{
	u64 flags = spin_lock_irqsave(&d->mem.lock);
	bool ok = !limited || d->mem.tot_pages + count <= d->mem.max_pages;

	if (ok) {
		if (!d->mem.tot_pages)
			domain_hold(d);
		d->mem.tot_pages += count;
	}
	spin_unlock_irqrestore(&d->mem.lock, flags);
	return ok;
}

void ptype_unreserve(struct domain *d, u64 count)
{
	u64 flags = spin_lock_irqsave(&d->mem.lock);
	bool last = !(d->mem.tot_pages -= count);

	spin_unlock_irqrestore(&d->mem.lock, flags);
	if (last)
		domain_put(d);
}

void ptype_assign(struct domain *d, mfn_t m)
{
	u64 flags = spin_lock_irqsave(&d->mem.lock);
	struct frame *f = mfn_frame(m);

	f->owner = d;
	f->kind = FRAME_GUEST;
	f->flags = FRAME_ALLOCATED;
	f->next = d->mem.pages;
	f->prev = 0;
	if (d->mem.pages)
		frame_table[d->mem.pages].prev = (u32)m.n;
	d->mem.pages = (u32)m.n;
	__atomic_store_n(&f->refs, 1, __ATOMIC_SEQ_CST);
	spin_unlock_irqrestore(&d->mem.lock, flags);
}

/*
 * The owner's one reference. A pin and other uses stay as they are, with
 * references of their own: the last one to go frees the frame. Giving it up
 * twice is no error, as on Xen (guest_remove_page()).
 */
int ptype_release(struct domain *d, mfn_t m)
{
	struct frame *f;

	if (!ptype_get_ref(d, m))
		return -EINVAL;
	f = mfn_frame(m);
	if (f->flags & FRAME_ALLOCATED) {
		f->flags &= (u8)~FRAME_ALLOCATED;
		ptype_put_ref(m);
	}
	ptype_put_ref(m);
	return 0;
}

/*
 * The type's last use is gone. Processors may still cache translations by it;
 * the flush is put off until something needs it.
 */
static void lose_type(struct domain *d, struct frame *f)
{
	f->type_count = 0;
	f->progress = 0;
	f->flags &= (u8)~(FRAME_VALID | FRAME_PARTIAL | FRAME_TOP_L2);
	d->tables.flush_due = smp_next_flush();
}

/*
 * A table of level 2 or 3 without a user is treated as one whose validation
 * stopped after 'entries': step_teardown() goes backwards from there.
 * The domain remembers it, with a reference. There is one place for a level-2
 * table and one for a level-3 table: a tree is taken apart depth first, and
 * requests begin with both places empty (ptype_lock()). Only the last steps of
 * a dying domain find one taken, and its trees are short then.
 */
static void start_teardown(struct domain *d, mfn_t m, u32 entries)
{
	struct frame *f = mfn_frame(m);
	mfn_t *place = &d->tables.old_table[f->type == TYPE_L3];

	if (place->n)
		ptype_finish(d);
	*place = m;
	/* One for the place, one for being partial. */
	__atomic_fetch_add(&f->refs, 2, __ATOMIC_SEQ_CST);
	f->progress = (u16)entries;
	f->flags &= (u8)~FRAME_VALID;
	f->flags |= FRAME_PARTIAL;
}

/* Its contents were refused after 'progress' entries: it loses the type. */
static void undo_validation(struct domain *d, mfn_t m)
{
	struct frame *f = mfn_frame(m);

	if (f->type == TYPE_L2 || f->type == TYPE_L3) {
		start_teardown(d, m, f->progress);
		return;
	}
	if (f->type == TYPE_L1)
		tables_undo(d, m, TYPE_L1, 0, f->progress);
	lose_type(d, f);
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
	d->tables.validated += type == TYPE_L1;
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
	if (rc) {
		undo_validation(d, m);
		return rc;
	}
	f->progress = 0;
	f->flags |= FRAME_VALID;
	return 0;
}

/*
 * Writable mappings may be dropped without the page lock, and other domains may
 * have had some: flush now. Uses of other types ended before flush_due. A frame
 * without a type may still be mapped read-only, which is harmless.
 */
static void flush_old_type(struct domain *d, struct frame *f)
{
	if (f->type == TYPE_WRITABLE)
		smp_flush(f->flags & FRAME_SHARED_W ? smp_all() :
			  d->tables.dirty_cpus);
	else if (f->type != TYPE_NONE)
		smp_flush_since(d->tables.dirty_cpus, d->tables.flush_due);
	f->flags &= (u8)~FRAME_SHARED_W;
}

/* Take the first count of a new type. */
static int change_type(struct domain *d, mfn_t m, enum frame_type type,
		       bool top)
{
	struct frame *f = mfn_frame(m);

	if (f->type != type)
		flush_old_type(d, f);
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

	if (!f->type_count)
		return change_type(d, m, type, top);
	if (f->type != type)
		return type == TYPE_WRITABLE ? -EBUSY : -EINVAL;
	if (!!(f->flags & FRAME_TOP_L2) != top)
		return -EINVAL;
	if (f->flags & FRAME_PARTIAL)
		return validate(d, m, type);
	/* The L2 with the hypervisor's slots belongs to one L3 alone. */
	if (top || f->type_count >= COUNT_LIMIT)
		return -EBUSY;
	__atomic_fetch_add(&f->type_count, 1, __ATOMIC_SEQ_CST);
	return 0;
}

/*
 * Undo one present entry of the table at this place; true: nothing was left to
 * undo.
 */
static bool step_teardown(struct domain *d, u32 i)
{
	mfn_t m = d->tables.old_table[i];
	const u64 *table = mfn_to_virt(m);
	struct frame *f = mfn_frame(m);

	/* Somebody may have made a valid table, or another thing, of it. */
	if (!(f->flags & FRAME_PARTIAL))
		return true;
	while (f->progress && !(table[f->progress - 1] & PTE_P))
		f->progress--;
	if (f->progress) {
		f->progress--;
		tables_undo(d, m, f->type, f->progress, 1);
		return false;
	}
	lose_type(d, f);
	ptype_put_ref(m);
	return true;
}

/* One entry of a table that is taken apart; false: there is none. */
static bool drain_step(struct domain *d)
{
	u32 i = d->tables.old_table[0].n ? 0 : 1;
	mfn_t m = d->tables.old_table[i];

	if (!m.n)
		return false;
	if (step_teardown(d, i)) {
		d->tables.old_table[i] = mfn(0);
		ptype_put_ref(m);
	}
	return true;
}

/* The slow part of ptype_lock(), which holds the lock and found some. */
static int drain_and_lock(struct domain *d)
{
	u32 i;

	while (d->tables.old_table[0].n || d->tables.old_table[1].n) {
		for (i = 0; i < HOLD_TABLES && drain_step(d); i++)
			;
		spin_unlock(&d->tables.lock);
		if (sched_preempt_needed())
			return -ERESTART;
		spin_lock(&d->tables.lock);
	}
	return 0;
}

int ptype_lock(struct domain *d)
{
	spin_lock(&d->tables.lock);
	if (!d->tables.old_table[0].n && !d->tables.old_table[1].n)
		return 0;
	return drain_and_lock(d);
}

int ptype_drain(struct domain *d)
{
	int rc = ptype_lock(d);

	if (!rc)
		spin_unlock(&d->tables.lock);
	return rc;
}

void ptype_finish(struct domain *d)
{
	while (drain_step(d))
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
		start_teardown(d, m, tables_close(d, m, f->type));
		return;
	}
	if (f->type == TYPE_L1)
		tables_undo(d, m, TYPE_L1, 0, tables_close(d, m, TYPE_L1));
	lose_type(d, f);
}

void ptype_drop_partial(struct domain *d, mfn_t m)
{
	struct frame *f = mfn_frame(m);

	if (!(f->flags & FRAME_PARTIAL))
		return;
	start_teardown(d, m, f->progress);
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
