// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (Xen's ptwr emulation): a kernel may write to a level-1 table in use as if
 * it were memory, in pieces of 1 to 8 bytes. Each piece gives a whole entry,
 * which is checked as one that mmu_update writes: half an entry of a 64-bit
 * guest changes that half alone, and no piece makes a mapping that is refused.
 *
 * Test: halves -w 64
 * Test: halves-intel -w 64 -I
 */
#include "guest.h"

#define APIC_FRAME	0xfee00000u
#define BIT_51		(1u << 19)	/* of the upper half */

PAGE_BUFFER(page);
PAGE_BUFFER(other);
static volatile u32 *halves;	/* of the entry of 'page' */

static u64 entry(void)
{
	return *pte_of(page) & ~(PTE_ADDED | PTE_A | PTE_D | PTE_G);
}

static void check_entry(u64 wanted)
{
	CHECK(entry() >> 32, wanted >> 32);
	CHECK((u32)entry(), (u32)wanted);
}

#define WRITE(insn, value, at) \
	EXPECT_TRAP(insn, "r" (value), "r" ((ulong)(at)))

static void test_good(void)
{
	const u64 mine = va_maddr(page), its = va_maddr(other);

	check_entry(mine | PTE_P | PTE_RW);
	/* The lower half: rights, then another frame. */
	CHECK_TRAP(WRITE("movl %0, (%1)", (u32)(mine | PTE_P), halves), NO_TRAP);
	check_entry(mine | PTE_P);
	CHECK_TRAP(WRITE("movl %0, (%1)", (u32)(its | PTE_P | PTE_RW), halves),
		   NO_TRAP);
	check_entry(its | PTE_P | PTE_RW);
	/* The upper half: no execution. */
	CHECK_TRAP(WRITE("movl %0, (%1)", (u32)(PTE_NX >> 32), halves + 1),
		   NO_TRAP);
	check_entry(its | PTE_P | PTE_RW | PTE_NX);
	CHECK_TRAP(WRITE("movl %0, (%1)", 0u, halves + 1), NO_TRAP);
	/* Two bytes, and one. */
	CHECK_TRAP(WRITE("movw %w0, (%1)", (u32)((mine | PTE_P) & 0xffff),
			 halves), NO_TRAP);
	CHECK_TRAP(WRITE("movw %w0, (%1)", (u32)(mine >> 16 & 0xffff),
			 (ulong)halves + 2), NO_TRAP);
	check_entry(mine | PTE_P);
	CHECK_TRAP(WRITE("movb %b0, (%1)", (u32)(PTE_P | PTE_RW), halves),
		   NO_TRAP);
	check_entry(mine | PTE_P | PTE_RW);
	/* A whole one. */
	CHECK_TRAP(WRITE("movq %0, (%1)", its | PTE_P, halves), NO_TRAP);
	check_entry(its | PTE_P);
	CHECK_TRAP(WRITE("movq %0, (%1)", mine | PTE_P | PTE_RW, halves),
		   NO_TRAP);
	check_entry(mine | PTE_P | PTE_RW);
}

/* What is refused is the write's page fault, and nothing has changed. */
static void test_refused(void)
{
	const u64 good = va_maddr(page) | PTE_P | PTE_RW;
	const u64 table = va_maddr((void *)((ulong)halves & ~0xffful));

	CHECK_TRAP(WRITE("movl %0, (%1)", (u32)(table | PTE_P | PTE_RW), halves),
		   X86_TRAP_PF);
	check_entry(good);
	CHECK_TRAP(WRITE("movl %0, (%1)", (u32)(APIC_FRAME | PTE_P | PTE_RW),
			 halves), X86_TRAP_PF);
	check_entry(good);
	/* An address that no processor has, by the upper half. */
	CHECK_TRAP(WRITE("movl %0, (%1)", BIT_51, halves + 1), X86_TRAP_PF);
	check_entry(good);
	/* Over the end of an entry. */
	CHECK_TRAP(WRITE("movl %0, (%1)", 0u, (ulong)halves + 6), X86_TRAP_PF);
	check_entry(good);
}

void test_main(void)
{
	page[0] = other[0] = 1;
	halves = (volatile u32 *)pte_of(page);
	test_good();
	test_refused();
}
