// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/xen.h mmu_update, mmuext_op): no page is a page table and
 * writable at once; every entry is checked on every way that leads to it;
 * pins are balanced; the hypervisor's slots of the top L2 stay its own, and the
 * pages that it shares are mapped write-back alone (Xen's get_page_from_l1e()).
 *
 * Classes tried: fast paths that skip validation (XSA-148, 182), recursive
 * entries (185, 240), implicit unpin (252), stale types (242), mappings that are
 * not coherent (402).
 *
 * A 64-bit root's own rules are those of tests/guest/l4slots and linear.
 *
 * Test: pagetables
 * Test: pagetables-64 -w 64
 */
#include "guest.h"

/* Where a root's entries are, and what no domain has */
#define SLOT(n)		((n) * 8)
#define NO_FRAME	0xffffffu
#define NO_DOMAIN	1234u
#define APIC		0xfee00000ull	/* its page */

PAGE_BUFFER(l1);
PAGE_BUFFER(l2);
PAGE_BUFFER(spare_l3);
PAGE_BUFFER(data);
PAGE_BUFFER(other);

static u64 *root_table(void)
{
	return (u64 *)start_info->pt_base;
}

static bool failed(long rc)
{
	return rc < 0;
}

/* A writable mapping of what is a page table is refused on each path. */
static void test_table_not_writable(void)
{
	u64 rw = va_maddr(l1) | PTE_RWP;
	u64 pte_at;

	memset(l1, 0, PAGE_SIZE);
	CHECK(failed(mmuext(MMUEXT_PIN_L1_TABLE, va_mfn(l1), 0)), 1);
	CHECK(make_ro(l1), 0);
	CHECK(mmuext(MMUEXT_PIN_L1_TABLE, va_mfn(l1), 0), 0);
	CHECK(failed(mmuext(MMUEXT_PIN_L1_TABLE, va_mfn(l1), 0)), 1);
	CHECK(failed(set_pte_va(l1, rw, UVMF_INVLPG)), 1);
	pte_at = va_maddr(pte_of(l1));
	CHECK(failed(mmu_update(pte_at | MMU_NORMAL_PT_UPDATE, rw)), 1);
	CHECK(failed(mmu_update(pte_at | MMU_PT_UPDATE_PRESERVE_AD, rw)), 1);
	/* Writing the entry itself faults, and the emulation refuses. */
	CHECK_TRAP(EXPECT_TRAP("movl %0, (%1)", "r" ((u32)rw),
			       "r" (pte_of(l1))), X86_TRAP_PF);
	/* The rest of an L1 changes by all three paths. */
	CHECK(mmu_update(va_maddr(l1 + 8), va_maddr(data) | PTE_RWP), 0);
	CHECK(*(u64 *)(l1 + 8) & ~PTE_ADDED, va_maddr(data) | PTE_RWP);
	CHECK(failed(mmu_update(va_maddr(l1 + 16), rw)), 1);
	CHECK(mmuext(MMUEXT_UNPIN_TABLE, va_mfn(l1), 0), 0);
	CHECK(failed(mmuext(MMUEXT_UNPIN_TABLE, va_mfn(l1), 0)), 1);
	CHECK(make_rw(l1), 0);
	memset(l1, 0, PAGE_SIZE);
}

/* A write that begins in the page before is the guest's own fault. */
static void test_across_pages(void)
{
	static u8 pair[2 * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
	u8 *table = pair + PAGE_SIZE;

	CHECK(make_ro(table), 0);
	CHECK(mmuext(MMUEXT_PIN_L1_TABLE, va_mfn(table), 0), 0);
	CHECK(EXPECT_TRAP("movl $0x2020202, (%0)", "r" (table - 2)), 14);
	CHECK(*(u32 *)(table - 2), 0);
	CHECK(*(u32 *)table, 0);
	CHECK(EXPECT_TRAP("movl $0x2020202, (%0)", "r" (table)), -1);
	CHECK(*(u32 *)table, 0x2020202);
	CHECK(mmuext(MMUEXT_UNPIN_TABLE, va_mfn(table), 0), 0);
	CHECK(make_rw(table), 0);
}

/* Contents that must not validate. */
static void test_bad_contents(void)
{
	u64 bad[] = {
		va_maddr(l1) | PTE_RWP,			/* itself, writable */
		APIC | PTE_RWP,
		va_maddr((void *)start_info->pt_base) | PTE_RWP,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		memset(l1, 0, PAGE_SIZE);
		*(u64 *)l1 = bad[i];
		CHECK(make_ro(l1), 0);
		CHECK(failed(mmuext(MMUEXT_PIN_L1_TABLE, va_mfn(l1), 0)), 1);
		CHECK(make_rw(l1), 0);
	}
	memset(l1, 0, PAGE_SIZE);
}

/* Large pages and tables of the same level in an L2. */
static void test_l2(void)
{
	u64 at;

	memset(l2, 0, PAGE_SIZE);
	CHECK(make_ro(l1), 0);
	CHECK(make_ro(l2), 0);
	CHECK(mmuext(MMUEXT_PIN_L2_TABLE, va_mfn(l2), 0), 0);
	at = va_maddr(l2);
	CHECK(mmu_update(at, va_maddr(l1) | PTE_RWP), 0);
	CHECK(failed(mmu_update(at + SLOT(1), va_maddr(data) | PTE_RWP |
				PTE_PSE)), 1);
	/* Adding PSE to an entry that is there: XSA-148 */
	CHECK(failed(mmu_update(at, va_maddr(l1) | PTE_RWP | PTE_PSE)), 1);
	/* A page that is mapped writable cannot become an L1. */
	CHECK(failed(mmu_update(at + SLOT(1), va_maddr(data) | PTE_RWP)), 1);
	/* l1 is used as an L1 now, without a pin. */
	CHECK(failed(make_rw(l1)), 1);
	CHECK(mmu_update(at, 0), 0);
	CHECK(make_rw(l1), 0);
	CHECK(mmuext(MMUEXT_UNPIN_TABLE, va_mfn(l2), 0), 0);
	CHECK(make_rw(l2), 0);
}

/* A 32-bit root: slot 3 and its L2. */
static void test_root(void)
{
	u64 root = va_maddr(root_table());

	CHECK(failed(mmu_update(root + SLOT(3), 0)), 1);
	CHECK(failed(mmu_update(root + SLOT(3), va_maddr(l2_of(0)) | PTE_P)),
	      1);
	/* A second use of the L2 that holds the hypervisor's slots: XSA-185 */
	CHECK(failed(mmu_update(root + SLOT(2), va_maddr(l2_of(3)) | PTE_P)),
	      1);
	/* An L3 in its own slot. */
	CHECK(failed(mmu_update(root + SLOT(2), root | PTE_P)), 1);
	CHECK(failed(mmuext(MMUEXT_PIN_L2_TABLE, va_mfn(l2_of(3)), 0)), 1);
	/* The window's slots. */
	CHECK(failed(mmu_update(va_maddr(l2_of(3)) +
				(window >> 21 & 511) * 8, 0)), 1);
	CHECK(mmu_update(root + SLOT(2), va_maddr(l2_of(2)) | PTE_P), 0);
}

static long owned(void)
{
	domid_t self = DOMID_SELF;

	return HC2(memory_op, XENMEM_current_reservation, &self);
}

/*
 * A pinned table may be given up by decrease_reservation. It stays a table,
 * and the domain's, until its pin and its mappings are gone.
 */
static void test_release(void)
{
	xen_pfn_t gmfn = va_mfn(l1);
	struct xen_memory_reservation r = {
		.nr_extents = 1, .domid = DOMID_SELF,
	};
	long before = owned();

	memset(l1, 0, PAGE_SIZE);
	set_xen_guest_handle(r.extent_start, &gmfn);
	CHECK(make_ro(l1), 0);
	CHECK(mmuext(MMUEXT_PIN_L1_TABLE, gmfn, 0), 0);
	CHECK(HC2(memory_op, XENMEM_decrease_reservation, &r), 1);
	CHECK(HC2(memory_op, XENMEM_decrease_reservation, &r), 1);
	CHECK(failed(make_rw(l1)), 1);
	CHECK(failed(mmuext(MMUEXT_PIN_L1_TABLE, gmfn, 0)), 1);
	CHECK(mmu_update((u64)gmfn << 12, va_maddr(data) | PTE_RWP), 0);
	CHECK(set_pte_va(l1, 0, UVMF_INVLPG), 0);
	CHECK(owned(), before);
	CHECK(mmuext(MMUEXT_UNPIN_TABLE, gmfn, 0), 0);
	CHECK(owned(), before - 1);
	CHECK(failed(mmuext(MMUEXT_PIN_L1_TABLE, gmfn, 0)), 1);
	CHECK(failed(make_rw(l1)), 1);
	CHECK(HC2(memory_op, XENMEM_decrease_reservation, &r), 0);
}

/* How tables are cached is not for a guest to say, at no level. */
static void test_attributes(void)
{
	static const u64 bad[] = { PTE_PWT, PTE_PCD, PTE_PSE, PTE_G };
	u64 root = va_maddr(root_table()), entry;
	u32 i;

	memset(l1, 0, PAGE_SIZE);
	memset(l2, 0, PAGE_SIZE);
	CHECK(make_ro(l1), 0);
	CHECK(make_ro(l2), 0);
	CHECK(make_ro(spare_l3), 0);
	entry = va_maddr(LEVELS == 3 ? l2_of(2) : spare_l3) | PTE_P;
	CHECK(mmuext(MMUEXT_PIN_L2_TABLE, va_mfn(l2), 0), 0);
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		print("entry with %x\n", (u32)bad[i]);
		CHECK(failed(mmu_update(va_maddr(l2), va_maddr(l1) | PTE_RWP |
					bad[i])), 1);
		CHECK(failed(mmu_update(root + SLOT(2), entry | bad[i])), 1);
	}
	CHECK(mmu_update(va_maddr(l2), va_maddr(l1) | PTE_RWP), 0);
	CHECK(mmu_update(root + SLOT(2), entry), 0);
	if (LEVELS == 4)
		CHECK(mmu_update(root + SLOT(2), 0), 0);
	CHECK(mmuext(MMUEXT_UNPIN_TABLE, va_mfn(l2), 0), 0);
	CHECK(make_rw(spare_l3), 0);
	CHECK(make_rw(l2), 0);
	CHECK(make_rw(l1), 0);
}

/*
 * Nor how pages are cached that it shares with the hypervisor. That of its own
 * pages Dom0 may choose.
 */
static void test_shared_attributes(void)
{
	static const u64 types[] = { PTE_PWT, PTE_PCD, PTE_PAT };
	u64 info = start_info->shared_info;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(types); i++) {
		print("page with %x\n", (u32)types[i]);
		CHECK(set_pte_va(data, info | PTE_RWP | types[i], UVMF_INVLPG),
		      -XEN_EACCES);
		CHECK(set_pte_va(data, info | PTE_RO | types[i], UVMF_INVLPG),
		      -XEN_EACCES);
		CHECK(mmu_update(va_maddr(pte_of(data)), info | PTE_RWP |
				 types[i]), -XEN_EACCES);
		CHECK(set_pte_va(data, va_maddr(data) | PTE_RWP | types[i],
				 UVMF_INVLPG), 0);
	}
	CHECK(set_pte_va(data, info | PTE_RWP, UVMF_INVLPG), 0);
	CHECK(make_rw(data), 0);
}

