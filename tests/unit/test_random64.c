// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model of a 64-bit guest (tests/unit/model64.h) after random steps
 * (tests/unit/steps64.c).
 */
#include <stdlib.h>
#include "../../hypervisor/debug/debug.h"
#include "errno.h"
#include "lib/lib.h"
#include "machine/paging.h"
#include "mmu/ptype.h"
#include "mmu/roots.h"
#include "model64.h"

static u32 draw(u32 n)
{
	return (u32)rand() % n;
}

static struct tally {
	u32 roots, users, linear, targets;
} tally;

static void count_states(void)
{
	u32 i;

	for (i = 0; i < PAGES; i++) {
		tally.linear += model_frame(i)->linear > 0;
		tally.targets += model_frame(i)->linear < 0;
	}
	for (i = 0; i < CPUS; i++) {
		tally.roots +=
			!mfn_eq(model->vcpu[i]->roots.kernel.table, INVALID_MFN);
		tally.users += !mfn_eq(model->vcpu[i]->roots.user.table, INVALID_MFN);
	}
}

static void run_random(bool preempt, unsigned int seed, u32 steps)
{
	u32 k;

	model_setup(PAGES);
	srand(seed);
	model_draw = draw;
	host_preempt = preempt;
	for (k = 0; k < steps; k++) {
		model_step();
		model_check();
		count_states();
		if (k % 8 == 0)
			assert_int_equal(audit_frames(), 0);
	}
}

/* It did get somewhere: roots, and entries of each kind, were in use. */
static void check_tally(void)
{
	assert_true(tally.roots > 1000);
	assert_true(tally.users > 1000);
	assert_true(tally.linear > 500);
	assert_true(tally.targets > 500);
	tally = (struct tally){ 0 };
}

static void test_random_updates(void **state)
{
	unsigned int seed;

	(void)state;
	for (seed = 1; seed <= 8; seed++)
		run_random(false, seed, 1500);
	check_tally();
}

static void test_random_preempted(void **state)
{
	unsigned int seed;

	(void)state;
	for (seed = 1; seed <= 8; seed++)
		run_random(true, seed, 1500);
	check_tally();
}

/* Whatever it has in use when it ends, all of its frames come back. */
static void test_end(void **state)
{
	unsigned int seed;
	u64 free;
	u32 k;

	(void)state;
	for (seed = 1; seed <= 8; seed++) {
		model_setup(PAGES);
		srand(seed);
		model_draw = draw;
		free = frames_free() + PAGES;
		host_preempt = seed & 1;
		for (k = 0; k < 300; k++)
			model_step();
		model_end(free);
	}
}

EXPORT_TESTS(random64, cmocka_unit_test(test_random_updates),
	     cmocka_unit_test(test_random_preempted),
	     cmocka_unit_test(test_end));
