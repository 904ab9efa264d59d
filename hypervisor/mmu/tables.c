// SPDX-License-Identifier: GPL-2.0-only
/*
 * Page-table contents of a 32-bit guest: three levels of 64-bit entries.
 *
 * What may stand in an entry that the processor will see:
 *  L1: a page of the domain, writable only with its WRITABLE type; or device
 *      memory, for a domain that has got it. The PAT bit is out, and memory
 *      that is not cached, for domains without devices. Device memory
 *      that is taken away stays mapped where it is: the permission is to map.
 *  L2: an L1 table. No large pages, no entry that points to an L2 or L3: a
 *      table never maps a table of its own level ("linear" page tables).
 *  L3: four entries, an L2 each. The fourth is always there and its L2 is
 *      used nowhere else, since its upper slots are the hypervisor's: the
 *      machine-to-phys window, read-only and for ring 1 alone.
 *
 * The L3 stands below a four-level root, where the processor reads rights in
 * its entries that three-level paging does not have: they are added when it is
 * validated and taken out again after.
 *
 * L1 tables are validated, and taken apart, in one go; with L2 and L3 tables
 * both stop between entries when something else has to run, or others may want
 * the page lock.
 */
#include "domain/domain.h"
#include "errno.h"
#include "lib/lib.h"
#include "machine/paging.h"
#include "mmu/ptype.h"
#include "sched/sched.h"

#define ENTRIES		512
#define L3_ENTRIES	4
#define TOP_SLOT	3
/* Bits 52 to 62 are free for software in the tables of long mode. */
#define L1_BAD		PTE_PSE
#define UNCACHED	(PTE_PWT | PTE_PCD)
/* As on Xen, a guest has no say in how its tables are cached. */
#define L2_BAD		(PTE_PSE | PTE_G | UNCACHED)
#define L3_RIGHTS	(PTE_RW | PTE_US | PTE_A)
#define L3_BAD		(PTE_NX | PTE_PSE | PTE_G | UNCACHED | \
			 0x7ff0000000000000ull)
/* A change of only these needs no new look at the page. */
#define L1_HARMLESS	(PTE_A | PTE_D | PTE_G | PTE_AVAIL | PTE_NX | PTE_US | \
			 0x7ff0000000000000ull)
#define LARGE_SIZE	(2ull << 20)

static bool is_device(mfn_t m)
{
	return !mfn_valid(m) || mfn_frame(m)->kind == FRAME_IO;
}

/* Address bits that the processor does not have are a fault of ours. */
static bool address_exists(mfn_t m)
{
	static u32 bits;
	u32 r[4];

	if (!bits) {
		cpuid(0x80000008, 0, r);
		bits = r[0] & 0xff;
	}
	return m.n < BIT(bits - PAGE_SHIFT);
}

/* APICs and the address range that raises interrupts stay ours. */
bool tables_device_ours(u64 first, u64 end)
{
	return !address_exists(mfn(end - 1)) ||
	       (end > 0xfee00 && first <= 0xfeeff) ||
	       (end > 0xfec00 && first <= 0xfec03);
}

static bool device_allowed(const struct domain *d, mfn_t m)
{
	u32 i;

	if (tables_device_ours(m.n, m.n + 1))
		return false;
	if (d->privileged)
		return true;
	for (i = 0; i < MAX_IOMEM; i++)
		if (m.n >= d->dev.iomem[i].first && m.n < d->dev.iomem[i].end)
			return true;
	return false;
}

static bool has_device_memory(const struct domain *d)
{
	u32 i;

	for (i = 0; i < MAX_IOMEM; i++)
		if (d->dev.iomem[i].first < d->dev.iomem[i].end)
			return true;
	return false;
}

/*
 * The tools read the machine-to-phys array as if it were foreign pages, whole
 * extents of XENMEM_machphys_mfn_list.
 */
static bool is_m2p(mfn_t m)
{
	u64 first = virt_to_mfn(frame_m2p).n;

	return m.n >= first && m.n - first <
	       ROUND_UP(frame_count * sizeof(u32), LARGE_SIZE) / PAGE_SIZE;
}

bool tables_uncounted(mfn_t m)
{
	return is_device(m) || is_m2p(m);
}

