// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (xen/xen.h, VMASST_TYPE_writable_pagetables): a kernel writes entries of
 * its page tables as if they were writable. PAE kernels do so by cmpxchg8b, by
 * two stores of 4 bytes (the upper half first to set an entry, the lower one
 * first to clear it) and by xchg of a half. After each, table and mapping say
 * the same; what is not allowed faults, and nothing has changed.
 *
 * Test: old-tables
 */
#include "guest.h"

#define NO_ADDRESS	(1 << 16)	/* upper half of one above all */

PAGE_BUFFER(place);
PAGE_BUFFER(data);
PAGE_BUFFER(data2);

static volatile u32 *pte;	/* of 'place', in a table that is in use */

static void flush(void)
{
	mmuext(MMUEXT_INVLPG_LOCAL, (u32)place, 0);
}

static u64 value(void)
{
	return *(volatile u64 *)pte;
}

/* xen_set_pte(): high, then low; xen_pte_clear(): low, then high. */
static void set_halves(u64 v)
{
	pte[1] = (u32)(v >> 32);
	barrier();
	pte[0] = (u32)v;
	flush();
}

static void clear_halves(void)
{
	pte[0] = 0;
	barrier();
	pte[1] = 0;
	flush();
}

static bool cmpxchg8b(u64 from, u64 to)
{
	u32 lo = (u32)from, hi = (u32)(from >> 32);
	u8 equal;

	__asm__ volatile("lock cmpxchg8b %1; sete %0"
			 : "=q" (equal), "+m" (*(volatile u64 *)pte),
			 "+a" (lo), "+d" (hi) : "b" ((u32)to),
			 "c" ((u32)(to >> 32)) : "cc", "memory");
	flush();
	return equal;
}

static u32 xchg_low(u32 v)
{
	__asm__ volatile("xchgl %0, %1" : "+r" (v), "+m" (pte[0]) ::
			 "memory");
	flush();
	return v;
}

static void is_mapped(const u8 *page, u64 want)
{
	CHECK(value() == want, 1);
	CHECK(place[0], page[0]);
}

static void is_empty(void)
{
	CHECK(value() == 0, 1);
	CHECK_TRAP(EXPECT_TRAP("movb (%0), %%al", "r" (place)), X86_TRAP_PF);
}

static void test_ways(void)
{
	u64 one = va_maddr(data) | PTE_RWP, two = va_maddr(data2) | PTE_RWP;

	clear_halves();
	is_empty();
	set_halves(one);
	is_mapped(data, one);
	/* Another frame, by way of an empty entry */
	clear_halves();
	set_halves(two);
	is_mapped(data2, two);
	CHECK(cmpxchg8b(one, one), 0);
	is_mapped(data2, two);
	CHECK(cmpxchg8b(two, one), 1);
	is_mapped(data, one);
	CHECK(cmpxchg8b(one, 0), 1);
	is_empty();
	CHECK(cmpxchg8b(0, two), 1);
	is_mapped(data2, two);
	/* ptep_get_and_clear(): the lower half by xchg, then the upper one */
	CHECK(xchg_low(0), (u32)two);
	pte[1] = 0;
	is_empty();
	CHECK(xchg_low((u32)one), 0);
	is_mapped(data, one);
	/* ptep_set_wrprotect() and its like: one bit of the lower half */
	__asm__ volatile("lock btrl $1, %0" : "+m" (pte[0]) :: "memory", "cc");
	flush();
	CHECK(value() == (one & ~PTE_RW), 1);
	CHECK_TRAP(EXPECT_TRAP("movb $1, (%0)", "r" (place)), X86_TRAP_PF);
	__asm__ volatile("lock orl $2, %0" : "+m" (pte[0]) :: "memory", "cc");
	flush();
	place[1] = 77;
	CHECK(data[1], 77);
	/* No execution stands in the upper half: first it, then the entry */
	clear_halves();
	set_halves(one | PTE_NX);
	is_mapped(data, one | PTE_NX);
}

static void test_refused(void)
{
	u64 was = va_maddr(data) | PTE_RWP;
	u32 bad = (u32)va_maddr((void *)((ulong)pte & ~(PAGE_SIZE - 1))) |
		  (u32)PTE_RWP;

	clear_halves();
	set_halves(was);
	/* The table itself, writable */
	CHECK_TRAP(EXPECT_TRAP("movl %0, (%1)", "r" (bad), "r" (pte)),
		   X86_TRAP_PF);
	is_mapped(data, was);
	CHECK_TRAP(EXPECT_TRAP("xchgl %0, (%1)", "r" (bad), "r" (pte)),
		   X86_TRAP_PF);
	is_mapped(data, was);
	CHECK_TRAP(EXPECT_TRAP("movl %0, %%eax; xorl %%edx, %%edx;"
			       "pushl %%ebx; movl %1, %%edi; movl %2, %%ebx;"
			       "xorl %%ecx, %%ecx; lock cmpxchg8b (%%edi);"
			       "popl %%ebx", "m" (was), "m" (pte), "m" (bad)),
		   X86_TRAP_PF);
	is_mapped(data, was);
}

/*
 * An entry that is there and gets an upper half with which it would be wrong:
 * it is not present from then on, and right again with its lower half.
 */
static void test_upper_half(void)
{
	u64 one = va_maddr(data) | PTE_RWP;

	clear_halves();
	set_halves(one);
	pte[1] = NO_ADDRESS;
	flush();
	CHECK(pte[0] & PTE_P, 0);
	CHECK(pte[1], NO_ADDRESS);
	clear_halves();
	set_halves(one);
	is_mapped(data, one);
}

void test_main(void)
{
	u32 assisted;

	data[0] = 1;
	data2[0] = 2;
	pte = (volatile u32 *)pte_of(place);
	for (assisted = 0; assisted < 2; assisted++) {
		CHECK(HC2(vm_assist, assisted ? VMASST_CMD_enable :
			  VMASST_CMD_disable,
			  VMASST_TYPE_writable_pagetables), 0);
		test_ways();
		test_refused();
		test_upper_half();
	}
	CHECK(make_rw(place), 0);
}
