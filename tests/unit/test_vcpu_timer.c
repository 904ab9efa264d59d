// SPDX-License-Identifier: GPL-2.0-only
/*
 * The periodic timer of a vCPU (cpu/vcpu_timer.c) is set by the CPU that runs it,
 * never by the one whose vCPU asks for it: that stops the timer and calls the other
 * CPU. All ticks that a vCPU missed become one.
 */
#include <string.h>
#include "cpu/vcpu.h"
#include "domain/part.h"
#include "host.h"
#include "hypercalls.h"

static u64 host_now, set_to, asked;		/* set_to: 0, nobody set the timer */
static char steps[8];			/* x: stopped, k: its CPU is called */
static u32 ticks;

static void step(char what)
{
	size_t n = strlen(steps);

	assert_in_range(n, 0, sizeof(steps) - 2);
	steps[n] = what;
}

#define time_now()			host_now
#define timer_init(t, fn, data)		((void)(t), (void)(fn), (void)(data))
#define timer_kill(t)			((void)(t))
#define timer_set(t, at)		((void)(t), (void)(set_to = (at)))
#define timer_stop(t)			((void)(t), step('x'))
#define sched_stop(v)			((void)(v), step('k'))
#define sched_wake(v)			((void)(v))
#define evtchn_send_virq(v, virq)	((void)(v), (void)ticks++)
#define guest_read(to, from, n)		((void)(from), memcpy(to, &asked, n), 0)
#define domain_shutdown(d, reason)	((void)(d))
#undef DOMAIN_PART
#define DOMAIN_PART(place, ...)	static const struct domain_part part = { __VA_ARGS__ }

#include "../../hypervisor/cpu/vcpu_timer.c"

static struct vcpu *setup(void)
{
	struct domain *d;
	u32 first;

	host_reset();
	frames_init(HOST_FRAMES);
	frames_give(mfn(256), HOST_FRAMES - 256);
	d = host_make(1, 2, 4, &first);
	host_current = d->vcpu[0];
	host_now = 1000 * NS_PER_MS;
	set_to = ticks = 0;
	memset(steps, 0, sizeof(steps));
	assert_int_equal(part.vcpu_create(d->vcpu[1]), 0);
	return d->vcpu[1];
}

/* xen/vcpu.h: at least a millisecond. */
static void test_set_periodic(void **state)
{
	static const struct {
		u64 period;
		long answer;
	} rows[] = {
		{ 0, -EINVAL },
		{ NS_PER_MS - 1, -EINVAL },
		{ NS_PER_MS, 0 },
		{ ~0ull >> 2, 0 },
		{ (~0ull >> 2) + 1, -EINVAL },
	};
	struct vcpu *v;
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		v = setup();
		asked = rows[i].period;
		v->sched.running = true;
		assert_int_equal(vcpu_set_periodic(v, 0), rows[i].answer);
		assert_int_equal(v->timers.period, rows[i].answer ?
				 DEFAULT_PERIOD : rows[i].period);
		assert_string_equal(steps, rows[i].answer ? "" : "xk");
		assert_int_equal(set_to, 0);
	}
}

static void test_tick(void **state)
{
	struct vcpu *v = setup();

	(void)state;
	v->timers.last_tick = host_now - 3 * DEFAULT_PERIOD;
	vcpu_tick(v);
	assert_int_equal(ticks, 1);
	assert_int_equal(set_to, host_now + DEFAULT_PERIOD);
	host_now += DEFAULT_PERIOD - 1;
	vcpu_tick(v);
	assert_int_equal(ticks, 1);
	assert_int_equal(set_to, host_now + 1);
	/* It fires after its vCPU has left the CPU, or was told to stop. */
	set_to = 0;
	host_now += 1;
	v->sched.running = false;
	period_fired(v);
	v->sched.running = true;
	v->timers.period = 0;		/* VCPUOP_stop_periodic_timer */
	timer_stop(&v->timers.periodic);
	period_fired(v);
	assert_int_equal(ticks, 1);
	assert_int_equal(set_to, 0);
	assert_string_equal(steps, "x");
}

EXPORT_TESTS(vcpu_timer, cmocka_unit_test(test_set_periodic),
	     cmocka_unit_test(test_tick));
