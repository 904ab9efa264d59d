// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (mmu/tables.c, mmu/roots.c): whatever a 64-bit guest does, a processor
 * that walks the private root of one of its vCPUs finds checked tables alone,
 * and no page that is writable but those typed so; in the slots that the ABI
 * gives to the hypervisor (256 to 271 of a level-4 table) it finds those of the
 * private root, and in tables of the guest nothing.
 *
 * The model is a processor that walks from the four private roots of two vCPUs
 * after each step, whenever it is flushed, and when something loses its type.
 * It keeps what it found until its next flush, as a TLB and the caches of upper entries do. The guest fills slots
 * 256 to 271 of its tables before it pins them, makes entries that point to
 * tables of any level, shares tables, and unpins what is in use.
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
#include "mmu/roots.h"
#include "mmu/tables.h"
#include "mmu/walk.h"

#define PAGES	32u
#define CPUS	2u
#define LINEAR	PTE_P		/* of an entry that may be linear */
#define TABLE	(PTE_P | PTE_RW | PTE_US)

static struct domain *d;
static u32 first;
static const u32 slots[] = { 0, 1, 2, 255, 256, 257, 262, 271, 272, 509, 511 };

/* What a CPU may have cached of a frame since its last flush. */
static struct cached {
	u8 writable;		/* it is mapped so */
	u8 role;		/* the highest level that it was a table of */
} cached[CPUS][HOST_FRAMES];

static struct frame *frame(u32 i)
{
	return mfn_frame(mfn(first + i));
}

static u64 *page(u32 i)
{
	return mfn_to_virt(mfn(first + i));
}

static u64 entry(u32 i, u64 flags)
{
	return make_pte(mfn(first + i), flags);
}

/* A write of the processor's own, to a page of this guest? */
static void check_leaf(u32 cpu, u64 e, bool writable)
{
	mfn_t m = pte_mfn(e);

	assert_true(mfn_valid(m));
	assert_ptr_equal(mfn_frame(m)->owner, d);
	assert_int_equal(mfn_frame(m)->kind, FRAME_GUEST);
	if (!writable || !(e & PTE_RW))
		return;
	assert_int_equal(mfn_frame(m)->type, TYPE_WRITABLE);
	assert_true(mfn_frame(m)->type_count);
	cached[cpu][m.n].writable = true;
}

static u8 seen[HOST_FRAMES][5][2];

/* A table that the walk uses as one of level 'role'. */
static void walk_table(u32 cpu, mfn_t m, u32 role, bool writable)
{
	const struct frame *f = mfn_frame(m);
	const u64 *table = mfn_to_virt(m);
	u32 i;
	u64 e;

	assert_true(mfn_valid(m) && f->kind == FRAME_GUEST && f->owner == d);
	assert_true(type_level(f->type) >= role && f->type != TYPE_L2_TOP);
	assert_true(f->type_count && (f->flags & FRAME_VALID));
	cached[cpu][m.n].role = MAX(cached[cpu][m.n].role, (u8)role);
	if (seen[m.n][role][writable]++)
		return;
	for (i = 0; i < ARRAY_SIZE(slots); i++) {
		e = table[slots[i]];
		if (f->type == TYPE_L4 && slots[i] >= L4_M2P_SLOT &&
		    slots[i] < L4_HV_END)
			assert_int_equal(e, 0);
		if (!(e & PTE_P))
			continue;
		assert_true(e & PTE_US);
		assert_false(e & PTE_PSE);
		if (role == 1)
			check_leaf(cpu, e, writable);
		else
			walk_table(cpu, pte_mfn(e), role - 1,
				   writable && (e & PTE_RW));
	}
}

static void walk_root(u32 cpu, const u64 *root, u64 m2p)
{
	u64 want;
	u32 i;

	memset(seen, 0, sizeof(seen));
	for (i = 0; i < 512; i++) {
		if (i >= L4_M2P_SLOT && i < L4_HV_END) {
			want = i == L4_M2P_SLOT ? m2p : boot_l4[i];
			assert_int_equal(root[i], want);
		} else if (root[i] & PTE_P) {
			assert_int_equal(root[i] & (PTE_US | PTE_A),
					 PTE_US | PTE_A);
			walk_table(cpu, pte_mfn(root[i]), 3, root[i] & PTE_RW);
		}
	}
}

