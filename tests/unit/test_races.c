// SPDX-License-Identifier: GPL-2.0-only
/*
 * A frame that is freed and given to another domain while it is looked at, and
 * calls on pages of a domain, and mappings of them, while that domain dies:
 * afterwards every reference must be accounted for. Another CPU does its part
 * between any two instructions (race.c).
 */
#include "domain/part.h"
#include "entry/traps.h"
#include "errno.h"
#include "host.h"
#include "hypercalls.h"
#include "lib/lib.h"
#include "machine/paging.h"
#include "mmu/memory.h"
#include "mmu/mmu.h"
#include "mmu/ptype.h"
#include "mmu/walk.h"

#define PAGES		4u
#define ENOUGH		20000u
#define STRIDE		17u	/* in the long calls, for the sake of time */

static struct domain *d, *o;	/* who calls, and whose pages */
static u32 d_first, o_first;
static u64 free_before;

static void setup(void)
{
	free_before = host_two(PAGES, &d, &d_first, &o, &o_first);
}

/* The first one's page becomes the other one's, if nobody else holds it. */
static void change_owner(void)
{
	mfn_t had[HOST_FRAMES], m;
	u32 n = 0;

	d->mem.tot_pages++; /* it does not end with this page */
	assert_int_equal(page_release(d, mfn(d_first)), 0);
	d->mem.tot_pages--;
	if (mfn_frame(mfn(d_first))->refs)
		return;
	for (;;) {
		m = frame_alloc(0, 0);
		assert_false(mfn_eq(m, INVALID_MFN));
		if (m.n == d_first)
			break;
		had[n++] = m;
	}
	while (n)
		frame_free(had[--n], 0);
	assert_true(page_reserve(o, 1, false));
	page_assign(o, m, 0);
}

static long get_ref(void)
{
	return page_get(d, mfn(d_first));
}

/*
 * A reference is to a page that the domain owns at that moment; it fails, and
 * leaves none behind, if the page has another owner by then.
 */
static void test_owner(void **state)
{
	u32 steps, got = 0, lost = 0;
	struct frame *f;

	(void)state;
	for (steps = 1; steps < ENOUGH; steps++) {
		setup();
		f = mfn_frame(mfn(d_first));
		if (race(get_ref, change_owner, steps)) {
			got++;
			assert_ptr_equal(f->owner, d);
			assert_int_equal(f->refs, race_other ? 2 : 1);
		} else {
			lost++;
			assert_ptr_equal(f->owner, o);
			assert_int_equal(f->refs, 1);
		}
		if (race_other)
			break;
	}
	assert_in_range(steps, 20, ENOUGH - 1);
	assert_true(got > 1 && lost > 1);
}

/*
 * An entry is looked for in a page that the domain loses at this moment, with
 * its lock held or not. The page's next owner makes a table of it, which is
 * none of the first one's.
 */
static long find_entry(void)
{
	return !!walk_entry_at(d, mfn_to_paddr(mfn(d_first)));
}

static void make_others_table(void)
{
	change_owner();
	assert_int_equal(ptype_get_both(o, mfn(d_first), TYPE_L1), 0);
}

static void test_lost_table(void **state)
{
	u32 steps;
	long found;

	(void)state;
	for (steps = 1; steps < ENOUGH; steps++) {
		setup();
		found = race(find_entry, make_others_table, steps);
		if (found)
			print_error("after %u instructions: a table of another "
				    "domain is taken for one's own\n", steps);
		assert_int_equal(found, 0);
		if (race_other)
			break;
	}
	assert_in_range(steps, 20, ENOUGH - 1);
}

static void kill_other(void)
{
	while (domain_kill(o) == -ERESTART)
		;
}

/* It stops when its pins are gone and its pages, or most of them, are not. */
static void kill_half(void)
{
	host_preempt = true;
	while (o->life.kill_step <= PART_PINS && domain_kill(o) == -ERESTART)
		;
	host_preempt = false;
}

static long operation(u32 cmd, u64 page, u64 whose)
{
	struct mmuext op = { .cmd = cmd, .arg1 = page };
	u64 a[6] = { (u64)&op, 1, 0, whose };

	return do_mmuext_op(a);
}

