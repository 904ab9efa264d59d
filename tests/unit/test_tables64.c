// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules of mmu/tables.c and mmu/roots.c for 64-bit guests one by one, with the
 * model of tests/unit/model64.h: contents, linear entries, roots of two modes,
 * walks; and that the audit sees each of them broken.
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

/*
 * User rights are added at all levels, and PTE_A at level 4; what stood in
 * slots 256 to 271 is gone, and cannot come back.
 */
static void test_contents(void **state)
{
	static const u64 bad[] = { PTE_PSE, PTE_G, PTE_PCD, PTE_PWT };
	u32 i;

	(void)state;
	model_build();
	for (i = L4_M2P_SLOT; i < L4_HV_END; i++)
		model_page(0)[i] = i & 1 ? model_entry(0, LINEAR) : ~0ull;
	assert_int_equal(model_on(MMUEXT_PIN_L4_TABLE, 0), 0);
	for (i = L4_M2P_SLOT; i < L4_HV_END; i++) {
		assert_int_equal(model_page(0)[i], 0);
		assert_int_equal(model_update(0, i, model_entry(1, TABLE)),
				 -EINVAL);
		assert_int_equal(model_update(0, i, 0), -EINVAL);
	}
	assert_int_equal(model_page(0)[1], model_entry(1, TABLE | PTE_A));
	for (i = 1; i < 3; i++)
		assert_int_equal(model_page(i)[i == 1 ? 2 : 0],
				 model_entry(i + 1, TABLE));
	assert_int_equal(model_page(3)[0], model_entry(4, TABLE));
	/* In the same way when an entry is changed. */
	assert_int_equal(model_update(0, 272, model_entry(1, PTE_P)), 0);
	assert_int_equal(model_page(0)[272],
			 model_entry(1, PTE_P | PTE_US | PTE_A));
	assert_int_equal(model_update(1, 256, model_entry(2, PTE_P)), 0);
	assert_int_equal(model_page(1)[256], model_entry(2, PTE_P | PTE_US));
	assert_int_equal(model_update(3, 9, model_entry(5, PTE_P)), 0);
	assert_int_equal(model_page(3)[9], model_entry(5, PTE_P | PTE_US));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(model_update(0, 2,
					      model_entry(1, TABLE | bad[i])),
				 -EINVAL);
		assert_int_equal(model_update(1, 0,
					      model_entry(2, TABLE | bad[i])),
				 -EINVAL);
	}
	assert_int_equal(model_on(MMUEXT_UNPIN_TABLE, 0), 0);
	assert_int_equal(model_frame(3)->type_count, 0);
	model_check();
	assert_int_equal(audit_frames(), 0);
}

/*
 * A table may point to itself, and to a valid table of its level, read-only;
 * not to one with such entries, nor while another one points to it. The own
 * entry counts for neither.
 */
static void test_linear(void **state)
{
	(void)state;
	model_pin_three();
	assert_int_equal(model_update(0, 509, model_entry(0, TABLE)), -EINVAL);
	assert_int_equal(model_update(0, 509, model_entry(0, LINEAR | PTE_NX)),
			 0);
	assert_int_equal(model_update(0, 509, model_entry(0, TABLE)), -EINVAL);
	assert_int_equal(model_frame(0)->refs, 2);
	assert_int_equal(model_update(8, 509, model_entry(8, LINEAR)), 0);
	assert_int_equal(model_update(0, 511, model_entry(8, TABLE)), -EINVAL);
	assert_int_equal(model_update(0, 511, model_entry(8, LINEAR)), 0);
	assert_int_equal(model_frame(8)->type_count, 2);
	/* Not writable, where it has all else already. */
	assert_int_equal(model_update(0, 511, model_entry(8, LINEAR | PTE_NX)),
			 0);
	assert_int_equal(model_update(0, 511, model_entry(8, TABLE)), -EINVAL);
	/* 8 is a target, 0 is a container. */
	assert_int_equal(model_update(8, 1, model_entry(9, LINEAR)), -EINVAL);
	assert_int_equal(model_update(9, 1, model_entry(0, LINEAR)), -EINVAL);
	assert_int_equal(model_update(9, 1, model_entry(8, LINEAR)), 0);
	assert_int_equal(model_update(0, 511, model_entry(9, LINEAR)), -EINVAL);
	model_check();
	/* Once they are gone, the other way round. */
	assert_int_equal(model_update(0, 511, 0), 0);
	assert_int_equal(model_update(9, 1, 0), 0);
	assert_int_equal(model_update(8, 1, model_entry(0, LINEAR)), 0);
	assert_int_equal(audit_frames(), 0);
	/* With the last reference by such an entry the table is taken apart. */
	assert_int_equal(model_on(MMUEXT_UNPIN_TABLE, 0), 0);
	assert_int_equal(model_frame(3)->type_count, 1);
	assert_int_equal(model_on(MMUEXT_UNPIN_TABLE, 8), 0);
	assert_int_equal(model_frame(3)->type_count, 0);
	assert_int_equal(model_frame(0)->type_count, 0);
	model_check();
	assert_int_equal(audit_frames(), 0);
}

