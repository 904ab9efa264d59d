// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vCPU's queue changes while a CPU takes the lock of it: another CPU takes the
 * vCPU between any two instructions (race.c). Whoever has locked it holds the
 * lock of the queue that it is in.
 */
#include "host.h"
#include "sched/inner.h"

/* What the scheduler does, and no other test has. */
#define sched_runnable(v)		((v)->sched.state == VCPU_UP)
#define sched_note_wait(v, now)		((void)(v), (void)(now))
#include "../../hypervisor/sched/runqueue.c"

#define ENOUGH	5000u

static struct vcpu v;
static u64 vtimes[MAX_CPUS];

static void setup(void)
{
	host_reset();
	sched_init();
	runqueues[0].first = NULL;
	waiting_cpus = cpus_below(0);
	waiting_queues = 0;
	runqueues[1].first = NULL;
	v = (struct vcpu){ .sched.state = VCPU_UP, .sched.vtime = vtimes,
			   .sched.affinity = cpus_below(MAX_CPUS) };
	runqueue_add(&v);
}

static long lock_it(void)
{
	runqueue_guard(&v);
	return runqueues[v.sched.cpu].lock.owner;
}

static void take_it(void)
{
	spin_lock(&runqueues[1].lock);
	runqueue_pull(1, MAX_CPUS, NULL);
	spin_unlock(&runqueues[1].lock);
}

static void test_lock(void **state)
{
	u32 steps;

	(void)state;
	for (steps = 1; steps < ENOUGH; steps++) {
		setup();
		assert_int_equal(race(lock_it, take_it, steps), 1);
		assert_int_equal(host_locks, 0);
		if (race_other)
			break;
		assert_int_equal(v.sched.cpu, 1);
		assert_ptr_equal(runqueues[1].first, &v);
		assert_null(runqueues[0].first);
		assert_int_equal(waiting_queues, 1);
	}
	assert_in_range(steps, 10, ENOUGH - 1);
}

static u32 least;

static long take(void)
{
	take_it();
	return 0;
}

static void count(void)
{
	least = MIN(least, waiting_queues);
}

/* While it moves, the vCPU waits: a CPU that starts another sets its timer. */
static void test_count(void **state)
{
	(void)state;
	setup();
	least = 1;
	race_watch(take, count);
	assert_int_equal(v.sched.cpu, 1);
	assert_int_equal(least, 1);
	assert_int_equal(waiting_queues, 1);
}

EXPORT_TESTS(queue_race, cmocka_unit_test(test_lock),
	     cmocka_unit_test(test_count));
