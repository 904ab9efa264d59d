// SPDX-License-Identifier: GPL-2.0-only
/*
 * The timers of a vCPU (xen/vcpu.h and set_timer_op): single-shot, periodic,
 * and the timeout of a poll; and the watchdogs of a domain (xen/sched.h).
 *
 * Every vCPU starts with a periodic timer of 100 Hz, because kernels up to
 * 2.6.18 rely on it and never set it. As on Xen, it runs only while its vCPU
 * runs, and the CPU that runs the vCPU sets it. So a CPU serves at most one
 * periodic timer, and all ticks that a vCPU missed become one. Two CPUs that
 * change the timer at the same time may cause one extra tick.
 */
#include <xen/sched.h>
#include "domain/part.h"
#include "hypercalls.h"

#define DEFAULT_PERIOD	(10 * NS_PER_MS)
#define HUGE_TIMEOUT	(1ull << 50)	/* 13 days */

static void timer_fired(void *data)
{
	evtchn_send_virq(data, VIRQ_TIMER);
}

void vcpu_tick(struct vcpu *v)
{
	u64 period = READ_ONCE(v->timers.period), now = time_now();

	if (!period)
		return;
	if (now >= v->timers.last_tick + period) {
		v->timers.last_tick = now;
		evtchn_send_virq(v, VIRQ_TIMER);
	}
	timer_set(&v->timers.periodic, v->timers.last_tick + period);
}

static void period_fired(void *data)
{
	const struct vcpu *v = data;

	if (v->sched.running)
		vcpu_tick(data);
}

/* The poll may have ended before its time-out: then wake nobody. */
static void poll_timeout(void *data)
{
	const struct vcpu *v = data;

	if (v->sched.state & VCPU_POLLING)
		sched_wake(data);
}

long vcpu_set_singleshot(struct vcpu *v, u64 arg)
{
	u64 at;

	/*
	 * As Xen 4.17, ignore VCPU_SSHOTTMR_future: if the time is past, the
	 * event comes immediately.
	 */
	if (guest_read(&at, gva(arg), 8))
		return -EFAULT;
	timer_set(&v->timers.singleshot, at);
	if ((s64)at < (s64)time_now()) {
		timer_stop(&v->timers.singleshot);
		timer_fired(v);
	}
	return 0;
}

long vcpu_set_periodic(struct vcpu *v, u64 arg)
{
	u64 period;

	if (guest_read(&period, gva(arg), 8))
		return -EFAULT;
	if (period < NS_PER_MS || period > ~0ull >> 2)
		return -EINVAL;
	v->timers.period = period;
	timer_stop(&v->timers.periodic);
	/* A CPU that runs it sets the timer before it enters the guest again. */
	sched_stop(v);
	return 0;
}

long do_set_timer_op(u64 a[])
{
	u64 timeout = a[0], now = time_now();
	struct vcpu *v = current_vcpu();

	/*
	 * Xen's workaround for kernels that pass a negative time or one far
	 * away to mean "now" or "never": set the timer to 100 ms from now.
	 */
	if ((s64)timeout < 0 || (s64)(timeout - now) > (s64)HUGE_TIMEOUT)
		timeout = now + 100 * NS_PER_MS;
	if (timeout)
		timer_set(&v->timers.singleshot, timeout);
	else
		timer_stop(&v->timers.singleshot);
	return 0;
}

static void watchdog_fired(void *data)
{
	domain_shutdown(data, SHUTDOWN_watchdog);
}

long vcpu_set_watchdog(struct domain *d, void *arg)
{
	const struct sched_watchdog *w = arg;
	u32 id = w->id, i;

	if (!id)
		id = __builtin_ctz(~d->watch.used) + 1;
	if (id > WATCHDOGS)
		return w->id ? -EINVAL : -ENOSPC;
	i = id - 1;
	if (w->id && !(d->watch.used >> i & 1))
		return -EINVAL;
	if (w->id && !w->timeout) {
		timer_stop(&d->watch.timer[i]);
		d->watch.used &= ~(1u << i);
		return 0;
	}
	d->watch.used |= 1u << i;
	timer_set(&d->watch.timer[i], time_now() + w->timeout * NS_PER_SEC);
	return w->id ? 0 : (long)id;
}

static int create(struct domain *d, const struct domain_config *config)
{
	u32 i;

	for (i = 0; i < WATCHDOGS; i++)
		timer_init(&d->watch.timer[i], watchdog_fired, d);
	return 0;
}

static int vcpu_create_timers(struct vcpu *v)
{
	timer_init(&v->timers.singleshot, timer_fired, v);
	timer_init(&v->timers.periodic, period_fired, v);
	timer_init(&v->timers.poll, poll_timeout, v);
	v->timers.period = DEFAULT_PERIOD;
	return 0;
}

/* None of the timers fires after this. */
static int kill(struct domain *d)
{
	struct vcpu *v;
	u32 i;

	for (i = 0; i < WATCHDOGS; i++)
		timer_kill(&d->watch.timer[i]);
	domain_for_each_vcpu(d, v) {
		v->timers.period = 0;
		timer_kill(&v->timers.periodic);
		timer_kill(&v->timers.singleshot);
		timer_kill(&v->timers.poll);
	}
	return 0;
}

DOMAIN_PART(TIMERS,
	.create = create,
	.vcpu_create = vcpu_create_timers,
	.kill = kill);
