// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page-table contents. A 32-bit guest has three levels of 64-bit entries (PAE), a
 * 64-bit guest four.
 *
 * An entry that the processor may use maps or points to:
 *  L1: a page of the domain, writable only with type WRITABLE; or device memory
 *      that the domain has permission to map. Only a domain with devices may use
 *      a memory type other than write-back. Device memory stays mapped after its
 *      permission is withdrawn: the permission is only needed to map it.
 *  L2: an L1 table. No large pages. In a 32-bit guest, no entry points to an L2
 *      or L3: no table maps a table of its own level.
 *  L3: an L2 table. A 32-bit guest has four entries. The fourth is always
 *      present, and its L2 is used nowhere else, because its upper slots are the
 *      hypervisor's: the machine-to-phys window, read-only and not for user mode.
 *      A 64-bit guest has 512 entries.
 *  L4: in a 64-bit guest an L3 table, in each slot but 256 to 271, which the ABI
 *      reserves for the hypervisor.
 *
 * The processor uses a copy of a 32-bit guest's L3 below a four-level root
 * (mmu/roots.c). There it honours rights in these entries that three-level paging
 * does not have. The hypervisor adds the rights when it validates the L3, and
 * removes them when the L3 loses its type.
 *
 * The kernel of a 64-bit guest runs in ring 3. The hypervisor adds PTE_US to all
 * its entries, so that it cannot lock itself out, and PTE_A to those of an L4,
 * because the processor would set it only in a private copy. As on Xen, the guest
 * finds these bits in its tables, and they stay there.
 *
 * "Linear" entries point to a table of their own table's level, most often to
 * that table itself; kernels of 64-bit guests read their tables through them. A
 * processor that follows one takes the table for one of the next lower level.
 * This is safe: an entry above level 1 has neither PTE_PSE nor another bit whose
 * meaning differs in a lower level, and it leads to a frame of the domain. The
 * processor continues through tables that are higher than it takes them for,
 * until it takes one of them for a page. It can read that table but not write it,
 * since the linear entry has no PTE_RW. The hypervisor's slots of an L4 would be
 * live entries then, with what the guest wrote there before. So they are cleared
 * before any entry of an L4 is validated, and no later update can name them. The
 * private roots' entries for the hypervisor are in no table of a guest.
 *
 * An L1 table is validated, and taken apart, in one go, and so is a run of entries of
 * a higher table that lead to tables with other users, which takes less. Between other
 * entries of a higher table both stop when the CPU has other work, or when other CPUs
 * may be waiting for the page lock.
 */
#include "domain/domain.h"
#include "memory/maps.h"
#include "mmu/tables.h"

#define ENTRIES		512
#define L1_WORK		16u	/* units of work: an L1; a higher table: 1 */
#define TOP_SLOT	3
/* Bits 52 to 62 are free for software in the tables of long mode. */
#define SOFTWARE	0x7ff0000000000000ull
#define UNCACHED	(PTE_PWT | PTE_PCD)
#define NOT_WB		(UNCACHED | PTE_PAT)	/* level 1 */
/* As on Xen, a guest cannot choose how its tables are cached. */
#define L2_BAD		(PTE_PSE | PTE_G | UNCACHED)
#define L3_BAD		(L2_BAD | PTE_NX | SOFTWARE)
#define L1_LOOKED_AT	(PTE_P | PTE_ADDR | PTE_RW | NOT_WB)

#define L2_RULES	.top_slot = ENTRIES, .child = TYPE_L1,		\
			.refused = L2_BAD, .looked_at = PTE_P | PTE_ADDR
/* PTE_RW is among them because a linear entry must not have it. */
#define WIDE_RULES	.entries = ENTRIES, .top_slot = ENTRIES,		\
			.refused = L2_BAD, .linear = true,		\
			.looked_at = PTE_P | PTE_ADDR | PTE_RW

struct rules {
	u32 entries;		/* number of the guest's entries */
	u32 top_slot;		/* slot that leads to a TYPE_L2_TOP */
	enum frame_type child;	/* type that the other slots lead to */
	u64 refused;		/* bits that no entry may have */
	/* If only bits beside these and 'refused' change, no check is needed. */
	u64 looked_at;
	u64 added;		/* bits added to each present entry */
	u64 taken_out;		/* those that are removed with the type */
	bool linear;		/* an entry may point to a table of its level */
	bool has_hv_slots;	/* L4_M2P_SLOT to L4_HV_END are reserved */
};

