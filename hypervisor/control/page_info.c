// SPDX-License-Identifier: GPL-2.0-only
/*
 * domctl on frames: the type of each frame of a list, which saving a domain
 * needs, and filling a domain's hypercall page.
 */
#include "control/ctl.h"
#include "cpu/emulate.h"

#define MAX_FRAMES	1024u

static u32 frame_info(struct domain *d, mfn_t m)
{
	static const u32 by_level[] = {
		XEN_DOMCTL_PFINFO_NOTAB, XEN_DOMCTL_PFINFO_L1TAB,
		XEN_DOMCTL_PFINFO_L2TAB, XEN_DOMCTL_PFINFO_L3TAB,
		XEN_DOMCTL_PFINFO_L4TAB,
	};
	const struct frame *f;
	u32 info = XEN_DOMCTL_PFINFO_NOTAB;

	if (!page_get(d, m))
		return XEN_DOMCTL_PFINFO_XTAB;
	f = mfn_frame(m);
	if (f->flags & FRAME_XENHEAP)
		info = XEN_DOMCTL_PFINFO_XTAB;
	else if (f->type_count && (f->flags & FRAME_VALID))
		info = by_level[type_level(f->type)];
	if (f->flags & FRAME_PINNED)
		info |= XEN_DOMCTL_PFINFO_LPINTAB;
	page_put(m);
	return info;
}

/* In place: each frame number of the array becomes its type. */
long domctl_page_info(struct domain *d, struct xen_domctl *op)
{
	gva_t array = HANDLE(op->u.getpageframeinfo3.array);
	u64 n = op->u.getpageframeinfo3.num, i, frame;

	if (n > MAX_FRAMES)
		return -E2BIG;
	for (i = 0; i < n; i++) {
		if (guest_get_long(array, i, &frame) ||
		    guest_put_long(array, i, frame_info(d, mfn(frame))))
			return -EFAULT;
	}
	return 0;
}

long domctl_hypercall_page(struct domain *d, struct xen_domctl *op)
{
	int rc = msr_fill_hypercall_page(d, mfn(op->u.hypercall_init.gmfn));

	return rc == -EBUSY ? -EPERM : rc;
}