/* The same at levels 3 and 2; and none of what is not valid, or another's. */
static void test_linear_below(void **state)
{
	struct domain *o;
	u32 level, other;

	(void)state;
	for (level = 2; level < 4; level++) {
		model_build();
		assert_int_equal(model_on(MMUEXT_PIN_L1_TABLE + level - 1, 8),
				 0);
		assert_int_equal(model_on(MMUEXT_PIN_L1_TABLE + level - 1, 9),
				 0);
		assert_int_equal(model_update(8, 256, model_entry(8, TABLE)),
				 -EINVAL);
		assert_int_equal(model_update(8, 256, model_entry(8, LINEAR)),
				 0);
		assert_int_equal(model_update(8, 3, model_entry(9, LINEAR)), 0);
		assert_int_equal(model_update(9, 3, model_entry(8, LINEAR)),
				 -EINVAL);
		model_check();
		assert_int_equal(model_on(MMUEXT_UNPIN_TABLE, 9), 0);
		assert_int_equal(model_on(MMUEXT_UNPIN_TABLE, 8), 0);
		assert_int_equal(model_frame(9)->type_count, 0);
		model_check();
	}
	model_build();
	model_page(0)[511] = model_entry(8, LINEAR);
	model_page(8)[511] = model_entry(0, LINEAR);
	assert_true(model_on(MMUEXT_PIN_L4_TABLE, 0) < 0);
	model_check();
	o = host_other(4, &other);
	o->width = &width64;
	assert_int_equal(ptype_get_both(o, mfn(other), TYPE_L3), 0);
	model_page(8)[511] = make_pte(mfn(other), LINEAR);
	assert_int_equal(model_on(MMUEXT_PIN_L3_TABLE, 8), -EINVAL);
	model_check();
}

/*
 * Both roots of both vCPUs follow a change of a table that they share, before
 * the flush; a user root is any table or none, and neither mode's root ends
 * with its pin.
 */
static void test_roots(void **state)
{
	struct vcpu *v;
	u32 i;

	(void)state;
	model_pin_three();
	for (i = 0; i < CPUS; i++) {
		host_current = v = model->vcpu[i];
		assert_int_equal(model_on(MMUEXT_NEW_BASEPTR, 0), 0);
		assert_int_equal(model_operation(MMUEXT_NEW_USER_BASEPTR, 0),
				 0);
		assert_true(mfn_eq(v->roots.user.table, INVALID_MFN));
		assert_int_equal(model_on(MMUEXT_NEW_USER_BASEPTR, 0), 0);
		assert_int_equal(model_on(MMUEXT_NEW_USER_BASEPTR, 0), 0);
		assert_true(model_on(MMUEXT_NEW_USER_BASEPTR, 3) < 0);
		assert_int_equal(model_operation(MMUEXT_NEW_USER_BASEPTR,
						 ~0ull),
				 -EINVAL);
		assert_int_equal(v->roots.user.table.n, model_first);
	}
	assert_int_equal(model_frame(0)->type_count, 5);
	assert_int_equal(model_update(0, 300, model_entry(1, TABLE)), 0);
	for (i = 0; i < CPUS; i++) {
		assert_int_equal(model->vcpu[i]->roots.kernel.own[300],
				 model_page(0)[300]);
		assert_int_equal(model->vcpu[i]->roots.user.own[300],
				 model_page(0)[300]);
	}
	model_check();
	assert_int_equal(model_on(MMUEXT_UNPIN_TABLE, 0), 0);
	assert_int_equal(model_frame(0)->type_count, 4);
	assert_int_equal(model_operation(MMUEXT_NEW_USER_BASEPTR, 0), 0);
	for (i = 0; i < 512; i++)
		assert_int_equal(v->roots.user.own[i],
				 i >= L4_HV_SLOT && i < L4_HV_END ?
				 boot_l4[i] : 0);
	model_check();
	assert_int_equal(audit_frames(), 0);
}