#define AD	(u32)(PTE_A | PTE_D)	/* which a processor may set */

/* In-place writes by the instructions that kernels use. */
static void test_emulation(void)
{
	u64 *pte = pte_of(other), old, want = va_maddr(other) | PTE_RWP;
	u32 lo, hi;
	u8 zf;

	CHECK(*pte & PTE_P, 1);
	old = *pte;
	__asm__ volatile("lock andb $0xfd, (%0)" :: "r" (pte) : "memory", "cc");
	CHECK(*pte & PTE_RW, 0);
	__asm__ volatile("lock orb $2, (%0)" :: "r" (pte) : "memory", "cc");
	CHECK(*pte & PTE_RW, PTE_RW);
	lo = (u32)*pte;
	hi = (u32)(*pte >> 32);
	__asm__ volatile("lock cmpxchg8b (%3); setz %0"
			 : "=q" (zf), "+a" (lo), "+d" (hi)
			 : "r" (pte), "b" ((u32)want), "c" ((u32)(want >> 32))
			 : "memory", "cc");
	CHECK(zf, 1);
	lo ^= PTE_AVAIL;	/* not what is there */
	__asm__ volatile("lock cmpxchg8b (%3); setz %0"
			 : "=q" (zf), "+a" (lo), "+d" (hi)
			 : "r" (pte), "b" (0), "c" (0) : "memory", "cc");
	CHECK(zf, 0);
	CHECK(lo & ~AD, (u32)(want | PTE_ADDED) & ~AD);
	lo = 0;
	__asm__ volatile("xchgl %0, (%1)" : "+r" (lo) : "r" (pte) : "memory");
	CHECK(lo & ~AD, (u32)old & ~AD);
	CHECK(*pte & PTE_P, 0);
	__asm__ volatile("movl %0, (%1)" :: "r" ((u32)old), "r" (pte)
			 : "memory");
	other[0] = 7;
	CHECK(other[0], 7);
	/* What is not allowed does not get in this way either. */
	lo = (u32)va_maddr((void *)start_info->pt_base) | (u32)PTE_RWP;
	CHECK_TRAP(EXPECT_TRAP("movl %0, (%1)", "r" (lo), "r" (pte)),
		   X86_TRAP_PF);
	CHECK((u32)*pte & ~(PAGE_SIZE - 1), (u32)old & ~(PAGE_SIZE - 1));
}

