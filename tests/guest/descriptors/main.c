// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/arch-x86/xen.h, set_gdt, update_descriptor, MMUEXT_SET_LDT): a
 * guest's segments never reach ring 0, nor a 32-bit guest's 64-bit mode; in a
 * 64-bit guest all are of ring 3. Descriptor pages are not writable, the reserved
 * part of the GDT is the hypervisor's.
 *
 * Test: descriptors
 * Test: descriptors-64 -w 64
 */
#include "guest.h"

#define LONG		(WIDTH == 64)
#define RING		(LONG ? 3u : 1u)	/* the innermost one of a guest */
/* A segment of ring 1 as such a guest has it */
#define MENDED(d)	((d) | (LONG ? DESC_DPL(3) : 0))

#define ENTRIES		512u		/* in a page */
#define LDT_MAX		8192u
#define NO_FRAME	0xffffffu

static u64 gdt[ENTRIES] __attribute__((aligned(4096)));
static u64 ldt[ENTRIES] __attribute__((aligned(4096)));

/* Code of 64 bits, system descriptors, a bit that gates have not */
#define CODE64		((FLAT_CODE(0) & ~DESC_B) | DESC_L)
#define TSS32		(DESC_SYSTEM(TYPE_TSS) | DESC_LIMIT(0x67u))
#define LDT_DESC	(DESC_SYSTEM(TYPE_LDT) | DESC_LIMIT(0xfffu))
#define RESERVED_37	(1ull << 37)
#define ARGUMENT	(1ull << 32)	/* of a call gate: none in 64-bit ones */

/* Not all of the address space, and not from its start */
#define HALF		(((FLAT_DATA(1) & ~DESC_A) - DESC_LIMIT(0x80000)) | \
			 DESC_BASE(0xf10000u))
#define BASED		((FLAT_DATA(1) - DESC_LIMIT(1)) | DESC_BASE(1u))
#define PLACE		20		/* where descriptors are tried */
#define OURS		SELECTOR(1, 0)	/* that a gate may name */

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
		{ 0, 1 }, { FLAT_CODE(1), 1 }, { FLAT_DATA(3), 1 },
		{ FLAT_CODE(0), 1 },		/* becomes ring 1 */
		{ CODE64, LONG }, { CODE64 | DESC_DPL(3), LONG }, { TSS32, 0 },
		{ LDT_DESC, 0 }, { DESC_GATE(TYPE_INT_GATE, 3, 0), 0 },
		{ CODE64 & ~DESC_P, 1 },	/* absent: harmless */
		{ FLAT_DATA(1) | DESC_L, LONG },	/* it means nothing */
		{ FLAT_CODE(1) | DESC_L, LONG },	/* D as well: no use */
		{ DESC_SYSTEM(0), 1 },		/* no type: as absent */
		{ DESC_GATE(TYPE_CALL_GATE, 3, OURS), 1 },
		{ DESC_GATE(TYPE_CALL_GATE, 3, OURS) | RESERVED_37, 0 },
		{ DESC_GATE(TYPE_CALL_GATE, 3, OURS) | ARGUMENT, !LONG },
		{ DESC_GATE(TYPE_CALL_GATE, 3, FLAT_KERNEL_CS), 1 },
		{ DESC_GATE(TYPE_CALL_GATE, 3, XEN_CS), 0 },
		{ DESC_GATE(TYPE_CALL_GATE, 3, FLAT_KERNEL_CS & ~3), 0 },
		{ DESC_GATE(TYPE_TRAP_GATE, 3, OURS), 0 },
		{ DESC_GATE(TYPE_TASK_GATE, 0, OURS), 0 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		CHECK(update_descriptor(va_maddr(&gdt[PLACE]), cases[i].d) == 0,
		      cases[i].ok);
		CHECK(update_descriptor(va_maddr(&gdt[PLACE]), 0), 0);
		gdt[PLACE + 1] = cases[i].d;
		CHECK(make_ro(gdt), 0);
		CHECK(set_gdt(ENTRIES) == 0, cases[i].ok);
		CHECK(set_gdt(0), 0);
		CHECK(make_rw(gdt), 0);
		gdt[PLACE + 1] = 0;
	}
}

/* What is changed of a descriptor on its way in. */
static void test_changes(void)
{
	static const struct {
		u64 d, then;
	} cases[] = {
		{ FLAT_DATA(0), FLAT_DATA(RING) },
		{ FLAT_DATA(2), MENDED(FLAT_DATA(2)) },
		{ FLAT_DATA(3), FLAT_DATA(3) },
		/* of a gate the DPL becomes the selector's RPL */
		{ DESC_GATE(TYPE_CALL_GATE, 3, OURS),
		  DESC_GATE(TYPE_CALL_GATE, 0, OURS | 3) },
		{ DESC_GATE(TYPE_CALL_GATE, 0, OURS),
		  DESC_GATE(TYPE_CALL_GATE, 0, OURS | RING) },
		/* to the end of 32 bits, for the whole window */
		{ FLAT_DATA(1) - DESC_LIMIT(1),
		  MENDED(FLAT_DATA(1) - DESC_LIMIT(LONG)) },
		{ HALF, MENDED(HALF) }, { BASED, MENDED(BASED) },
		{ DESC_SYSTEM(0), DESC_SYSTEM(0) },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		gdt[PLACE] = 0;
		CHECK(update_descriptor(va_maddr(&gdt[PLACE]), cases[i].d), 0);
		CHECK(gdt[PLACE] >> 32, cases[i].then >> 32);
		CHECK(gdt[PLACE], cases[i].then);
	}
	gdt[PLACE] = 0;
}