/* All guests have the same rules for level 1, except for the bits added. */
static const struct rules level1 = {
	.entries = ENTRIES, .top_slot = ENTRIES, .looked_at = L1_LOOKED_AT,
};

/* By type of a higher table, in a guest with three levels and in one with four. */
static const struct rules by_root[][TYPE_L2_TOP + 1] = { {
	[TYPE_L2] = { L2_RULES, .entries = ENTRIES },
	[TYPE_L2_TOP] = { L2_RULES },	/* entries(): up to the m2p window */
	[TYPE_L3] = { .entries = TOP_SLOT + 1, .top_slot = TOP_SLOT,
		      .child = TYPE_L2, .refused = L3_BAD,
		      .looked_at = PTE_P | PTE_ADDR,
		      .added = PTE_RW | PTE_US | PTE_A,
		      .taken_out = PTE_RW | PTE_US | PTE_A },
}, {
	[TYPE_L2] = { WIDE_RULES, .child = TYPE_L1, .added = PTE_US },
	[TYPE_L3] = { WIDE_RULES, .child = TYPE_L2, .added = PTE_US },
	[TYPE_L4] = { WIDE_RULES, .child = TYPE_L3, .added = PTE_US | PTE_A,
		      .has_hv_slots = true },
} };

_Static_assert(TYPE_L4 == TYPE_L3 + 1, "by_root has a place for each");

/*
 * The compiler makes two copies of each function marked BY_TYPE: one for level 1,
 * which has most of the work, and one for higher tables.
 */
#define BY_TYPE __always_inline

static BY_TYPE const struct rules *rules(const struct domain *d,
					 enum frame_type type)
{
	return type == TYPE_L1 ? &level1 :
	       &by_root[d->width->root_type - TYPE_L3][type];
}

static u32 entries(const struct domain *d, enum frame_type type)
{
	return type == TYPE_L2_TOP ? d->tables.m2p_start >> 21 & (ENTRIES - 1) :
	       rules(d, type)->entries;
}

/*
 * The hypervisor keeps the local APIC with the address range of interrupt
 * messages, and the IO-APICs. No guest may map a frame of which the processor has
 * not all address bits, either: its use would fault for a reserved bit.
 */
bool tables_device_ours(u64 first, u64 end)
{
	return end > BIT(paging_address_bits() - PAGE_SHIFT) ||
	       (end > 0xfee00 && first <= 0xfeeff) ||
	       (end > 0xfec00 && first <= 0xfec03);
}

/* Whether the domain has permission for a device frame in this range. */
static noinline bool has_devices(const struct domain *d, u64 first, u64 end)
{
	const struct frame_range *r = d->dev.iomem;

	if (d->privileged)
		return true;
	for (; r < d->dev.iomem + MAX_IOMEM; r++)
		if (MAX(r->first, first) < MIN(r->end, end))
			return true;
	return false;
}

/*
 * With another memory type, the guest's view of a page can differ from the
 * hypervisor's, which checks contents through its own write-back mapping: see
 * FRAME_NOT_WB in mmu/ptype.c.
 */
bool tables_cache_ok(const struct domain *d, u64 e)
{
	return !(e & NOT_WB) || has_devices(d, 0, ~0ull);
}

bool tables_uncounted(mfn_t m)
{
	return !mfn_valid(m) || mfn_frame(m)->kind >= FRAME_IO;
}

int tables_no_device(mfn_t m)
{
	return m.n == PTE_ADDR >> PAGE_SHIFT ? -EINVAL : -EPERM;
}

/*
 * A level-1 entry that takes no reference. The tools map the extents of
 * XENMEM_machphys_mfn_list as foreign pages and read the machine-to-phys array
 * there. Not inline, or get_page() would save registers that only this needs.
 */
static noinline int get_uncounted(const struct domain *d, u64 e)
{
	mfn_t m = pte_mfn(e);

	if (mfn_valid(m) && mfn_frame(m)->kind == FRAME_M2P)
		return d->privileged && !(e & PTE_RW) ? 0 : -EPERM;
	return has_devices(d, m.n, m.n + 1) &&
	       !tables_device_ours(m.n, m.n + 1) ? 0 : tables_no_device(m);
}

