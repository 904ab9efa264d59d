/* SPDX-License-Identifier: GPL-2.0-only */
/* Owners of frames, and references to them. */
#ifndef KRYPTON_PAGE_H
#define KRYPTON_PAGE_H

#include "memory/frames.h"

#define COUNT_LIMIT	0x80000000u	/* of the references to a frame */

/* A general reference; false if the domain does not own the frame. No lock. */
bool page_get(struct domain *d, mfn_t m);
void page_put(mfn_t m);
/*
 * The page's shared frames (grants, shared_info): a reference by any guest.
 * It is ours again when that of the domain, and all of others, are put.
 */
void page_share(struct domain *d, mfn_t m);
/*
 * A domain's memory grows in two steps, each with its page lock held: frames
 * are counted, where 'limited' only up to its limit; then it is given each of
 * them, if it is not dying. page_unreserve() is for those that it does not
 * get.
 */
bool page_reserve(struct domain *d, u64 count, bool limited);
void page_unreserve(struct domain *d, u64 count);
void page_assign(struct domain *d, mfn_t m);
/*
 * The frame number, a power of two, below which all of a domain's frames must be,
 * or 0. As on Xen, a 32-bit domain has a limit if the machine has frames that its
 * machine-to-phys window cannot name.
 */
u64 page_limit(const struct domain *d);
/*
 * What the machine-to-phys arrays say of a frame. The caller holds a reference
 * to it, or is the one that frees it.
 */
void page_set_m2p(mfn_t m, u64 pfn);
/* The domain gives up the frame; -EINVAL if it does not own it. */
int page_release(struct domain *d, mfn_t m);

#endif
