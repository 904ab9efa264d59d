// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/arch-x86/xen.h, set_gdt, update_descriptor, MMUEXT_SET_LDT): a
 * guest's segments never reach ring 0 or 64-bit mode, descriptor pages are
 * not writable, the reserved part of the GDT is the hypervisor's.
 *
 * Test: descriptors
 */
#include "guest.h"

static u64 gdt[512] __attribute__((aligned(4096)));
static u64 ldt[512] __attribute__((aligned(4096)));

#define FLAT_CODE32(dpl)	(0x00cf9b000000ffffull | (u64)(dpl) << 45)
#define FLAT_DATA(dpl)		(0x00cf93000000ffffull | (u64)(dpl) << 45)
#define CODE64			0x00af9b000000ffffull
#define TSS32			0x0000890000000067ull
#define LDT_DESC		0x0000820000000fffull
#define INT_GATE		0x0000ee0000000000ull
#define CALL_GATE		0x0000ec0000080000ull

static long set_gdt(u32 entries)
{
	xen_pfn_t frame = va_mfn(gdt);

	return HC2(set_gdt, &frame, entries);
}

static void test_contents(void)
{
	static const struct {
		u64 d;
		int ok;
	} cases[] = {
		{ 0, 1 }, { FLAT_CODE32(1), 1 }, { FLAT_DATA(3), 1 },
		{ FLAT_CODE32(0), 1 },		/* becomes ring 1 */
		{ CODE64, 0 }, { CODE64 | 3ull << 45, 0 }, { TSS32, 0 },
		{ LDT_DESC, 0 }, { INT_GATE, 0 },
		{ CODE64 & ~(1ull << 47), 1 },	/* absent: harmless */
		{ FLAT_DATA(1) | 1ull << 53, 0 },	/* L is for nobody */
		{ 0x0000800000000000ull, 1 },	/* no type: as absent */
		{ CALL_GATE, 1 }, { CALL_GATE | 1ull << 37, 0 },
		{ CALL_GATE | 0xe0100000, 0 },	/* to the hypervisor's code */
		{ 0x0000ef0000080000ull, 0 },	/* trap gate */
		{ 0x0000850000080000ull, 0 },	/* task gate */
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		CHECK(update_descriptor(va_maddr(&gdt[20]), cases[i].d) == 0,
		      cases[i].ok);
		CHECK(update_descriptor(va_maddr(&gdt[20]), 0), 0);
		gdt[30] = cases[i].d;
		CHECK(make_ro(gdt), 0);
		CHECK(set_gdt(512) == 0, cases[i].ok);
		CHECK(set_gdt(0), 0);
		CHECK(make_rw(gdt), 0);
		gdt[30] = 0;
	}
}

/* What is changed of a descriptor on its way in. */
static void test_changes(void)
{
	static const struct {
		u64 d, then;
	} cases[] = {
		{ FLAT_DATA(0), FLAT_DATA(1) }, { FLAT_DATA(3), FLAT_DATA(3) },
		/* of a gate the DPL becomes the selector's RPL */
		{ CALL_GATE, 0x00008c00000b0000ull },
		{ 0x00008c0000080000ull, 0x00008c0000090000ull },
		/* to the end of the address space, for the whole window */
		{ FLAT_DATA(1) - 1, FLAT_DATA(1) },
		{ FLAT_DATA(1) - 0x8000f00000000, FLAT_DATA(1) - 0x8000f00000000 },
		{ FLAT_DATA(1) - 1 + 0x10000, FLAT_DATA(1) - 1 + 0x10000 },
		{ 0x0000800000000000ull, 0x0000800000000000ull },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		gdt[20] = 0;
		CHECK(update_descriptor(va_maddr(&gdt[20]), cases[i].d), 0);
		CHECK(gdt[20] >> 32, cases[i].then >> 32);
		CHECK(gdt[20], cases[i].then);
	}
	gdt[20] = 0;
}