static void walk_cpu(u32 cpu)
{
	const struct vcpu_roots *r = &d->vcpu[cpu]->roots;

	walk_root(cpu, r->root, boot_l4[L4_M2P_SLOT]);
	walk_root(cpu, r->user_root, 0);
}

/* The processor fills its caches again at once. */
static void flushed(u32 cpus)
{
	u32 cpu;

	for (cpu = 0; cpu < CPUS; cpu++)
		if (cpus >> cpu & 1) {
			memset(cached[cpu], 0, sizeof(cached[cpu]));
			walk_cpu(cpu);
		}
}

static void walk_all(void)
{
	u32 cpu;

	for (cpu = 0; cpu < CPUS; cpu++)
		walk_cpu(cpu);
}

static void check_cached(u32 cpu)
{
	const struct cached *c = cached[cpu];
	const struct frame *f;
	u32 n;

	for (n = 0; n < HOST_FRAMES; n++) {
		f = mfn_frame(mfn(n));
		if (!f->type_count)
			continue;
		assert_false(c[n].writable && f->type != TYPE_WRITABLE);
		assert_false(c[n].role && type_level(f->type) < c[n].role);
	}
}

/* References and types from scratch, without the help of the audit. */
static void check_counts(void)
{
	u32 refs[PAGES] = { 0 }, types[PAGES] = { 0 }, i, j, t;
	s16 linear[PAGES] = { 0 };
	const struct frame *f;
	u64 e;

	for (i = 0; i < PAGES; i++) {
		f = frame(i);
		for (j = 0; type_level(f->type) && j < f->progress; j++) {
			e = page(i)[j];
			t = (u32)pte_mfn(e).n - first;
			if (!(e & PTE_P) || t >= PAGES)
				continue;
			if (f->type > TYPE_L1 && frame(t)->type == f->type) {
				if (t == i)
					continue;
				linear[i]++;
				linear[t]--;
			}
			refs[t]++;
			types[t] += f->type > TYPE_L1 || e & PTE_RW;
		}
		refs[i] += !!(f->flags & FRAME_ALLOCATED) +
			   !!(f->flags & FRAME_PINNED) +
			   !!(f->flags & FRAME_PARTIAL);
		types[i] += !!(f->flags & FRAME_PINNED) +
			    !!(f->flags & FRAME_PARTIAL);
		refs[i] += d->life.kill_at.n == first + i;
		for (j = 0; j < ARRAY_SIZE(d->tables.old_table); j++)
			refs[i] += d->tables.old_table[j].n == first + i;
		for (j = 0; j < CPUS; j++) {
			t = (d->vcpu[j]->roots.table.n == first + i) +
			    (d->vcpu[j]->roots.user.n == first + i);
			refs[i] += t;
			types[i] += t;
		}
	}
	for (i = 0; i < PAGES; i++) {
		assert_int_equal(frame(i)->refs, refs[i]);
		assert_int_equal(frame(i)->type_count, types[i]);
		assert_int_equal(frame(i)->linear, linear[i]);
	}
}

static void check(void)
{
	u32 cpu;

	for (cpu = 0; cpu < CPUS; cpu++)
		check_cached(cpu);
	walk_all();
	check_counts();
	assert_int_equal(host_locks, 0);
}

/* As long as no vCPU has a root. */
static void set_width(const struct width *w)
{
	u32 i;

	d->width = w;
	spin_lock(&d->tables.lock);
	for (i = 0; i < CPUS; i++)
		roots_set(d->vcpu[i], INVALID_MFN);
	spin_unlock(&d->tables.lock);
}

static void setup_with(u32 pages)
{
	u32 i;

	host_reset();
	frames_init(HOST_FRAMES);
	frames_give(mfn(256), HOST_FRAMES - 256);
	d = host_make(0, CPUS, pages, &first);
	d->tables.dirty_cpus = host_cpus = BIT(CPUS) - 1;
	host_current = d->vcpu[0];
	for (i = L4_HV_SLOT; i < L4_HV_END; i++)
		boot_l4[i] = make_pte(mfn(i), PTE_HV_DATA);
	set_width(&width64);
	memset(cached, 0, sizeof(cached));
	host_flushed = flushed;
	host_flush_due = walk_all;
}

