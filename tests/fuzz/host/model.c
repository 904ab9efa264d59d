// SPDX-License-Identifier: GPL-2.0-only
/*
 * What must be true of all frames, computed from scratch: slow, but simple
 * enough to be read in one go. The model starts from what holds pages by itself
 * (pins, roots, descriptor tables, grants, ownership) and follows the tables
 * from level 3 down. So it knows the type of each frame and the number of its
 * uses, and the frame table must agree.
 *
 * On the way it checks each entry. No entry gives a guest a frame of the
 * hypervisor, of a device that the guest does not have, or of another domain
 * without a grant or the privileged domain's help. No entry maps anything but
 * plain memory writable.
 *
 * The model takes from the hypervisor only what the hypervisor alone knows:
 * which pages a guest has pinned, and how far it is with a table whose
 * validation or removal has stopped.
 */
#include "cpu/descriptors.h"
#include "errno.h"
#include "grant/grant_table.h"
#include "lib/lib.h"
#include "mmu/ptype.h"
#include "pages.h"

#define SLOTS		512u
#define TOP_SLOTS	428u	/* of the fourth level-2 table, the guest's */
#define BAD_BITS	PTE_PSE			/* above level 1 */
#define NOT_WB		(PTE_PWT | PTE_PCD | PTE_PAT)

static struct want {
	u32 refs, types;
	u8 type;
	u8 granted[HOST_DOMAINS], writable[HOST_DOMAINS];
	bool handle[HOST_DOMAINS];
} want[HOST_FRAMES];
static bool lent[HOST_DOMAINS][HOST_FRAMES];
static u32 held[HOST_DOMAINS];		/* references held on each domain */
static u8 pins[HOST_DOMAINS][REFS * 64][PIN_KINDS];

void model_reset(void)
{
	memset(lent, 0, sizeof(lent));
	tlb_reset();
}

void model_lend(u32 nr, u64 n)
{
	if (nr < HOST_DOMAINS && n < HOST_FRAMES)
		lent[nr][n] = true;
}

static void use(u64 n, enum frame_type type)
{
	CHECK(n < HOST_FRAMES && frame_table[n].kind == FRAME_GUEST,
	      "frame %lx of no guest is used", n);
	want[n].refs++;
	if (type == TYPE_NONE)
		return;
	CHECK(!want[n].types || want[n].type == type,
	      "frame %lx is used as type %u and as type %u", n, want[n].type,
	      type);
	want[n].type = (u8)type;
	want[n].types++;
}

/* What holds a frame apart from entries of tables. */
static void count_flags(u32 n)
{
	const struct frame *f = &frame_table[n];

	if (f->kind != FRAME_GUEST)
		return;
	CHECK(f->owner && f->owner == world.d[world_nr(f->owner)],
	      "frame %x has an owner that is gone", n);
	if (f->flags & FRAME_ALLOCATED)
		use(n, TYPE_NONE);
	if (f->flags & FRAME_PINNED) {
		CHECK(f->type >= TYPE_L1 && f->type <= TYPE_L2_TOP,
		      "frame %x is pinned and has type %u", n, f->type);
		use(n, f->type);
	}
	if (f->flags & FRAME_PARTIAL)
		use(n, f->type);
	if (f->flags & FRAME_XENHEAP)
		held[world_nr(f->owner)]++;
}

static void count_vcpu(const struct vcpu *v)
{
	u32 i, n = DIV_ROUND_UP(v->desc.gdt_entries, 512u);
	u64 e;

	if (!mfn_eq(v->roots.kernel.table, INVALID_MFN)) {
		use(v->roots.kernel.table.n, TYPE_L3);
		CHECK(!memcmp(v->roots.l3, mfn_to_virt(v->roots.kernel.table),
			      sizeof(*v->roots.l3)),
		      "a private root is another one than frame %lx",
		      v->roots.kernel.table.n);
	}
	for (i = 0; i < 32; i++) {
		e = *paging_entry(v->desc.area + i * PAGE_SIZE);
		if (e == descriptors_none())
			e = 0;
		CHECK(!(e & PTE_P) == (i < 16 ? i >= n :
				       !(v->desc.ldt_mapped >> (i - 16) & 1)),
		      "page %u of descriptors is there or is not", i);
		if (e & PTE_P)
			use(pte_mfn(e).n, TYPE_SEGDESC);
		CHECK(i >= n || mfn_eq(pte_mfn(e), v->desc.gdt[i]),
		      "page %u of the GDT is another one", i);
	}
}

