// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include "../../hypervisor/debug/debug.h"
#include "hypercalls.h"
#include "lib/lib.h"
#include "machine/paging.h"
#include "mmu/ptype.h"
#include "mmu/roots.h"
#include "model64.h"

#define OWN_SIZE	((L4_HV_END - L4_HV_SLOT) * sizeof(u64))

struct domain *model;
u32 model_first;
const u32 model_slots[MODEL_SLOTS] =
	{ 0, 1, 2, 255, 256, 257, 262, 271, 272, 509, 511 };

/* What a CPU may have cached of a frame since its last flush. */
static struct cached {
	u8 writable;		/* it is mapped so */
	u8 role;		/* the highest level that it was a table of */
} cached[CPUS][HOST_FRAMES];

struct frame *model_frame(u32 i)
{
	return mfn_frame(mfn(model_first + i));
}

u64 *model_page(u32 i)
{
	return mfn_to_virt(mfn(model_first + i));
}

u64 model_entry(u32 i, u64 flags)
{
	return make_pte(mfn(model_first + i), flags);
}

/* A write of the processor's own, to a page of this guest? */
static void check_leaf(u32 cpu, u64 e, bool writable)
{
	mfn_t m = pte_mfn(e);

	assert_true(mfn_valid(m));
	assert_ptr_equal(mfn_frame(m)->owner, model);
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

	assert_true(mfn_valid(m) && f->kind == FRAME_GUEST &&
		    f->owner == model);
	assert_true(type_level(f->type) >= role && f->type != TYPE_L2_TOP);
	assert_true(f->type_count && (f->flags & FRAME_VALID));
	cached[cpu][m.n].role = MAX(cached[cpu][m.n].role, (u8)role);
	if (seen[m.n][role][writable]++)
		return;
	for (i = 0; i < MODEL_SLOTS; i++) {
		e = table[model_slots[i]];
		if (f->type == TYPE_L4 && model_slots[i] >= L4_M2P_SLOT &&
		    model_slots[i] < L4_HV_END)
			assert_int_equal(e, 0);
		if (!(e & PTE_P))
			continue;
		assert_true(e & PTE_US);
		assert_true(role == 1 || !(e & PTE_PSE));
		if (role == 1)
			check_leaf(cpu, e, writable);
		else
			walk_table(cpu, pte_mfn(e), role - 1,
				   writable && (e & PTE_RW));
	}
}