static long set_entry(u64 value, u64 whose)
{
	struct mmu_update u = { .ptr = (u64)d_first << PAGE_SHIFT,
				.val = value };
	u64 a[6] = { (u64)&u, 1, 0, whose };

	return do_mmu_update(a);
}

static long pin(void)
{
	return operation(MMUEXT_PIN_L1_TABLE, o_first, 4);
}

static long unpin(void)
{
	return operation(MMUEXT_UNPIN_TABLE, o_first, 4);
}

static long clear_page(void)
{
	return operation(MMUEXT_CLEAR_PAGE, o_first, 4);
}

static long map_writable(void)
{
	return set_entry(make_pte(mfn(o_first), PTE_P | PTE_RW), 4);
}

static long map_read_only(void)
{
	return set_entry(make_pte(mfn(o_first), PTE_P), 4);
}

/* Every page is free again, whoever was first. */
static void check_all_back(void)
{
	assert_int_equal(host_locks, 0);
	if (o->life.is_dying != DOMAIN_DEAD)
		kill_other();
	set_entry(0, DOMID_SELF);
	assert_int_equal(o->mem.tot_pages, 0);
	assert_int_equal(o->refs, 0);
	frames_delete(mfn_to_virt(o->shared_frame), PAGE_SIZE);
	assert_int_equal(frames_free(), free_before);
}

static void die_during(long (*call)(void), void (*die)(void), bool pinned)
{
	u32 steps, done = 0, refused = 0;
	long rc;

	for (steps = 1; steps < ENOUGH; steps += STRIDE) {
		setup();
		assert_int_equal(operation(MMUEXT_PIN_L1_TABLE, d_first,
					   DOMID_SELF), 0);
		if (pinned)
			assert_int_equal(pin(), 0);
		rc = race(call, die, steps);
		done += !rc;
		refused += rc < 0;
		check_all_back();
		if (race_other)
			break;
	}
	assert_in_range(steps, 50, ENOUGH - 1);
	assert_true(done > 1 && refused > 1);
}

static long (*call_during)(void);
static long call_result;
static u32 unlocks_left;

static void unlocked(void)
{
	if (--unlocks_left)
		return;
	host_unlocked = NULL;
	call_result = call_during();
}

/* The other way round: a whole call wherever the death gives up its locks. */
static void call_during_death(long (*call)(void))
{
	u32 unlock, done = 0, refused = 0;

	call_during = call;
	for (unlock = 1; unlock < ENOUGH; unlock++) {
		setup();
		assert_int_equal(operation(MMUEXT_PIN_L1_TABLE, d_first,
					   DOMID_SELF), 0);
		unlocks_left = unlock;
		host_unlocked = unlocked;
		kill_other();
		if (host_unlocked)
			break;
		done += !call_result;
		refused += call_result < 0;
		check_all_back();
	}
	host_unlocked = NULL;
	assert_in_range(unlock, 20, ENOUGH - 1);
	assert_int_equal(done, 0);
	assert_int_equal(refused, unlock - 1);
}

/*
 * A call on a page of a domain that dies meanwhile fails or is complete, and no
 * reference stays.
 */
static void test_calls(void **state)
{
	(void)state;
	call_during_death(pin);
	call_during_death(clear_page);
	call_during_death(map_writable);
}

/*
 * The end of a domain is complete though a call on one of its pages is in the
 * middle.
 */
static void test_death(void **state)
{
	(void)state;
	die_during(pin, kill_half, false);
	die_during(unpin, kill_half, true);
	die_during(clear_page, kill_other, false);
	die_during(map_writable, kill_half, false);
	die_during(map_read_only, kill_other, false);
}

/*
 * A fault's walk of the tables, while another vCPU takes the level-2 table out
 * and makes a page of it that says what it likes. Where it has to flush for
 * that it waits for a CPU that has interrupts off. The address is not mapped,
 * and no table ever said that it is.
 */
#define WALK_PAGES	9u
#define WALK_L1		6u	/* empty; 0 is the root, 1 to 4 level 2 */
#define WALK_FAKE	7u	/* never a table */

static u64 *walk_page(u32 i)
{
	return mfn_to_virt(mfn(d_first + i));
}