static void count_handle(const struct domain *d, const struct grant_map *m)
{
	u32 nr = world_nr(m->granter), kind;
	const struct grant_active *a;

	CHECK(m->granter == world.d[nr], "a grant of a domain that is gone");
	a = &m->granter->grants->active[0][m->ref];
	CHECK(a->domid == d->id, "a grant of somebody else");
	kind = m->flags & GNTMAP_readonly ? 0 : PIN_WRITE;
	held[nr]++;
	CHECK(a->frame < HOST_FRAMES, "a grant of no frame");
	if (m->flags & GNTMAP_host_map) {
		pins[nr][m->ref][kind]++;
		want[a->frame].handle[world_nr(d)] = true;
		want[a->frame].granted[world_nr(d)]++;
		want[a->frame].writable[world_nr(d)] += kind == PIN_WRITE;
	}
	if (m->flags & GNTMAP_device_map) {
		pins[nr][m->ref][kind | PIN_DEVICE]++;
		use(a->frame, kind ? TYPE_WRITABLE : TYPE_NONE);
	}
}

/* A page of the hypervisor that a domain shares and may write. */
static void count_shared(mfn_t m, bool is_held)
{
	want[m.n].refs += is_held;
	want[m.n].types += mfn_frame(m)->kind == FRAME_GUEST;
	want[m.n].type = TYPE_WRITABLE;
}

static void count_grants(const struct domain *d)
{
	const struct grant_table *t = d->grants;
	u32 i;

	for (i = 0; i < t->handles; i++)
		if (t->dir[0][0][i].flags)
			count_handle(d, &t->dir[0][0][i]);
	for (i = 0; i < t->frames; i++)
		count_shared(virt_to_mfn(t->shared[i]), !t->unshared);
}

static void count_domain(const struct domain *d)
{
	u32 i;

	for (i = 0; i < HOST_VCPUS; i++)
		count_vcpu(d->vcpu[i]);
	for (i = 0; i < ARRAY_SIZE(d->tables.old_table); i++)
		if (d->tables.old_table[i].n)
			use(d->tables.old_table[i].n, TYPE_NONE);
	if (d->life.kill_at.n)
		use(d->life.kill_at.n, TYPE_NONE);
	count_grants(d);
	count_shared(d->shared_frame, d->life.is_dying != DOMAIN_DEAD);
	held[world_nr(d)] +=
		(d->life.is_dying != DOMAIN_DEAD) + !!d->mem.tot_pages;
}

static bool device_of(const struct domain *d, u64 n)
{
	if ((n >= 0xfec00 && n <= 0xfec03) || (n >= 0xfee00 && n <= 0xfeeff))
		return false;
	return (n < 256 || n >= RAM_FRAMES) &&
	       (d->privileged || (world_nr(d) == 1 && n >= 16 && n < 32));
}

/*
 * A page of another domain: by one grant for each entry, or by privilege. A
 * dying domain, which does not run, gives its grants back before its tables.
 */
static void check_foreign(u32 nr, u64 n, bool write)
{
	struct want *w = &want[n];

	if (!nr || lent[nr][n] || world.d[nr]->life.is_dying)
		return;
	CHECK(w->granted[nr], "domain %u maps frame %lx without a grant", nr,
	      n);
	w->granted[nr]--;
	CHECK(!write || w->writable[nr],
	      "domain %u maps frame %lx writable without a grant", nr, n);
	w->writable[nr] -= write;
}

