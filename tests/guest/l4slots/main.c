// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/arch-x86/xen-x86_64.h, HYPERVISOR_VIRT_START and MACH2PHYS; xen.h,
 * VMASST_TYPE_m2p_strict; Xen's promote_l4_table(), mod_l4_entry() and
 * init_xen_l4_slots()): slots 256 to 271 of a level-4 table are the
 * hypervisor's. What a guest puts there before the table is one is ignored and
 * gone afterwards; updates of them are refused. The kernel sees the
 * machine-to-phys array there and nothing else: read-only, with faults where
 * there is no memory. User mode sees nothing: with m2p_strict no root shows it
 * the array, without it no root that was never the kernel's. (Reference Xen
 * with XPTI always shows it: no run on an Intel processor.)
 *
 * Test: l4slots -w 64
 */
#include "user.h"

#define SYSTEM_CALL	0x80u
#define FIRST		256u
#define LAST		271u
#define SLOT_SIZE	(1ul << 39)
#define SLOT_START(i)	(0xffff000000000000 | (ulong)(i) << 39)

static struct user_root planted;
static u64 table[512] __attribute__((aligned(4096)));

/* What a guest might put into such a slot */
static u64 plant(u32 i)
{
	switch (i % 4) {
	case 0:
		return va_maddr(planted.l3) | PTE_USER_RW;
	case 1:
		return va_maddr(planted.l4) | PTE_USER_RW;	/* itself */
	case 2:
		return va_maddr(planted.l3) | PTE_USER_RW | PTE_PSE | PTE_G |
		       PTE_AVAIL | PTE_NX;
	default:
		return 0xdeadbeef000 | PTE_RW;			/* absent */
	}
}

static void fill(void)
{
	u32 i;

	memset(planted.l4, 0, PAGE_SIZE);
	user_tables(&planted);
	planted.l3[0] = planted.l3[1];
	for (i = FIRST; i <= LAST; i++)
		planted.l4[i] = plant(i);
}

static void check_gone(void)
{
	u32 i;

	for (i = FIRST; i <= LAST; i++)
		if (planted.l4[i] == plant(i)) {
			print("slot %u has what was put there\n", i);
			CHECK(i, 0);
		}
}

/* Before a table is one, its page is a page. */
static void test_planted(void)
{
	u32 i;

	fill();
	CHECK(user_pin(&planted), 0);
	check_gone();
	for (i = FIRST; i <= LAST; i++) {
		CHECK(mmu_update(va_maddr(&planted.l4[i]), plant(i)),
		      -XEN_EINVAL);
		CHECK(mmu_update(va_maddr(&planted.l4[i]), 0), -XEN_EINVAL);
		CHECK(mmu_update(va_maddr(&planted.l4[i]) |
				 MMU_PT_UPDATE_PRESERVE_AD, plant(i)),
		      -XEN_EINVAL);
	}
	CHECK(mmu_update(va_maddr(&planted.l4[FIRST - 1]), 0), 0);
	CHECK(mmu_update(va_maddr(&planted.l4[LAST + 1]), 0), 0);
	check_gone();
}

/* Updates of a page that is no table yet are what anybody may do. */
static void test_no_table(void)
{
	u32 i;

	CHECK(make_ro(table), 0);
	for (i = FIRST; i <= LAST; i++)
		CHECK(mmu_update(va_maddr(&table[i]), plant(i)), 0);
	CHECK(table[LAST], plant(LAST));
	CHECK(mmuext(MMUEXT_PIN_L4_TABLE, va_mfn(table), 0), 0);
	for (i = FIRST; i <= LAST; i++)
		CHECK(table[i] == plant(i), 0);
	CHECK(mmuext(MMUEXT_UNPIN_TABLE, va_mfn(table), 0), 0);
	CHECK(make_rw(table), 0);
	memset(table, 0, PAGE_SIZE);
}

/* An address of each slot that would lead to the planted page */
static void check_addresses(void)
{
	u32 i;

	for (i = FIRST; i <= LAST; i++) {
		ulong at = SLOT_START(i) + PAGE_SIZE;

		CHECK_TRAP(EXPECT_TRAP("movq %%rax, (%0)", "r" (at)),
			   X86_TRAP_PF);
		if (i > FIRST)
			CHECK_TRAP(EXPECT_TRAP("movq (%0), %%rax", "r" (at)),
				   X86_TRAP_PF);
	}
}

static void user_faults_at(ulong at)
{
	struct iret_context c = USER_CONTEXT("movq (%%rax), %%rax; int $0x80");

	c.rax = at;
	CHECK_TRAP(iret_to(&c), X86_TRAP_PF);
	CHECK(came.frame.error & ~(ulong)X86_PF_PROT, X86_PF_USER);
	CHECK(shared->vcpu_info[0].arch.cr2, at);
}