static void walk_root(u32 cpu, const u64 *root, u64 m2p, const u64 *own)
{
	u64 want;
	u32 i;

	memset(seen, 0, sizeof(seen));
	for (i = 0; i < 512; i++) {
		if (i >= L4_M2P_SLOT && i < L4_HV_END) {
			want = i == L4_M2P_SLOT ? m2p : own[i];
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
	const struct vcpu_roots *r = &model->vcpu[cpu]->roots;
	static const u64 none[512];
	u64 thin[512], user[512];

	walk_root(cpu, r->kernel.own, boot_l4[L4_M2P_SLOT], boot_l4);
	walk_root(cpu, r->user.own, 0, boot_l4);
	if (!r->kernel.thin)
		return;
	walk_root(cpu, r->kernel.thin, boot_l4[L4_M2P_SLOT], none);
	walk_root(cpu, r->user.thin, 0, none);
	/* The guest's slots are the same. */
	memcpy(thin, r->kernel.thin, sizeof(thin));
	memcpy(user, r->user.thin, sizeof(user));
	memcpy(thin + L4_HV_SLOT, boot_l4 + L4_HV_SLOT, OWN_SIZE);
	memcpy(user + L4_HV_SLOT, boot_l4 + L4_HV_SLOT, OWN_SIZE);
	assert_memory_equal(thin, r->kernel.own, sizeof(thin));
	assert_memory_equal(user, r->user.own, sizeof(user));
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
		f = model_frame(i);
		for (j = 0; type_level(f->type) && j < f->progress; j++) {
			e = model_page(i)[j];
			t = (u32)pte_mfn(e).n - model_first;
			if (!(e & PTE_P) || t >= PAGES)
				continue;
			if (f->type > TYPE_L1 &&
			    model_frame(t)->type == f->type) {
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
		refs[i] += model->life.kill_at.n == model_first + i;
		for (j = 0; j < ARRAY_SIZE(model->tables.old_table); j++)
			refs[i] +=
				model->tables.old_table[j].n == model_first + i;
		for (j = 0; j < CPUS; j++) {
			t = (model->vcpu[j]->roots.kernel.table.n == model_first + i) +
			    (model->vcpu[j]->roots.user.table.n == model_first + i);
			refs[i] += t;
			types[i] += t;
		}
	}
	for (i = 0; i < PAGES; i++) {
		assert_int_equal(model_frame(i)->refs, refs[i]);
		assert_int_equal(model_frame(i)->type_count, types[i]);
		assert_int_equal(model_frame(i)->linear, linear[i]);
	}
}

void model_check(void)
{
	u32 cpu;

	for (cpu = 0; cpu < CPUS; cpu++)
		check_cached(cpu);
	walk_all();
	check_counts();
	assert_int_equal(host_locks, 0);
}

/* As long as no vCPU has a root. */
void model_set_width(const struct width *w)
{
	u32 i;

	model->width = w;
	spin_lock(&model->tables.lock);
	for (i = 0; i < CPUS; i++)
		roots_set(model->vcpu[i], INVALID_MFN);
	spin_unlock(&model->tables.lock);
}

void model_setup(u32 pages)
{
	u32 i;

	host_reset();
	frames_init(HOST_FRAMES);
	frames_give(mfn(256), HOST_FRAMES - 256);
	model = host_make(0, CPUS, pages, &model_first);
	host_cpus = BIT(CPUS) - 1;
	model->tables.dirty_cpus = cpus_below(CPUS);
	host_current = model->vcpu[0];
	for (i = L4_HV_SLOT; i < L4_HV_END; i++)
		boot_l4[i] = make_pte(mfn(i), PTE_HV_DATA);
	model_set_width(&width64);
	/* One vCPU has XPTI, the others have not. */
	assert_int_equal(roots_split(model->vcpu[CPUS - 1]), 0);
	memset(cached, 0, sizeof(cached));
	host_flushed = flushed;
	host_flush_due = walk_all;
}

long model_operation(u32 cmd, u64 m)
{
	u64 a[6] = { (u64)&(struct mmuext){ .cmd = cmd, .arg1 = m }, 1, 0,
		     DOMID_SELF };

	return do_mmuext_op(a);
}

long model_on(u32 cmd, u32 i)
{
	return model_operation(cmd, model_first + i);
}

long model_update(u32 table, u32 slot, u64 value)
{
	struct mmu_update u = {
		.ptr = ((u64)(model_first + table) << PAGE_SHIFT) + slot * 8,
		.val = value,
	};

	return do_mmu_update((u64[6]){ (u64)&u, 1, 0, DOMID_SELF });
}

/* Pages 0 to 3 are tables of level 4 to 1; page 4 is mapped writable. */
void model_build(void)
{
	model_setup(PAGES);
	model_page(0)[1] = model_entry(1, TABLE);
	model_page(1)[2] = model_entry(2, TABLE & ~PTE_US);
	model_page(2)[0] = model_entry(3, TABLE);
	model_page(3)[0] = model_entry(4, TABLE & ~PTE_US);
}

/* Pages 8 and 9 are level-4 tables beside 0. */
void model_pin_three(void)
{
	model_build();
	assert_int_equal(model_on(MMUEXT_PIN_L4_TABLE, 0), 0);
	assert_int_equal(model_on(MMUEXT_PIN_L4_TABLE, 8), 0);
	assert_int_equal(model_on(MMUEXT_PIN_L4_TABLE, 9), 0);
}

void model_end(u64 free)
{
	u32 other;

	model->shared_frame = virt_to_mfn(frames_new(PAGE_SIZE));
	page_share(model, model->shared_frame);
	host_current = host_other(4, &other)->vcpu[0];
	while (domain_kill(model) == -ERESTART)
		model_check();
	assert_int_equal(frames_free(), free - 5);
	assert_int_equal(audit_frames(), 0);
}
