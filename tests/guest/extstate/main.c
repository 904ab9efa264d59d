// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/domctl.h; arch/x86/domctl.c, xstate.c and msr.c of Xen 4.17): what
 * the tools save of a vCPU beside its context. XEN_DOMCTL_{get,set}vcpuextstate
 * move XCR0, all that XCR0 ever was, and an image of XSAVE of these parts; what
 * XRSTOR would refuse is refused with the errors of a table here, and
 * changes nothing. XEN_DOMCTL_{get,set}_vcpu_msrs move MSRs, of which TSC_AUX
 * can have a value. A domain runs with what was set, and what it then has is got;
 * a part that it turns on late is in its initial state, whoever ran before. A
 * policy without XSAVE takes all of it from the domain.
 *
 * Test: extstate
 * Test: extstate-intel -I
 * Test: extstate-64 -w 64
 * Test: extstate-64-intel -w 64 -I
 */
#include "extstate.h"

#define CPUID_XSAVE	(1u << 26)
#define CPUID_OSXSAVE	(1u << 27)
#define CPUID_AVX	(1u << 28)

struct domu domu;
PAGE_BUFFER(place);
static u8 seen[PAGE_SIZE] __attribute__((aligned(4096)));

/* What a domain finds, in a page of its own */
#define FOUND		0x9000
#define ROUNDS		(FOUND + 0)
#define FOUND_XCR0	(FOUND + 4)
#define FOUND_AUX	(FOUND + 8)
#define FOUND_MXCSR	(FOUND + 12)
#define FOUND_YMM5	(FOUND + 32)
#define FOUND_ECX	(FOUND + 64)	/* CPUID leaf 1 */
#define FOUND_PARTS	(FOUND + 68)	/* CPUID leaf 0xd */
#define FOUND_SIZES	(FOUND + 72)
#define FOUND_INSNS	(FOUND + 80)	/* and its subleaf 1 */
#define NEXT		(FOUND + 128)	/* what it puts there then */
#define AT(place)	(*(volatile u32 *)(seen + (place) - FOUND))

#define STORE_XCR0	"xorl %ecx, %ecx; xgetbv; movl %eax, " STRING(FOUND_XCR0) "\n"
#define YIELD		ASM_HYPERCALL(__HYPERVISOR_sched_op, SCHEDOP_yield, 0)

/* Finds what was set, and leaves something else. */
DEFINE_CODE(restored,
	"vmovups %ymm5, " STRING(FOUND_YMM5) "; stmxcsr " STRING(FOUND_MXCSR) "\n"
	STORE_XCR0
	"rdtscp; movl %ecx, " STRING(FOUND_AUX) "\n"
	"vmovups " STRING(NEXT) ", %ymm5; incl " STRING(ROUNDS) "\n"
	"1:" YIELD "jmp 1b");

/* Turns AVX on late, while others wait with values in its registers. */
DEFINE_CODE(late,
	"movl $1, %eax; xorl %ecx, %ecx;" XEN_CPUID "\n"
	"movl %ecx, " STRING(FOUND_ECX) "\n"
	"movl $0xd, %eax; xorl %ecx, %ecx;" XEN_CPUID "\n"
	"movl %eax, " STRING(FOUND_PARTS) "; movl %ebx, " STRING(FOUND_SIZES) "\n"
	"movl %ecx, " STRING(FOUND_SIZES) " + 4\n"
	"movl $0xd, %eax; movl $1, %ecx;" XEN_CPUID "\n"
	"movl %eax, " STRING(FOUND_INSNS) "\n"
	STORE_XCR0
	"movl $40, %ebp\n"
	"1:" YIELD "decl %ebp; jnz 1b\n"
	"movl $7, %eax; xorl %edx, %edx; xorl %ecx, %ecx; xsetbv\n"
	"vmovups %ymm5, " STRING(FOUND_YMM5) "\n"
	"incl " STRING(ROUNDS) "\n"
	"2:" YIELD "jmp 2b");

/* Its policy has no XSAVE: the last instruction is invalid. */
DEFINE_CODE(without,
	"movl $1, %eax; xorl %ecx, %ecx;" XEN_CPUID "\n"
	"movl %ecx, " STRING(FOUND_ECX) "\n"
	"movl $0xd, %eax; xorl %ecx, %ecx;" XEN_CPUID "\n"
	"movl %eax, " STRING(FOUND_PARTS) "; movl %ecx, " STRING(FOUND_SIZES) " + 4\n"
	"movl $3, %eax; xorl %edx, %edx; xorl %ecx, %ecx; xsetbv\n"
	"incl " STRING(ROUNDS) "\n"
	"1:	jmp 1b");

static u8 next[32];

