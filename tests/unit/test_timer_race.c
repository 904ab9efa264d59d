// SPDX-License-Identifier: GPL-2.0-only
/*
 * Killing a timer whose function runs on another CPU: once timer_kill() has
 * returned the function runs no more, or what it uses would be freed under it,
 * though it sets itself again while it is killed.
 *
 * Two threads are two CPUs, of which one runs at a time; a seed says where
 * they change places. Not every order of events comes up, but many do.
 */
#include <pthread.h>
#include <semaphore.h>
#include "host.h"

#define SEEDS	400u
#define SETS	3u

static struct timer timer;
static sem_t turn[2];
static bool finished;			/* the CPU with the timer */
static volatile bool running;
static volatile u32 runs;
static u32 seed, sets_left;

static void change_places(void)
{
	u32 me = host_cpu.id;

	if (finished)
		return;
	sem_post(&turn[!me]);
	sem_wait(&turn[me]);
}

static void maybe_change_places(void)
{
	seed = seed * 1664525 + 1013904223;
	if (seed >> 31)
		change_places();
}

static void fired(void *data)
{
	runs++;
	running = true;
	maybe_change_places();
	if (sets_left) {
		sets_left--;
		timer_set(data, 0);
	}
	maybe_change_places();
	running = false;
}

static void *other_cpu(void *arg)
{
	host_cpu.id = 1;
	sem_wait(&turn[1]);
	timer_set(arg, 0);
	timer_interrupt();
	finished = true;
	sem_post(&turn[0]);
	return NULL;
}

static void start(u32 nr, pthread_t *thread)
{
	host_reset();
	host_turn = maybe_change_places;
	seed = nr;
	sets_left = SETS;
	finished = false;
	runs = 0;
	sem_init(&turn[0], 0, 0);
	sem_init(&turn[1], 0, 0);
	timer_init(&timer, fired, &timer);
	assert_int_equal(pthread_create(thread, NULL, other_cpu, &timer), 0);
	while (!runs)
		change_places();
}

static void finish(pthread_t thread)
{
	while (!finished)
		change_places();
	host_turn = NULL;
	pthread_join(thread, NULL);
}

/*
 * When timer_kill() returns, the function neither runs nor runs again, and the
 * timer is off.
 */
static void test_kill_running(void **state)
{
	u32 nr, before, prevented = 0;
	pthread_t thread;
	bool still;

	(void)state;
	for (nr = 0; nr < SEEDS; nr++) {
		start(nr, &thread);
		timer_kill(&timer);
		still = running || timer.active;
		before = runs;
		finish(thread);
		assert_false(still);
		assert_int_equal(runs, before);
		assert_int_equal(host_locks, 0);
		prevented += runs <= SETS;
	}
	assert_in_range(prevented, SEEDS / 10, SEEDS);
}

EXPORT_TESTS(timer_race, cmocka_unit_test(test_kill_running));
