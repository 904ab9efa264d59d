// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (mmu/ptype.c): nobody holds the page lock long. Here for what trees of
 * four levels add.
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

/* Most references that one hold of the lock has taken or dropped. */
static u32 before_hold, longest, (*count_work)(void);

static void unlocked(void)
{
	u32 now = count_work();

	longest = MAX(longest, now > before_hold ? now - before_hold :
						   before_hold - now);
	before_hold = now;
}

static void begin_holds(u32 (*count)(void))
{
	count_work = count;
	before_hold = count();
	longest = 0;
	host_unlocked = unlocked;
}

static void end_holds(u32 most)
{
	host_unlocked = NULL;
	assert_true(longest && longest <= most);
	assert_int_equal(audit_frames(), 0);
}

/* Of the page that all level-1 tables map. */
static u32 page_refs(void)
{
	return model_frame(4)->refs;
}

/*
 * A table whose last use was a linear entry is taken apart before the rest of
 * the table that had it, and no more of either in one hold than of any other.
 */
static void test_holds(void **state)
{
	u32 i;

	(void)state;
	model_pin_three();
	for (i = 10; i < 26; i++) {
		memcpy(model_page(i), model_page(3), PAGE_SIZE);
		model_page(i)[1] =
			model_page(i)[2] = model_page(i)[3] = model_page(3)[0];
		if (i < 18)
			assert_int_equal(model_update(2, i,
						      model_entry(i, TABLE)), 0);
		else
			model_page(27)[i] = model_entry(i, TABLE);
	}
	model_page(26)[1] = model_entry(27, TABLE);
	assert_int_equal(model_update(8, 7, model_entry(26, TABLE)), 0);
	assert_int_equal(model_update(0, 511, model_entry(8, LINEAR)), 0);
	assert_int_equal(model_on(MMUEXT_UNPIN_TABLE, 8), 0);
	assert_true(model_frame(4)->refs > 16 * 4);
	begin_holds(page_refs);
	assert_int_equal(model_on(MMUEXT_UNPIN_TABLE, 0), 0);
	assert_int_equal(model_frame(8)->type_count, 0);
	assert_int_equal(model_frame(4)->refs, 1);
	end_holds(HOLD_TABLES * 4);
	model_check();
}

#define EMPTY	120u

static u32 valid_tables(void)
{
	u32 i, n = 0;

	for (i = 0; i < EMPTY; i++)
		n += model_frame(i)->flags & FRAME_VALID &&
			model_frame(i)->type_count;
	return n;
}

/* Tables without level-1 tables are work as well: to look through. */
static void test_holds_empty(void **state)
{
	u32 i;

	(void)state;
	model_setup(EMPTY);
	model_page(0)[0] = model_entry(1, TABLE);
	for (i = 2; i < EMPTY; i++)
		model_page(1)[i] = model_entry(i, TABLE);
	begin_holds(valid_tables);
	while (model_on(MMUEXT_PIN_L4_TABLE, 0) == -ERESTART)
		;
	assert_int_equal(valid_tables(), EMPTY);
	assert_int_equal(model_on(MMUEXT_UNPIN_TABLE, 0), 0);
	assert_int_equal(valid_tables(), 0);
	end_holds(HOLD_TABLES * 16 + 2);
}

static u32 table_refs(void)
{
	return model_frame(1)->refs + model_frame(2)->refs + model_frame(3)->refs;
}

/* A root that holds much, at the end of its domain. */
static void test_holds_end(void **state)
{
	u32 i, other;

	(void)state;
	model_build();
	for (i = 0; i < 200; i++) {
		model_page(0)[i] = model_entry(1, TABLE);
		model_page(1)[i] = model_entry(2, TABLE);
		model_page(2)[i] = model_entry(3, TABLE);
	}
	assert_int_equal(model_on(MMUEXT_NEW_BASEPTR, 0), 0);
	assert_int_equal(model_on(MMUEXT_NEW_USER_BASEPTR, 0), 0);
	model->shared_frame = virt_to_mfn(frames_new(PAGE_SIZE));
	page_share(model, model->shared_frame);
	host_current = host_other(4, &other)->vcpu[0];
	begin_holds(table_refs);
	while (domain_kill(model) == -ERESTART)
		;
	end_holds(8);
}

EXPORT_TESTS(holds64, cmocka_unit_test(test_holds),
	     cmocka_unit_test(test_holds_empty),
	     cmocka_unit_test(test_holds_end));