/* The planted table as the root of user mode, then of the kernel */
static void test_roots(void)
{
	u64 *root = (u64 *)start_info->pt_base;
	u32 i;

	CHECK(user_use(&planted), 0);
	for (i = FIRST; i <= LAST; i++)
		user_faults_at(SLOT_START(i) + PAGE_SIZE);
	check_gone();
	CHECK(user_use(&user_root), 0);
	CHECK(mmu_update(va_maddr(planted.l4), root[0]), 0);
	CHECK(mmuext(MMUEXT_NEW_BASEPTR, va_mfn(planted.l4), 0), 0);
	check_addresses();
	check_gone();
	CHECK(mmu_update(va_maddr(&planted.l4[FIRST]), 0), -XEN_EINVAL);
	CHECK(*(volatile ulong *)window == *(volatile ulong *)SLOT_START(FIRST),
	      1);
	CHECK_TRAP(RUN_USER("int $0x80"), SYSTEM_CALL);
	CHECK(mmuext(MMUEXT_NEW_BASEPTR, va_mfn(root), 0), 0);
	check_addresses();
}

static void check_read_only(ulong at)
{
	CHECK_TRAP(EXPECT_TRAP("movq %%rax, (%0)", "r" (at)), X86_TRAP_PF);
	CHECK(trapped_error, X86_PF_WRITE | X86_PF_PROT);
	CHECK(shared->vcpu_info[0].arch.cr2, at);
}

/* The array: of all pages that are ours, and holes */
static void test_array(void)
{
	struct xen_machphys_mapping m;
	ulong pfn, mfn, wrong = 0;

	CHECK(HC2(memory_op, XENMEM_machphys_mapping, &m), 0);
	CHECK(m.v_start, HYPERVISOR_VIRT_START);
	CHECK(m.v_end, HYPERVISOR_VIRT_START + SLOT_SIZE / 2);
	for (pfn = 0; pfn < start_info->nr_pages; pfn++) {
		mfn = *pfn_to_mfn(pfn);
		if (mfn < m.max_mfn)
			wrong += mfn_to_pfn(mfn) != pfn;
	}
	CHECK(wrong, 0);
	print("%lu pages, max_mfn 0x%lx\n", pfn, m.max_mfn);
	mfn = va_mfn(table);
	check_read_only(m.v_start + mfn * 8);
	/* 512 GiB of memory behind what the machine has */
	for (mfn = 1ul << 27; mfn < (m.v_end - m.v_start) / 8; mfn += mfn / 8)
		CHECK_TRAP(EXPECT_TRAP("movq (%0), %%rax", "r"
			   (m.v_start + mfn * 8)), X86_TRAP_PF);
	CHECK_TRAP(EXPECT_TRAP("movq (%0), %%rax", "r" (m.v_end - 8)),
		   X86_TRAP_PF);
	CHECK_TRAP(EXPECT_TRAP("movq (%0), %%rax", "r" (m.v_end)), X86_TRAP_PF);
	/* A page of it, mapped by the guest: it has no such right. */
	CHECK_TRAP(EXPECT_TRAP("jmp *%0", "r" (m.v_start)), X86_TRAP_PF);
}

/* Whether user mode may read the array, with a root that is also the kernel's */
static bool shown_by_kernel_root(void)
{
	u64 *root = (u64 *)start_info->pt_base;
	struct iret_context c = USER_CONTEXT("movq (%%rax), %%rax; int $0x80");
	bool shown;

	c.rip = (ulong)user_code;
	c.rax = window;
	CHECK(mmuext(MMUEXT_NEW_USER_BASEPTR, va_mfn(root), 0), 0);
	shown = iret_to(&c) == SYSTEM_CALL;
	CHECK(user_use(&user_root), 0);
	return shown;
}

static void test_strict(void)
{
	ulong mfn = va_mfn(table);
	u32 i;

	user_faults_at(window);
	user_faults_at(window + mfn * 8);
	print("not strict: the kernel's root shows user mode %s\n",
	      shown_by_kernel_root() ? "the array" : "nothing");
	CHECK(HC2(vm_assist, VMASST_CMD_enable, VMASST_TYPE_m2p_strict), 0);
	/* New roots, of either mode, and old ones */
	CHECK(mmuext(MMUEXT_UNPIN_TABLE, va_mfn(planted.l4), 0), 0);
	for (i = 0; i < sizeof(planted) / PAGE_SIZE; i++)
		CHECK(make_rw((u8 *)&planted + i * PAGE_SIZE), 0);
	fill();
	CHECK(user_pin(&planted), 0);
	check_gone();
	user_faults_at(window);
	CHECK(user_use(&planted), 0);
	user_faults_at(window);
	CHECK(user_use(&user_root), 0);
	user_faults_at(window);
	CHECK_TRAP(EXPECT_TRAP("movq (%0), %%rax", "r" (window)), NO_TRAP);
	CHECK(HC2(vm_assist, VMASST_CMD_disable, VMASST_TYPE_m2p_strict), 0);
}

void test_main(void)
{
	user_init();
	test_planted();
	test_no_table();
	check_addresses();
	test_array();
	test_roots();
	test_strict();
}