static void setup(void)
{
	setup_with(PAGES);
}

static long operation(u32 cmd, u64 m)
{
	u64 a[6] = { (u64)&(struct mmuext){ .cmd = cmd, .arg1 = m }, 1, 0,
		     DOMID_SELF };

	return do_mmuext_op(a);
}

static long on(u32 cmd, u32 i)
{
	return operation(cmd, first + i);
}

static long update(u32 table, u32 slot, u64 value)
{
	struct mmu_update u = {
		.ptr = ((u64)(first + table) << PAGE_SHIFT) + slot * 8,
		.val = value,
	};

	return do_mmu_update((u64[6]){ (u64)&u, 1, 0, DOMID_SELF });
}

static u32 random_slot(void)
{
	return slots[(u32)rand() % ARRAY_SIZE(slots)];
}

static u64 random_entry(void)
{
	static const u64 flags[] = {
		PTE_P, PTE_P | PTE_NX, PTE_P | PTE_US, TABLE, TABLE,
		PTE_P | PTE_RW, 0, TABLE | PTE_PSE, TABLE | PTE_G,
	};
	u64 m = rand() % 50 ? first + (u32)rand() % PAGES : (u64)rand();

	return make_pte(mfn(m), flags[(u32)rand() % ARRAY_SIZE(flags)]);
}

/* Contents as a guest writes them where it may: its own slots and others. */
static void scribble(u32 i)
{
	if (frame(i)->kind == FRAME_GUEST &&
	    (!frame(i)->type_count || frame(i)->type == TYPE_WRITABLE))
		page(i)[random_slot()] = random_entry();
}

static void random_step(void)
{
	u32 i = (u32)rand() % PAGES;

	host_current = d->vcpu[(u32)rand() % CPUS];
	switch (rand() % 16) {
	case 0 ... 1:
		on(MMUEXT_PIN_L1_TABLE + (u32)rand() % 3, i);
		return;
	case 2:
		on(MMUEXT_PIN_L4_TABLE, i);
		return;
	case 3 ... 4:
		on(MMUEXT_UNPIN_TABLE, i);
		return;
	case 5:
		on(MMUEXT_NEW_BASEPTR, i);
		return;
	case 6:
		operation(MMUEXT_NEW_USER_BASEPTR, rand() % 4 ? first + i : 0);
		return;
	case 7 ... 10:
		scribble(i);
		return;
	default:
		update(i, random_slot(), random_entry());
	}
}

static struct tally {
	u32 roots, users, linear, targets;
} tally;

static void count_states(void)
{
	u32 i;

	for (i = 0; i < PAGES; i++) {
		tally.linear += frame(i)->linear > 0;
		tally.targets += frame(i)->linear < 0;
	}
	for (i = 0; i < CPUS; i++) {
		tally.roots += !mfn_eq(d->vcpu[i]->roots.table, INVALID_MFN);
		tally.users += !mfn_eq(d->vcpu[i]->roots.user, INVALID_MFN);
	}
}

