// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls that work on a list, with the arguments {list, count, address of
 * "done", domain}. They stop at the first error and store the number of elements
 * done at "done". If other work waits, they stop between elements: the arguments
 * then hold the rest of the list, and bit 31 of the count says that "done"
 * already holds a number, to which the continuation adds (MMU_UPDATE_PREEMPTED on
 * Xen).
 */
#include "mmu/mmu.h"

/* As on Xen, an address where nothing can be written changes no result. */
static void tell_done(u64 at, bool continued, u32 done)
{
	u32 before = 0;

	if (continued)
		guest_read(&before, gva(at), 4);
	before += done;
	if (at)
		guest_write(gva(at), &before, 4);
}

long batch_end_long(struct batch *b, struct domain *d)
{
	/* If ptype_drain() stops after an error, the next request continues it. */
	int left = b->rc != -ERESTART ? ptype_drain(d) : 0;
	int rc = b->rc ? b->rc : left;

	tell_done(b->a[2], b->continued, b->done);
	if (rc == -ERESTART)
		b->a[1] |= COUNT_CONTINUED;
	return rc;
}