/*
 * A root that is a plain page meanwhile, and a table again: its new entries are in
 * the private root, and those of the root between are gone.
 */
static void test_root_again(void **state)
{
	const u64 *root;
	u32 i;

	(void)state;
	model_build();
	root = host_current->roots.kernel.own;
	model_page(8)[300] = model_entry(1, TABLE);
	for (i = 400; i < 500; i += 40) {
		assert_int_equal(model_on(MMUEXT_NEW_BASEPTR, 0), 0);
		assert_memory_equal(root + L4_HV_END, model_page(0) + L4_HV_END,
				    PAGE_SIZE - L4_HV_END * sizeof(*root));
		assert_int_equal(audit_frames(), 0);
		assert_int_equal(model_on(MMUEXT_NEW_BASEPTR, 8), 0);
		assert_int_equal(root[300], model_page(8)[300]);
		assert_int_equal(model_frame(0)->type_count, 0);
		model_page(0)[i] = model_entry(1, TABLE);
	}
	model_check();
}

/* A 32-bit guest has no user root, and pins no level-4 table. */
static void test_narrow(void **state)
{
	(void)state;
	model_build();
	model_set_width(&width32);
	assert_int_equal(model_on(MMUEXT_NEW_USER_BASEPTR, 8), -EINVAL);
	assert_int_equal(model_on(MMUEXT_PIN_L4_TABLE, 8), 0);
	assert_int_equal(model_frame(8)->type_count, 0);
	assert_int_equal(model_on(MMUEXT_PIN_L2_TABLE, 8), 0);
	assert_int_equal(model_update(8, 1, model_entry(8, LINEAR)), -EINVAL);
	assert_int_equal(audit_frames(), 0);
}

/*
 * The address that slots lead to, sign-extended. By a recursive slot it is that
 * of an entry in a table, which is no level-1 entry of the guest's; a kernel's
 * address is found by the kernel's root, a fault by that of the mode.
 */
static gva_t address(u64 l4, u64 l3, u64 l2, u64 l1)
{
	u64 at = l4 << 39 | l3 << 30 | l2 << 21 | l1 << 12;

	return gva((u64)((s64)(at << 16) >> 16));
}

static void test_walk(void **state)
{
	struct vcpu *v;
	gva_t at = address(1, 2, 0, 0);

	(void)state;
	model_pin_three();
	v = host_current;
	assert_int_equal(model_update(0, 509, model_entry(0, LINEAR)), 0);
	assert_int_equal(model_on(MMUEXT_NEW_BASEPTR, 0), 0);
	spin_lock(&model->tables.lock);
	assert_ptr_equal(walk_l1_entry(v, at), &model_page(3)[0]);
	assert_null(walk_l1_entry(v, address(509, 509, 509, 509)));
	assert_null(walk_l1_entry(v, address(509, 1, 2, 0)));
	assert_null(walk_l1_entry(v, address(2, 2, 0, 0)));
	assert_null(walk_l1_entry(v, address(256, 2, 0, 0)));
	spin_unlock(&model->tables.lock);
	assert_true(walk_allows(v, at, 2));
	assert_true(walk_allows(v, address(509, 1, 2, 0), 0));
	assert_false(walk_allows(v, address(509, 1, 2, 0), 2));
	assert_false(walk_allows(v, address(262, 0, 0, 0), 0));
	v->proc.in_user = true;
	assert_false(walk_allows(v, at, 0));
	assert_int_equal(model_on(MMUEXT_NEW_USER_BASEPTR, 8), 0);
	assert_false(walk_allows(v, at, 0));
	assert_int_equal(model_update(8, 1, model_entry(1, TABLE)), 0);
	assert_true(walk_allows(v, at, 2 | 4));
	v->proc.in_user = false;
	model_check();
}