static void run_random(bool preempt, unsigned int seed, u32 steps)
{
	u32 k;

	setup();
	srand(seed);
	host_preempt = preempt;
	for (k = 0; k < steps; k++) {
		random_step();
		check();
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

/* Pages 0 to 3 are tables of level 4 to 1; page 4 is mapped writable. */
static void build(void)
{
	setup();
	page(0)[1] = entry(1, TABLE);
	page(1)[2] = entry(2, TABLE & ~PTE_US);
	page(2)[0] = entry(3, TABLE);
	page(3)[0] = entry(4, TABLE & ~PTE_US);
}

/*
 * User rights are added at all levels, and PTE_A at level 4; what stood in slots
 * 256 to 271 is gone, and cannot come back.
 */
static void test_contents(void **state)
{
	static const u64 bad[] = { PTE_PSE, PTE_G, PTE_PCD, PTE_PWT };
	u32 i;

	(void)state;
	build();
	for (i = L4_M2P_SLOT; i < L4_HV_END; i++)
		page(0)[i] = i & 1 ? entry(0, LINEAR) : ~0ull;
	assert_int_equal(on(MMUEXT_PIN_L4_TABLE, 0), 0);
	for (i = L4_M2P_SLOT; i < L4_HV_END; i++) {
		assert_int_equal(page(0)[i], 0);
		assert_int_equal(update(0, i, entry(1, TABLE)), -EINVAL);
		assert_int_equal(update(0, i, 0), -EINVAL);
	}
	assert_int_equal(page(0)[1], entry(1, TABLE | PTE_A));
	for (i = 1; i < 3; i++)
		assert_int_equal(page(i)[i == 1 ? 2 : 0],
				 entry(i + 1, TABLE));
	assert_int_equal(page(3)[0], entry(4, TABLE));
	/* In the same way when an entry is changed. */
	assert_int_equal(update(0, 272, entry(1, PTE_P)), 0);
	assert_int_equal(page(0)[272], entry(1, PTE_P | PTE_US | PTE_A));
	assert_int_equal(update(1, 256, entry(2, PTE_P)), 0);
	assert_int_equal(page(1)[256], entry(2, PTE_P | PTE_US));
	assert_int_equal(update(3, 9, entry(5, PTE_P)), 0);
	assert_int_equal(page(3)[9], entry(5, PTE_P | PTE_US));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		assert_int_equal(update(0, 2, entry(1, TABLE | bad[i])),
				 -EINVAL);
		assert_int_equal(update(1, 0, entry(2, TABLE | bad[i])),
				 -EINVAL);
	}
	assert_int_equal(on(MMUEXT_UNPIN_TABLE, 0), 0);
	assert_int_equal(frame(3)->type_count, 0);
	check();
	assert_int_equal(audit_frames(), 0);
}

/* Pages 8 and 9 are level-4 tables beside 0. */
static void pin_three(void)
{
	build();
	assert_int_equal(on(MMUEXT_PIN_L4_TABLE, 0), 0);
	assert_int_equal(on(MMUEXT_PIN_L4_TABLE, 8), 0);
	assert_int_equal(on(MMUEXT_PIN_L4_TABLE, 9), 0);
}

/*
 * A table may point to itself, and to a valid table of its level, read-only;
 * not to one with such entries, nor while another one points to it. The own
 * entry counts for neither.
 */
static void test_linear(void **state)
{
	(void)state;
	pin_three();
	assert_int_equal(update(0, 509, entry(0, TABLE)), -EINVAL);
	assert_int_equal(update(0, 509, entry(0, LINEAR | PTE_NX)), 0);
	assert_int_equal(update(0, 509, entry(0, TABLE)), -EINVAL);
	assert_int_equal(frame(0)->refs, 2);
	assert_int_equal(update(8, 509, entry(8, LINEAR)), 0);
	assert_int_equal(update(0, 511, entry(8, TABLE)), -EINVAL);
	assert_int_equal(update(0, 511, entry(8, LINEAR)), 0);
	assert_int_equal(frame(8)->type_count, 2);
	/* Not writable, where it has all else already. */
	assert_int_equal(update(0, 511, entry(8, LINEAR | PTE_NX)), 0);
	assert_int_equal(update(0, 511, entry(8, TABLE)), -EINVAL);
	/* 8 is a target, 0 is a container. */
	assert_int_equal(update(8, 1, entry(9, LINEAR)), -EINVAL);
	assert_int_equal(update(9, 1, entry(0, LINEAR)), -EINVAL);
	assert_int_equal(update(9, 1, entry(8, LINEAR)), 0);
	assert_int_equal(update(0, 511, entry(9, LINEAR)), -EINVAL);
	check();
	/* Once they are gone, the other way round. */
	assert_int_equal(update(0, 511, 0), 0);
	assert_int_equal(update(9, 1, 0), 0);
	assert_int_equal(update(8, 1, entry(0, LINEAR)), 0);
	assert_int_equal(audit_frames(), 0);
	/* With the last reference by such an entry the table is taken apart. */
	assert_int_equal(on(MMUEXT_UNPIN_TABLE, 0), 0);
	assert_int_equal(frame(3)->type_count, 1);
	assert_int_equal(on(MMUEXT_UNPIN_TABLE, 8), 0);
	assert_int_equal(frame(3)->type_count, 0);
	assert_int_equal(frame(0)->type_count, 0);
	check();
	assert_int_equal(audit_frames(), 0);
}

/* The same at levels 3 and 2; and none of what is not valid, or another's. */
static void test_linear_below(void **state)
{
	struct domain *o;
	u32 level, other;

	(void)state;
	for (level = 2; level < 4; level++) {
		build();
		assert_int_equal(on(MMUEXT_PIN_L1_TABLE + level - 1, 8), 0);
		assert_int_equal(on(MMUEXT_PIN_L1_TABLE + level - 1, 9), 0);
		assert_int_equal(update(8, 256, entry(8, TABLE)), -EINVAL);
		assert_int_equal(update(8, 256, entry(8, LINEAR)), 0);
		assert_int_equal(update(8, 3, entry(9, LINEAR)), 0);
		assert_int_equal(update(9, 3, entry(8, LINEAR)), -EINVAL);
		check();
		assert_int_equal(on(MMUEXT_UNPIN_TABLE, 9), 0);
		assert_int_equal(on(MMUEXT_UNPIN_TABLE, 8), 0);
		assert_int_equal(frame(9)->type_count, 0);
		check();
	}
	build();
	page(0)[511] = entry(8, LINEAR);
	page(8)[511] = entry(0, LINEAR);
	assert_true(on(MMUEXT_PIN_L4_TABLE, 0) < 0);
	check();
	o = host_other(4, &other);
	o->width = &width64;
	assert_int_equal(ptype_get_both(o, mfn(other), TYPE_L3), 0);
	page(8)[511] = make_pte(mfn(other), LINEAR);
	assert_int_equal(on(MMUEXT_PIN_L3_TABLE, 8), -EINVAL);
	check();
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
	pin_three();
	for (i = 0; i < CPUS; i++) {
		host_current = v = d->vcpu[i];
		assert_int_equal(on(MMUEXT_NEW_BASEPTR, 0), 0);
		assert_int_equal(operation(MMUEXT_NEW_USER_BASEPTR, 0), 0);
		assert_true(mfn_eq(v->roots.user, INVALID_MFN));
		assert_int_equal(on(MMUEXT_NEW_USER_BASEPTR, 0), 0);
		assert_int_equal(on(MMUEXT_NEW_USER_BASEPTR, 0), 0);
		assert_true(on(MMUEXT_NEW_USER_BASEPTR, 3) < 0);
		assert_int_equal(operation(MMUEXT_NEW_USER_BASEPTR, ~0ull),
				 -EINVAL);
		assert_int_equal(v->roots.user.n, first);
	}
	assert_int_equal(frame(0)->type_count, 5);
	assert_int_equal(update(0, 300, entry(1, TABLE)), 0);
	for (i = 0; i < CPUS; i++) {
		assert_int_equal(d->vcpu[i]->roots.root[300], page(0)[300]);
		assert_int_equal(d->vcpu[i]->roots.user_root[300],
				 page(0)[300]);
	}
	check();
	assert_int_equal(on(MMUEXT_UNPIN_TABLE, 0), 0);
	assert_int_equal(frame(0)->type_count, 4);
	assert_int_equal(operation(MMUEXT_NEW_USER_BASEPTR, 0), 0);
	for (i = 0; i < 512; i++)
		assert_int_equal(v->roots.user_root[i],
				 i >= L4_HV_SLOT && i < L4_HV_END ?
				 boot_l4[i] : 0);
	check();
	assert_int_equal(audit_frames(), 0);
}

/* A 32-bit guest has no user root, and pins no level-4 table. */
static void test_narrow(void **state)
{
	(void)state;
	build();
	set_width(&width32);
	assert_int_equal(on(MMUEXT_NEW_USER_BASEPTR, 8), -ENOSYS);
	assert_int_equal(on(MMUEXT_PIN_L4_TABLE, 8), 0);
	assert_int_equal(frame(8)->type_count, 0);
	assert_int_equal(on(MMUEXT_PIN_L2_TABLE, 8), 0);
	assert_int_equal(update(8, 1, entry(8, LINEAR)), -EINVAL);
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
	pin_three();
	v = host_current;
	assert_int_equal(update(0, 509, entry(0, LINEAR)), 0);
	assert_int_equal(on(MMUEXT_NEW_BASEPTR, 0), 0);
	spin_lock(&d->tables.lock);
	assert_ptr_equal(walk_l1_entry(v, at), &page(3)[0]);
	assert_null(walk_l1_entry(v, address(509, 509, 509, 509)));
	assert_null(walk_l1_entry(v, address(509, 1, 2, 0)));
	assert_null(walk_l1_entry(v, address(2, 2, 0, 0)));
	assert_null(walk_l1_entry(v, address(256, 2, 0, 0)));
	spin_unlock(&d->tables.lock);
	assert_true(walk_allows(v, at, 2));
	assert_true(walk_allows(v, address(509, 1, 2, 0), 0));
	assert_false(walk_allows(v, address(509, 1, 2, 0), 2));
	assert_false(walk_allows(v, address(262, 0, 0, 0), 0));
	v->proc.in_user = true;
	assert_false(walk_allows(v, at, 0));
	assert_int_equal(on(MMUEXT_NEW_USER_BASEPTR, 8), 0);
	assert_false(walk_allows(v, at, 0));
	assert_int_equal(update(8, 1, entry(1, TABLE)), 0);
	assert_true(walk_allows(v, at, 2 | 4));
	v->proc.in_user = false;
	check();
}

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
	return frame(4)->refs;
}

