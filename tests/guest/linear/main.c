// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (Xen's get_lN_linear_pagetable(), XSA-240): a table above level 1 may
 * have entries that refer to tables of its own level. They are read-only. One
 * to the table itself is always good. One to another table is good if that is
 * validated, of the same domain, and has no such entries, and if no such entry
 * refers to this one; it holds the other table's type. All else is refused. In
 * a live root such an entry shows the guest its own tables, read-only, and
 * nothing of the hypervisor's.
 *
 * Test: linear -w 64
 * Test: linear-intel -w 64 -I
 */
#include "domu.h"
#include "user.h"

#define SLOTS	4u		/* those that the cases use */
#define STEPS	8u

enum { A, B, C, TABLES };
enum { END, PIN, UNPIN, PUT, CLEAR, TYPED, FREE };

struct step {
	u8 op, table, slot, target;
	u16 flags;
	long rc;
};

/* Entries of tables are put where the cases of all levels may have them. */
#define RO		PTE_RO
#define RW		PTE_RWP
#define BAD		(-XEN_EINVAL)
#define GETS(t, slot, to, flags, rc)	{ PUT, t, slot, to, flags, rc }
#define LOSES(t, slot)			{ CLEAR, t, slot, 0, 0, 0 }
#define PINNED(t)			{ PIN, t, 0, 0, 0, 0 }
#define REFUSED(t)			{ PIN, t, 0, 0, 0, BAD }
#define UNPINNED(t)			{ UNPIN, t, 0, 0, 0, 0 }
#define IN_USE(t)			{ TYPED, t, 0, 0, 0, 0 }
#define NOT_IN_USE(t)			{ FREE, t, 0, 0, 0, 0 }

static const struct {
	const char *what;
	struct step steps[STEPS];
} cases[] = {
	{ "itself, before", { GETS(A, 0, A, RO, 0), PINNED(A) } },
	{ "itself, writable, before", { GETS(A, 0, A, RW, 0), REFUSED(A) } },
	{ "itself", { PINNED(A), GETS(A, 0, A, RO, 0) } },
	{ "itself, writable", { PINNED(A), GETS(A, 0, A, RW, BAD) } },
	{ "itself, made writable", {
		PINNED(A), GETS(A, 0, A, RO, 0), GETS(A, 0, A, RW, BAD),
		LOSES(A, 0), GETS(A, 0, A, RW, BAD) } },
	{ "itself, twice", {
		PINNED(A), GETS(A, 0, A, RO, 0), GETS(A, 1, A, RO, 0),
		UNPINNED(A), NOT_IN_USE(A) } },
	{ "another", { PINNED(B), PINNED(A), GETS(A, 0, B, RO, 0) } },
	{ "another, writable", {
		PINNED(B), PINNED(A), GETS(A, 0, B, RW, BAD) } },
	{ "another, before", {
		PINNED(B), GETS(A, 0, B, RO, 0), PINNED(A) } },
	{ "another, writable, before", {
		PINNED(B), GETS(A, 0, B, RW, 0), REFUSED(A) } },
	{ "no table yet", {
		PINNED(A), GETS(A, 0, B, RO, 0), REFUSED(B), IN_USE(B) } },
	{ "each other", {
		PINNED(B), PINNED(A), GETS(A, 0, B, RO, 0),
		GETS(B, 0, A, RO, BAD) } },
	{ "one with entries", {
		PINNED(C), PINNED(B), PINNED(A), GETS(B, 0, C, RO, 0),
		GETS(A, 0, B, RO, BAD) } },
	{ "one that is referred to", {
		PINNED(C), PINNED(B), PINNED(A), GETS(A, 0, B, RO, 0),
		GETS(B, 0, C, RO, BAD), GETS(B, 0, B, RO, 0) } },
	{ "one with an entry to itself", {
		PINNED(B), PINNED(A), GETS(B, 0, B, RO, 0),
		GETS(A, 0, B, RO, 0), GETS(A, 1, A, RO, 0) } },
	{ "two", {
		PINNED(C), PINNED(B), PINNED(A), GETS(A, 0, B, RO, 0),
		GETS(A, 1, C, RO, 0), GETS(B, 0, C, RO, BAD) } },
	{ "of two", {
		PINNED(C), PINNED(B), PINNED(A), GETS(A, 0, C, RO, 0),
		GETS(B, 1, C, RO, 0), GETS(C, 0, A, RO, BAD) } },
	{ "counted", {
		PINNED(B), PINNED(A), GETS(A, 0, B, RO, 0),
		GETS(A, 1, B, RO, 0), LOSES(A, 0), GETS(B, 0, A, RO, BAD),
		LOSES(A, 1), GETS(B, 0, A, RO, 0) } },
	{ "replaced", {
		PINNED(C), PINNED(B), PINNED(A), GETS(A, 0, B, RO, 0),
		GETS(A, 0, C, RO, 0), GETS(B, 0, A, RO, BAD),
		LOSES(A, 0), GETS(B, 0, A, RO, 0) } },
	{ "held", {
		PINNED(B), PINNED(A), GETS(A, 0, B, RO, 0), UNPINNED(B),
		IN_USE(B), LOSES(A, 0), NOT_IN_USE(B) } },
	{ "held until the end", {
		PINNED(B), PINNED(A), GETS(A, 0, B, RO, 0), UNPINNED(B),
		IN_USE(B), UNPINNED(A), NOT_IN_USE(A), NOT_IN_USE(B) } },
};