/* The audit sees what the rules forbid, wherever it comes from. */
static void test_audit(void **state)
{
	struct vcpu *v;
	u64 was;
	u32 i;

	(void)state;
	model_pin_three();
	v = host_current;
	assert_int_equal(model_update(0, 509, model_entry(0, LINEAR)), 0);
	assert_int_equal(model_update(0, 511, model_entry(8, LINEAR)), 0);
	assert_int_equal(model_update(8, 509, model_entry(8, LINEAR)), 0);
	assert_int_equal(model_on(MMUEXT_PIN_L4_TABLE, 10), 0);
	assert_int_equal(model_on(MMUEXT_NEW_BASEPTR, 0), 0);
	assert_int_equal(model_on(MMUEXT_NEW_USER_BASEPTR, 9), 0);
	assert_int_equal(audit_frames(), 0);
	for (i = 0; i < 512; i++) {
		v->roots.kernel.own[i] ^= PTE_RW;
		assert_int_equal(audit_frames(), 1);
		v->roots.kernel.own[i] ^= PTE_RW;
		v->roots.user.own[i] ^= PTE_RW;
		assert_int_equal(audit_frames(), 1);
		v->roots.user.own[i] ^= PTE_RW;
	}
	for (i = L4_M2P_SLOT; i < L4_HV_END; i++) {
		model_page(8)[i] = PTE_PSE;
		assert_int_equal(audit_frames(), 1);
		model_page(8)[i] = 0;
	}
	for (i = 1; i < 4; i++) {
		was = model_page(i)[i == 1 ? 2 : 0];
		model_page(i)[i == 1 ? 2 : 0] &= ~PTE_US;
		assert_int_equal(audit_frames(), 1);
		model_page(i)[i == 1 ? 2 : 0] = was;
	}
	model_page(8)[509] |= PTE_RW;
	assert_int_equal(audit_frames(), 1);
	model_page(8)[509] &= ~PTE_RW;
	for (i = 0; i < 4; i++) {
		model_frame(0)->linear ^= (s16)BIT(i);
		assert_true(audit_frames());
		model_frame(0)->linear ^= (s16)BIT(i);
		model_frame(8)->linear ^= (s16)BIT(i);
		assert_true(audit_frames());
		model_frame(8)->linear ^= (s16)BIT(i);
	}
	/* A nested entry, where all counts are right. */
	model_page(8)[7] = model_entry(10, PTE_P | PTE_US | PTE_A);
	model_frame(8)->linear++;
	model_frame(10)->linear--;
	model_frame(10)->refs++;
	model_frame(10)->type_count++;
	assert_int_equal(audit_frames(), 2);
	model_page(8)[7] = 0;
	model_frame(8)->linear--;
	model_frame(10)->linear++;
	model_frame(10)->refs--;
	model_frame(10)->type_count--;
	v->roots.user.table = INVALID_MFN;
	assert_true(audit_frames());
	v->roots.user.table = mfn(model_first + 9);
	assert_int_equal(audit_frames(), 0);
}

/* Unpinned, without what a hypercall does before and after. */
static void give_up(u32 i)
{
	model_frame(i)->flags &= (u8)~FRAME_PINNED;
	ptype_put_both(model, mfn(model_first + i));
}

static u32 places_taken(void)
{
	u32 i, n = 0;

	for (i = 0; i < ARRAY_SIZE(model->tables.old_table); i++)
		n += model->tables.old_table[i].n != 0;
	return n;
}

/*
 * In one hold of the page lock more level-4 tables lose their last user than
 * there are places for: the last one is left partial. Nothing is taken apart
 * before the next request; linear entries of one would nest there without end.
 */
