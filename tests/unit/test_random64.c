// SPDX-License-Identifier: GPL-2.0-only
/*
 * The model of a 64-bit guest (tests/unit/model64.h) after random steps: pins,
 * roots, updates, and contents that the guest writes where it may.
 */
#include <stdlib.h>
#include "../../hypervisor/debug/debug.h"
#include "errno.h"
#include "hypercalls.h"
#include "lib/lib.h"
#include "machine/paging.h"
#include "mmu/ptype.h"
#include "mmu/roots.h"
#include "mmu/walk.h"
#include "model64.h"

static u32 random_slot(void)
{
	return model_slots[(u32)rand() % MODEL_SLOTS];
}

static u64 random_entry(void)
{
	static const u64 flags[] = {
		PTE_P, PTE_P | PTE_NX, PTE_P | PTE_US, TABLE, TABLE,
		PTE_P | PTE_RW, 0, TABLE | PTE_PSE, TABLE | PTE_G,
	};
	u64 m = rand() % 50 ? model_first + (u32)rand() % PAGES : (u64)rand();

	return make_pte(mfn(m), flags[(u32)rand() % ARRAY_SIZE(flags)]);
}

/* Contents as a guest writes them where it may: its own slots and others. */
static void scribble(u32 i)
{
	if (model_frame(i)->kind == FRAME_GUEST &&
	    (!model_frame(i)->type_count ||
	     model_frame(i)->type == TYPE_WRITABLE))
		model_page(i)[random_slot()] = random_entry();
}

static void random_step(void)
{
	u32 i = (u32)rand() % PAGES;

	host_current = model->vcpu[(u32)rand() % CPUS];
	switch (rand() % 16) {
	case 0 ... 1:
		model_on(MMUEXT_PIN_L1_TABLE + (u32)rand() % 3, i);
		return;
	case 2:
		model_on(MMUEXT_PIN_L4_TABLE, i);
		return;
	case 3 ... 4:
		model_on(MMUEXT_UNPIN_TABLE, i);
		return;
	case 5:
		model_on(MMUEXT_NEW_BASEPTR, i);
		return;
	case 6:
		model_operation(MMUEXT_NEW_USER_BASEPTR,
				rand() % 4 ? model_first + i : 0);
		return;
	case 7 ... 10:
		scribble(i);
		return;
	default:
		model_update(i, random_slot(), random_entry());
	}
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
			!mfn_eq(model->vcpu[i]->roots.table, INVALID_MFN);
		tally.users += !mfn_eq(model->vcpu[i]->roots.user, INVALID_MFN);
	}
}

static void run_random(bool preempt, unsigned int seed, u32 steps)
{
	u32 k;

	model_setup(PAGES);
	srand(seed);
	host_preempt = preempt;
	for (k = 0; k < steps; k++) {
		random_step();
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
	u32 k, other;

	(void)state;
	for (seed = 1; seed <= 8; seed++) {
		model_setup(PAGES);
		srand(seed);
		free = frames_free() + PAGES;
		host_preempt = seed & 1;
		for (k = 0; k < 300; k++)
			random_step();
		model->shared_frame = virt_to_mfn(frames_new(PAGE_SIZE));
		page_share(model, model->shared_frame);
		host_current = host_other(4, &other)->vcpu[0];
		while (domain_kill(model) == -ERESTART)
			model_check();
		assert_int_equal(frames_free(), free - 5);
		assert_int_equal(audit_frames(), 0);
	}
}

EXPORT_TESTS(random64, cmocka_unit_test(test_random_updates),
	     cmocka_unit_test(test_random_preempted),
	     cmocka_unit_test(test_end));
