// SPDX-License-Identifier: GPL-2.0-only
/*
 * The old forms of event_channel_op, physdev_op and sched_op, which kernels for
 * Xen 3.0 call and Xen still offers to PV guests. The first two pass the number
 * of the operation and its argument in one structure (xen/event_channel.h,
 * xen/physdev.h); the old sched_op passes plain numbers.
 */
#include <xen/sched.h>
#include "domain/domain.h"
#include "guest/layout.h"
#include "hypercalls.h"

/*
 * Split such a structure of 'size' bytes into the arguments of the new
 * hypercall: the operation's number, which it begins with, and the address of
 * its argument, which is 'offset' bytes behind. 0 or -EFAULT.
 */
static int split(u64 at, u32 size, u32 offset, u64 to[])
{
	u32 op[8];

	if (guest_read(op, gva(at), size))
		return -EFAULT;
	to[0] = op[0];
	to[1] = at + offset;
	return 0;
}

long do_sched_op_compat(u64 a[])
{
	switch ((u32)a[0]) {
	case SCHEDOP_yield:
	case SCHEDOP_block:
		return do_sched_op(a);
	case SCHEDOP_shutdown:
		domain_shutdown(current_domain(), a[1] & 0xff);
		return 0;
	default:
		return -ENOSYS;
	}
}

long do_event_channel_op_compat(u64 a[])
{
	u64 to[HYPERCALL_ARGS] = { 0 };
	int rc = split(a[0], sizeof(struct evtchn_op), sizeof(u32), to);

	if (rc)
		return rc;
	return to[0] <= EVTCHNOP_unmask ? do_event_channel_op(to) : -ENOSYS;
}

long do_physdev_op_compat(u64 a[])
{
	u64 to[HYPERCALL_ARGS] = { 0 };
	int rc = split(a[0], layout_size(LAYOUT_PHYSDEV_OP),
		       current_domain()->width->long_size, to);

	return rc ? rc : do_physdev_op(to);
}
