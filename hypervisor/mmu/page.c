// SPDX-License-Identifier: GPL-2.0-only
/*
 * The owners of frames, and references to frames. A frame has an owner from its
 * first reference to its last, whatever types it has meanwhile (mmu/ptype.c). The
 * owner itself holds one reference, which FRAME_ALLOCATED stands for.
 */
#include "domain/domain.h"

#define ASSIGN_BATCH	64	/* frames, with interrupts off */

u64 page_limit(const struct domain *d)
{
	const struct width *w = d->width;
	u64 entries = (w->m2p_end - d->tables.m2p_start) / w->long_size;

	if (w->is_long || entries >= frame_count)
		return 0;
	return BIT(63 - (u32)__builtin_clzll(entries));
}

static void free_owned(struct frame *f)
{
	struct domain *d = f->owner;
	mfn_t m = frame_mfn(f);
	bool last;

	BUG_ON(f->type_count);
	page_set_m2p(m, M2P_INVALID);
	spin_scoped_irqsave(&d->mem.lock) {
		frames_unlink(&d->mem.pages, f);
		last = !--d->mem.tot_pages;
	}
	frame_free(m, 0);
	if (last)
		domain_put(d);
}

void page_end(struct frame *f)
{
	struct domain *d = f->owner;

	if (!(f->flags & FRAME_XENHEAP)) {
		free_owned(f);
		return;
	}
	page_set_m2p(frame_mfn(f), M2P_INVALID);
	*f = (struct frame){ .kind = FRAME_HV };
	domain_put(d);
}

void page_share(struct domain *d, mfn_t m)
{
	struct frame *f = mfn_frame(m);

	domain_hold(d);
	*f = (struct frame){
		.owner = d, .kind = FRAME_GUEST, .type = TYPE_WRITABLE,
		.type_count = 1, .flags = FRAME_XENHEAP,
	};
	/* Last: once refs is not 0, page_get() relies on the other fields. */
	atomic_set(&f->refs, 1);
}

bool page_reserve(struct domain *d, u64 count, bool limited)
{
	spin_guard_irqsave(&d->mem.lock);
	if (limited && d->mem.tot_pages + count > d->mem.max_pages)
		return false;
	if (!d->mem.tot_pages)
		domain_hold(d);
	d->mem.tot_pages += count;
	return true;
}

void page_unreserve(struct domain *d, u64 count)
{
	bool last;

	spin_scoped_irqsave(&d->mem.lock)
		last = !(d->mem.tot_pages -= count);
	if (last)
		domain_put(d);
}

void page_assign(struct domain *d, mfn_t m, u32 order)
{
	struct frame *f = mfn_frame(m), *end = f + (1ull << order);

	ASSERT_HELD(&d->tables.lock);
	while (f < end)
		spin_scoped_irqsave(&d->mem.lock)
			do {
				f->owner = d;
				f->kind = FRAME_GUEST;
				f->flags = FRAME_ALLOCATED;
				frames_link(&d->mem.pages, f);
				atomic_set(&f->refs, 1);
			} while (++f < end && frame_mfn(f).n % ASSIGN_BATCH);
}

/*
 * Pins and other uses keep references of their own, and the last one to go frees
 * the frame. As in Xen's guest_remove_page(), giving a frame up twice is no
 * error.
 */
int page_release(struct domain *d, mfn_t m)
{
	struct frame *f;

	ASSERT_HELD(&d->tables.lock);
	if (!page_get(d, m))
		return -EINVAL;
	f = mfn_frame(m);
	if (f->flags & FRAME_ALLOCATED) {
		f->flags &= (u8)~FRAME_ALLOCATED;
		page_put(m);
	}
	page_put(m);
	return 0;
}
