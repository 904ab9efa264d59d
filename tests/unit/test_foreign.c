// SPDX-License-Identifier: GPL-2.0-only
/*
 * Two domains: the privileged one maps pages of the other at random, builds
 * its tables and pins them, while the other's own vCPU does the same to
 * itself; then the other one is destroyed, with and without pages still
 * mapped. After each part every reference and type count of both is counted
 * from scratch, and in the end all frames are back.
 */
#include <stdlib.h>
#include "errno.h"
#include "host.h"
#include "hypercalls.h"
#include "lib/lib.h"
#include "machine/paging.h"
#include "mmu/mmu.h"
#include "mmu/ptype.h"

#define PAGES	20u

static struct domain *d, *o;	/* who maps, and whose pages */
static u32 d_first, o_first;
static u32 want_refs[HOST_FRAMES], want_types[HOST_FRAMES];
static u64 free_before;

static void setup(void)
{
	free_before = host_two(PAGES, &d, &d_first, &o, &o_first);
}

static u32 entries_of(const struct frame *f)
{
	if (f->flags & FRAME_PARTIAL)
		return f->progress;
	if (f->type == TYPE_L3)
		return 4;
	return f->type == TYPE_L2_TOP ? d->tables.m2p_start >> 21 & 511 : 512;
}

static void count_table(const struct frame *f)
{
	const u64 *table = mfn_to_virt(frame_mfn(f));
	u32 n = entries_of(f), j;
	u64 t;

	for (j = 0; j < n; j++) {
		t = pte_mfn(table[j]).n;
		if (!(table[j] & PTE_P) || t >= HOST_FRAMES ||
		    frame_table[t].kind != FRAME_GUEST)
			continue;
		want_refs[t]++;
		want_types[t] += f->type != TYPE_L1 || (table[j] & PTE_RW);
		if (frame_table[t].owner != f->owner) {
			assert_int_equal(f->type, TYPE_L1);
			assert_ptr_equal(f->owner, d);
		}
	}
}

static void count_frame(u32 n)
{
	const struct frame *f = &frame_table[n];
	u32 i;

	if (f->kind != FRAME_GUEST)
		return;
	want_refs[n] += (f->flags & (FRAME_ALLOCATED | FRAME_XENHEAP)) != 0;
	want_types[n] += (f->flags & FRAME_XENHEAP) != 0;
	want_refs[n] += (f->flags & FRAME_PINNED) != 0;
	want_types[n] += (f->flags & FRAME_PINNED) != 0;
	want_refs[n] += (f->flags & FRAME_PARTIAL) != 0;
	want_types[n] += (f->flags & FRAME_PARTIAL) != 0;
	want_refs[n] += o->life.kill_at.n == n;
	for (i = 0; i < ARRAY_SIZE(d->tables.old_table); i++)
		want_refs[n] += (d->tables.old_table[i].n == n) +
				(o->tables.old_table[i].n == n);
	if (f->type_count && f->type >= TYPE_L1 && f->type <= TYPE_L2_TOP)
		count_table(f);
}

static void check_invariants(void)
{
	u32 n;

	memset(want_refs, 0, sizeof(want_refs));
	memset(want_types, 0, sizeof(want_types));
	for (n = 0; n < HOST_FRAMES; n++)
		count_frame(n);
	for (n = 0; n < HOST_FRAMES; n++) {
		if (frame_table[n].kind != FRAME_GUEST)
			continue;
		assert_int_equal(frame_table[n].refs, want_refs[n]);
		assert_int_equal(frame_table[n].type_count, want_types[n]);
	}
	assert_int_equal(host_locks, 0);
}

static mfn_t random_page(void)
{
	return mfn((rand() % 2 ? d_first : o_first) +
		   (u32)rand() % (PAGES + 1));
}

static u64 random_entry(void)
{
	static const u64 flags[] = {
		PTE_P, PTE_P | PTE_RW, PTE_P | PTE_RW | PTE_US, 0,
		PTE_P | PTE_PSE | PTE_RW, PTE_P | PTE_A,
	};

	return make_pte(random_page(), flags[(u32)rand() % ARRAY_SIZE(flags)]);
}

static u64 random_foreign(void)
{
	static const u32 who[] = {
		DOMID_SELF, 4, 4 | 5 << 16, DOMID_SELF | 4 << 16, 77,
		DOMID_IO, DOMID_XEN,
	};

	return who[(u32)rand() % ARRAY_SIZE(who)];
}

