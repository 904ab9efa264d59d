// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls with numbered operations: the number is an index into a table, and
 * the argument a structure that has the same layout in all guests.
 */
#include "domain/domain.h"
#include "guest/guest.h"
#include "guest/operation.h"

#define MAX_SIZE	96	/* of an argument, in bytes */

long operation_call(const struct operation *ops, u32 count, u32 cmd,
		    struct domain *d, gva_t at)
{
	const struct operation *op = cmd < count ? &ops[cmd] : NULL;
	u64 arg[MAX_SIZE / sizeof(u64)] = { 0 }, f = 0;
	long rc;

	if (!op || !op->fn)
		return -ENOSYS;
	BUG_ON(op->size > sizeof(arg));
	if (guest_read(arg, at, op->size))
		return -EFAULT;
	if ((op->how & OPERATION_PRIVILEGED) && !d->privileged)
		return -EPERM;
	if (op->how & OPERATION_LOCKED)
		f = spin_lock_irqsave(&d->events.lock);
	rc = op->fn(d, arg);
	if (op->how & OPERATION_LOCKED)
		spin_unlock_irqrestore(&d->events.lock, f);
	return !rc && op->out ? guest_write(at, arg, op->size) : rc;
}