/* Addresses that are no entries, and lists that are no lists. */
static void test_arguments(void)
{
	u32 done = 99;
	mmu_update_t u = { .ptr = ~0ull & ~7ull, .val = 0 };

	CHECK(failed(HC4(mmu_update, &u, 1, &done, DOMID_SELF)), 1);
	CHECK(done, 0);
	CHECK(failed(HC4(mmu_update, window, 1, 0, DOMID_SELF)), 1);
	CHECK(HC4(mmu_update, -8ul, 2, 0, DOMID_SELF), -XEN_EFAULT);
	CHECK(failed(HC4(mmu_update, &u, 1, 0, NO_DOMAIN)), 1);
	CHECK(failed(HC4(update_va_mapping, window, 0, 0, 0)), 1);
	CHECK(failed(HC4(update_va_mapping, HYPERVISOR_PAGE, 0, 0, 0)), 1);
	CHECK(failed(mmuext(MMUEXT_PIN_L3_TABLE, NO_FRAME, 0)), 1);
	CHECK(failed(mmuext(MMUEXT_NEW_BASEPTR, va_mfn(data), 0)), 1);
	CHECK(failed(mmuext(MMUEXT_PIN_L1_TABLE,
			    start_info->shared_info >> 12, 0)), 1);
}

void test_main(void)
{
	test_table_not_writable();
	test_across_pages();
	test_bad_contents();
	test_l2();
	if (LEVELS == 3)
		test_root();
	test_emulation();
	test_arguments();
	test_attributes();
	test_shared_attributes();
	test_release();
}
