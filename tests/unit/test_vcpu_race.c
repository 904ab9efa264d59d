// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two vCPUs that decide on the same thing: the one's call comes between any
 * two instructions of the other's (race.c). Two that take each other
 * down end the domain; one of two pages becomes the vcpu_info, and the other
 * keeps no reference; who resumes a domain while the tools are told of its end
 * leaves the next end to be told; a domain's wall clock shows the last offset.
 */
#include <stdlib.h>
#include <string.h>
#include <xen/sched.h>
#include "boot/boot.h"
#include "cpu/nmi.h"
#include "cpu/vcpu.h"
#include "entry/traps.h"
#include "host.h"
#include "lib/lib.h"
#include "machine/log.h"
#include "machine/machine.h"
#include "machine/panic.h"
#include "mmu/ptype.h"
#include "sched/sched.h"

/* What the machine and the scheduler do, and host.c has otherwise. */
#define domain_stop		tested_stop
#define domain_stack_lines	race_stack_lines
#define domain_stopped		tested_stopped
#define sched_stop(v)		((void)(v))
#define sched_wake(v)		((void)(v))
#define sched_runstate(v, rs)	(*(rs) = (v)->sched.runstate)
#define nmi_raise(v)		((void)(v))
#define vcpu_set_periodic(v, a)		((void)(v), (long)(a))
#define vcpu_set_singleshot(v, a)	((void)(v), (long)(a))
#define machine_power_off()	abort()
#define machine_reboot()	abort()
#define panic_stop()		abort()
#define panic_dump(r)		((void)0)
#define evtchn_send_end(d, port)	(told++)
static u32 told;
void tested_stop(struct domain *d);
bool tested_stopped(const struct domain *d);

#include "../../hypervisor/domain/shutdown.c"
#include "../../hypervisor/domain/pause.c"
#include "../../hypervisor/cpu/vcpu.c"

#define ENOUGH	20000u

static struct domain *d;
static u32 first;

static void setup(void)
{
	host_reset();
	frames_init(HOST_FRAMES);
	frames_give(mfn(256), HOST_FRAMES - 256);
	d = host_make(0, 2, 4, &first);
	host_current = d->vcpu[0];
	spin_init(&d->life.lock, LOCK_SHUTDOWN);
	d->life.shutdown_code = ~0u;
	d->vcpu[0]->sched.state = d->vcpu[1]->sched.state = VCPU_UP;
	told = 0;
}

static long down_second(void)
{
	return bring_down(d->vcpu[1]);
}

static void down_first(void)
{
	assert_int_equal(bring_down(d->vcpu[0]), 0);
}

/*
 * When two vCPUs take each other down, one goes down; the call that would take
 * down the last one that is up ends the domain instead.
 */
static void test_down(void **state)
{
	u32 steps;

	(void)state;
	for (steps = 1; steps < ENOUGH; steps++) {
		setup();
		assert_int_equal(race(down_second, down_first, steps), 0);
		if (race_other)
			break;
		assert_true(d->life.shut_down);
		assert_int_equal(d->life.shutdown_code, SHUTDOWN_poweroff);
		assert_true(
			(d->vcpu[0]->sched.state ^ d->vcpu[1]->sched.state) &
			VCPU_UP);
	}
	assert_in_range(steps, 10, ENOUGH - 1);
}

static long register_at(u32 frame)
{
	vcpu_register_vcpu_info_t r = { .mfn = frame };

	return register_info(d->vcpu[1], (u64)&r);
}

static long other_result;

static long register_one(void)
{
	return register_at(first);
}

static void register_other(void)
{
	other_result = register_at(first + 1);
}

/*
 * Of two pages that are registered at once one becomes the vcpu_info; the other
 * call is -EINVAL and leaves no reference.
 */
static void test_info(void **state)
{
	u32 steps, used;
	long rc;

	(void)state;
	for (steps = 1; steps < ENOUGH; steps++) {
		setup();
		d->vcpu[1]->sched.state = 0;
		rc = race(register_one, register_other, steps);
		if (race_other)
			break;
		assert_int_equal(rc + other_result, -EINVAL);
		used = rc ? first + 1 : first;
		assert_int_equal(d->vcpu[1]->shared.info_frame.n, used);
		assert_int_equal(frame_table[used].refs, 2);
		assert_int_equal(frame_table[rc ? first : first + 1].refs, 1);
	}
	assert_in_range(steps, 10, ENOUGH - 1);
}

static long tell(void)
{
	domain_tell_stopped(d);
	return 0;
}

static void resume(void)
{
	domain_resume(d);
}

/*
 * A domain that is resumed while the tools are told of its end is reported
 * again at its next end.
 */
static void test_told(void **state)
{
	u32 steps, before;

	(void)state;
	for (steps = 1; steps < ENOUGH; steps++) {
		setup();
		d->life.shut_down = true;
		race(tell, resume, steps);
		if (race_other)
			break;
		before = told;
		domain_shutdown(d, SHUTDOWN_suspend);
		assert_int_equal(told, before + 1);
	}
	assert_in_range(steps, 10, ENOUGH - 1);
}

static long set_offset(void)
{
	d->policy.time_offset = 1;
	vcpu_update_wallclock(d);
	return 0;
}

static void set_other_offset(void)
{
	d->policy.time_offset = 2;
	vcpu_update_wallclock(d);
}

/* Of two that set the offset, one is the last: the clock shows that one's. */
static void test_wallclock(void **state)
{
	struct width places;
	const u32 *wc;
	u32 steps;

	(void)state;
	for (steps = 1; steps < ENOUGH; steps++) {
		setup();
		places = *d->width;
		places.wc_offset = 0xc00;
		places.wc_hi_offset = 0xc0c;
		d->width = &places;
		wallclock_base = 1000 * NS_PER_SEC + 77;
		race(set_offset, set_other_offset, steps);
		if (race_other)
			break;
		wc = (const u32 *)(d->shared + d->width->wc_offset);
		assert_int_equal(wc[1], 1000 + d->policy.time_offset);
		assert_int_equal(wc[2], 77);
		assert_int_equal(wc[0] & 1, 0);
	}
	assert_in_range(steps, 10, ENOUGH - 1);
}

EXPORT_TESTS(vcpu_race, cmocka_unit_test(test_wallclock),
	     cmocka_unit_test(test_down),
	     cmocka_unit_test(test_info), cmocka_unit_test(test_told));
