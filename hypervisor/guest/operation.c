// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls with numbered operations: the number is an index into a table, and
 * the argument a structure.
 */
#include "domain/domain.h"
#include "guest/layout.h"
#include "guest/operation.h"

static long call(const struct operation *op, struct domain *d, void *arg)
{
	if ((op->how & OPERATION_PRIVILEGED) && !current_domain()->privileged)
		return -EPERM;
	if (!(op->how & OPERATION_LOCKED))
		return op->fn(d, arg);
	spin_guard_irqsave(&d->events.lock);
	return op->fn(d, arg);
}

static long call_for_target(const struct operation *op, void *arg)
{
	DOMAIN_REF(d);
	long rc = domain_target(*(const domid_t *)arg, &d);

	return rc ? rc : call(op, d, arg);
}

long operation_call(const struct operation *ops, u32 count, const u64 a[])
{
	const struct operation *op = &ops[(u32)a[0]];
	struct domain *d = current_domain();
	u64 arg[OPERATION_MAX / sizeof(u64)];
	gva_t at = gva(a[1]);
	long rc;

	if ((u32)a[0] >= count || !op->fn)
		return -ENOSYS;
	if ((op->how & OPERATION_PRIVILEGED_FIRST) && !d->privileged)
		return -EPERM;
	if (op->layout ? layout_get(op->layout, at, arg, op->size) :
			 guest_read(arg, at, op->size))
		return -EFAULT;
	rc = op->how & OPERATION_TARGET ? call_for_target(op, arg) :
	     call(op, d, arg);
	if (rc || !op->out)
		return rc;
	return op->layout ? layout_put(op->layout, at, arg) :
			    guest_write(at, arg, op->size);
}
