// SPDX-License-Identifier: GPL-2.0-only
/*
 * Destroying a domain: domain_kill() waits until no vCPU of it runs, and then
 * kills its parts in order (domain/part.h). A part returns -ERESTART when other
 * work waits, and the next call goes on with that part.
 *
 * A page that another domain still maps keeps the domain's structure until it
 * is unmapped.
 */
#include "domain/part.h"

static int start_killing(struct domain *d)
{
	u32 alive = DOMAIN_ALIVE;

	if (d == dom0 || d == current_domain())
		return -EINVAL;
	if (!atomic_cmpxchg(&d->life.is_dying, &alive, DOMAIN_DYING))
		return alive == DOMAIN_DYING ? 0 : -EINVAL;
	domain_stop(d);
	return 0;
}

static void end(struct domain *d)
{
	WRITE_ONCE(d->life.is_dying, DOMAIN_DEAD);
	domain_put(d);
	quiet_audit();
	/* Tell backends, so that they unmap its pages. */
	evtchn_send_end(NULL, 0);
}

int domain_kill(struct domain *d)
{
	const struct domain_part *p;
	int rc = start_killing(d);

	if (!rc && !domain_stopped(d))
		rc = -ERESTART;
	while (!rc && d->life.kill_step < PARTS) {
		p = part_at(d->life.kill_step);
		rc = p->kill ? p->kill(d) : 0;
		if (!rc)
			d->life.kill_step++;
	}
	if (!rc)
		end(d);
	return rc;
}