/* Behind the guest's own entries there are null ones, for LAR as well. */
static void test_behind(void)
{
	static const u32 selectors[] = {
		SELECTOR(512, 1), SELECTOR(1024, 3),
		SELECTOR(FIRST_RESERVED_GDT_ENTRY - 1, 1),
	};
	u32 i, z;

	for (i = 0; i < ARRAY_SIZE(selectors); i++) {
		z = 1;
		CHECK_TRAP(EXPECT_TRAP("lar %0, %%eax", "r" (selectors[i])),
			   NO_TRAP);
		__asm__ volatile("lar %1, %%eax; setz %b0" : "+r" (z)
				 : "r" (selectors[i]) : "eax", "cc");
		CHECK(z, 0);
		CHECK_TRAP(EXPECT_TRAP("movl %0, %%gs", "r" (selectors[i])),
			   X86_TRAP_GP);
		CHECK(trapped_error, selectors[i] & ~3u);
	}
}

static void test_ring0_raised(void)
{
	static const struct {
		u32 ip;
		u16 cs;
	} ring0 = { 0, XEN_CS };
	u16 sel = SELECTOR(PLACE, 1), cs = 0;

	gdt[PLACE] = FLAT_DATA(0);
	gdt[PLACE + 1] = FLAT_CODE(0);
	CHECK(make_ro(gdt), 0);
	CHECK(set_gdt(ENTRIES), 0);
	CHECK((gdt[PLACE] & DESC_DPL(3)) == DESC_DPL(RING), 1);
	CHECK_TRAP(EXPECT_TRAP("movw %w0, %%es; movl %%ds, %%eax;"
			       "movl %%eax, %%es", "r" (sel)), NO_TRAP);
	/* Ring 0 by the hypervisor's own selectors. */
	CHECK_TRAP(EXPECT_TRAP("ljmp *%0", "m" (ring0)), X86_TRAP_GP);
	CHECK_TRAP(EXPECT_TRAP("movw %w0, %%ss", "r" (XEN_DS)), X86_TRAP_GP);
	__asm__ volatile("mov %%cs, %0" : "=r" (cs));
	CHECK_SELECTOR(cs, FLAT_KERNEL_CS);
	/* In use: not writable. */
	CHECK(make_rw(gdt) != 0, 1);
	CHECK(update_descriptor(va_maddr(&gdt[PLACE + 2]), FLAT_DATA(3)), 0);
	CHECK(update_descriptor(va_maddr(&gdt[PLACE + 2]), CODE64) == 0, LONG);
	CHECK(set_gdt(0), 0);
	CHECK(make_rw(gdt), 0);
	memset(gdt, 0, sizeof(gdt));
}

static void test_limits(void)
{
	xen_pfn_t frame = NO_FRAME;

	CHECK(set_gdt(FIRST_RESERVED_GDT_ENTRY + 1), -XEN_EINVAL);
	CHECK(HC2(set_gdt, HYPERVISOR_PAGE, ENTRIES), -XEN_EFAULT);
	CHECK(HC2(set_gdt, &frame, ENTRIES) != 0, 1);
	CHECK(update_descriptor(va_maddr(gdt) + 3, 0) != 0, 1);
	CHECK(update_descriptor(va_maddr((void *)start_info->pt_base),
				FLAT_DATA(3)) != 0, 1);
}

static void test_ldt(void)
{
	u32 sel = LDT_SELECTOR(2, 1);

	ldt[2] = FLAT_DATA(1);
	ldt[3] = TSS32;
	CHECK(mmuext(MMUEXT_SET_LDT, (ulong)ldt + 8, 4) != 0, 1);
	CHECK(mmuext(MMUEXT_SET_LDT, (ulong)ldt, LDT_MAX + 1) != 0, 1);
	/* A page with a bad descriptor faults when it is first used. */
	CHECK(make_ro(ldt), 0);
	CHECK(mmuext(MMUEXT_SET_LDT, (ulong)ldt, ENTRIES), 0);
	CHECK(EXPECT_TRAP("movw %w0, %%gs", "r" (sel)) != NO_TRAP, 1);
	CHECK(mmuext(MMUEXT_SET_LDT, 0, 0), 0);
	CHECK(make_rw(ldt), 0);
	ldt[3] = 0;
	CHECK(make_ro(ldt), 0);
	CHECK(mmuext(MMUEXT_SET_LDT, (ulong)ldt, ENTRIES), 0);
	CHECK_TRAP(EXPECT_TRAP("movw %w0, %%gs; xorl %%eax, %%eax;"
			       "movl %%eax, %%gs", "r" (sel)), NO_TRAP);
	/* Past the limit. */
	CHECK(mmuext(MMUEXT_SET_LDT, (ulong)ldt, 2), 0);
	CHECK_TRAP(EXPECT_TRAP("movw %w0, %%gs", "r" (sel)), X86_TRAP_GP);
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