/*
 * A table whose last use was a linear entry is taken apart before the rest of
 * the table that had it, and no more of either in one hold than of any other.
 */
static void test_holds(void **state)
{
	u32 i;

	(void)state;
	pin_three();
	for (i = 10; i < 26; i++) {
		memcpy(page(i), page(3), PAGE_SIZE);
		page(i)[1] = page(i)[2] = page(i)[3] = page(3)[0];
		if (i < 18)
			assert_int_equal(update(2, i, entry(i, TABLE)), 0);
		else
			page(27)[i] = entry(i, TABLE);
	}
	page(26)[1] = entry(27, TABLE);
	assert_int_equal(update(8, 7, entry(26, TABLE)), 0);
	assert_int_equal(update(0, 511, entry(8, LINEAR)), 0);
	assert_int_equal(on(MMUEXT_UNPIN_TABLE, 8), 0);
	assert_true(frame(4)->refs > 16 * 4);
	begin_holds(page_refs);
	assert_int_equal(on(MMUEXT_UNPIN_TABLE, 0), 0);
	assert_int_equal(frame(8)->type_count, 0);
	assert_int_equal(frame(4)->refs, 1);
	end_holds(HOLD_TABLES * 4);
	check();
}

#define EMPTY	120u

static u32 valid_tables(void)
{
	u32 i, n = 0;

	for (i = 0; i < EMPTY; i++)
		n += frame(i)->flags & FRAME_VALID && frame(i)->type_count;
	return n;
}