static int get_l1_entry(struct domain *d, u64 e)
{
	mfn_t m = pte_mfn(e);
	int rc;

	if (!(e & PTE_P))
		return 0;
	if (e & L1_BAD)
		return -EINVAL;
	if (is_device(m))
		return device_allowed(d, m) ? 0 : -EPERM;
	if (is_m2p(m))
		return d->privileged && !(e & PTE_RW) ? 0 : -EPERM;
	/* What we check by our mapping must be what the guest wrote. */
	if ((e & UNCACHED) && !d->privileged && !has_device_memory(d))
		return -EINVAL;
	if (!ptype_get_ref(d, m))
		return -EBUSY;
	if (!(e & PTE_RW))
		return 0;
	rc = ptype_get(d, m, TYPE_WRITABLE, false);
	if (rc)
		ptype_put_ref(m);
	return rc;
}

static void put_l1_entry(struct domain *d, u64 e)
{
	mfn_t m = pte_mfn(e);

	if (!(e & PTE_P) || tables_uncounted(m))
		return;
	if (e & PTE_RW)
		ptype_put(d, m);
	ptype_put_ref(m);
}

static int get_l2_entry(struct domain *d, u64 e)
{
	if (!(e & PTE_P))
		return 0;
	if (e & L2_BAD)
		return -EINVAL;
	return ptype_get_both(d, pte_mfn(e), TYPE_L1, false);
}

static int get_l3_entry(struct domain *d, u32 index, u64 e)
{
	if (!(e & PTE_P))
		return index == TOP_SLOT ? -EINVAL : 0;
	if (e & L3_BAD)
		return -EINVAL;
	return ptype_get_both(d, pte_mfn(e), TYPE_L2, index == TOP_SLOT);
}

static void put_table_entry(struct domain *d, u64 e)
{
	if (e & PTE_P)
		ptype_put_both(d, pte_mfn(e));
}

u32 tables_entries(const struct domain *d, const struct frame *f)
{
	if (f->type == TYPE_L3)
		return L3_ENTRIES;
	if (!(f->flags & FRAME_TOP_L2))
		return ENTRIES;
	return d->tables.m2p_start >> 21 & (ENTRIES - 1);
}

static void fill_window(const struct domain *d, u64 *table)
{
	u64 size = ROUND_UP(frame_count * sizeof(u32), LARGE_SIZE);
	mfn_t m2p = virt_to_mfn(frame_m2p);
	u32 first = d->tables.m2p_start >> 21 & (ENTRIES - 1), i;

	for (i = first; i < ENTRIES; i++)
		table[i] = (i - first) * LARGE_SIZE >= size ? 0 :
			   make_pte(mfn_add(m2p, (i - first) * 512ull),
				    PTE_P | PTE_PSE | PTE_A | PTE_D | PTE_NX);
}

/* Where one of these stops, 'progress' says how many entries are done. */
static int validate_l1(struct domain *d, struct frame *f, const u64 *table)
{
	u32 i;
	int rc;

	for (i = 0; i < ENTRIES; i++) {
		rc = get_l1_entry(d, table[i]);
		if (rc) {
			f->progress = (u16)i;
			return rc;
		}
	}
	return 0;
}

static int validate_l2(struct domain *d, struct frame *f, u64 *table)
{
	u32 n = tables_entries(d, f), i, first = f->progress;
	u32 start = d->tables.validated;
	int rc;

	for (i = first; i < n; i++) {
		if (!(table[i] & PTE_P))
			continue;
		if (i != first && (d->tables.validated - start >= HOLD_TABLES ||
				   sched_preempt_needed()))
			rc = -ERESTART;
		else
			rc = get_l2_entry(d, table[i]);
		if (rc) {
			f->progress = (u16)i;
			return rc;
		}
	}
	if (f->flags & FRAME_TOP_L2)
		fill_window(d, table);
	return 0;
}

static int validate_l3(struct domain *d, struct frame *f, u64 *table)
{
	u32 i;
	int rc;

	for (i = f->progress; i < L3_ENTRIES; i++) {
		rc = get_l3_entry(d, i, table[i]);
		if (rc) {
			f->progress = (u16)i;
			return rc;
		}
		if (table[i] & PTE_P)
			table[i] |= L3_RIGHTS;
	}
	memset(table + L3_ENTRIES, 0,
	       (ENTRIES - L3_ENTRIES) * sizeof(*table));
	return 0;
}

