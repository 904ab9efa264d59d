// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timers of a vCPU (xen/vcpu.h and set_timer_op): single-shot, periodic,
 * and the timeout of a poll.
 */
#include <xen/sched.h>
#include <xen/vcpu.h>
#include "domain.h"
#include "errno.h"
#include "evtchn.h"
#include "guest.h"
#include "hypercall.h"
#include "sched.h"
#include "vcpu.h"

static void timer_fired(void *data)
{
	evtchn_send_virq(data, VIRQ_TIMER);
}

static void period_fired(void *data)
{
	struct vcpu *v = data;

	evtchn_send_virq(v, VIRQ_TIMER);
	if (v->period)
		timer_set(&v->periodic, v->periodic.expires + v->period);
}

/* Left over from a poll that an event ended, it must wake no one. */
static void poll_timeout(void *data)
{
	const struct vcpu *v = data;

	if (v->state & VCPU_POLLING)
		sched_wake(data);
}

void vcpu_init_timers(struct vcpu *v)
{
	timer_init(&v->singleshot, timer_fired, v);
	timer_init(&v->periodic, period_fired, v);
	timer_init(&v->poll, poll_timeout, v);
}

void vcpu_stop_timers(struct vcpu *v)
{
	v->period = 0;
	timer_kill(&v->periodic);
	timer_kill(&v->singleshot);
	timer_kill(&v->poll);
}

long vcpu_set_singleshot(struct vcpu *v, u64 arg)
{
	u64 at;

	/*
	 * The flag for "only if in the future" is not looked at, as Xen 4.17
	 * does not either: a time that is over makes the event come at once.
	 */
	if (guest_read(&at, gva(arg), 8))
		return -EFAULT;
	timer_set(&v->singleshot, at);
	return 0;
}

long vcpu_set_periodic(struct vcpu *v, u64 arg)
{
	u64 period;

	if (guest_read(&period, gva(arg), 8))
		return -EFAULT;
	if (period < NS_PER_MS || (s64)period < 0)
		return -EINVAL;
	v->period = period;
	timer_set(&v->periodic, time_now() + period);
	return 0;
}

void vcpu_stop_periodic(struct vcpu *v)
{
	v->period = 0;
	timer_stop(&v->periodic);
}

long set_timer_op(u64 a[])
{
	u64 timeout = hypercall_arg64(a);
	struct vcpu *v = current_vcpu();

	if (timeout)
		timer_set(&v->singleshot, timeout);
	else
		timer_stop(&v->singleshot);
	return 0;
}
