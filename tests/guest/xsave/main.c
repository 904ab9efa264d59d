// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules: where CPUID names XSAVE, the kernel turns it on in CR4 and chooses
 * its parts by XSETBV; parts that do not exist or miss another are #GP; the
 * state of AVX is kept while the vCPU waits; CR0.TS holds it back. A domain that
 * has not turned XSAVE on has x87 and SSE alone: the registers of AVX, in which
 * another domain's values may still be, are invalid opcodes to it.
 *
 * Test: xsave
 * Test: xsave-64 -w 64
 */
#include "domu.h"

#define XSAVE		(1u << 26)
#define OSXSAVE		(1u << 27)
#define AVX		(1u << 28)
#define XCR0_X87	1u
#define XCR0_SSE	2u
#define XCR0_AVX	4u
#define XCR0_NONE	(1u << 30)	/* no part of the state */

#define SEEN		0x9000		/* YMM5, if it could be read */
#define RESULT		0xa000		/* whether it began, and went on */

PAGE_BUFFER(place);
static u8 pattern[32], seen[32];

DEFINE_CODE(peek, "incl " STRING(RESULT) "\n"
	    "vmovups %ymm5, " STRING(SEEN) "; incl " STRING(RESULT) " + 4\n"
	    "1: jmp 1b");

static u32 features(void)
{
	u32 a = 1, b, c = 0, d;

	__asm__ volatile(XEN_CPUID : "+a" (a), "=b" (b),
			 "+c" (c), "=d" (d));
	return c;
}

static void set_cr4(bool on)
{
	ulong v;

	__asm__ volatile("mov %%cr4, %0" : "=r" (v));
	v = on ? v | X86_CR4_OSXSAVE : v & ~(ulong)X86_CR4_OSXSAVE;
	__asm__ volatile("mov %0, %%cr4" :: "r" (v));
}

static int xsetbv(u32 value)
{
	return EXPECT_TRAP("movl %0, %%eax; xorl %%edx, %%edx;"
			   "xorl %%ecx, %%ecx; xsetbv", "r" (value));
}

static void test_control(void)
{
	u32 low;

	set_cr4(false);
	CHECK_TRAP(xsetbv(XCR0_X87), X86_TRAP_UD);
	set_cr4(true);
	CHECK((features() & OSXSAVE) != 0, 1);
	CHECK_TRAP(xsetbv(0), X86_TRAP_GP);
	CHECK_TRAP(xsetbv(XCR0_X87 | XCR0_AVX), X86_TRAP_GP);
	CHECK_TRAP(xsetbv(XCR0_X87 | XCR0_SSE | XCR0_NONE), X86_TRAP_GP);
	CHECK_TRAP(xsetbv(XCR0_X87 | XCR0_SSE | XCR0_AVX), NO_TRAP);
	__asm__ volatile("xorl %%ecx, %%ecx; xgetbv" : "=a" (low)
			 :: "ecx", "edx");
	CHECK(low, XCR0_X87 | XCR0_SSE | XCR0_AVX);
}

/* Waits, so that the hypervisor saves the vCPU and loads it again. */
static void wait(void)
{
	struct sched_poll p = { .nr_ports = 0 };
	struct vcpu_runstate_info rs;

	CHECK(HC3(vcpu_op, VCPUOP_get_runstate_info, 0, &rs), 0);
	p.timeout = rs.state_entry_time + 30 * NS_PER_MS;
	HC2(sched_op, SCHEDOP_poll, &p);
}

static void load_pattern(void)
{
	__asm__ volatile("vmovups %0, %%ymm5" :: "m" (pattern));
}

static void test_kept(void)
{
	u32 i;

	for (i = 0; i < 32; i++)
		pattern[i] = (u8)(0x11 + i * 7);
	load_pattern();
	wait();
	__asm__ volatile("vmovups %%ymm5, %0" : "=m" (seen));
	for (i = 0; i < 32; i++)
		CHECK(seen[i], pattern[i]);
}

static void test_task_switch(void)
{
	CHECK(HC1(fpu_taskswitch, 1), 0);
	CHECK_INSN("vmovups %%ymm5, %%ymm6", X86_TRAP_NM);
	CHECK(HC1(fpu_taskswitch, 0), 0);
}

/* It runs where we ran, with our values in the registers, and crashes. */
static void test_peek(void)
{
	struct domu u;
	u32 waited = 0;
	u8 *page = place;

	domu_make(&u, place, peek, CODE_SIZE(peek));
	CHECK(domu_ctl(&u, XEN_DOMCTL_unpausedomain), 0);
	do {
		load_pattern();
		wait();
		CHECK(domu_ctl(&u, XEN_DOMCTL_getdomaininfo), 0);
	} while (!(domctl_op.u.getdomaininfo.flags & XEN_DOMINF_shutdown) &&
		 waited++ < 50);
	CHECK(domctl_op.u.getdomaininfo.flags >> XEN_DOMINF_shutdownshift &
	      XEN_DOMINF_shutdownmask, SHUTDOWN_crash);
	CHECK(domu_map(&u, place, u.frames[RESULT >> 12], PTE_RO), 0);
	CHECK(*(u32 *)page, 1);
	CHECK(*(u32 *)(page + 4), 0);
	CHECK(domu_map(&u, place, u.frames[SEEN >> 12], PTE_RO), 0);
	CHECK(*(u32 *)page, 0);
	CHECK(set_pte_va(place, 0, UVMF_INVLPG), 0);
	CHECK(domu_ctl(&u, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_gone(&u), 1);
}

void test_main(void)
{
	CHECK(features() & (XSAVE | AVX), XSAVE | AVX);
	test_control();
	test_kept();
	test_task_switch();
	test_peek();
}