void tables_undo(struct domain *d, mfn_t m, enum frame_type type, u32 first,
		 u32 count)
{
	u64 *table = mfn_to_virt(m), e;
	u32 i;

	for (i = first; i < first + count; i++) {
		e = table[i];
		if (type == TYPE_L3)
			table[i] &= ~L3_RIGHTS;
		if (type == TYPE_L1)
			put_l1_entry(d, e);
		else
			put_table_entry(d, e);
	}
}

int tables_validate(struct domain *d, mfn_t m, enum frame_type type)
{
	struct frame *f = mfn_frame(m);
	u64 *table = mfn_to_virt(m);
	int rc;

	switch (type) {
	case TYPE_L1:
		rc = validate_l1(d, f, table);
		break;
	case TYPE_L2:
		rc = validate_l2(d, f, table);
		break;
	default:
		rc = validate_l3(d, f, table);
	}
	return rc;
}

u32 tables_close(struct domain *d, mfn_t m, enum frame_type type)
{
	u64 *table = mfn_to_virt(m);
	u32 n = tables_entries(d, mfn_frame(m));

	if (type != TYPE_L3)
		memset(table + n, 0, (ENTRIES - n) * sizeof(*table));
	return n;
}

static bool harmless_change(u64 old, u64 value)
{
	return (old & value & PTE_P) && !((old ^ value) & ~L1_HARMLESS) &&
	       !(value & L1_BAD);
}

int tables_cmpxchg_l1(struct domain *d, u64 *entry, u64 *old, u64 value)
{
	bool harmless = harmless_change(*old, value);
	u64 was = *old;
	int rc = harmless ? 0 : get_l1_entry(d, value);

	if (rc)
		return rc;
	if (!__atomic_compare_exchange_n(entry, old, value, false,
					 __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
		if (!harmless)
			put_l1_entry(d, value);
		return -EAGAIN;
	}
	if (!harmless)
		put_l1_entry(d, was);
	return 0;
}

/* The processor may set A and D meanwhile; keep_ad does not lose them. */
int tables_set_l1(struct domain *d, u64 *entry, u64 value, bool keep_ad)
{
	u64 old = READ_ONCE(*entry), v;
	int rc;

	do {
		v = value;
		if (keep_ad && (v & old & PTE_P) && mfn_eq(pte_mfn(v),
							   pte_mfn(old)))
			v |= old & (PTE_A | PTE_D);
		rc = tables_cmpxchg_l1(d, entry, &old, v);
	} while (rc == -EAGAIN);
	return rc;
}

int tables_install_l1(struct domain *d, u64 *entry, u64 value)
{
	if (value & L1_BAD)
		return -EINVAL;
	put_l1_entry(d, __atomic_exchange_n(entry, value, __ATOMIC_SEQ_CST));
	return 0;
}

int tables_set_l2(struct domain *d, mfn_t table, u32 index, u64 value)
{
	struct frame *f = mfn_frame(table);
	u64 *entry = (u64 *)mfn_to_virt(table) + index;
	u64 old;
	int rc;

	if (index >= tables_entries(d, f))
		return -EPERM;
	rc = get_l2_entry(d, value);
	if (rc)
		return rc;
	old = __atomic_exchange_n(entry, value, __ATOMIC_SEQ_CST);
	put_table_entry(d, old);
	return 0;
}

int tables_set_l3(struct domain *d, mfn_t table, u32 index, u64 value)
{
	u64 *entry = (u64 *)mfn_to_virt(table) + index;
	u64 old;
	int rc;

	if (index >= TOP_SLOT)
		return -EINVAL;
	rc = get_l3_entry(d, index, value);
	if (rc)
		return rc;
	if (value & PTE_P)
		value |= L3_RIGHTS;
	old = __atomic_exchange_n(entry, value, __ATOMIC_SEQ_CST);
	/* Root entries are cached in ways that a guest cannot flush. */
	domain_flush(d);
	put_table_entry(d, old);
	return 0;
}
