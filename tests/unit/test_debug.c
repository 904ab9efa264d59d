// SPDX-License-Identifier: GPL-2.0-only
/*
 * The debug build's own checks find what is planted: the frame audit each
 * count of a small domain that is one off, each state that is left over, and
 * the lists of frames; the order of locks each pair that is taken the wrong
 * way round, with both names; the limits of holds each that is too long. (That
 * the audit finds nothing where nothing is wrong, random updates of tables
 * show: tests/unit/test_ptype.c.)
 */
#include "../../hypervisor/debug/debug.h"
#include "host.h"
#include "lib/lib.h"
#include "machine/paging.h"
#include "machine/smp.h"
#include "machine/time.h"
#include "mmu/ptype.h"
#include "mmu/roots.h"

#define PAGES	12u

static struct domain *d;
static u32 first;

static u64 *page(u32 i)
{
	return mfn_to_virt(mfn(first + i));
}

static struct frame *frame(u32 i)
{
	return mfn_frame(mfn(first + i));
}

/* A domain with a tree of tables in use, pinned too, and a page mapped. */
static void setup(void)
{
	u32 i;

	host_reset();
	frames_init(HOST_FRAMES);
	frames_give(mfn(256), HOST_FRAMES - 256);
	d = host_domain(PAGES, &first);
	for (i = 0; i < 4; i++)
		page(0)[i] = make_pte(mfn(first + 1 + i), PTE_P);
	page(1)[0] = make_pte(mfn(first + 5), PTE_P | PTE_RW);
	page(5)[0] = make_pte(mfn(first + 6), PTE_P | PTE_RW);
	page(5)[1] = make_pte(mfn(first + 7), PTE_P);
	assert_int_equal(ptype_get_both(d, mfn(first), TYPE_L3), 0);
	frame(0)->flags |= FRAME_PINNED;
	assert_int_equal(ptype_get_both(d, mfn(first), TYPE_L3), 0);
	roots_set(d->vcpu[0], mfn(first));
	assert_int_equal(audit_frames(), 0);
}

/*
 * The audit reports a frame whose reference or type count is one more or one
 * less than what the tables hold, and changes nothing itself.
 */
static void test_audit_counts(void **state)
{
	u32 i;

	(void)state;
	setup();
	for (i = 0; i < PAGES; i++) {
		frame(i)->refs++;
		assert_int_equal(audit_frames(), 1);
		frame(i)->refs -= 2;
		assert_int_equal(audit_frames(), 1);
		frame(i)->refs++;
		frame(i)->type_count++;
		assert_int_equal(audit_frames(), 1);
		frame(i)->type_count--;
	}
	/* It leaves all as it was. */
	assert_int_equal(audit_frames(), 0);
}

/*
 * The audit reports a table that an entry maps writable, a table that is still
 * valid after its last use, and a mapping of a page that nobody owns.
 */
static void test_audit_states(void **state)
{
	u64 was;

	(void)state;
	setup();
	/* A table that is mapped writable. */
	was = page(5)[1];
	page(5)[1] = make_pte(mfn(first + 3), PTE_P | PTE_RW);
	assert_true(audit_frames() > 0);
	page(5)[1] = was;
	/* One that stays valid after its last use. */
	frame(8)->type = TYPE_L1;
	frame(8)->flags |= FRAME_VALID;
	assert_int_equal(audit_frames(), 1);
	frame(8)->flags = FRAME_ALLOCATED;
	frame(8)->type = TYPE_NONE;
	/* A page of nobody's that somebody maps. */
	was = page(5)[0];
	page(5)[0] = make_pte(mfn(HOST_FRAMES - 1), PTE_P);
	assert_true(audit_frames() > 1);
	page(5)[0] = was;
	assert_int_equal(audit_frames(), 0);
}

/*
 * The audit reports a domain whose page total or list of pages disagrees with
 * the owners in the frame table, and a frame of the hypervisor's that nobody
 * has.
 */
static void test_audit_lists(void **state)
{
	u32 head;

	(void)state;
	setup();
	d->mem.tot_pages++;
	assert_int_equal(audit_frames(), 1);
	d->mem.tot_pages--;
	frame(3)->owner = NULL;
	assert_true(audit_frames() > 0);
	frame(3)->owner = d;
	head = d->mem.pages;
	d->mem.pages = frame_table[head].next;
	assert_true(audit_frames() > 0);
	d->mem.pages = head;
	frame_table[HOST_FRAMES - 1].kind = FRAME_HV;
	assert_int_equal(audit_frames(), 1);
	frame_table[HOST_FRAMES - 1].kind = FRAME_FREE;
	assert_int_equal(audit_frames(), 0);
}

