// SPDX-License-Identifier: GPL-2.0-only
/*
 * References and types of frames: why a PV guest cannot leave its memory.
 *
 * A guest writes its own page tables, but only entries that were checked ever
 * reach the processor. What makes that hold:
 *
 *  I1  A frame has at most one type at a time, with a count of the uses of
 *      that type. The type changes only while the count is 0.
 *  I2  A frame typed L1 to L4 or SEGDESC with FRAME_VALID has contents that
 *      were checked, and each present entry of it holds a reference and, for
 *      a table, a type reference on what it points to; a writable L1 entry
 *      holds a WRITABLE type reference. An entry that points to its own table
 *      holds nothing: else the table would keep itself for ever.
 *  I3  A writable mapping exists only for a frame typed WRITABLE. With I1: no
 *      table or descriptor page is ever mapped writable by a guest.
 *  I4  Each root of a vCPU (one; kernel's and user's of a 64-bit guest) holds
 *      a reference and a reference to its type, L3 or L4; the processor uses a
 *      copy of its entries (mmu/roots.c). The same for GDT and LDT pages, used
 *      as they are, with SEGDESC.
 *  I5  A frame goes back to the allocator only with no reference left. Every
 *      type reference is taken together with a general one.
 *  I6  What a processor cached about an older use of a frame is gone before
 *      the frame is used in a way that this would break: the TLBs of all CPUs
 *      that may hold the domain's translations are flushed when the type
 *      changes from anything to anything else, and those of all CPUs before
 *      a freed frame is used again (memory/frames.c).
 *  I7  When a type count reaches 0 the contents' references are dropped: no
 *      checked state outlives its last user. A table above level 1 is partial
 *      until that is done, before the next request of the domain.
 *  I8  A table points to tables of the level below or, of a 64-bit guest, by a
 *      linear entry to one of its own level: never to one of a lower level
 *      than the processor takes it for. Linear entries are read-only, so that
 *      nothing found by one is writable, and they do not nest: a table has
 *      some, or is what others' point to, or neither (frame->linear counts
 *      them). What another table's points to was valid before.
 *  I9  A 64-bit guest's L4 that is checked, or half so, holds 0 in slots 256
 *      to 271 (mmu/tables.c).
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
 * The first 'progress' entries of a table hold what I2 says. Of a valid table
 * these are all that are the guest's. A table whose validation stopped half-way
 * is FRAME_PARTIAL: its type and a count of 1 stay, so that it cannot be
 * written. The one count belongs to whoever completes it; a general reference
 * of its own keeps the frame until then. A child table that is partial itself
 * is not among the parent's 'progress' entries; whoever asks for the child's
 * type next goes on with it.
 *
 * The counts are 32 bit. One reference needs an 8-byte entry of memory, so
 * that overflow would take 32 GiB of page tables; it is refused nevertheless.
 */
#include "debug.h"
#include "domain/domain.h"
#include "machine/smp.h"
#include "mmu/ptype.h"

void ptype_flush(struct domain *d)
{
	smp_flush(d->tables.dirty_cpus);
}

int ptype_get_foreign(struct domain *owner, mfn_t m, bool write)
{
	int rc;

	spin_guard(&owner->tables.lock);
	if (owner->life.is_dying)
		return -EINVAL;
	if (!write)
		return page_get(owner, m) ? 0 : -EINVAL;
	rc = ptype_get_both(owner, m, TYPE_WRITABLE);
	/* Only now: a change of type clears the flag. */
	if (!rc)
		mfn_frame(m)->flags |= FRAME_SHARED_W;
	return rc;
}

int ptype_get_direct(struct domain *owner, mfn_t m, bool write)
{
	if (!write)
		return page_get(owner, m) ? 0 : -EINVAL;
	spin_guard(&owner->tables.lock);
	return ptype_get_both(owner, m, TYPE_WRITABLE);
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
	if (partial)
		ptype_keep(d, m);
	if (ptype_ops[type].validate)
		rc = ptype_ops[type].validate(d, m);
	if (rc == -ERESTART) {
		if (!partial)
			atomic_inc(&f->refs);
		f->flags |= FRAME_PARTIAL;
		return rc;
	}
	if (partial)
		atomic_dec(&f->refs);
	if (rc) {
		ptype_end(d, m);
		return rc;
	}
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
static int change_type(struct domain *d, mfn_t m, enum frame_type type)
{
	struct frame *f = mfn_frame(m);

	if (f->type != type)
		flush_old_type(d, f);
	f->type = (u8)type;
	f->type_count = 1;
	f->progress = 0;
	f->flags &= (u8)~(FRAME_VALID | FRAME_PARTIAL);
	return validate(d, m, type);
}

int ptype_get(struct domain *d, mfn_t m, enum frame_type type)
{
	struct frame *f = mfn_frame(m);

	ASSERT_HELD(&d->tables.lock);
	if (!f->type_count)
		return change_type(d, m, type);
	if (f->type != type)
		return type == TYPE_WRITABLE ? -EBUSY : -EINVAL;
	if (f->flags & FRAME_PARTIAL)
		return validate(d, m, type);
	/* The L2 with the hypervisor's slots belongs to one L3 alone. */
	if (type == TYPE_L2_TOP || f->type_count >= COUNT_LIMIT)
		return -EBUSY;
	atomic_inc(&f->type_count);
	return 0;
}

/*
 * A table that others use already, such as those of the kernel in each process: its
 * type, and with it a reference, stays while the page lock is held.
 */
static bool is_used_table(const struct domain *d, const struct frame *f,
			  enum frame_type type)
{
	return f->type == type && type_level(type) && type != TYPE_L2_TOP &&
	       (f->flags & (FRAME_VALID | FRAME_PARTIAL)) == FRAME_VALID &&
	       f->type_count && f->type_count < COUNT_LIMIT &&
	       f->owner == d && f->kind == FRAME_GUEST &&
	       READ_ONCE(f->refs) < COUNT_LIMIT;
}

int ptype_get_both(struct domain *d, mfn_t m, enum frame_type type)
{
	struct frame *f = mfn_frame(m);
	int rc;

	ASSERT_HELD(&d->tables.lock);
	if (mfn_valid(m) && is_used_table(d, f, type)) {
		atomic_inc(&f->refs);
		f->type_count++;
		return 0;
	}
	if (!page_get(d, m))
		return -EINVAL;
	rc = ptype_get(d, m, type);
	if (rc)
		page_put(m);
	return rc;
}