static void walk_setup(void)
{
	u32 i;

	host_two(WALK_PAGES, &d, &d_first, &o, &o_first);
	for (i = 0; i < 4; i++)
		walk_page(0)[i] = make_pte(mfn(d_first + 1 + i), PTE_P);
	walk_page(1)[0] = make_pte(mfn(d_first + WALK_L1),
				   PTE_P | PTE_RW | PTE_US);
	walk_page(WALK_FAKE)[0] = make_pte(mfn(d_first), PTE_P | PTE_RW |
					   PTE_US);
	assert_int_equal(mmu_new_baseptr(d->vcpu[0], mfn(d_first)), 0);
}

static long fault(void)
{
	return walk_allows(d->vcpu[0], gva(0), PF_USER | PF_WRITE);
}

static void take_out(void)
{
	struct mmu_update u = { .ptr = (u64)d_first << PAGE_SHIFT };
	u64 a[6] = { (u64)&u, 1, 0, DOMID_SELF };

	assert_int_equal(do_mmu_update(a), 0);
}

static void fill_in(void)
{
	assert_int_equal(ptype_get_both(d, mfn(d_first + 1), TYPE_WRITABLE), 0);
	walk_page(1)[0] = make_pte(mfn(d_first + WALK_FAKE),
				   PTE_P | PTE_RW | PTE_US);
}

/* The entry is gone at once; the rest comes after the flush. */
static void take_out_and_fill(void)
{
	take_out();
	if (!host_irqs_off)
		fill_in();
	else
		race_after_flush = fill_in;
}

/*
 * A walk reads tables alone, though another CPU takes a table out of the tree
 * and makes a page of it.
 */
static void test_walk(void **state)
{
	u32 steps, i;

	(void)state;
	for (steps = 1; steps < ENOUGH; steps++) {
		walk_setup();
		i = !!race(fault, take_out_and_fill, steps);
		if (i)
			print_error("after %u instructions: the walk follows a "
				    "page that is no table\n", steps);
		assert_int_equal(i, 0);
		if (race_other)
			break;
	}
	assert_in_range(steps, 50, ENOUGH - 1);
}

/*
 * An exchange gives the domain new frames. Another vCPU gives one of them up
 * as soon as the lock is free, and another domain gets it: what that one has
 * written to the machine-to-phys array stays.
 */
static u32 stolen;

static void steal(void)
{
	mfn_t had[HOST_FRAMES], m;
	u32 n = 0;

	stolen = d->mem.pages;		/* the newest of its frames */
	if (stolen >= d_first && stolen < d_first + PAGES)
		return;
	host_unlocked = NULL;
	assert_int_equal(page_release(d, mfn(stolen)), 0);
	while ((m = frame_alloc(0, 0)).n != stolen)
		had[n++] = m;
	while (n)
		frame_free(had[--n], 0);
	assert_true(page_reserve(o, 1, false));
	page_assign(o, m, 0);
	frame_m2p[m.n] = 0xabcd;
}

/*
 * Neither list of an exchange may be longer than 2^24: such a call is refused before
 * it looks at its lists, which are nowhere.
 */
static void test_exchange_limit(void **state)
{
	static const struct {
		u32 in, out, in_order, out_order;
		int want;
	} cases[] = {
		{ 1u << 24, 1u << 24, 0, 0, -EFAULT },
		{ (1u << 24) + 1, (1u << 24) + 1, 0, 0, -EINVAL },
		{ 1u << 16, 1u << 25, 9, 0, -EINVAL },
		{ 1u << 25, 1u << 16, 0, 9, -EINVAL },
	};
	struct xen_memory_exchange x;
	u32 i;

	(void)state;
	setup();
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		x = (struct xen_memory_exchange){
			.in = { .nr_extents = cases[i].in, .domid = DOMID_SELF,
				.extent_order = cases[i].in_order },
			.out = { .nr_extents = cases[i].out, .domid = DOMID_SELF,
				 .extent_order = cases[i].out_order },
		};
		x.in.extent_start.p = x.out.extent_start.p =
			(void *)(1ull << 47);
		assert_int_equal(memory_exchange((u64)&x), cases[i].want);
	}
}

/*
 * An exchange leaves a frame alone that another domain has got meanwhile: its
 * owner and its entry in the machine-to-phys array stay.
 */
