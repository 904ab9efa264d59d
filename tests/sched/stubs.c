// SPDX-License-Identifier: GPL-2.0-only
/* What the scheduler calls and the simulation does without. */
#include <stdlib.h>
#include "cpu/nmi.h"
#include "domain/domain.h"
#include "entry/guest_trap.h"
#include "entry/traps.h"
#include "event/evtchn.h"
#include "machine/log.h"

/* A vCPU's virtual times are made by sim_vcpu(). */
void *frames_new(size_t size)
{
	(void)size;
	return NULL;
}

void frames_delete(void *p, size_t size)
{
	(void)p;
	(void)size;
}

void domain_hold(struct domain *d)
{
	(void)d;
}

void domain_put(struct domain *d)
{
	(void)d;
}

void domain_tell_stopped(struct domain *d)
{
	(void)d;
}

void domain_reap(void)
{
}

bool log_news(void)
{
	return false;
}

void evtchn_send_global_virq(u32 virq)
{
	(void)virq;
}

void bounce_event(struct vcpu *v, struct regs *r)
{
	(void)v;
	(void)r;
}

/* A CPU has just taken its work. */
void nmi_forward(void)
{
	irq_window();
}

void nmi_deliver(struct vcpu *v, struct regs *r)
{
	(void)v;
	(void)r;
}

/* No guest here has XPTI. */
u64 xpti_ready(struct vcpu *v)
{
	(void)v;
	abort();
}

void xpti_leave(u64 page)
{
	(void)page;
	abort();
}

void vcpu_tick(struct vcpu *v)
{
	(void)v;
}
