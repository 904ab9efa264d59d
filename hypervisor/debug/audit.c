// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frame audit recomputes each count of the frame table from everything that
 * holds a frame (see the invariants in mmu/ptype.c): the valid entries of
 * tables; pins; half-validated tables; roots, GDT and LDT pages and vcpu_info
 * of vCPUs; shared pages, FIFO pages, grants mapped for devices; and the
 * domains' lists of frames. It also compares the private roots of vCPUs with
 * the tables that they copy.
 *
 * The audit needs no memory: it subtracts what it finds from the counts, which
 * must then be 0, and adds it again. No CPU runs anything else meanwhile
 * (debug/quiet.c).
 */
#include "cpu/ldt.h"
#include "debug.h"
#include "event/evtchn_port.h"
#include "grant/grant_table.h"
#include "memory/maps.h"
#include "memory/sections.h"
#include "mmu/tables.h"

#define MAX_SHOWN	16u

static u32 step;		/* -1 or 1: what one use changes */
static u32 faults, domains;
static u64 owned;		/* frames in the domains' lists */
static u64 unused;		/* free frames */
static struct fault {
	mfn_t m;
	u32 refs, types;	/* more found than expected */
} shown[MAX_SHOWN];

static void note(mfn_t m, u32 refs, u32 types)
{
	if (faults < MAX_SHOWN)
		shown[faults] = (struct fault){ m, refs, types };
	faults++;
}

/* Count one reference, and one to the type unless that is TYPE_NONE. */
static void hold(mfn_t m, enum frame_type type)
{
	struct frame *f = mfn_frame(m);

	if (!mfn_valid(m)) {
		log_err("frame audit: %lx is held and is no frame", m.n);
		faults++;
		return;
	}
	f->refs += step;
	if (type == TYPE_NONE)
		return;
	f->type_count += step;
	if (f->type != type && step == ~0u)
		note(m, 0, 0);
}

/* Count the writable page of guest memory that p lies in. */
static void hold_page(const void *p)
{
	if (p)
		hold(virt_to_mfn(p), TYPE_WRITABLE);
}

/* Whether a table has an entry that points to a table of its own level. */
static bool linear_entry(const struct frame *table, u64 e)
{
	return type_level(table->type) > 1 &&
	       table->owner->width->root_type == TYPE_L4 && (e & PTE_P) &&
	       mfn_valid(pte_mfn(e)) &&
	       mfn_frame(pte_mfn(e))->type == table->type;
}

static void count_entry(struct frame *table, u32 slot, u64 e)
{
	u32 level = type_level(table->type);
	mfn_t to = pte_mfn(e);

	if (!(e & PTE_P))
		return;
	if (linear_entry(table, e)) {
		if (mfn_frame(to) == table)
			return;
		hold(to, table->type);
		table->linear += (s16)step;
		mfn_frame(to)->linear -= (s16)step;
	} else if (level > 1) {
		hold(to, table->owner->width->root_type == TYPE_L3 &&
		     level == 3 && slot == 3 ? TYPE_L2_TOP : level - 1);
	} else if (!tables_uncounted(to)) {
		hold(to, e & PTE_RW ? TYPE_WRITABLE : TYPE_NONE);
	}
}

static void count_table(struct frame *f)
{
	const u64 *table = mfn_to_virt(frame_mfn(f));
	u32 i;

	for (i = 0; i < f->progress; i++)
		count_entry(f, i, table[i]);
}

/* Count a frame's references to itself, and a table's to other frames. */
static void count_frame(struct frame *f)
{
	if (f->kind != FRAME_GUEST)
		return;
	if (f->flags & FRAME_XENHEAP)
		f->type_count += step;
	else
		owned += step == ~0u;
	if (f->flags & FRAME_ALLOCATED)
		f->refs += step;
	if (f->flags & FRAME_PINNED)
		hold(frame_mfn(f), f->type);
	if (f->flags & FRAME_PARTIAL)
		hold(frame_mfn(f), f->type);
	if (type_level(f->type))
		count_table(f);
}

/* The guest's table, or one without entries. */
static const u64 *table_of(mfn_t m)
{
	static u64 none[512];

	return mfn_eq(m, INVALID_MFN) ? none : mfn_to_virt(m);
}