bool model_may_know(u32 nr, u32 n)
{
	return !nr || lent[nr][n] || want[n].handle[nr] ||
	       world.d[nr]->life.is_dying;
}

static void count_l1(const struct domain *d, u64 e)
{
	u64 n = pte_mfn(e).n, m2p = virt_to_mfn(frame_m2p).n;

	CHECK(!(e & NOT_WB) || world_nr(d) <= 1,
	      "a domain without devices has entry %lx", e);
	if (device_of(d, n))
		return;
	if (n >= m2p && n < m2p + 3) {
		CHECK(d->privileged && !(e & PTE_RW), "the array is mapped");
		return;
	}
	use(n, e & PTE_RW ? TYPE_WRITABLE : TYPE_NONE);
	if (frame_table[n].owner != d)
		check_foreign(world_nr(d), n, e & PTE_RW);
}

static void count_entry(u32 table, u32 slot, u64 e)
{
	const struct frame *f = &frame_table[table], *to;
	u32 type = want[table].type;

	if (type == TYPE_L1) {
		count_l1(f->owner, e);
		return;
	}
	CHECK(!(e & BAD_BITS), "a bad entry %lx in frame %x", e, table);
	use(pte_mfn(e).n, type != TYPE_L3 ? TYPE_L1 :
	    slot == 3 ? TYPE_L2_TOP : TYPE_L2);
	to = &frame_table[pte_mfn(e).n];
	CHECK(to->owner == f->owner, "a table of another domain");
	CHECK(type != TYPE_L3 || !(e & (PTE_NX | PTE_G | 0x7ff0000000000000)),
	      "a bad root");
}

/* The slots that the hypervisor adds to a guest's tables. */
static void check_window(u32 table, const u64 *entry)
{
	u64 m2p = virt_to_mfn(frame_m2p).n;
	u32 i;

	for (i = TOP_SLOTS; i < SLOTS; i++)
		CHECK(entry[i] == (i > TOP_SLOTS ? 0 :
				   make_pte(mfn(m2p), PTE_P | PTE_PSE | PTE_A |
					    PTE_D | PTE_NX)),
		      "slot %u of frame %x is %lx", i, table, entry[i]);
	CHECK(want[table].types == 1, "the window has two users");
}

static void check_whole(u32 table, const u64 *entry, u32 type)
{
	const struct frame *f = &frame_table[table];
	u32 i;

	CHECK(f->flags & FRAME_VALID, "frame %x is used and not checked",
	      table);
	if (type == TYPE_L2_TOP)
		check_window(table, entry);
	if (type != TYPE_L3)
		return;
	CHECK(entry[3] & PTE_P, "a root without its top");
	for (i = 4; i < SLOTS; i++)
		CHECK(!entry[i], "a root with slot %u", i);
}

static void count_table(u32 table)
{
	const struct frame *f = &frame_table[table];
	const u64 *entry = mfn_to_virt(mfn(table));
	u32 type = want[table].type, i;
	u32 n = type == TYPE_L3 ? 4 : type == TYPE_L2_TOP ? TOP_SLOTS : SLOTS;

	if (f->flags & FRAME_PARTIAL)
		n = f->progress;
	else
		check_whole(table, entry, type);
	CHECK(!(f->flags & FRAME_PARTIAL) || want[table].types == 1,
	      "frame %x is not whole, and used", table);
	for (i = 0; i < n; i++)
		if (entry[i] & PTE_P)
			count_entry(table, i, entry[i]);
}

/*
 * A descriptor that is absent, or code or data of rings 1 to 3, or of type 0,
 * or a gate for ring 0 only.
 */
static bool harmless(u64 d)
{
	u32 type = d >> 40 & 15, dpl = d >> 45 & 3;

	if (!(d >> 47 & 1))
		return true;
	if (d >> 44 & 1)
		return dpl && !(d >> 53 & 1);
	return !type || (type == 12 && !dpl && (d >> 16 & 3));
}