/* Take the references of a present level-1 entry. */
static int get_page(struct domain *d, u64 e)
{
	mfn_t m = pte_mfn(e);
	int rc;

	if (!tables_cache_ok(d, e))
		return -EINVAL;
	if (tables_uncounted(m))
		return get_uncounted(d, e);
	if (!page_get(d, m))
		return -EBUSY;
	/* As on Xen, pages that the hypervisor shares stay write-back. */
	rc = (e & NOT_WB) && (mfn_frame(m)->flags & FRAME_XENHEAP) ? -EACCES :
	     e & PTE_RW ? ptype_get(d, m, TYPE_WRITABLE) : 0;
	if (rc)
		page_put(m);
	else if ((e & NOT_WB) && (e & PTE_RW))
		mfn_frame(m)->flags |= FRAME_NOT_WB;
	return rc;
}

static void put_page(struct domain *d, u64 e)
{
	if (!tables_uncounted(pte_mfn(e)))
		ptype_put_foreign(pte_mfn(e), e & PTE_RW);
}

/*
 * Whether both level-1 entries map the same page of d's, one writable and the other
 * not. Then they differ by a type reference.
 */
static inline bool only_rights_differ(const struct domain *d, u64 was, u64 new)
{
	mfn_t m = pte_mfn(new);

	return (was & PTE_P) && !(new & NOT_WB) &&
	       ((was ^ new) & L1_LOOKED_AT) == PTE_RW &&
	       !tables_uncounted(m) && mfn_frame(m)->owner == d;
}

/* exchange() for such entries: the page keeps its general reference. */
static __always_inline int exchange_rights(struct domain *d, u64 *entry,
					   u64 *old, u64 new)
{
	int rc = new & PTE_RW ? ptype_get(d, pte_mfn(new), TYPE_WRITABLE) : 0;
	bool done;

	if (rc)
		return rc;
	done = atomic_cmpxchg(entry, old, new);
	/* The writable one of both is gone, or was not written. */
	if (done == !(new & PTE_RW))
		ptype_put_writable(pte_mfn(new));
	return done ? 0 : -EAGAIN;
}

/*
 * Whether an entry of 'table' to frame 'to' is linear, which means that both have
 * the same type. While the entry holds its references this cannot change, since
 * they fix the type.
 */
static bool is_linear(const struct rules *r, mfn_t table, mfn_t to)
{
	return r->linear && mfn_valid(to) && mfn_frame(to)->type_count &&
	       mfn_frame(to)->type == mfn_frame(table)->type;
}

/*
 * Take the references of a linear entry. The fields of the other table that this
 * reads cannot change under the page lock; if the table belongs to another domain,
 * ptype_get_both() refuses it.
 */
static int get_linear(struct domain *d, mfn_t m, u64 e)
{
	struct frame *table = mfn_frame(m), *to = mfn_frame(pte_mfn(e));
	int rc;

	if (e & PTE_RW)
		return -EINVAL;
	if (to == table)
		return 0;
	if (table->linear < 0 || to->linear > 0 || to->linear == LINEAR_MIN ||
	    !(to->flags & FRAME_VALID))
		return -EINVAL;
	rc = ptype_get_both(d, pte_mfn(e), table->type);
	if (rc)
		return rc;
	table->linear++;
	to->linear--;
	return 0;
}

/* Counts first: the last reference may take the other table with it. */
static void put_linear(struct domain *d, mfn_t m, u64 e)
{
	struct frame *table = mfn_frame(m), *to = mfn_frame(pte_mfn(e));

	if (to == table)
		return;
	BUG_ON(table->linear <= 0 || to->linear >= 0);
	table->linear--;
	to->linear++;
	ptype_put_both(d, pte_mfn(e));
}

static BY_TYPE u64 added(const struct domain *d, enum frame_type type)
{
	return type == TYPE_L1 ? d->width->page_added : rules(d, type)->added;
}

static BY_TYPE int get_entry(struct domain *d, const struct rules *r,
			     mfn_t table, enum frame_type type, u32 index, u64 e)
{
	if (!(e & PTE_P))
		return index == r->top_slot ? -EINVAL : 0;
	if (e & r->refused)
		return -EINVAL;
	if (type == TYPE_L1)
		return get_page(d, e);
	if (is_linear(r, table, pte_mfn(e)))
		return get_linear(d, table, e);
	return ptype_get_both(d, pte_mfn(e), index == r->top_slot ?
			      TYPE_L2_TOP : r->child);
}