static void test_exchange(void **state)
{
	u64 in, out = 77;
	struct xen_memory_exchange x = {
		.in = { .nr_extents = 1, .domid = DOMID_SELF },
		.out = { .nr_extents = 1, .domid = DOMID_SELF },
	};

	(void)state;
	setup();
	d->mem.tot_pages++; /* it does not end with this page */
	in = d_first;
	x.in.extent_start.p = (void *)&in;
	x.out.extent_start.p = (void *)&out;
	host_unlocked = steal;
	memory_exchange((u64)&x);
	host_unlocked = NULL;
	d->mem.tot_pages--;
	assert_int_equal(out, stolen);
	assert_ptr_equal(mfn_frame(mfn(stolen))->owner, o);
	assert_int_equal(frame_m2p[stolen], 0xabcd);
}

/* A claim is for frames that the domain gets: what is refused leaves it. */
static void test_claim(void **state)
{
	u64 pfn = 5, a[6] = { XENMEM_populate_physmap }, before;
	struct xen_memory_reservation r = {
		.nr_extents = 1, .domid = DOMID_SELF,
	};

	(void)state;
	setup();
	r.extent_start.p = (void *)&pfn;
	a[1] = (u64)&r;
	assert_int_equal(frames_claim(&d->mem.claim, 3), 0);
	before = frames_free();
	assert_int_equal(memory_change_reservation(XENMEM_populate_physmap,
						   a), 0);
	assert_int_equal(d->mem.claim, 3);
	assert_int_equal(frames_claimed(), 3);
	assert_int_equal(frames_free(), before);
	d->mem.max_pages++;
	assert_int_equal(memory_change_reservation(XENMEM_populate_physmap,
						   a), 1);
	assert_int_equal(d->mem.claim, 2);
	assert_int_equal(d->mem.tot_pages, d->mem.max_pages);
	assert_int_equal(frame_m2p[pfn], 5);
}

/* A page of ours that a domain shares: whoever gets it, gets all of it. */
static mfn_t page_to_share;
static u32 incomplete;

static long share(void)
{
	page_share(d, page_to_share);
	return 0;
}

static void look_at_shared(void)
{
	const struct frame *f = mfn_frame(page_to_share);

	if (page_get(d, page_to_share))
		incomplete += f->type != TYPE_WRITABLE || !f->type_count ||
			      f->flags != FRAME_XENHEAP;
}

/*
 * Whoever can refer to a page that is being shared finds it complete: its type,
 * its count and its flags.
 */
static void test_share(void **state)
{
	u32 steps;

	(void)state;
	incomplete = 0;
	for (steps = 1; steps < ENOUGH; steps++) {
		setup();
		page_to_share = virt_to_mfn(frames_new(PAGE_SIZE));
		race(share, look_at_shared, steps);
		if (race_other)
			break;
	}
	assert_in_range(steps, 20, ENOUGH - 1);
	assert_int_equal(incomplete, 0);
}

static mfn_t late_frame;

/* The other CPU had seen that o lives, and then the lock was its own. */
static void give_frame(void)
{
	assert_true(o->life.is_dying);
	late_frame = frame_alloc(0, 0);
	assert_true(page_reserve(o, 1, false));
	page_assign(o, late_frame, 0);
	o->tables.lock.owner = 0;
}

/*
 * A domain without frames and vCPUs dies while another CPU, which holds its
 * page lock, gives it the first one: it loses that one as well.
 */
static void test_late_frame(void **state)
{
	u32 first;

	(void)state;
	setup();
	o = host_make(1, 0, 0, &first);
	o->shared_frame = virt_to_mfn(frames_new(PAGE_SIZE));
	page_share(o, o->shared_frame);
	late_frame = INVALID_MFN;
	o->tables.lock.owner = 1;
	host_turn = give_frame;
	while (domain_kill(o) == -ERESTART)
		;
	assert_false(mfn_eq(late_frame, INVALID_MFN));
	assert_int_equal(o->mem.tot_pages, 0);
	assert_int_equal(mfn_frame(late_frame)->kind, FRAME_FREE);
}

EXPORT_TESTS(race, cmocka_unit_test(test_share),
	     cmocka_unit_test(test_late_frame),
	     cmocka_unit_test(test_exchange),
	     cmocka_unit_test(test_exchange_limit),
	     cmocka_unit_test(test_claim), cmocka_unit_test(test_owner),
	     cmocka_unit_test(test_lost_table),
	     cmocka_unit_test(test_walk),
	     cmocka_unit_test(test_death), cmocka_unit_test(test_calls));