static long policy(u32 cmd, xen_cpuid_leaf_t *leaves, u32 count)
{
	memset(&domctl_op.u, 0, sizeof(domctl_op.u));
	domctl_op.u.cpu_policy.nr_leaves = count;
	set_xen_guest_handle(domctl_op.u.cpu_policy.leaves, leaves);
	return domu_ctl(&domu, cmd);
}

/* The domain's policy: as it is, but for these bits of CPUID leaf 1. */
static void forbid(u32 bits)
{
	xen_cpuid_leaf_t l = { .leaf = 1, .subleaf = XEN_CPUID_NO_SUBLEAF };

	__asm__ volatile(XEN_CPUID : "=a" (l.a), "=b" (l.b), "=c" (l.c),
			 "=d" (l.d) : "a" (1), "c" (0));
	l.c &= ~(bits | CPUID_OSXSAVE);
	CHECK(policy(XEN_DOMCTL_set_cpu_policy, &l, 1), 0);
}

static void make(struct domu *u, const u8 *code, u32 size, u32 without_bits)
{
	static vcpu_guest_context_t ctx;

	domu_empty(u);
	if (without_bits)
		forbid(without_bits);
	domu_fill(u, place, code, size);
	CHECK(domu_map(u, place, u->frames[FOUND >> 12], PTE_RWP), 0);
	memcpy(place + NEXT - FOUND, next, sizeof(next));
	CHECK(domu_pin(u, PIN_ROOT, u->frames[0]), 0);
	CHECK(set_pte_va(place, 0, UVMF_INVLPG), 0);
	domu_context(u, &ctx);
	ctx.ctrlreg[4] = X86_CR4_OSXSAVE;
	CHECK(domu_set_context(u, &ctx), 0);
	CHECK(domu_map(u, seen, u->frames[FOUND >> 12], PTE_RO), 0);
}

static void load_ours(void)
{
	__asm__ volatile("vmovups %0, %%ymm5" :: "m" (next));
}

/* Until it has found its state, with ours in the registers in between. */
static void run(const struct domu *u)
{
	u32 i;

	CHECK(domu_ctl(u, XEN_DOMCTL_unpausedomain), 0);
	for (i = 0; i < 2000 && !AT(ROUNDS); i++) {
		load_ours();
		sleep_ms(1);
	}
	CHECK(AT(ROUNDS), 1);
	CHECK(domu_ctl(u, XEN_DOMCTL_pausedomain), 0);
}