/* Tables without level-1 tables are work as well: to look through. */
static void test_holds_empty(void **state)
{
	u32 i;

	(void)state;
	setup_with(EMPTY);
	page(0)[0] = entry(1, TABLE);
	for (i = 2; i < EMPTY; i++)
		page(1)[i] = entry(i, TABLE);
	begin_holds(valid_tables);
	while (on(MMUEXT_PIN_L4_TABLE, 0) == -ERESTART)
		;
	assert_int_equal(valid_tables(), EMPTY);
	assert_int_equal(on(MMUEXT_UNPIN_TABLE, 0), 0);
	assert_int_equal(valid_tables(), 0);
	end_holds(HOLD_TABLES * 16 + 2);
}

static u32 table_refs(void)
{
	return frame(1)->refs + frame(2)->refs + frame(3)->refs;
}

/* A root that holds much, at the end of its domain. */
static void test_holds_end(void **state)
{
	u32 i, other;

	(void)state;
	build();
	for (i = 0; i < 200; i++) {
		page(0)[i] = entry(1, TABLE);
		page(1)[i] = entry(2, TABLE);
		page(2)[i] = entry(3, TABLE);
	}
	assert_int_equal(on(MMUEXT_NEW_BASEPTR, 0), 0);
	assert_int_equal(on(MMUEXT_NEW_USER_BASEPTR, 0), 0);
	d->shared_frame = virt_to_mfn(frames_new(PAGE_SIZE));
	page_share(d, d->shared_frame);
	host_current = host_other(4, &other)->vcpu[0];
	begin_holds(table_refs);
	while (domain_kill(d) == -ERESTART)
		;
	end_holds(8);
}

