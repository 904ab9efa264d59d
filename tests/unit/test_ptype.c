// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page types: random updates by a hostile guest, and after each of them the
 * invariants of mmu/ptype.c, counted from scratch over all frames.
 */
#include <stdlib.h>
#include "../../hypervisor/debug/debug.h"
#include "errno.h"
#include "host.h"
#include "hypercalls.h"
#include "lib/lib.h"
#include "machine/paging.h"
#include "mmu/mmu.h"
#include "mmu/ptype.h"
#include "mmu/tables.h"

#define PAGES	24u

static struct domain *d, *other;
static u32 first;
static u32 want_refs[HOST_FRAMES], want_types[HOST_FRAMES];

static void setup(void)
{
	host_reset();
	frames_init(HOST_FRAMES);
	frames_give(mfn(256), HOST_FRAMES - 256);
	d = host_domain(PAGES, &first);
}

static struct frame *frame(u32 i)
{
	return mfn_frame(mfn(first + i));
}

static u64 *page(u32 i)
{
	return mfn_to_virt(mfn(first + i));
}

/* What the valid (or half valid) contents of table i hold. */
static void count_table(u32 i)
{
	const struct frame *f = frame(i);
	u32 n = f->type == TYPE_L3 ? 4 : 512, j;
	u64 e, target;

	if (f->type == TYPE_L2_TOP)
		n = d->tables.m2p_start >> 21 & 511;
	if (f->flags & FRAME_PARTIAL) {
		n = f->progress;
		want_refs[first + i]++;
		want_types[first + i]++;
	}
	for (j = 0; j < n; j++) {
		e = page(i)[j];
		target = pte_mfn(e).n;
		if (!(e & PTE_P) || target >= HOST_FRAMES ||
		    frame_table[target].kind != FRAME_GUEST)
			continue;
		want_refs[target]++;
		if (f->type != TYPE_L1) {
			want_types[target]++;
			assert_int_equal(frame_table[target].type,
					 f->type != TYPE_L3 ? TYPE_L1 :
					 j == 3 ? TYPE_L2_TOP : TYPE_L2);
			assert_true(frame_table[target].flags & FRAME_VALID);
		} else if (e & PTE_RW) {
			want_types[target]++;
			assert_int_equal(frame_table[target].type,
					 TYPE_WRITABLE);
		}
	}
}

static void check_invariants(void)
{
	u32 i, j;

	memset(want_refs, 0, sizeof(want_refs));
	memset(want_types, 0, sizeof(want_types));
	for (i = 0; i < PAGES; i++)
		if (frame(i)->type_count && frame(i)->type >= TYPE_L1 &&
		    frame(i)->type <= TYPE_L2_TOP)
			count_table(i);
	for (i = 0; i < PAGES; i++) {
		if (frame(i)->kind != FRAME_GUEST)
			continue;
		want_refs[first + i] += !!(frame(i)->flags & FRAME_ALLOCATED);
		if (frame(i)->flags & FRAME_PINNED) {
			want_refs[first + i]++;
			want_types[first + i]++;
		}
		for (j = 0; j < ARRAY_SIZE(d->tables.old_table); j++)
			want_refs[first + i] +=
				d->tables.old_table[j].n == first + i;
		assert_int_equal(frame(i)->refs, want_refs[first + i]);
		assert_int_equal(frame(i)->type_count, want_types[first + i]);
	}
	assert_int_equal(host_locks, 0);
	assert_int_equal(audit_frames(), 0);
}

static u64 random_entry(void)
{
	static const u64 flags[] = {
		PTE_P, PTE_P | PTE_RW, PTE_P | PTE_RW | PTE_US, 0,
		PTE_P | PTE_PSE | PTE_RW, PTE_P | PTE_NX, PTE_P | PTE_A,
	};
	u64 m = first + (u32)rand() % (PAGES + 2);

	return make_pte(mfn(rand() % 50 ? m : (u64)rand()),
			flags[(u32)rand() % ARRAY_SIZE(flags)]);
}

static u32 random_slot(void)
{
	static const u32 slots[] = { 0, 1, 2, 3, 4, 427, 428, 511 };

	return slots[(u32)rand() % ARRAY_SIZE(slots)];
}

static void mmuext_once(u32 cmd, mfn_t m)
{
	u64 a[6] = { (u64)&(struct mmuext){ .cmd = cmd, .arg1 = m.n }, 1, 0,
		     DOMID_SELF };

	do_mmuext_op(a);
}