static void random_update(void)
{
	struct mmu_update u = {
		.ptr = (random_page().n << PAGE_SHIFT) +
		       (u64)(rand() % 6) * 8 +
		       (rand() % 4 ? 0 : MMU_PT_UPDATE_NO_TRANSLATE),
		.val = random_entry(),
	};
	u64 a[6] = { (u64)&u, 1, 0, random_foreign() };

	do_mmu_update(a);
}

static void random_pin(void)
{
	struct mmuext op = {
		.cmd = rand() % 3 ? MMUEXT_PIN_L1_TABLE + (u32)rand() % 3 :
		       MMUEXT_UNPIN_TABLE,
		.arg1 = random_page().n,
	};
	u64 a[6] = { (u64)&op, 1, 0, rand() % 2 ? DOMID_SELF : 4 };

	do_mmuext_op(a);
}

/* What the tools do: a page of the other domain, in a table of one's own. */
static void map_one(void)
{
	struct mmuext op = { .cmd = MMUEXT_PIN_L1_TABLE,
				 .arg1 = d_first };
	struct mmu_update u = {
		.ptr = ((u64)d_first << PAGE_SHIFT) + (u64)(rand() % 6) * 8,
		.val = make_pte(mfn(o_first + (u32)rand() % PAGES),
				rand() % 2 ? PTE_P | PTE_RW : PTE_P),
	};
	u64 pin[6] = { (u64)&op, 1, 0, DOMID_SELF };
	u64 map[6] = { (u64)&u, 1, 0, 4 };

	do_mmuext_op(pin);
	do_mmu_update(map);
}

/* Contents as either guest writes them where it may. */
static void scribble(void)
{
	mfn_t m = random_page();
	const struct frame *f = mfn_frame(m);

	if (f->kind == FRAME_GUEST && !(f->flags & FRAME_XENHEAP) &&
	    (!f->type_count || f->type == TYPE_WRITABLE))
		((u64 *)mfn_to_virt(m))[rand() % 6] = random_entry();
}

static void random_part(u32 steps)
{
	u32 k;

	for (k = 0; k < steps; k++) {
		/* Either domain's vCPU; only the first one may look abroad. */
		host_current = rand() % 4 || o->life.is_dying ? d->vcpu[0] :
			       o->vcpu[0];
		if (host_current == d->vcpu[0] && rand() % 8 == 0)
			map_one();
		else if (rand() % 3 == 0)
			scribble();
		else if (rand() % 3)
			random_update();
		else
			random_pin();
		if (k % 8 == 0)
			check_invariants();
	}
	host_current = d->vcpu[0];
	check_invariants();
}

static u32 mapped_by_d(void)
{
	u32 n, left = 0;

	for (n = 0; n < HOST_FRAMES; n++)
		left += frame_table[n].kind == FRAME_GUEST &&
			frame_table[n].owner == o;
	return left;
}

static void forget(void)
{
	u32 i;
	u64 a[6];
	struct mmuext op = { .cmd = MMUEXT_UNPIN_TABLE };

	host_preempt = false;
	for (i = 0; i < PAGES; i++) {
		op.arg1 = d_first + i;
		a[0] = (u64)&op;
		a[1] = 1;
		a[2] = 0;
		a[3] = DOMID_SELF;
		do_mmuext_op(a);
		ptype_finish(d);
		ptype_drop_partial(d, mfn(d_first + i));
	}
}

static u32 kill_and_count(bool preempt)
{
	u32 stops = 0;
	int rc;

	host_preempt = preempt;
	while ((rc = domain_kill(o)) == -ERESTART) {
		stops++;
		random_part(2);
	}
	assert_int_equal(rc, 0);
	assert_int_equal(domain_kill(o), -EINVAL);
	check_invariants();
	return stops;
}

static void one_life(unsigned int seed, bool preempt, u32 *mapped, u32 *stops)
{
	u32 left;

	setup();
	srand(seed);
	host_preempt = preempt;
	random_part(1500);
	*stops += kill_and_count(preempt);
	left = mapped_by_d();
	*mapped += left != 0;
	assert_int_equal(o->refs, left ? 1 : 0);
	forget();
	assert_int_equal(mapped_by_d(), 0);
	assert_int_equal(o->refs, 0);
	assert_int_equal(o->mem.tot_pages, 0);
	frames_delete(mfn_to_virt(o->shared_frame), PAGE_SIZE);
	assert_int_equal(frames_free(), free_before);
}