static void test_no_place(void **state)
{
	(void)state;
	model_pin_three();
	assert_int_equal(model_update(0, 511, model_entry(8, LINEAR)), 0);
	assert_int_equal(model_update(0, 510, model_entry(9, LINEAR)), 0);
	assert_int_equal(model_on(MMUEXT_UNPIN_TABLE, 8), 0);
	assert_int_equal(model_on(MMUEXT_UNPIN_TABLE, 9), 0);
	assert_int_equal(model_on(MMUEXT_PIN_L4_TABLE, 10), 0);
	assert_int_equal(model_on(MMUEXT_PIN_L4_TABLE, 11), 0);
	spin_lock(&model->tables.lock);
	give_up(10);
	give_up(11);
	give_up(0);
	assert_int_equal(places_taken(), 2);
	assert_int_equal(model_frame(10)->type_count, 1);
	assert_true(model_frame(0)->flags & FRAME_PARTIAL);
	assert_int_equal(model_frame(8)->type_count, 1);
	spin_unlock(&model->tables.lock);
	assert_int_equal(ptype_drain(model), 0);
	assert_int_equal(model_frame(10)->type_count, 0);
	assert_int_equal(model_frame(0)->type_count, 1);
	model_check();
	assert_int_equal(audit_frames(), 0);
	spin_lock(&model->tables.lock);
	ptype_drop_partial(model, mfn(model_first));
	spin_unlock(&model->tables.lock);
	assert_int_equal(ptype_drain(model), 0);
	assert_int_equal(model_frame(8)->type_count, 0);
	model_check();
	assert_int_equal(audit_frames(), 0);
}

/* A table that gets a user again before it is taken apart leaves its place. */
static void test_kept(void **state)
{
	(void)state;
	model_pin_three();
	spin_lock(&model->tables.lock);
	give_up(0);
	assert_int_equal(places_taken(), 1);
	assert_int_equal(ptype_get_both(model, mfn(model_first), TYPE_L4), 0);
	assert_int_equal(places_taken(), 0);
	model_frame(0)->flags |= FRAME_PINNED;
	spin_unlock(&model->tables.lock);
	model_check();
	assert_int_equal(audit_frames(), 0);
}

/*
 * A root that is wanted again soon stays as if its validation had stopped at its
 * end; another user's reference just goes.
 */
static void test_resumable(void **state)
{
	mfn_t m;

	(void)state;
	model_pin_three();
	m = mfn(model_first);
	spin_lock(&model->tables.lock);
	assert_int_equal(ptype_get_both(model, m, TYPE_L4), 0);
	ptype_put_resumable(model, m);
	assert_true(model_frame(0)->flags & FRAME_VALID);
	assert_int_equal(model_frame(0)->type_count, 1);
	model_frame(0)->flags &= (u8)~FRAME_PINNED;
	ptype_put_resumable(model, m);
	assert_int_equal(places_taken(), 0);
	assert_true(model_frame(0)->flags & FRAME_PARTIAL);
	assert_false(model_frame(0)->flags & FRAME_VALID);
	spin_unlock(&model->tables.lock);
	model_check();
	assert_int_equal(audit_frames(), 0);
	spin_lock(&model->tables.lock);
	assert_int_equal(ptype_get_both(model, m, TYPE_L4), 0);
	assert_true(model_frame(0)->flags & FRAME_VALID);
	model_frame(0)->flags |= FRAME_PINNED;
	spin_unlock(&model->tables.lock);
	model_check();
	assert_int_equal(audit_frames(), 0);
}

EXPORT_TESTS(tables64, cmocka_unit_test(test_contents),
	     cmocka_unit_test(test_linear),
	     cmocka_unit_test(test_linear_below),
	     cmocka_unit_test(test_roots),
	     cmocka_unit_test(test_root_again),
	     cmocka_unit_test(test_narrow),
	     cmocka_unit_test(test_walk),
	     cmocka_unit_test(test_audit),
	     cmocka_unit_test(test_no_place), cmocka_unit_test(test_kept),
	     cmocka_unit_test(test_resumable));
