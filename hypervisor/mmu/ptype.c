// SPDX-License-Identifier: GPL-2.0-only
/*
 * References and types of frames: why a PV guest cannot leave its memory.
 *
 * A guest writes its own page tables, but the processor only ever sees entries
 * that the hypervisor has checked. These invariants ensure that:
 *
 *  I1  A frame has at most one type at a time, and a count of the uses of that
 *      type. The type changes only while the count is 0.
 *  I2  The contents of a frame typed L1 to L4 or SEGDESC with FRAME_VALID were
 *      checked. Each present entry of a table holds a reference to the frame
 *      that it points to. It also holds a type reference if that frame is a
 *      table, or a WRITABLE one if it is a writable L1 entry. An entry that
 *      points to its own table holds no reference; otherwise the table would
 *      keep itself alive.
 *  I3  A writable mapping exists only for a frame typed WRITABLE. With I1, no
 *      guest can map a table or a descriptor page writable.
 *  I4  Each root of a vCPU (a 64-bit guest has one for its kernel and one for
 *      user mode) holds a reference and a reference to its type, L3 or L4. The
 *      processor uses a copy of its entries (mmu/roots.c). GDT and LDT pages
 *      hold the same with type SEGDESC; the processor uses them directly.
 *  I5  A frame returns to the allocator only when it has no reference left.
 *      Every type reference comes together with a general one.
 *  I6  No processor caches translations of an earlier use of a frame that would
 *      break its present use. The TLBs of all CPUs that may cache the domain's
 *      translations are flushed when a frame changes from one type to another,
 *      and those of all CPUs before a freed frame is used again
 *      (memory/frames.c).
 *  I7  When a type count reaches 0, the references of the contents are dropped:
 *      no checked contents outlive their last user. A table above level 1 is
 *      partial until that is done, which is before the domain's next request.
 *  I8  A table points to tables of the level below or, in a 64-bit guest, by a
 *      linear entry to one of its own level. So it never points to a table of a
 *      lower level than the processor takes it for. Linear entries are
 *      read-only, so nothing that is reached through one is writable. They do
 *      not nest: a table either has linear entries to other tables, or other
 *      tables' linear entries point to it, or neither (frame->linear counts
 *      them). The target of a linear entry to another table was valid before.
 *  I9  A 64-bit guest's L4 that is checked, even in part, holds 0 in slots 256
 *      to 271 (mmu/tables.c).
 *
 * All changes happen under the owner's page lock, except three that need no lock:
 * a general reference, taken only while the count is not 0 and the owner is the
 * expected one; the drop of a WRITABLE type reference, which has no contents;
 * and the release of a frame with its last reference.
 *
 * Another domain may map a frame (as a tool, or by a grant). It takes its
 * references under the owner's page lock, too. If another domain has mapped the
 * frame writable since its last change of type (FRAME_SHARED_W), the next change
 * flushes the TLBs of all CPUs.
 *
 * Memory may differ from what the caches have of a frame that was mapped
 * writable with another memory type than write-back (FRAME_NOT_WB; XSA-402).
 * Before the contents of such a frame are checked, it is flushed from the
 * caches. A frame that is freed needs no such flush, since all of it is written
 * before anybody reads it. Only Dom0 and domains with devices may choose a memory
 * type, and only for frames of their own. Dom0 may do so for foreign frames as
 * well, and nothing is flushed then: it is trusted.
 *
 * No CPU holds the page lock long. One hold changes one entry, validates or takes
 * apart at most HOLD_TABLES level-1 tables, or moves one extent of frames; longer
 * work releases the lock in between. One flush serves all tables that lost their
 * type before it (flush_due of the domain), so a guest cannot cause a flush for
 * each entry of a table within one hold.
 *
 * The first 'progress' entries of a table hold the references of I2. In a valid
 * table these are all entries that belong to the guest. A table whose validation
 * stopped half-way is FRAME_PARTIAL: it keeps its type and a count of 1, so that
 * the guest cannot write it, and a general reference of its own. The count
 * belongs to whoever completes the validation. A child table that is partial
 * itself is not among the parent's 'progress' entries; whoever next asks for the
 * child's type continues its validation.
 *
 * The counts have 32 bits. Each reference needs an 8-byte entry in memory, so an
 * overflow would take 32 GiB of page tables; it is refused nevertheless.
 */
#include "domain/domain.h"
#include "machine/smp.h"

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
 * Check the contents, from 'progress' on. Meanwhile the frame is not partial: a
 * failure may have other tables taken apart, and that must not include this one.
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
 * Flush the TLBs that may cache the frame's old use. Writable mappings go away
 * without the page lock, and other domains may have had some, so flush now. Uses
 * by other types ended before flush_due. A frame without a type may still be
 * mapped read-only, which is harmless.
 */
static void flush_old_type(struct domain *d, struct frame *f)
{
	if (f->type == TYPE_WRITABLE)
		smp_flush(f->flags & FRAME_SHARED_W ? smp_all() :
			  d->tables.dirty_cpus);
	else if (f->type != TYPE_NONE)
		smp_flush_since(d->tables.dirty_cpus, d->tables.flush_due);
	if (f->flags & FRAME_NOT_WB)
		cache_flush_page(mfn_to_virt(frame_mfn(f)));
	f->flags &= (u8)~(FRAME_SHARED_W | FRAME_NOT_WB);
}

/* Give the frame its first count of a new type, and check its contents. */
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
	/* It may have a count of 0, which other CPUs drop without the lock. */
	if (type == TYPE_WRITABLE && f->type == TYPE_WRITABLE &&
	    f->type_count < COUNT_LIMIT) {
		atomic_inc(&f->type_count);
		return 0;
	}
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

int ptype_get_both(struct domain *d, mfn_t m, enum frame_type type)
{
	int rc;

	ASSERT_HELD(&d->tables.lock);
	if (type != TYPE_L2_TOP && type_level(type) && ptype_share(d, m, type))
		return 0;
	if (!page_get(d, m))
		return -EINVAL;
	rc = ptype_get(d, m, type);
	if (rc)
		page_put(m);
	return rc;
}