/* The audit sees what the rules forbid, wherever it comes from. */
static void test_audit(void **state)
{
	struct vcpu *v;
	u64 was;
	u32 i;

	(void)state;
	pin_three();
	v = host_current;
	assert_int_equal(update(0, 509, entry(0, LINEAR)), 0);
	assert_int_equal(update(0, 511, entry(8, LINEAR)), 0);
	assert_int_equal(update(8, 509, entry(8, LINEAR)), 0);
	assert_int_equal(on(MMUEXT_PIN_L4_TABLE, 10), 0);
	assert_int_equal(on(MMUEXT_NEW_BASEPTR, 0), 0);
	assert_int_equal(on(MMUEXT_NEW_USER_BASEPTR, 9), 0);
	assert_int_equal(audit_frames(), 0);
	for (i = 0; i < 512; i++) {
		v->roots.root[i] ^= PTE_RW;
		assert_int_equal(audit_frames(), 1);
		v->roots.root[i] ^= PTE_RW;
		v->roots.user_root[i] ^= PTE_RW;
		assert_int_equal(audit_frames(), 1);
		v->roots.user_root[i] ^= PTE_RW;
	}
	for (i = L4_M2P_SLOT; i < L4_HV_END; i++) {
		page(8)[i] = PTE_PSE;
		assert_int_equal(audit_frames(), 1);
		page(8)[i] = 0;
	}
	for (i = 1; i < 4; i++) {
		was = page(i)[i == 1 ? 2 : 0];
		page(i)[i == 1 ? 2 : 0] &= ~PTE_US;
		assert_int_equal(audit_frames(), 1);
		page(i)[i == 1 ? 2 : 0] = was;
	}
	page(8)[509] |= PTE_RW;
	assert_int_equal(audit_frames(), 1);
	page(8)[509] &= ~PTE_RW;
	for (i = 0; i < 4; i++) {
		frame(0)->linear ^= (s16)BIT(i);
		assert_true(audit_frames());
		frame(0)->linear ^= (s16)BIT(i);
		frame(8)->linear ^= (s16)BIT(i);
		assert_true(audit_frames());
		frame(8)->linear ^= (s16)BIT(i);
	}
	/* A nested entry, where all counts are right. */
	page(8)[7] = entry(10, PTE_P | PTE_US | PTE_A);
	frame(8)->linear++;
	frame(10)->linear--;
	frame(10)->refs++;
	frame(10)->type_count++;
	assert_int_equal(audit_frames(), 2);
	page(8)[7] = 0;
	frame(8)->linear--;
	frame(10)->linear++;
	frame(10)->refs--;
	frame(10)->type_count--;
	v->roots.user = INVALID_MFN;
	assert_true(audit_frames());
	v->roots.user = mfn(first + 9);
	assert_int_equal(audit_frames(), 0);
}

/* Whatever it has in use when it ends, all of its frames come back. */
static void test_end(void **state)
{
	unsigned int seed;
	u64 free;
	u32 k, other;

	(void)state;
	for (seed = 1; seed <= 8; seed++) {
		setup();
		srand(seed);
		free = frames_free() + PAGES;
		host_preempt = seed & 1;
		for (k = 0; k < 300; k++)
			random_step();
		d->shared_frame = virt_to_mfn(frames_new(PAGE_SIZE));
		page_share(d, d->shared_frame);
		host_current = host_other(4, &other)->vcpu[0];
		while (domain_kill(d) == -ERESTART)
			check();
		assert_int_equal(frames_free(), free - 5);
		assert_int_equal(audit_frames(), 0);
	}
}

EXPORT_TESTS(tables64, cmocka_unit_test(test_random_updates),
	     cmocka_unit_test(test_random_preempted),
	     cmocka_unit_test(test_contents),
	     cmocka_unit_test(test_linear),
	     cmocka_unit_test(test_linear_below),
	     cmocka_unit_test(test_roots),
	     cmocka_unit_test(test_narrow),
	     cmocka_unit_test(test_walk),
	     cmocka_unit_test(test_holds),
	     cmocka_unit_test(test_holds_empty),
	     cmocka_unit_test(test_holds_end),
	     cmocka_unit_test(test_audit),
	     cmocka_unit_test(test_end));