static BY_TYPE void put_entry(struct domain *d, const struct rules *r,
			      mfn_t table, enum frame_type type, u64 e)
{
	if (!(e & PTE_P))
		return;
	if (type == TYPE_L1)
		put_page(d, e);
	else if (is_linear(r, table, pte_mfn(e)))
		put_linear(d, table, e);
	else
		ptype_put_both(d, pte_mfn(e));
}

/* Fill the slots behind the guest's: with the m2p window, or with 0. */
static void fill_rest(const struct domain *d, u64 *table, enum frame_type type)
{
	u32 first = entries(d, type), i;
	u64 at = (u64)frame_m2p;
	mfn_t m;

	memset(table + first, 0, (ENTRIES - first) * sizeof(*table));
	if (type != TYPE_L2_TOP)
		return;
	for (i = first; i < ENTRIES && at < (u64)&frame_m2p[frame_count];
	     i++, at += LARGE_PAGE) {
		m = maps_backed_by(at);
		if (!mfn_eq(m, INVALID_MFN))
			table[i] = make_pte(m, PTE_P | PTE_PSE | PTE_A |
					    PTE_D | PTE_NX);
	}
}

/* Test eight slots together, because most slots of a table are empty. */
static bool is_empty(const u64 e[8])
{
	return !(e[0] | e[1] | e[2] | e[3] | e[4] | e[5] | e[6] | e[7]);
}

static int validate_l1(struct domain *d, mfn_t m)
{
	u64 *table = mfn_to_virt(m), more = added(d, TYPE_L1);
	u32 i;
	int rc = 0;

	d->tables.validated += L1_WORK;
	for (i = 0; i < ENTRIES; i++) {
		if (i % 8 == 0 && is_empty(table + i)) {
			i += 7;
		} else if (table[i] & PTE_P) {
			rc = get_page(d, table[i]);
			if (rc)
				break;
			if (more)
				table[i] |= more;
		}
	}
	mfn_frame(m)->progress = (u16)i;
	return rc;
}

static bool undo_l1(struct domain *d, mfn_t m)
{
	const u64 *table = mfn_to_virt(m);
	u32 i = mfn_frame(m)->progress;

	while (i)
		if (i % 8 == 0 && is_empty(table + i - 8))
			i -= 8;
		else if (table[--i] & PTE_P)
			put_page(d, table[i]);
	return false;
}

/*
 * Pass the slots from i on that need little work: eight empty ones together, and
 * entries that lead to a table with other users. A kernel's do in each process, so to
 * take their references is most work of a fork. Not inline, for want of registers.
 */
static noinline u32 pass_easy(struct domain *d, const struct rules *r,
			      u64 *table, u32 i, u32 n)
{
	u32 end = MIN(n, r->top_slot);

	while (i < end)
		if (i % 8 == 0 && i + 8 <= end && is_empty(table + i))
			i += 8;
		else if ((table[i] & (r->refused | PTE_P)) == PTE_P &&
			 ptype_share(d, pte_mfn(table[i]), r->child))
			table[i++] |= r->added;
		else
			break;
	return i;
}

/*
 * Each call completes at least one present entry, or fails. It pauses when this hold
 * of the page lock has lasted long enough, or the CPU has other work.
 */
static int validate(struct domain *d, mfn_t m)
{
	struct frame *f = mfn_frame(m);
	enum frame_type type = f->type;
	const struct rules *r = rules(d, type);
	u64 *table = mfn_to_virt(m);
	u32 n = entries(d, type), i = f->progress, done = 0;
	int rc = 0;

	d->tables.validated++;
	if (r->has_hv_slots && !i) {
		roots_forget(d, m);
		memset(table + L4_M2P_SLOT, 0,
		       (L4_HV_END - L4_M2P_SLOT) * sizeof(*table));
	}
	for (; (i = pass_easy(d, r, table, i, n)) < n; i++) {
		if ((table[i] & PTE_P) && done++ &&
		    (d->tables.validated >= HOLD_TABLES * L1_WORK ||
		     sched_preempt_needed()))
			rc = -ERESTART;
		else
			rc = get_entry(d, r, m, type, i, table[i]);
		if (rc)
			break;
		if (table[i] & PTE_P)
			table[i] |= r->added;
	}
	f->progress = (u16)i;
	if (!rc && n < ENTRIES)
		fill_rest(d, table, type);
	return rc;
}