/* Behind the guest's own entries there are null ones, for LAR as well. */
static void test_behind(void)
{
	static const u32 selectors[] = { 0x1001, 0x2003, 0xdff9 };
	u32 i, z;

	for (i = 0; i < ARRAY_SIZE(selectors); i++) {
		z = 1;
		CHECK_TRAP(EXPECT_TRAP("lar %0, %%eax",
				       "r" (selectors[i])), NO_TRAP);
		__asm__ volatile("lar %1, %%eax; setz %b0" : "+r" (z)
				 : "r" (selectors[i]) : "eax", "cc");
		CHECK(z, 0);
		CHECK_TRAP(EXPECT_TRAP("movl %0, %%gs",
				       "r" (selectors[i])), X86_TRAP_GP);
		CHECK(trapped_error, selectors[i] & ~7u);
	}
}

static void test_ring0_raised(void)
{
	u16 sel = 40 << 3 | 1, cs = 0;

	gdt[40] = FLAT_DATA(0);
	gdt[41] = FLAT_CODE32(0);
	CHECK(make_ro(gdt), 0);
	CHECK(set_gdt(512), 0);
	CHECK((u32)(gdt[40] >> 45) & 3, 1);
	CHECK_TRAP(EXPECT_TRAP("movw %w0, %%es; movw %%ds, %%ax; movw %%ax, %%es",
			       "r" (sel)), NO_TRAP);
	/* Ring 0 by the hypervisor's own selectors. */
	CHECK_INSN("pushl $0xe008; pushl $1f; lret", X86_TRAP_GP);
	CHECK_TRAP(EXPECT_TRAP("movw %w0, %%ss", "r" (0xe010)), X86_TRAP_GP);
	__asm__ volatile("mov %%cs, %0" : "=r" (cs));
	CHECK(cs & 3, 1);
	/* In use: not writable. */
	CHECK(make_rw(gdt) != 0, 1);
	CHECK(update_descriptor(va_maddr(&gdt[50]), FLAT_DATA(3)), 0);
	CHECK(update_descriptor(va_maddr(&gdt[50]), CODE64) != 0, 1);
	CHECK(set_gdt(0), 0);
	CHECK(make_rw(gdt), 0);
	memset(gdt, 0, sizeof(gdt));
}

static void test_limits(void)
{
	xen_pfn_t frame = 0xffffff;

	CHECK(set_gdt(FIRST_RESERVED_GDT_ENTRY + 1), -XEN_EINVAL);
	CHECK(HC2(set_gdt, 0xfffff000, 512), -XEN_EFAULT);
	CHECK(HC2(set_gdt, &frame, 512) != 0, 1);
	CHECK(update_descriptor(va_maddr(gdt) + 3, 0) != 0, 1);
	CHECK(update_descriptor(va_maddr((void *)start_info->pt_base),
				FLAT_DATA(3)) != 0, 1);
}

static void test_ldt(void)
{
	ldt[2] = FLAT_DATA(1);
	ldt[3] = CODE64;
	CHECK(mmuext(MMUEXT_SET_LDT, (u32)ldt + 8, 4) != 0, 1);
	CHECK(mmuext(MMUEXT_SET_LDT, (u32)ldt, 8193) != 0, 1);
	/* A page with a bad descriptor faults when it is first used. */
	CHECK(make_ro(ldt), 0);
	CHECK(mmuext(MMUEXT_SET_LDT, (u32)ldt, 512), 0);
	CHECK_TRAP(EXPECT_TRAP("movw %w0, %%gs",
			       "r" (2 << 3 | 4 | 1)), X86_TRAP_DB);
	CHECK(mmuext(MMUEXT_SET_LDT, 0, 0), 0);
	CHECK(make_rw(ldt), 0);
	ldt[3] = 0;
	CHECK(make_ro(ldt), 0);
	CHECK(mmuext(MMUEXT_SET_LDT, (u32)ldt, 512), 0);
	CHECK_TRAP(EXPECT_TRAP("movw %w0, %%gs; xorl %%eax, %%eax; movw %%ax, %%gs",
			       "r" (2 << 3 | 4 | 1)), NO_TRAP);
	/* Past the limit. */
	CHECK(mmuext(MMUEXT_SET_LDT, (u32)ldt, 2), 0);
	CHECK_TRAP(EXPECT_TRAP("movw %w0, %%gs",
			       "r" (2 << 3 | 4 | 1)), X86_TRAP_GP);
	CHECK(mmuext(MMUEXT_SET_LDT, 0, 0), 0);
	CHECK(make_rw(ldt), 0);
}

void test_main(void)
{
	test_contents();
	test_changes();
	test_behind();
	test_ring0_raised();
	test_limits();
	test_ldt();
}
