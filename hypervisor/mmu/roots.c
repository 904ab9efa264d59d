// SPDX-License-Identifier: GPL-2.0-only
/*
 * Private roots: a processor never uses a guest's root table. Each vCPU has
 * level-4 tables of its own, which contain the hypervisor's slots.
 *
 * A vCPU of a 32-bit guest has one. A single slot of it leads to the guest's
 * part, through a level-3 table with a copy of the four entries of the guest's
 * root. A vCPU of a 64-bit guest has two, for kernel and user mode, each with a
 * copy of slots 0 to 255 and 272 to 511 of the table that the guest names for
 * that mode. A user mode without a table has only the hypervisor's slots. The
 * kernel's also has slot 256, the machine-to-phys array, read-only. So no table of
 * a guest contains an entry of the hypervisor, and slots 256 to 271 of a guest's
 * own L4 are empty (I9 in mmu/ptype.c): no entry that a guest can make leads to
 * the hypervisor. With XPTI (cpu/xpti.c) there is a thin table for each mode as
 * well, with the same copy and, of the hypervisor's slots, at first only the
 * machine-to-phys array.
 *
 * Each copy always equals the guest's table. It is made when the vCPU gets the
 * root. Each change of a valid root is copied to all vCPUs and modes that use it,
 * before the flush, and before the old entry's references are dropped. The
 * owner's page lock guards all of this. Since the vCPU holds a type reference to
 * both tables (I4), the copies lead only to valid tables, and a table in use keeps
 * its type even if the guest unpins it. A processor that reaches the guest's table
 * itself, through a linear entry, sees each change immediately.
 *
 * The fourth level-2 table of a 32-bit guest has the machine-to-phys window in
 * its last slots, as on Xen, and the processor uses that table directly. A window
 * of 2 MiB pages can only be in a level-2 table, so a private window would need a
 * private copy of the table. A copy for each vCPU would cost 450 instructions for
 * each load of a root, 6 % of a process switch. A copy for each table would cost
 * a page for every two pages of tables that a guest makes, from memory that no
 * limit of the guest covers. The window has the same contents for all domains, is
 * read-only, and is not accessible to user mode.
 */
#include "domain/part.h"

#define ENTRIES		512
#define HV_SLOTS_SIZE	((L4_HV_END - L4_HV_SLOT) * sizeof(u64))

/*
 * Fill the vCPU's tables, by its domain's width, with no guest entries. 'second'
 * is the page that serves as l3 or as root of the user mode.
 */
static void make_tables(struct vcpu *v, u64 *second)
{
	struct vcpu_roots *r = &v->roots;
	bool wide = v->d->width->is_long;

	memset(r->kernel.own, 0, PAGE_SIZE);
	memset(second, 0, PAGE_SIZE);
	memcpy(r->kernel.own + L4_HV_SLOT, boot_l4 + L4_HV_SLOT, HV_SLOTS_SIZE);
	if (wide) {
		memcpy(second + L4_HV_SLOT, boot_l4 + L4_HV_SLOT,
		       HV_SLOTS_SIZE);
		r->kernel.own[L4_M2P_SLOT] = boot_l4[L4_M2P_SLOT];
	} else {
		r->kernel.own[L4_GUEST_SLOT] =
			make_pte(virt_to_mfn(second), ROOT_RIGHTS);
	}
	r->l3 = wide ? NULL : (struct pae_root *)second;
	r->user.own = wide ? second : NULL;
}

static int create_roots(struct vcpu *v)
{
	u64 *second = frames_new(PAGE_SIZE);

	v->roots.kernel.table = v->roots.user.table = INVALID_MFN;
	v->roots.kernel.own = frames_new(PAGE_SIZE);
	v->roots.user.own = second;	/* free_roots() frees both, even now */
	if (!v->roots.kernel.own || !second)
		return -ENOMEM;
	make_tables(v, second);
	return 0;
}

static void free_roots(struct vcpu *v)
{
	frames_delete(v->roots.kernel.own, PAGE_SIZE);
	frames_delete(v->roots.kernel.thin, PAGE_SIZE);
	frames_delete(v->roots.user.own, PAGE_SIZE);
	frames_delete(v->roots.user.thin, PAGE_SIZE);
	frames_delete(v->roots.l3, PAGE_SIZE);
}

int roots_split(struct vcpu *v)
{
	if (!frames_make_page(&v->roots.kernel.thin) ||
	    !frames_make_page(&v->roots.user.thin))
		return -ENOMEM;
	v->roots.kernel.thin[L4_M2P_SLOT] = boot_l4[L4_M2P_SLOT];
	return 0;
}

/* A domain's width may change as long as its vCPUs have no root. */
static void follow_width(struct vcpu *v)
{
	struct vcpu_roots *r = &v->roots;

	if (!r->l3 != v->d->width->is_long)
		make_tables(v, r->l3 ? (u64 *)r->l3 : r->user.own);
}

static struct known_root *known_root(struct domain *d, mfn_t table)
{
	return &d->tables.known_roots[table.n % KNOWN_ROOTS];
}

void roots_forget(struct domain *d, mfn_t table)
{
	struct known_root *k = known_root(d, table);

	ASSERT_HELD(&d->tables.lock);
	if (mfn_eq(k->table, table))
		k->used = 0;
}