/*
 * Whatever two domains do to the pages of one of them, every count is right
 * after each part, and the end of that domain gives back all of its frames.
 */
static void test_lives(void **state)
{
	u32 mapped = 0, stops = 0;
	unsigned int seed;

	(void)state;
	for (seed = 1; seed <= 12; seed++)
		one_life(seed, seed % 2, &mapped, &stops);
	assert_true(mapped > 2);	/* it did get somewhere */
	assert_true(stops > 10);
}

/* Another domain's stale writable mapping ends before a page is a table. */
static void test_flush(void **state)
{
	struct frame *f;
	u32 before;

	(void)state;
	setup();
	f = mfn_frame(mfn(o_first));
	o->tables.dirty_cpus = cpus_below(0);
	assert_int_equal(ptype_get_foreign(o, mfn(o_first), true), 0);
	assert_int_equal(ptype_get(o, mfn(o_first), TYPE_L1), -EINVAL);
	ptype_put_foreign(mfn(o_first), true);
	assert_true(f->flags & FRAME_SHARED_W);
	before = host_flushes;
	assert_int_equal(ptype_get(o, mfn(o_first), TYPE_L1), 0);
	assert_true(host_flushes > before);
	assert_false(f->flags & FRAME_SHARED_W);
	assert_int_equal(ptype_get_foreign(o, mfn(o_first), true), -EBUSY);
	/* The same for a page that was a table before it was mapped. */
	ptype_put(o, mfn(o_first));
	assert_int_equal(ptype_get_foreign(o, mfn(o_first), true), 0);
	assert_true(f->flags & FRAME_SHARED_W);
	ptype_put_foreign(mfn(o_first), true);
	assert_int_equal(ptype_get_foreign(o, mfn(d_first), false), -EINVAL);
}

/*
 * Rule (get_page_from_l1e() of Xen): the domain of the table decides which memory
 * types an entry may have, also where another one makes the entry.
 */
static void test_memory_types(void **state)
{
	static const u64 types[] = { PTE_PWT, PTE_PCD, PTE_PAT };
	u64 page;
	u32 i;

	(void)state;
	setup();
	page = make_pte(mfn(d_first + 1), PTE_P | PTE_RW);
	assert_int_equal(ptype_get_both(o, mfn(o_first), TYPE_L1), 0);
	for (i = 0; i < ARRAY_SIZE(types); i++)
		assert_int_equal(mmu_map_foreign(o, mfn_to_paddr(mfn(o_first)),
						 page | types[i], d), -EINVAL);
	assert_int_equal(mmu_map_foreign(o, mfn_to_paddr(mfn(o_first)), page, d), 0);
	page = make_pte(mfn(o_first + 1), PTE_P | PTE_RW);
	assert_int_equal(ptype_get_both(d, mfn(d_first), TYPE_L1), 0);
	for (i = 0; i < ARRAY_SIZE(types); i++)
		assert_int_equal(mmu_map_foreign(d, mfn_to_paddr(mfn(d_first)),
						 page | types[i], o), 0);
}

/*
 * Who may not change another domain's tables does nothing to them: not even what
 * is due anyway, which begins any request of who may.
 */
static void test_refused(void **state)
{
	struct frame *f;
	struct mmu_update u = { 0 };
	u64 a[6] = { (u64)&u, 1, 0, DOMID_SELF | 5 << 16 };

	(void)state;
	setup();
	f = mfn_frame(mfn(o_first));
	f->type = TYPE_L2;
	f->type_count = 1;
	f->flags |= FRAME_PARTIAL;
	f->refs += 2;			/* as partial, and as an old table */
	o->tables.old_table[0] = mfn(o_first);
	o->tables.old_places = 1;
	d->privileged = false;
	assert_int_equal(do_mmu_update(a), -EPERM);
	assert_int_equal(o->tables.old_places, 1);
	d->privileged = true;
	assert_int_equal(do_mmu_update(a), -EINVAL);
	assert_int_equal(o->tables.old_places, 0);
	check_invariants();
}

EXPORT_TESTS(foreign, cmocka_unit_test(test_lives),
	     cmocka_unit_test(test_flush), cmocka_unit_test(test_memory_types),
	     cmocka_unit_test(test_refused));