static bool undo(struct domain *d, mfn_t m)
{
	struct frame *f = mfn_frame(m);
	enum frame_type type = f->type;
	const struct rules *r = rules(d, type);
	u64 *table = mfn_to_virt(m), kept = ~r->taken_out, e;
	u32 i = f->progress;
	bool last;

	if (type == TYPE_L2_TOP && i == entries(d, type))
		memset(table + i, 0, (ENTRIES - i) * sizeof(e));
	while (i) {
		if (i % 8 == 0 && is_empty(table + i - 8)) {
			i -= 8;
			continue;
		}
		e = table[--i];
		table[i] = e & kept;
		if (!(e & PTE_P) || ptype_unshare(pte_mfn(e), r->child))
			continue;
		f->progress = (u16)i;
		last = mfn_frame(pte_mfn(e))->type_count == 1;
		put_entry(d, r, m, type, e);
		if (last)
			return true;
	}
	return false;
}

/*
 * Take the new entry's references, write the entry, then drop the old entry's
 * references. -EAGAIN: the entry is not *old, since the processor has set bits.
 */
static BY_TYPE int exchange(struct domain *d, u64 *entry, u64 *old, u64 value,
			    enum frame_type type)
{
	u64 was = *old, new = value & PTE_P ? value | added(d, type) : value;
	const struct rules *r = rules(d, type);
	bool harmless = (was & PTE_P) &&
			!((was ^ new) & (r->refused | r->looked_at));
	mfn_t table = virt_to_mfn(entry);
	int rc;

	if (type == TYPE_L1 && only_rights_differ(d, was, new))
		return exchange_rights(d, entry, old, new);
	rc = harmless ? 0 : get_entry(d, r, table, type, 0, new);
	if (rc)
		return rc;
	if (!atomic_cmpxchg(entry, old, new)) {
		if (!harmless)
			put_entry(d, r, table, type, new);
		return -EAGAIN;
	}
	if (type != TYPE_L1 && type == d->width->root_type)
		roots_changed(d, entry);
	if (!harmless)
		put_entry(d, r, table, type, was);
	return 0;
}

int tables_cmpxchg_l1(struct domain *d, u64 *entry, u64 *old, u64 value)
{
	ASSERT_HELD(&d->tables.lock);
	return exchange(d, entry, old, value, TYPE_L1);
}

/* Exchange until the processor does not set A or D at the same time. */
static BY_TYPE int set(struct domain *d, u64 *entry, u64 value, bool keep_ad,
		       enum frame_type type)
{
	u64 old = READ_ONCE(*entry), kept = keep_ad ? PTE_A | PTE_D : 0;
	int rc;

	do
		rc = exchange(d, entry, &old, value | (old & kept), type);
	while (rc == -EAGAIN);
	return rc;
}

/* Not inline, or updates at level 1 would save registers that only this needs. */
static noinline int set_higher(struct domain *d, u64 *entry, u64 value,
			       bool keep_ad)
{
	enum frame_type type = mfn_frame(virt_to_mfn(entry))->type;
	u32 index = (u64)entry / sizeof(*entry) % ENTRIES;
	const struct rules *r = rules(d, type);

	if (index >= r->top_slot ||
	    (r->has_hv_slots && index >= L4_M2P_SLOT && index < L4_HV_END))
		return -EINVAL;
	if (index >= entries(d, type))
		return -EPERM;
	return set(d, entry, value, keep_ad, type);
}

int tables_set(struct domain *d, u64 *entry, u64 value, bool keep_ad)
{
	ASSERT_HELD(&d->tables.lock);
	return mfn_frame(virt_to_mfn(entry))->type == TYPE_L1 ?
	       set(d, entry, value, keep_ad, TYPE_L1) :
	       set_higher(d, entry, value, keep_ad);
}

void tables_install_l1(struct domain *d, u64 *entry, u64 value)
{
	ASSERT_HELD(&d->tables.lock);
	if (value & PTE_P)
		value |= added(d, TYPE_L1);
	put_entry(d, NULL, virt_to_mfn(entry), TYPE_L1,
		  atomic_xchg(entry, value));
}

/* Of the types that are no tables, cpu/descriptors.c fills in TYPE_SEGDESC. */
struct ptype_ops ptype_ops[TYPE_WRITABLE + 1] = {
	[TYPE_L1] = { validate_l1, undo_l1 },
	[TYPE_L2 ... TYPE_L2_TOP] = { validate, undo },
};