/* A private level-4 table, in which the processor sets PTE_A. */
static u64 differs_l4(const u64 *root, const u64 *guest, u64 m2p)
{
	u64 wrong = 0, want;
	u32 i;

	for (i = 0; i < 512; i++) {
		want = i == L4_M2P_SLOT ? m2p :
		       i >= L4_HV_SLOT && i < L4_HV_END ? boot_l4[i] :
		       guest[i];
		wrong |= (root[i] ^ want) & ~PTE_A;
	}
	return wrong;
}

/* Of a 64-bit guest. XPTI's thin root has the same entries but the hypervisor's. */
static u64 differs_long(const struct root *r, u64 m2p)
{
	u64 wrong = differs_l4(r->own, table_of(r->table), m2p);
	u32 i;

	for (i = 0; r->thin && i < 512; i++)
		if (i < L4_HV_SLOT || i >= L4_HV_END)
			wrong |= (r->thin[i] ^ r->own[i]) & ~PTE_A;
	return wrong;
}

static u64 differs_l3(const struct vcpu_roots *r)
{
	const u64 *l3 = (const u64 *)r->l3, *guest = table_of(r->kernel.table);
	u64 wrong = 0;
	u32 i;

	for (i = 0; i < 512; i++)
		wrong |= l3[i] ^ (i < sizeof(*r->l3) / 8 ? guest[i] : 0);
	return wrong;
}

/* Compare the root that the processor uses for the vCPU. */
static void check_root(const struct vcpu *v)
{
	static u64 slots[512];
	const struct vcpu_roots *r = &v->roots;
	u64 wrong;

	if (r->l3) {
		slots[L4_GUEST_SLOT] = make_pte(virt_to_mfn(r->l3),
						ROOT_RIGHTS);
		wrong = differs_l3(r) | differs_l4(r->kernel.own, slots, 0);
	} else {
		wrong = differs_long(&r->kernel, boot_l4[L4_M2P_SLOT]) |
			differs_long(&r->user, 0);
	}
	if (!wrong)
		return;
	log_err("frame audit: d%uv%u runs on other tables than its root",
		v->d->id, v->id);
	faults++;
}

static void count_vcpu(const struct vcpu *v)
{
	u32 i;

	if (step == 1)
		check_root(v);
	if (!mfn_eq(v->roots.kernel.table, INVALID_MFN))
		hold(v->roots.kernel.table, v->d->width->root_type);
	if (!mfn_eq(v->roots.user.table, INVALID_MFN))
		hold(v->roots.user.table, v->d->width->root_type);
	for (i = 0; i < DIV_ROUND_UP(v->desc.gdt_entries, 512u); i++)
		hold(v->desc.gdt[i], TYPE_SEGDESC);
	for (i = 0; i < LDT_FRAMES; i++)
		if (v->desc.ldt_mapped >> i & 1)
			hold(pte_mfn(*paging_entry(LDT_WINDOW(v, i))),
			     TYPE_SEGDESC);
	if (v->shared.info_frame.n)
		hold(v->shared.info_frame, TYPE_WRITABLE);
}

/* Mappings for the processor are counted with the page-table entries. */
static void count_grants(const struct grant_table *t)
{
	const struct grant_map *m;
	u32 i;

	for (i = 0; i < t->frames && !t->unshared; i++)
		hold(virt_to_mfn(t->shared[i]), TYPE_NONE);
	for (i = 0; i < t->handles; i++) {
		m = &t->dir[i / GRANT_MAPS_PER_PAGE / GRANT_PAGES_PER_DIR]
			   [i / GRANT_MAPS_PER_PAGE % GRANT_PAGES_PER_DIR]
			   [i % GRANT_MAPS_PER_PAGE];
		if (m->flags & GNTMAP_device_map)
			hold(grant_pinned_frame(m->granter, m->ref),
			     m->flags & GNTMAP_readonly ? TYPE_NONE :
			     TYPE_WRITABLE);
	}
}

static void count_domain(struct domain *d)
{
	const struct vcpu *v;
	u32 i;

	domain_for_each_vcpu(d, v)
		count_vcpu(v);
	for (i = 0; i < ARRAY_SIZE(d->tables.old_table); i++)
		if (d->tables.old_table[i].n)
			hold(d->tables.old_table[i], TYPE_NONE);
	if (d->life.kill_at.n)
		hold(d->life.kill_at, TYPE_NONE);
	if (d->life.is_dying != DOMAIN_DEAD && d->shared_frame.n)
		hold(d->shared_frame, TYPE_NONE);
	hold_page(d->dev.eoi_map);
	if (d->events.fifo)
		evtchn_fifo_for_each_page(d->events.fifo, hold_page);
	if (d->grants)
		count_grants(d->grants);
}