/* Whether the check lets this lock be taken. */
static bool allowed(u32 held, u32 level, u64 flags)
{
	struct spinlock l = SPINLOCK(level);
	volatile bool ok = false;
	jmp_buf out;

	host_cpu.locks_held = held;
	host_panic = &out;
	if (!setjmp(out)) {
		lockorder_check(&l, flags);
		ok = true;
	}
	host_panic = NULL;
	host_cpu.locks_held = 0;
	return ok;
}

extern const char *const lock_names[];

/*
 * A lock may be taken while only locks before it are held, a lock that
 * interrupt handlers take only with interrupts off, one that may be held for long
 * only with interrupts on, once vCPUs run, and no lock without a number. What is
 * refused names both locks, so each level has a name.
 */
static void test_lock_order(void **state)
{
	static struct vcpu v;
	u32 a, b;

	(void)state;
	host_cpu.current = NULL;
	for (a = LOCK_DOMCTL; a <= LOCK_SERIAL; a++) {
		assert_non_null(lock_names[a]);
		for (b = LOCK_DOMCTL; b <= LOCK_SERIAL; b++)
			assert_int_equal(allowed(1u << a, b, 0), b > a);
	}
	assert_false(allowed(0, 0, 0));
	assert_false(allowed(0, LOCK_SERIAL + 1, 0));
	assert_false(allowed(1u << LOCK_EVENTS | 1u << LOCK_DOMCTL, LOCK_PAGES,
			     0));
	assert_string_equal(host_panic_text,
			    "BUG: page lock taken while event lock is held");
	/* Interrupt handlers take the event lock. */
	assert_true(allowed(0, LOCK_PAGES, FLAGS_IF));
	assert_false(allowed(0, LOCK_EVENTS, FLAGS_IF));
	host_cpu.current = &v;
	assert_true(allowed(0, LOCK_PAGES, FLAGS_IF));
	assert_false(allowed(0, LOCK_PAGES, 0));
	assert_true(allowed(0, LOCK_EVENTS, 0));
	smp_slow = 1;	/* a key's report, the audit of frames */
	assert_true(allowed(0, LOCK_PAGES, 0));
	smp_slow = 0;
	host_cpu.current = NULL;
}

extern u64 host_tsc;

/* Whether a hold of so long, where interrupts are off for level 0, goes on. */
static bool hold(u32 level, u64 us)
{
	volatile bool ok = false;
	jmp_buf out;

	host_panic = &out;
	if (!setjmp(out)) {
		hold_begin(level);
		host_tsc += 2000 * us;
		hold_end(level);
		ok = true;
	}
	host_panic = NULL;
	return ok;
}

/* The option is read before anybody knows how fast the TSC is. */
static void test_hold_limits(void **state)
{
	const u64 hz = tsc_scale.hz;

	(void)state;
	tsc_scale.hz = 0;
	assert_false(hold_set_limits("600,20us"));
	assert_true(hold_set_limits("600,20"));
	tsc_scale.hz = 2 * NS_PER_SEC;
	assert_true(hold(LOCK_PAGES, 9000));	/* while booting */
	hold_init();
	assert_true(hold(LOCK_PAGES, 599) && hold(LOCK_DOMCTL, 9000));
	assert_true(hold(0, 19) && hold(LOCK_EVENTS, 19));
	assert_false(hold(LOCK_PAGES, 602));
	assert_string_equal(host_panic_text,
			    "BUG: page for 602 us, at most 600");
	assert_false(hold(LOCK_GRANTS, 602));
	assert_false(hold(LOCK_EVENTS, 22));
	assert_false(hold(0, 22));
	assert_true(hold_set_limits("0,0"));
	assert_true(hold(LOCK_PAGES, 20000));
	tsc_scale.hz = hz;
}

EXPORT_TESTS(debug, cmocka_unit_test(test_audit_counts),
	     cmocka_unit_test(test_audit_states),
	     cmocka_unit_test(test_audit_lists),
	     cmocka_unit_test(test_lock_order),
	     cmocka_unit_test(test_hold_limits));