static void random_step(void)
{
	u32 i = (u32)rand() % PAGES;
	mfn_t m = mfn(first + i);
	u32 cmd;
	struct mmu_update u = {
		.ptr = (m.n << PAGE_SHIFT) + random_slot() * 8,
		.val = random_entry(),
	};
	u64 a[6] = { (u64)&u, 1, 0, DOMID_SELF };

	switch (rand() % 8) {
	case 0:
		cmd = MMUEXT_PIN_L1_TABLE + (u32)rand() % 3;
		break;
	case 1:
		cmd = MMUEXT_UNPIN_TABLE;
		break;
	case 2:
		u.ptr |= MMU_PT_UPDATE_PRESERVE_AD;
		/* fall through */
	default:
		do_mmu_update(a);
		return;
	}
	mmuext_once(cmd, m);
}

/* Contents as a guest writes them where it may. */
static void scribble(void)
{
	u32 i = (u32)rand() % PAGES;

	if (frame(i)->kind == FRAME_GUEST &&
	    (!frame(i)->type_count || frame(i)->type == TYPE_WRITABLE))
		page(i)[random_slot()] = random_entry();
}

static void run_random(bool preempt, unsigned int seed, u32 steps)
{
	u32 i, pins = 0, k;

	setup();
	srand(seed);
	host_preempt = preempt;
	for (k = 0; k < steps; k++) {
		if (rand() % 3)
			random_step();
		else
			scribble();
		if (k % 8 == 0)
			check_invariants();
		for (i = 0; i < PAGES; i++)
			pins += !!(frame(i)->flags & FRAME_PINNED);
	}
	check_invariants();
	assert_true(pins > steps / 10);		/* it did get somewhere */
}

/* After any sequence of updates the invariants of page types hold. */
static void test_random_updates(void **state)
{
	unsigned int seed;

	(void)state;
	for (seed = 1; seed <= 6; seed++)
		run_random(false, seed, 1500);
}

/* The same with every operation preempted at random and continued, or not. */
static void test_random_preempted(void **state)
{
	unsigned int seed;

	(void)state;
	for (seed = 1; seed <= 6; seed++)
		run_random(true, seed, 1500);
}

static void build_root(void)
{
	u32 i;

	for (i = 0; i < 4; i++)
		page(0)[i] = make_pte(mfn(first + 1 + i), PTE_P);
	page(1)[0] = make_pte(mfn(first + 5), PTE_P | PTE_RW);
	page(5)[0] = make_pte(mfn(first + 6), PTE_P | PTE_RW);
}

/*
 * A root's last table has the hypervisor's slots while it is one: read-only,
 * not for users, not to be changed, and of one root alone. They are gone after
 * its last use.
 */
static void test_root_and_window(void **state)
{
	(void)state;
	setup();
	build_root();
	assert_int_equal(ptype_get_both(d, mfn(first), TYPE_L3), 0);
	/* The hypervisor's slots: read-only, no user bit, large. */
	assert_int_equal(page(4)[428] & (PTE_P | PTE_RW | PTE_US | PTE_PSE),
			 PTE_P | PTE_PSE);
	assert_int_equal(tables_set(d, &page(4)[428], 0, false), -EPERM);
	assert_int_equal(tables_set(d, &page(0)[3], 0, false), -EINVAL);
	/* Its L2 has no second user. */
	assert_int_equal(ptype_get_both(d, mfn(first + 4), TYPE_L2_TOP),
			 -EBUSY);
	assert_int_equal(ptype_get_both(d, mfn(first + 4), TYPE_L2),
			 -EINVAL);
	assert_int_equal(ptype_get(d, mfn(first + 5), TYPE_WRITABLE),
			 -EBUSY);
	ptype_put_both(d, mfn(first));
	ptype_finish(d);
	assert_int_equal(page(4)[428], 0);
	assert_int_equal(page(0)[0] & (PTE_RW | PTE_US), 0);
	check_invariants();
}

static bool always(void)
{
	return true;
}

/*
 * A root that is half taken apart is wanted again, and turns out not to be fit
 * any more: what it still holds is given back once.
 */