/* Whether the frame kept a validated state after its last use (I7). */
static bool stale(const struct frame *f)
{
	return !f->type_count && f->type != TYPE_WRITABLE &&
	       (f->flags & (FRAME_VALID | FRAME_PARTIAL | FRAME_PINNED));
}

/*
 * What a table of a 64-bit guest must hold beside its references: in a level-4
 * table nothing where the hypervisor's slots are in a root; user rights in each
 * entry; and no table writable, or nested, by linear entries.
 */
static bool bad_table(const struct frame *f)
{
	const u64 *table = mfn_to_virt(frame_mfn(f));
	const struct frame *to;
	u32 i;

	for (i = 0; i < f->progress; i++) {
		if (f->type == TYPE_L4 && i >= L4_M2P_SLOT && i < L4_HV_END &&
		    table[i])
			return true;
		if ((table[i] & (PTE_P | PTE_US)) == PTE_P)
			return true;
		if (!linear_entry(f, table[i]))
			continue;
		to = mfn_frame(pte_mfn(table[i]));
		if ((table[i] & PTE_RW) ||
		    (to != f && (f->linear <= 0 || to->linear >= 0)))
			return true;
	}
	return false;
}

/* The domain's list must have tot_pages frames, all of them its own. */
static void check_owned(struct domain *d)
{
	const struct frame *f = NULL;
	u32 n = d->mem.pages, prev = 0;
	u64 count = 0;

	for (; n && count <= frame_count; n = f->next, count++) {
		f = &frame_table[n];
		if (f->owner != d || f->prev != prev ||
		    f->kind != FRAME_GUEST || stale(f) ||
		    (d->width->root_type == TYPE_L4 && type_level(f->type) &&
		     f->type_count && bad_table(f)))
			note(mfn(n), 0, 0);
		prev = n;
	}
	domains++;
	owned -= count;
	if (count == d->mem.tot_pages)
		return;
	log_err("frame audit: d%u owns %lu frames, counted as %lu", d->id,
		count, d->mem.tot_pages);
	faults++;
}

/* All frames but those of holes and of sections that nobody has used. */
static void for_each_frame(void (*fn)(struct frame *f))
{
	const u64 part = LARGE_PAGE / sizeof(struct frame);
	u64 n = 0;

	for (; n < frame_count; n++)
		if (n % part || !mfn_eq(maps_backed_by((u64)&frame_table[n]),
					INVALID_MFN))
			fn(&frame_table[n]);
		else
			n += part - 1;
}

static void count_all(bool add)
{
	step = add ? 1 : ~0u;
	for_each_frame(count_frame);
	domain_for_each(count_domain);
}

/* All counts must be 0. */
static void check_counts(struct frame *f)
{
	if (f->refs || f->type_count || f->linear)
		note(frame_mfn(f), f->refs, f->type_count);
	unused += f->kind == FRAME_FREE;
}

static void show(const struct fault *x)
{
	const struct frame *f = mfn_frame(x->m);

	log_err("frame audit: frame %lx of d%d, kind %u flags %x type %u: "
		"%u references, expected %u; %u to its type, expected %u",
		x->m.n, f->owner ? (int)f->owner->id : -1, f->kind, f->flags,
		f->type, f->refs, f->refs - x->refs, f->type_count,
		f->type_count - x->types);
}

u32 audit_frames(void)
{
	u32 i;

	faults = domains = 0;
	owned = 0;
	unused = sections_asleep();
	count_all(false);
	for_each_frame(check_counts);
	count_all(true);
	domain_for_each(check_owned);
	if (owned || unused != frames_free()) {
		log_err("frame audit: %ld frames are in no domain's list; %lu "
			"are free, counted as %lu", (long)owned, unused,
			frames_free());
		faults++;
	}
	for (i = 0; i < MIN(faults, MAX_SHOWN); i++)
		if (shown[i].m.n)
			show(&shown[i]);
	memset(shown, 0, sizeof(shown));
	if (!faults)
		log_info("frame audit: %lu frames of %u domains, no fault",
			 frame_count, domains);
	return faults;
}