static void check_descriptors(u32 n)
{
	const u64 *e = mfn_to_virt(mfn(n));
	u32 i;

	for (i = 0; i < SLOTS; i++)
		CHECK(harmless(e[i]), "descriptor %lx in frame %x", e[i], n);
}

static void compare(u32 n)
{
	const struct frame *f = &frame_table[n];
	const struct want *w = &want[n];
	u32 nr;

	if (f->kind != FRAME_GUEST) {
		CHECK(!w->refs && !w->types, "frame %x is nobody's, and used",
		      n);
		for (nr = 0; f->kind == FRAME_FREE && nr < HOST_DOMAINS; nr++)
			lent[nr][n] = false;
		return;
	}
	CHECK(f->refs == w->refs, "frame %x has %u references, not %u", n,
	      f->refs, w->refs);
	CHECK(f->refs, "frame %x has an owner and no reference", n);
	CHECK(f->type_count == w->types, "frame %x has %u uses, not %u", n,
	      f->type_count, w->types);
	CHECK(!w->types || f->type == w->type, "frame %x has type %u, not %u",
	      n, f->type, w->type);
	if (w->types && w->type == TYPE_SEGDESC)
		check_descriptors(n);
}

/* The list of a domain's frames agrees with the frames themselves. */
static void check_owned(const struct domain *d)
{
	u32 n, listed = 0, owned = 0;

	for (n = d->mem.pages; n && listed <= HOST_FRAMES; listed++) {
		CHECK(frame_table[n].kind == FRAME_GUEST &&
		      frame_table[n].owner == d,
		      "frame %x is on a list it does not belong on", n);
		n = frame_table[n].next;
	}
	for (n = 0; n < HOST_FRAMES; n++)
		owned += frame_table[n].kind == FRAME_GUEST &&
			 frame_table[n].owner == d &&
			 !(frame_table[n].flags & FRAME_XENHEAP);
	CHECK(listed == owned && d->mem.tot_pages == owned,
	      "%u frames listed, %u owned, %lu counted", listed, owned,
	      d->mem.tot_pages);
	CHECK(owned <= d->mem.max_pages, "%u frames are too many", owned);
	CHECK(d->refs == held[world_nr(d)],
	      "domain %u has %u references, not %u", world_nr(d), d->refs,
	      held[world_nr(d)]);
}

static void check_pins(u32 nr)
{
	const struct grant_table *t = world.d[nr]->grants;
	u32 ref;

	for (ref = 0; ref < REFS; ref++)
		CHECK(!memcmp(t->active[0][ref].pins, pins[nr][ref], PIN_KINDS),
		      "grant %u of domain %u is in use, or is not", ref, nr);
}

static void count_free(void)
{
	u32 n, count = 0;

	for (n = 0; n < HOST_FRAMES; n++)
		count += frame_table[n].kind == FRAME_FREE;
	CHECK(count == frames_free(), "%u frames are free, not %lu", count,
	      frames_free());
}

void model_check(void)
{
	static const u8 tables[] = { TYPE_L3, TYPE_L2_TOP, TYPE_L2, TYPE_L1 };
	u32 n, nr, i;

	CHECK(!host_locks, "%d locks are held", host_locks);
	memset(want, 0, sizeof(want));
	memset(held, 0, sizeof(held));
	memset(pins, 0, sizeof(pins));
	for (n = 0; n < HOST_FRAMES; n++)
		count_flags(n);
	for (nr = 0; nr < HOST_DOMAINS; nr++)
		if (world.d[nr] && world.d[nr]->refs)
			count_domain(world.d[nr]);
	for (i = 0; i < ARRAY_SIZE(tables); i++)
		for (n = 0; n < HOST_FRAMES; n++)
			if (want[n].types && want[n].type == tables[i])
				count_table(n);
	for (n = 0; n < HOST_FRAMES; n++)
		compare(n);
	for (nr = 0; nr < HOST_DOMAINS; nr++)
		if (world.d[nr] && world.d[nr]->refs) {
			check_owned(world.d[nr]);
			check_pins(nr);
		}
	count_free();
	tlb_check();
}