static void test_root_again(void **state)
{
	(void)state;
	setup();
	build_root();
	page(4)[427] = make_pte(mfn(first + 7), PTE_P | PTE_RW);
	assert_int_equal(ptype_get_both(d, mfn(first), TYPE_L3), 0);
	ptype_put_both(d, mfn(first));
	host_wanted = always;
	while (frame(7)->type_count)
		ptype_drain(d);
	host_wanted = NULL;
	assert_true(frame(0)->flags & FRAME_PARTIAL);
	assert_int_equal(frame(0)->progress, 3);
	check_invariants();
	assert_int_equal(ptype_get_both(d, mfn(first + 7), TYPE_WRITABLE), 0);
	assert_int_equal(ptype_get_both(d, mfn(first), TYPE_L3),
			 -EINVAL);
	ptype_put_both(d, mfn(first + 7));
	check_invariants();
	ptype_finish(d);
	check_invariants();
}

/* I6: a change of type or owner is preceded by a flush. */
static void test_flushes(void **state)
{
	u32 before, i;

	(void)state;
	setup();
	assert_int_equal(ptype_get_both(d, mfn(first), TYPE_WRITABLE), 0);
	ptype_put_both(d, mfn(first));
	before = host_flushes;
	assert_int_equal(ptype_get_both(d, mfn(first), TYPE_L1), 0);
	assert_true(host_flushes > before);
	ptype_put_both(d, mfn(first));
	before = host_flushes;
	assert_int_equal(ptype_get_both(d, mfn(first), TYPE_WRITABLE), 0);
	assert_true(host_flushes > before);
	ptype_put_both(d, mfn(first));
	before = host_flushes;
	for (i = 0; i < 3; i++)
		assert_int_equal(page_release(d, mfn(first + i)), 0);
	assert_int_equal(frame(0)->kind, FRAME_FREE);
	assert_int_equal(page_release(d, mfn(first)), -EINVAL);
	assert_int_equal(host_flushes, before);
	/* One flush for all that was freed, before any of it is used. */
	for (i = 0; i < 3; i++) {
		assert_false(mfn_eq(frame_alloc(0, 0), INVALID_MFN));
		assert_int_equal(host_flushes, before + 1);
	}
}

/* A table that maps old tables writable takes one flush for all of them. */
static void test_flush_once(void **state)
{
	u32 before, i;

	(void)state;
	setup();
	for (i = 1; i < PAGES; i++) {
		assert_int_equal(ptype_get_both(d, mfn(first + i), TYPE_L1), 0);
		ptype_put_both(d, mfn(first + i));
		page(0)[i] = make_pte(mfn(first + i), PTE_P | PTE_RW);
	}
	before = host_flushes;
	assert_int_equal(ptype_get_both(d, mfn(first), TYPE_L1), 0);
	assert_int_equal(host_flushes, before + 1);
	ptype_put_both(d, mfn(first));
	check_invariants();
}

/*
 * How long the page lock is held: a level-2 table of MANY level-1 tables, each
 * of which maps one page in all of its slots, so that the page's references
 * count the work. The most of it that one hold does must not be more than
 * HOLD_TABLES tables.
 */
#define MANY	40u

static u32 before_hold, longest;

static void unlocked(void)
{
	u32 refs = frame(MANY + 4)->refs;

	longest = MAX(longest, refs > before_hold ? refs - before_hold :
			       before_hold - refs);
	before_hold = refs;
}

/* Pages: L1 tables; 40: L2, 41: L3, 42, 43: more L2; 44: what they map. */
static void make_many(u64 last)
{
	u32 i, k;

	host_two(MANY + 8, &d, &first, &other, &k);
	for (i = 0; i < MANY; i++) {
		for (k = 0; k < 512; k++)
			page(i)[k] = make_pte(mfn(first + MANY + 4), PTE_P);
		page(MANY)[i] = make_pte(mfn(first + i), PTE_P | PTE_RW);
	}
	page(MANY)[511] = last;
	page(MANY + 1)[0] = make_pte(mfn(first + MANY), PTE_P);
	longest = 0;
	before_hold = frame(MANY + 4)->refs;
	host_unlocked = unlocked;
}

/* Of a root each slot leads to two level-1 tables: no hold may take more. */
static void make_spread(void)
{
	static const u32 l2[] = { MANY, MANY + 2, MANY + 3, MANY + 5 };
	u32 i;

	make_many(0);
	memset(page(MANY), 0, PAGE_SIZE);
	for (i = 0; i < 8; i++) {
		page(MANY + 1)[i / 2] = make_pte(mfn(first + l2[i / 2]), PTE_P);
		page(l2[i / 2])[i % 2] = make_pte(mfn(first + i),
						  PTE_P | PTE_RW);
	}
}

