// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls with numbered operations: the number is an index into a table, and
 * the argument a structure.
 */
#include "domain/domain.h"
#include "guest/layout.h"
#include "guest/operation.h"

long operation_call(const struct operation *ops, u32 count, u32 cmd,
		    struct domain *d, gva_t at)
{
	const struct operation *op = &ops[cmd];
	u64 arg[OPERATION_MAX / sizeof(u64)], f = 0;
	long rc;

	if (cmd >= count || !op->fn)
		return -ENOSYS;
	if ((op->how & OPERATION_PRIVILEGED_FIRST) && !d->privileged)
		return -EPERM;
	if (op->layout ? layout_get(op->layout, at, arg, op->size) :
			 guest_read(arg, at, op->size))
		return -EFAULT;
	if ((op->how & OPERATION_PRIVILEGED) && !d->privileged)
		return -EPERM;
	if (op->how & OPERATION_LOCKED)
		f = spin_lock_irqsave(&d->events.lock);
	rc = op->fn(d, arg);
	if (op->how & OPERATION_LOCKED)
		spin_unlock_irqrestore(&d->events.lock, f);
	if (rc || !op->out)
		return rc;
	return op->layout ? layout_put(op->layout, at, arg) :
			    guest_write(at, arg, op->size);
}