static u64 tables[TABLES][512] __attribute__((aligned(4096)));
static bool pinned[TABLES];

static long do_step(const struct step *s, u32 level)
{
	u64 *table = tables[s->table];
	long rc;

	switch (s->op) {
	case PIN:
		rc = mmuext(MMUEXT_PIN_L1_TABLE + level - 1, va_mfn(table), 0);
		pinned[s->table] = !rc;
		return rc;
	case UNPIN:
		pinned[s->table] = false;
		return mmuext(MMUEXT_UNPIN_TABLE, va_mfn(table), 0);
	case PUT:
		return mmu_update(va_maddr(&table[s->slot]),
				  va_maddr(tables[s->target]) | s->flags);
	case CLEAR:
		return mmu_update(va_maddr(&table[s->slot]), 0);
	case TYPED:
		return make_rw(table) ? 0 : -XEN_EEXIST;
	default:
		return make_rw(table) ? : make_ro(table);
	}
}

/* Afterwards nothing refers to any of the pages. */
static void clean(void)
{
	u32 t, slot;

	for (t = 0; t < TABLES; t++)
		for (slot = 0; slot < SLOTS; slot++)
			CHECK(mmu_update(va_maddr(&tables[t][slot]), 0), 0);
	for (t = 0; t < TABLES; t++) {
		if (pinned[t])
			CHECK(mmuext(MMUEXT_UNPIN_TABLE, va_mfn(tables[t]), 0),
			      0);
		pinned[t] = false;
	}
	for (t = 0; t < TABLES; t++) {
		CHECK(make_rw(tables[t]), 0);
		memset(tables[t], 0, PAGE_SIZE);
	}
}

static void test_cases(u32 level)
{
	u32 i, n, t, before;
	long rc;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		before = failures;
		for (t = 0; t < TABLES; t++)
			CHECK(make_ro(tables[t]), 0);
		for (n = 0; n < STEPS && cases[i].steps[n].op != END; n++) {
			rc = do_step(&cases[i].steps[n], level);
			if (rc != cases[i].steps[n].rc)
				print("level %u, step %u\n", level, n);
			CHECK_AS(error_name, cases[i].what, rc,
				 cases[i].steps[n].rc);
		}
		clean();
		if (failures != before)
			print("main.c: that was \"%s\"\n", cases[i].what);
	}
	print("level %u: %u cases\n", level, i);
}