/*
 * Which slots of a valid L4 are not 0: a bit for each eight of them. An L4 has few
 * used slots, and each process switch copies them. known_roots caches the result
 * for recent tables.
 */
static u64 used_slots(struct domain *d, mfn_t table)
{
	struct known_root *k = known_root(d, table);
	const u64 *e;
	u32 i;

	if (mfn_eq(table, INVALID_MFN))
		return 0;
	if (k->used && mfn_eq(k->table, table))
		return k->used;
	*k = (struct known_root){ .table = table };
	for (i = 0, e = mfn_to_virt(table); i < ENTRIES / 8; i++, e += 8)
		if (e[0] | e[1] | e[2] | e[3] | e[4] | e[5] | e[6] | e[7])
			k->used |= BIT(i);
	return k->used;
}

struct eight {
	u64 slot[8];
};

/*
 * Copy these slots (a bit for eight) of the guest's table to a private root. The
 * hypervisor's slots are never among them: they are 0 in the guest's table (I9).
 */
static void copy_slots(u64 *root, mfn_t table, u64 slots)
{
	static struct eight none[ENTRIES / 8];
	const struct eight *from = mfn_eq(table, INVALID_MFN) ? none :
				   mfn_to_virt(table);
	u32 i;

	for (; slots; slots &= slots - 1) {
		i = (u32)__builtin_ctzll(slots);
		((struct eight *)root)[i] = from[i];
	}
}

/* Copy all slots that the private roots have used or will use. */
static void follow_table(struct domain *d, struct root *r, mfn_t table)
{
	/* Never copy the hypervisor's slots, whatever a table contains. */
	u64 new = used_slots(d, table) & ~(3ull << L4_M2P_SLOT / 8);

	copy_slots(r->own, table, r->used | new);
	if (r->thin)
		copy_slots(r->thin, table, r->used | new);
	r->table = table;
	r->used = new;
}

/*
 * Until a processor that runs the vCPU loads the root, it may see some entries of
 * the old root and some of the new one. The caller holds both roots that long.
 */
void roots_set(struct vcpu *v, mfn_t table)
{
	static const struct pae_root none;

	ASSERT_HELD(&v->d->tables.lock);
	if (mfn_eq(v->roots.kernel.table, INVALID_MFN))
		follow_width(v);
	if (v->roots.l3) {
		v->roots.kernel.table = table;
		*v->roots.l3 = mfn_eq(table, INVALID_MFN) ? none :
			*(const struct pae_root *)mfn_to_virt(table);
	} else {
		follow_table(v->d, &v->roots.kernel, table);
	}
}

void roots_set_user(struct vcpu *v, mfn_t table)
{
	ASSERT_HELD(&v->d->tables.lock);
	BUG_ON(!v->roots.user.own);
	follow_table(v->d, &v->roots.user, table);
}

void roots_load(const struct vcpu *v)
{
	const u64 *root = v->proc.in_user ? v->roots.user.own :
			  v->roots.kernel.own;

	write_cr3(virt_to_mfn(root).n << PAGE_SHIFT);
}

/* Entry i of the table is e now: copy it to 'own', and to the thin root. */
static void follow(struct root *r, mfn_t table, u64 *own, u32 i, u64 e)
{
	if (!mfn_eq(r->table, table))
		return;
	r->used |= BIT(i / 8);
	atomic_set(&own[i], e);
	if (r->thin)
		atomic_set(&r->thin[i], e);
}

/*
 * All copies are changed before ptype_flush() reads which CPUs to flush, so a CPU
 * that loads a root of the domain later sees the new entry. The guest cannot ask
 * for this flush itself, because it must also drop cached root entries.
 */
void roots_changed(struct domain *d, const u64 *entry)
{
	mfn_t table = virt_to_mfn(entry);
	u32 i = (u64)entry / sizeof(*entry) % ENTRIES;
	struct known_root *k = known_root(d, table);
	struct vcpu_roots *r;
	struct vcpu *v;

	ASSERT_HELD(&d->tables.lock);
	if (k->used && mfn_eq(k->table, table))
		k->used |= BIT(i / 8);
	domain_for_each_vcpu(d, v) {
		r = &v->roots;
		follow(&r->kernel, table, r->l3 ? r->l3->entry : r->kernel.own,
		       i, *entry);
		follow(&r->user, table, r->user.own, i, *entry);
	}
	ptype_flush(d);
}

static void drop(struct vcpu *v)
{
	struct domain *d = v->d;

	spin_guard(&d->tables.lock);
	if (!mfn_eq(v->roots.kernel.table, INVALID_MFN))
		ptype_put_both(d, v->roots.kernel.table);
	roots_set(v, INVALID_MFN);
	ptype_finish(d);	/* quick: the tree's tables are empty by now */
	if (!mfn_eq(v->roots.user.table, INVALID_MFN)) {
		ptype_put_both(d, v->roots.user.table);
		roots_set_user(v, INVALID_MFN);
		ptype_finish(d);
	}
}

static int kill(struct domain *d)
{
	struct vcpu *v;

	domain_for_each_vcpu(d, v)
		drop(v);
	return 0;
}

DOMAIN_PART(ROOTS,
	.vcpu_create = create_roots,
	.vcpu_free = free_roots,
	.kill = kill);