static void end(const struct domu *u)
{
	CHECK(set_pte_va(seen, 0, UVMF_INVLPG), 0);
	CHECK(domu_ctl(u, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_gone(u), 1);
}

static void use_avx(void)
{
	ulong cr4;
	u32 i;

	__asm__ volatile("mov %%cr4, %0" : "=r" (cr4));
	__asm__ volatile("mov %0, %%cr4" :: "r" (cr4 | X86_CR4_OSXSAVE));
	__asm__ volatile("xsetbv" :: "a" (ALL), "d" (0), "c" (0));
	for (i = 0; i < sizeof(next); i++)
		next[i] = (u8)(0xf1 - 3 * i);
}

static void check_ymm5(const u8 *low, const u8 *high)
{
	CHECK(different(seen + FOUND_YMM5 - FOUND, low, 16), 0);
	CHECK(different(seen + FOUND_YMM5 + 16 - FOUND, high, 16), 0);
}

/* 'mxcsr': QEMU takes any. On a processor that does not, it must run as well. */
static void test_restored(u32 mxcsr)
{
	make(&domu, restored, CODE_SIZE(restored), 0);
	fill(5);
	MXCSR(&given) = mxcsr;
	CHECK(set(WHOLE), 0);
	set_msr(0, MSR_TSC_AUX, 0, AUX);
	CHECK(msr_ctl(&domu, XEN_DOMCTL_set_vcpu_msrs, 0, 1, msrs), 0);
	run(&domu);
	CHECK(AT(FOUND_XCR0), ALL);
	CHECK(AT(FOUND_AUX), AUX);
	check_ymm5(XMM(&given, 5), YMM(&given, 5));
	CHECK(get(host_size), 0);
	CHECK(domctl_op.u.vcpuextstate.size, WHOLE);
	CHECK(got.xcr0 == ALL && got.all == ALL, 1);
	CHECK(got.parts & (SSE | AVX), SSE | AVX);
	if (mxcsr == OUR_MXCSR) {
		CHECK(AT(FOUND_MXCSR), OUR_MXCSR);
		CHECK(MXCSR(&got), OUR_MXCSR);
	}
	CHECK(different(XMM(&got, 5), next, 16), 0);
	CHECK(different(YMM(&got, 5), next + 16, 16), 0);
	CHECK(different(YMM(&got, 4), YMM(&given, 4), 16), 0);
	end(&domu);
}

/* XCR0 is to have AVX again: what it had then is still there. */
static void test_again(void)
{
	make(&domu, late, CODE_SIZE(late), 0);
	fill(6);
	given.xcr0 = X87;
	CHECK(set(WHOLE), 0);
	run(&domu);
	CHECK(AT(FOUND_XCR0), X87);
	check_ymm5(XMM(&given, 5), YMM(&given, 5));
	end(&domu);
}

/* XSAVEOPT and its kind, but for XSAVES, of this machine */
static u32 native_insns(void)
{
	u32 r[4];

	__asm__ volatile("cpuid" : "=a" (r[0]), "=b" (r[1]), "=c" (r[2]),
			 "=d" (r[3]) : "a" (0xd), "c" (1));
	return r[0] & 7;
}

static void test_late(void)
{
	static const u8 zero[16];

	make(&domu, late, CODE_SIZE(late), 0);
	run(&domu);
	CHECK(AT(FOUND_ECX) & (CPUID_XSAVE | CPUID_OSXSAVE | CPUID_AVX),
	      CPUID_XSAVE | CPUID_OSXSAVE | CPUID_AVX);
	CHECK(AT(FOUND_PARTS), ALL);
	CHECK(AT(FOUND_SIZES), 576);
	CHECK(AT(FOUND_SIZES + 4), 832);
	CHECK(AT(FOUND_INSNS), native_insns());
	CHECK(AT(FOUND_XCR0), X87 | SSE);
	check_ymm5(zero, zero);
	CHECK(get(host_size), 0);
	CHECK(got.xcr0 == ALL && got.all == ALL, 1);
	end(&domu);
}

static void end_empty(void)
{
	CHECK(domu_ctl(&domu, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_gone(&domu), 1);
}

/* The tools give back what they got, or with one leaf changed. */
static void test_leaves(void)
{
	static xen_cpuid_leaf_t leaves[200];
	static const u32 want[][6] = {
		{ 0xd, 0, ALL, 0, 832, 0 }, { 0xd, 2, 256, 576, 0, 0 },
	};
	u32 count, i, k, found = 0;

	domu_empty(&domu);
	CHECK(policy(XEN_DOMCTL_get_cpu_policy, leaves, ARRAY_SIZE(leaves)), 0);
	count = domctl_op.u.cpu_policy.nr_leaves;
	for (i = 0; i < count; i++) {
		for (k = 0; k < ARRAY_SIZE(want); k++)
			found += !different(&leaves[i], want[k], sizeof(want[k]));
		if (leaves[i].leaf == 0xd && leaves[i].subleaf == 1) {
			CHECK(leaves[i].a, native_insns());
			leaves[i].a = 0;
		}
	}
	CHECK(found, ARRAY_SIZE(want));
	end_empty();
	make(&domu, late, CODE_SIZE(late), 0);
	CHECK(policy(XEN_DOMCTL_set_cpu_policy, leaves, count), 0);
	run(&domu);
	CHECK(AT(FOUND_PARTS), ALL);
	CHECK(AT(FOUND_INSNS), 0);
	end(&domu);
}

/* What a domain may have in XCR0 is decided by what it sees. */
static void test_less(void)
{
	domu_empty(&domu);
	forbid(CPUID_AVX);
	fill(7);
	CHECK(set(WHOLE), -XEN_EINVAL);
	given.xcr0 = given.all = given.parts = X87 | SSE;
	CHECK(set(SMALL), 0);
	end_empty();
	domu_empty(&domu);
	forbid(CPUID_XSAVE);
	CHECK(set(SMALL), -XEN_EINVAL);
	end_empty();
}

static void test_none(void)
{
	u32 i;

	make(&domu, without, CODE_SIZE(without), CPUID_XSAVE);
	CHECK(domu_ctl(&domu, XEN_DOMCTL_unpausedomain), 0);
	for (i = 0; i < 500; i++)
		sleep_ms(1);
	CHECK(domu_ctl(&domu, XEN_DOMCTL_getdomaininfo), 0);
	CHECK(domctl_op.u.getdomaininfo.flags >> XEN_DOMINF_shutdownshift &
	      XEN_DOMINF_shutdownmask, SHUTDOWN_crash);
	CHECK(AT(ROUNDS), 0);
	CHECK(AT(FOUND_ECX) & (CPUID_XSAVE | CPUID_OSXSAVE | CPUID_AVX), 0);
	CHECK(AT(FOUND_PARTS) | AT(FOUND_SIZES + 4), 0);
	end(&domu);
}

void test_main(void)
{
	domu_empty(&domu);
	test_images();
	test_msrs();
	end_empty();
	use_avx();
	test_restored(OUR_MXCSR);
	test_restored(0xffffffff);
	test_late();
	test_again();
	test_leaves();
	test_less();
	test_none();
}
