// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules: where CPUID names XSAVE, the kernel turns it on in CR4 and chooses
 * its parts by XSETBV; parts that do not exist or miss another are #GP; the
 * state of AVX is kept while the vCPU waits; CR0.TS holds it back. A domain that
 * has not turned XSAVE on has x87 and SSE alone: the registers of AVX, in which
 * another domain's values may still be, are invalid opcodes to it.
 *
 * Test: xsave
 */
#include "domu.h"

#define XSAVE		(1u << 26)
#define OSXSAVE		(1u << 27)
#define AVX		(1u << 28)
#define CR4_OSXSAVE	(1u << 18)

#define SEEN		0x9000u		/* YMM5, if it could be read */
#define RESULT		0xa000u		/* whether it began, and went on */

PAGE_BUFFER(place);
static u8 pattern[32], seen[32];

__asm__(".pushsection .rodata\n"
	"peek_code:	incl 0xa000\n"
	"	vmovups %ymm5, 0x9000; incl 0xa004; 1: jmp 1b\n"
	"peek_end:\n"
	".popsection");
extern const u8 peek_code[], peek_end[];

static u32 features(void)
{
	u32 a = 1, b, c = 0, d;

	__asm__ volatile("ud2; .ascii \"xen\"; cpuid" : "+a" (a), "=b" (b),
			 "+c" (c), "=d" (d));
	return c;
}

static void set_cr4(bool on)
{
	u32 v;

	__asm__ volatile("mov %%cr4, %0" : "=r" (v));
	v = on ? v | CR4_OSXSAVE : v & ~CR4_OSXSAVE;
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
	CHECK(xsetbv(1), 6);
	set_cr4(true);
	CHECK((features() & OSXSAVE) != 0, 1);
	CHECK(xsetbv(0), 13);
	CHECK(xsetbv(5), 13);		/* AVX without SSE */
	CHECK(xsetbv(1u << 30 | 3), 13);
	CHECK(xsetbv(7), -1);
	__asm__ volatile("xorl %%ecx, %%ecx; xgetbv" : "=a" (low)
			 :: "ecx", "edx");
	CHECK(low, 7);
}

/* Waits, so that the hypervisor saves the vCPU and loads it again. */
static void wait(void)
{
	struct sched_poll p = { .nr_ports = 0 };
	struct vcpu_runstate_info rs;

	CHECK(HC3(vcpu_op, VCPUOP_get_runstate_info, 0, &rs), 0);
	p.timeout = rs.state_entry_time + 30000000;
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

	domu_make(&u, place, peek_code, (u32)(peek_end - peek_code));
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
