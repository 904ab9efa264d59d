// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls on a list: {list, count, where to tell how many were done, whose}.
 * They stop at the first error. A long list stops in between: the rest stands
 * in the arguments, and bit 31 of the count says that "done" already holds a
 * number to add to.
 */
#include "domain/domain.h"
#include "errno.h"
#include "guest/guest.h"
#include "mmu/mmu.h"
#include "mmu/ptype.h"
#include "sched/sched.h"

#define COUNT_CONTINUED	BIT(31)

static int tell_done(u64 at, bool continued, u32 done)
{
	u32 before = 0;

	if (!at)
		return 0;
	if (continued && guest_read(&before, gva(at), 4))
		return -EFAULT;
	before += done;
	return guest_write(gva(at), &before, 4);
}

/*
 * A request ends only after the tables that it dropped are taken apart. Tables
 * that another vCPU drops meanwhile are for that one, so no lock is needed
 * here.
 */
static int drain(struct domain *d)
{
	if (!READ_ONCE(d->tables.old_table[0].n) &&
	    !READ_ONCE(d->tables.old_table[1].n))
		return 0;
	return ptype_drain(d);
}

long pv_batch(u64 a[], u32 size, struct domain *d,
	      int (*one)(void *data, gva_t at), void *data)
{
	bool continued = a[1] & COUNT_CONTINUED;
	int rc = 0, left;
	u32 done = 0;

	a[1] &= ~COUNT_CONTINUED;
	while (a[1] && !rc) {
		rc = one(data, gva(a[0]));
		if (rc) {
			if (rc != -ERESTART || sched_preempt_needed())
				break;
			/* It gave the lock up for others: on with the same. */
			rc = 0;
			continue;
		}
		a[0] += size;
		a[1]--;
		done++;
		if (a[1] && sched_preempt_needed())
			rc = -ERESTART;
	}
	/* After an error the next request does what this one cannot finish. */
	left = rc != -ERESTART ? drain(d) : 0;
	if (!rc)
		rc = left;
	if (tell_done(a[2], continued, done))
		rc = -EFAULT;
	if (rc == -ERESTART)
		a[1] |= COUNT_CONTINUED;
	return rc;
}