/* A root of another domain, which needs no vCPU that runs */
static void test_foreign(void)
{
	static const u8 code[] = { 0xf4 };
	static u8 place[4096] __attribute__((aligned(4096)));
	struct domu other;

	domu_empty(&other);
	domu_fill(&other, place, code, sizeof(code));
	CHECK(domu_pin(&other, PIN_ROOT, other.frames[0]), 0);
	CHECK(set_pte_va(place, 0, UVMF_INVLPG), 0);
	CHECK(make_ro(tables[A]), 0);
	CHECK(mmuext(MMUEXT_PIN_L4_TABLE, va_mfn(tables[A]), 0), 0);
	CHECK(mmu_update(va_maddr(tables[A]),
			 (u64)other.frames[0] << PAGE_SHIFT | RO), BAD);
	CHECK(mmuext(MMUEXT_UNPIN_TABLE, va_mfn(tables[A]), 0), 0);
	CHECK(make_rw(tables[A]), 0);
	CHECK(domu_ctl(&other, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_gone(&other), 1);
}

#define SELF		300ul		/* a slot of the live root */
#define SIGNED(a)	((ulong)((long)((a) << 16) >> 16))
#define AT(a, b, c, d) \
	((u64 *)SIGNED((ulong)(a) << 39 | (ulong)(b) << 30 | \
		       (ulong)(c) << 21 | (ulong)(d) << 12))
#define HV_FIRST	256u
#define HV_LAST		271u

/* The tables of an address, level by level, as the walk finds them */
static void check_view(void)
{
	static ulong page[512] __attribute__((aligned(4096)));
	ulong va = (ulong)page, i4 = va >> 39 & 511, i3 = va >> 30 & 511;
	ulong i2 = va >> 21 & 511, i1 = va >> 12 & 511;
	u64 *root = AT(SELF, SELF, SELF, SELF);

	page[0] = 0x77;
	CHECK(root[i4], *entry_of(page, 4));
	CHECK(AT(SELF, SELF, SELF, i4)[i3], *entry_of(page, 3));
	CHECK(AT(SELF, SELF, i4, i3)[i2], *entry_of(page, 2));
	CHECK(AT(SELF, i4, i3, i2)[i1], *entry_of(page, 1));
	CHECK(root[SELF] & PTE_RW, 0);
	CHECK_TRAP(EXPECT_TRAP("movq %%rax, (%0)", "r" (&root[i4])),
		   X86_TRAP_PF);
	CHECK(trapped_error, X86_PF_WRITE | X86_PF_PROT);
	CHECK_TRAP(EXPECT_TRAP("movq %%rax, (%0)",
			       "r" (AT(SELF, SELF, i4, i3) + i2)), X86_TRAP_PF);
	CHECK(trapped_error, X86_PF_WRITE | X86_PF_PROT);
}

/*
 * The hypervisor's entries of the root, taken for those of each level. The
 * first slot has the machine-to-phys array, which guests may read.
 */
static void check_hypervisor_hidden(void)
{
	u32 i, n;

	for (i = HV_FIRST + 1; i <= HV_LAST; i++) {
		for (n = 0; n < 512; n += 73) {
			CHECK_TRAP(EXPECT_TRAP("movq (%0), %%rax", "r"
				   (AT(SELF, i, n, n))), X86_TRAP_PF);
			CHECK_TRAP(EXPECT_TRAP("movq (%0), %%rax", "r"
				   (AT(SELF, SELF, i, n))), X86_TRAP_PF);
		}
		CHECK_TRAP(EXPECT_TRAP("movq (%0), %%rax", "r"
			   (AT(SELF, SELF, SELF, i))), X86_TRAP_PF);
	}
}

static void test_live(void)
{
	u64 *root = (u64 *)start_info->pt_base;
	u64 to_itself = va_maddr(root) | RO | PTE_NX;

	CHECK(mmu_update(va_maddr(&root[SELF]), to_itself | PTE_RW), BAD);
	CHECK(mmu_update(va_maddr(&root[SELF]), to_itself), 0);
	CHECK(root[SELF], to_itself | PTE_US);
	CHECK(mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0), 0);
	check_view();
	check_hypervisor_hidden();
	CHECK(mmu_update(va_maddr(&root[SELF]), 0), 0);
	CHECK(mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0), 0);
	CHECK_TRAP(EXPECT_TRAP("movq (%0), %%rax", "r"
		   (AT(SELF, SELF, SELF, SELF))), X86_TRAP_PF);
}

void test_main(void)
{
	u32 level;

	for (level = 2; level <= 4; level++)
		test_cases(level);
	test_foreign();
	test_live();
}
