/* SPDX-License-Identifier: GPL-2.0-only */
/* The owners of frames, and references to frames. */
#ifndef KRYPTON_PAGE_H
#define KRYPTON_PAGE_H

#include "lib/lib.h"
#include "memory/frames.h"

#define COUNT_LIMIT	0x80000000u	/* most references to a frame */

/* For page_put(): the last reference is gone. */
void page_end(struct frame *f);

/* Drop a general reference; the last one frees the frame. Any context. */
static inline void page_put(mfn_t m)
{
	struct frame *f = mfn_frame(m);

	BUG_ON(f->kind != FRAME_GUEST || !f->refs);
	if (!atomic_dec(&f->refs))
		page_end(f);
}

/*
 * Take a general reference. False: d does not own the frame, which may be any
 * number. Needs no lock.
 */
static inline bool page_get(const struct domain *d, mfn_t m)
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
	} while (!atomic_cmpxchg(&f->refs, &refs, refs + 1));
	/* Another domain may have got the frame between the two tests. */
	if (f->owner == d)
		return true;
	page_put(m);
	return false;
}

/*
 * Let d map a frame of the hypervisor (shared_info, a grant table). The caller
 * gets the domain's reference. The hypervisor has the frame back when that and
 * all references of mappings are dropped.
 */
void page_share(struct domain *d, mfn_t m);
/*
 * A domain's memory grows in two steps, each under its page lock.
 * page_reserve() counts the frames; it returns false if they are 'limited' and
 * would exceed the domain's limit. page_assign() then gives the domain the
 * frames, unless it is dying. page_unreserve() takes back the count of frames
 * that it does not get.
 */
bool page_reserve(struct domain *d, u64 count, bool limited);
void page_unreserve(struct domain *d, u64 count);
void page_assign(struct domain *d, mfn_t m, u32 order);
/*
 * The frame number, a power of two, below which all of a domain's frames must be,
 * or 0. As on Xen, a 32-bit domain has a limit if the machine has frames that its
 * machine-to-phys window cannot name.
 */
u64 page_limit(const struct domain *d);
/*
 * Set a frame's entry in both machine-to-phys arrays. The caller holds a
 * reference to the frame, or is freeing it.
 */
static inline void page_set_m2p(mfn_t m, u64 pfn)
{
	frame_m2p[m.n] = (u32)pfn;
	frame_m2p64[m.n] = pfn;
}

/*
 * Drop the owner's reference. -EINVAL: d does not own the frame. The caller
 * holds d's page lock.
 */
int page_release(struct domain *d, mfn_t m);

#endif
