// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pausing and resuming domains. Pauses are counted, because several callers may
 * pause a domain at the same time; resuming takes a shutdown back.
 */
#include "domain/part.h"

void domain_pause(struct domain *d)
{
	atomic_inc(&d->life.pause_count);
	domain_stop(d);
	/* Each CPU that runs one leaves its guest, or its long hypercall. */
	while (!domain_stopped(d))
		cpu_relax();
}

void domain_unpause(struct domain *d)
{
	if (atomic_dec(&d->life.pause_count) == 0)
		PARTS_CALL(resume, d);
}

void domain_resume(struct domain *d)
{
	domain_pause(d);
	spin_scoped_irqsave(&d->life.lock) {
		d->life.crashed = d->life.shut_down = d->life.end_told = false;
		d->life.shutdown_code = ~0u;
	}
	domain_unpause(d);
}