static long one_operation(u32 cmd, u32 i)
{
	u64 a[6] = { (u64)&(struct mmuext){ .cmd = cmd,
						.arg1 = first + i }, 1, 0,
		     DOMID_SELF };
	long rc;

	do
		rc = do_mmuext_op(a);
	while (rc == -ERESTART);
	return rc;
}

static void check_hold(const char *what)
{
	host_unlocked = NULL;
	if (longest > HOLD_TABLES * 512u)
		print_error("%s: %u references in one hold, expected at most "
			    "%u\n", what, longest, HOLD_TABLES * 512u);
	assert_true(longest && longest <= HOLD_TABLES * 512u);
	if (frame(MANY + 4)->refs != 1)
		print_error("%s: the page has %u references, expected 1\n",
			    what, frame(MANY + 4)->refs);
	assert_int_equal(frame(MANY + 4)->refs, 1);
	assert_int_equal(audit_frames(), 0);
}

static bool stop_after(void)
{
	return frame(MANY + 4)->refs > (MANY - 5) * 512u;
}

/*
 * No operation on many tables holds the page lock for more than HOLD_TABLES of
 * them, be it done, refused, preempted, or the end of the domain.
 */
static void test_holds(void **state)
{
	(void)state;
	make_many(0);
	assert_int_equal(one_operation(MMUEXT_PIN_L2_TABLE, MANY), 0);
	assert_int_equal(one_operation(MMUEXT_UNPIN_TABLE, MANY), 0);
	check_hold("pin and unpin");
	make_many(make_pte(mfn(first + MANY), PTE_P));
	assert_true(one_operation(MMUEXT_PIN_L2_TABLE, MANY) < 0);
	check_hold("pin with a bad last entry");
	make_many(0);
	assert_true(one_operation(MMUEXT_PIN_L3_TABLE, MANY + 1) < 0);
	check_hold("pin of a root without its top");
	make_spread();
	assert_int_equal(one_operation(MMUEXT_PIN_L3_TABLE, MANY + 1), 0);
	assert_int_equal(one_operation(MMUEXT_UNPIN_TABLE, MANY + 1), 0);
	check_hold("pin and unpin of a root");
	make_many(0);
	host_wanted = stop_after;
	do_mmuext_op((u64[6]){ (u64)&(struct mmuext){
		.cmd = MMUEXT_PIN_L2_TABLE, .arg1 = first + MANY }, 1, 0,
		DOMID_SELF });
	host_wanted = NULL;
	assert_true(frame(MANY)->flags & FRAME_PARTIAL);
	host_current = other->vcpu[0];
	d->shared_frame = virt_to_mfn(frames_new(PAGE_SIZE));
	page_share(d, d->shared_frame);
	while (domain_kill(d) == -ERESTART)
		;
	host_unlocked = NULL;
	assert_true(longest && longest <= HOLD_TABLES * 512u);
	assert_int_equal(frame(MANY)->kind, FRAME_FREE);
}

/*
 * The guest gives up a page that it has pinned (decrease_reservation): it is
 * a table as before, and is freed when it is unpinned, as on Xen.
 */
static void test_give_up_pinned(void **state)
{
	(void)state;
	setup();
	build_root();
	assert_int_equal(one_operation(MMUEXT_PIN_L1_TABLE, 5), 0);
	assert_int_equal(page_release(d, mfn(first + 5)), 0);
	assert_int_equal(page_release(d, mfn(first + 6)), 0);
	assert_int_equal(page_release(d, mfn(first + 5)), 0);
	check_invariants();
	assert_int_equal(frame(5)->refs, 1);
	assert_int_equal(frame(5)->type, TYPE_L1);
	assert_int_equal(d->mem.tot_pages, PAGES);
	assert_int_equal(ptype_get_both(d, mfn(first + 5), TYPE_WRITABLE),
			 -EBUSY);
	assert_int_equal(one_operation(MMUEXT_UNPIN_TABLE, 5), 0);
	assert_int_equal(frame(5)->kind, FRAME_FREE);
	assert_int_equal(frame(6)->kind, FRAME_FREE);
	assert_int_equal(d->mem.tot_pages, PAGES - 2);
	check_invariants();
}

EXPORT_TESTS(ptype, cmocka_unit_test(test_random_updates),
	     cmocka_unit_test(test_random_preempted),
	     cmocka_unit_test(test_root_and_window),
	     cmocka_unit_test(test_root_again),
	     cmocka_unit_test(test_flushes),
	     cmocka_unit_test(test_flush_once),
	     cmocka_unit_test(test_holds),
	     cmocka_unit_test(test_give_up_pinned));
