// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (mmu/roots.c): what the processor walks for a vCPU is the hypervisor's
 * own table with a copy of the four entries of the guest's root. The copy
 * follows each change of that root, on all vCPUs that have it, before the flush
 * that ends the old entry; the vCPUs with another root keep theirs.
 */
#include "hypercalls.h"
#include "../../hypervisor/debug/debug.h"
#include "errno.h"
#include "host.h"
#include "lib/lib.h"
#include "machine/paging.h"
#include "mmu/mmu.h"
#include "mmu/ptype.h"
#include "mmu/roots.h"

#define PAGES	12u
#define ROOT	0u	/* pages 1 to 4 are its level-2 tables */
#define OTHER	5u	/* shares the first three; page 6 is its fourth */
#define SPARE	7u	/* a level-2 table that no root has */

static struct domain *d;
static u32 first;
static bool late;

static u64 *page(u32 i)
{
	return mfn_to_virt(mfn(first + i));
}

static void setup(void)
{
	u32 i;

	host_reset();
	frames_init(HOST_FRAMES);
	frames_give(mfn(256), HOST_FRAMES - 256);
	d = host_make(0, 2, PAGES, &first);
	host_current = d->vcpu[0];
	for (i = 0; i < 4; i++)
		page(ROOT)[i] = make_pte(mfn(first + 1 + i), PTE_P);
	memcpy(page(OTHER), page(ROOT), 3 * sizeof(u64));
	page(OTHER)[3] = make_pte(mfn(first + 6), PTE_P);
}

static void check_copy(u32 id, u32 root)
{
	assert_int_equal(d->vcpu[id]->roots.kernel.table.n, first + root);
	assert_memory_equal(d->vcpu[id]->roots.l3, page(root), 4 * sizeof(u64));
	assert_int_equal(audit_frames(), 0);
}

static long update(u32 root, u32 index, u64 value)
{
	struct mmu_update u = {
		.ptr = ((first + root) * PAGE_SIZE) + index * 8, .val = value,
	};

	return do_mmu_update((u64[6]){ (u64)&u, 1, 0, DOMID_SELF });
}

/* A flush before the copies have followed would leave the old entry cached. */
static void look_at_flush(u32 cpus)
{
	(void)cpus;
	late |= d->vcpu[0]->roots.l3->entry[1] != page(ROOT)[1] ||
		d->vcpu[1]->roots.l3->entry[1] != page(ROOT)[1];
}

static void test_copies_follow(void **state)
{
	u64 spare, was;

	(void)state;
	setup();
	spare = make_pte(mfn(first + SPARE), PTE_P);
	assert_int_equal(mmu_new_baseptr(d->vcpu[0], mfn(first + ROOT)), 0);
	assert_int_equal(mmu_new_baseptr(d->vcpu[1], mfn(first + ROOT)), 0);
	check_copy(0, ROOT);
	check_copy(1, ROOT);
	late = false;
	host_flushed = look_at_flush;
	assert_int_equal(update(ROOT, 1, spare), 0);
	host_flushed = NULL;
	assert_false(late);
	assert_int_equal(pte_mfn(d->vcpu[1]->roots.l3->entry[1]).n, first + SPARE);
	check_copy(0, ROOT);
	check_copy(1, ROOT);
	/* Only those that have the root; and nothing where it is refused. */
	assert_int_equal(mmu_new_baseptr(d->vcpu[1], mfn(first + OTHER)), 0);
	was = d->vcpu[1]->roots.l3->entry[2];
	assert_int_equal(update(ROOT, 2, 0), 0);
	assert_int_equal(d->vcpu[0]->roots.l3->entry[2], 0);
	assert_int_equal(d->vcpu[1]->roots.l3->entry[2], was);
	assert_int_equal(update(ROOT, 3, spare), -EINVAL);
	assert_int_equal(update(ROOT, 0, spare | PTE_PSE), -EINVAL);
	check_copy(0, ROOT);
	check_copy(1, OTHER);
}

static void test_no_root(void **state)
{
	static const struct pae_root none;

	(void)state;
	setup();
	assert_int_equal(mmu_new_baseptr(d->vcpu[0], mfn(first + ROOT)), 0);
	assert_true(mmu_new_baseptr(d->vcpu[0], mfn(first + SPARE)) < 0);
	check_copy(0, ROOT);
	ptype_put_both(d, d->vcpu[0]->roots.kernel.table);
	roots_set(d->vcpu[0], INVALID_MFN);
	assert_memory_equal(d->vcpu[0]->roots.l3, &none, sizeof(none));
	ptype_finish(d);
	assert_int_equal(audit_frames(), 0);
}

/* The audit sees any entry of the private tables that is another one. */
static void test_audit(void **state)
{
	struct vcpu *v;
	u64 *l3, was;
	u32 i;

	(void)state;
	setup();
	v = d->vcpu[0];
	l3 = (u64 *)v->roots.l3;
	assert_int_equal(mmu_new_baseptr(v, mfn(first + ROOT)), 0);
	for (i = 0; i < 512; i++) {
		was = v->roots.kernel.own[i];
		v->roots.kernel.own[i] ^= PTE_RW;
		assert_int_equal(audit_frames(), 1);
		v->roots.kernel.own[i] = was;
		was = l3[i];
		l3[i] ^= PTE_US;
		assert_int_equal(audit_frames(), 1);
		l3[i] = was;
	}
	assert_int_equal(audit_frames(), 0);
}

EXPORT_TESTS(roots, cmocka_unit_test(test_copies_follow),
	     cmocka_unit_test(test_no_root),
	     cmocka_unit_test(test_audit));
