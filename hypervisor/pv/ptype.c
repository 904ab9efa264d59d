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
 *  I7  When a type count reaches 0 the contents' references are dropped at
 *      once: no checked state outlives its last user.
 *
 * All of this happens under the owner's page lock; only the count of general
 * references may be dropped outside it.
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
#include "smp.h"

#define COUNT_LIMIT	0x80000000u

void domain_flush(struct domain *d)
{
	smp_flush(d->dirty_cpus);
}

bool ptype_get_ref(struct domain *d, mfn_t m)
{
	struct frame *f;

	if (!mfn_valid(m))
		return false;
	f = mfn_frame(m);
	if (f->kind != FRAME_GUEST || f->owner != d || !f->refs ||
	    f->refs >= COUNT_LIMIT)
		return false;
	__atomic_fetch_add(&f->refs, 1, __ATOMIC_SEQ_CST);
	return true;
}

static void free_owned(struct frame *f)
{
	struct domain *d = f->owner;
	mfn_t m = frame_mfn(f);

	BUG_ON(f->type_count || (f->flags & FRAME_XENHEAP));
	if (f->prev)
		frame_table[f->prev].next = f->next;
	else
		d->pages = f->next;
	if (f->next)
		frame_table[f->next].prev = f->prev;
	d->tot_pages--;
	domain_flush(d);
	frame_m2p[m.n] = M2P_INVALID;
	memset(mfn_to_virt(m), 0, PAGE_SIZE);
	frame_free(m, 0);
}

void ptype_put_ref(mfn_t m)
{
	struct frame *f = mfn_frame(m);

	BUG_ON(f->kind != FRAME_GUEST || !f->refs);
	if (__atomic_sub_fetch(&f->refs, 1, __ATOMIC_SEQ_CST) == 0)
		free_owned(f);
}

bool ptype_assign(struct domain *d, mfn_t m, bool count)
{
	struct frame *f = mfn_frame(m);

	if (count && d->tot_pages >= d->max_pages)
		return false;
	*f = (struct frame){
		.owner = d, .refs = 1, .kind = FRAME_GUEST,
		.flags = FRAME_ALLOCATED, .next = d->pages,
	};
	if (d->pages)
		frame_table[d->pages].prev = (u32)m.n;
	d->pages = (u32)m.n;
	d->tot_pages++;
	return true;
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

static int validate(struct domain *d, mfn_t m, enum frame_type type)
{
	struct frame *f = mfn_frame(m);
	int rc = 0;

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
		if (!(f->flags & FRAME_PARTIAL))
			__atomic_fetch_add(&f->refs, 1, __ATOMIC_SEQ_CST);
		f->flags |= FRAME_PARTIAL;
		return rc;
	}
	if (f->flags & FRAME_PARTIAL)
		__atomic_fetch_sub(&f->refs, 1, __ATOMIC_SEQ_CST);
	f->flags &= (u8)~FRAME_PARTIAL;
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
		domain_flush(d);
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
	f->type_count++;
	return 0;
}

void ptype_put(struct domain *d, mfn_t m)
{
	struct frame *f = mfn_frame(m);

	BUG_ON(!f->type_count);
	if (f->type_count > 1 || (f->flags & FRAME_XENHEAP)) {
		f->type_count--;
		return;
	}
	if (f->type >= TYPE_L1 && f->type <= TYPE_L3)
		tables_devalidate(d, m, f->type);
	f->type_count = 0;
	f->flags &= (u8)~(FRAME_VALID | FRAME_TOP_L2);
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
