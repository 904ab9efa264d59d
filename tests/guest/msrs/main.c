// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (arch/x86/msr.c, pv/emul-priv-op.c and vmce.c of Xen 4.17): which
 * model-specific registers a kernel may read, what it then sees, and whether a
 * write faults, does nothing or is remembered. Kernels of twenty years touch
 * some of them without a handler for the fault; all that the table does not
 * name fault both ways, unless the domain was made with XEN_X86_MSR_RELAXED: then
 * it reads 0 and a write is lost. A register that faults as Dom0 may read the machine's
 * is in the table as well, with any value.
 *
 * Test: msrs
 * Test: msrs-intel -I
 * Test: msrs-64 -w 64
 * Test: msrs-64-intel -w 64 -I
 */
#include "domu.h"

#define GENU	0x756e6547u	/* of "GenuineIntel" */
#define NO_MSR	0x2000u
#define MSR_HYPERCALL_PAGE	0x40000000u

enum cpu { ANY, AMD, INTEL };
enum read { FAULTS, READS, READS_ANY };
enum write { REFUSED, DROPPED, ONLY_0, KEPT, KEPT_32, SAME };

static const struct row {
	const char *name;
	u32 first, last;
	u8 cpu, read, write;
	u64 value;
} rows[] = {
	{ "P5_MC", 0, 1, ANY, READS, REFUSED, 0 },
	{ "TSC", 0x10, 0x10, ANY, READS_ANY, REFUSED, 0 },
	{ "PLATFORM_ID", 0x17, 0x17, INTEL, READS, REFUSED, 0 },
	{ "APIC_BASE", 0x1b, 0x1b, ANY, READS, REFUSED, 0xfee00900 },
	{ "FEATURE_CONTROL", 0x3a, 0x3a, INTEL, READS, REFUSED, 1 },
	{ "PATCH_LEVEL", 0x8b, 0x8b, AMD, READS_ANY, REFUSED, 0 },
	{ "PATCH_LEVEL", 0x8b, 0x8b, INTEL, READS_ANY, ONLY_0, 0 },
	{ "PMC", 0xc1, 0xc8, INTEL, READS, DROPPED, 0 },
	{ "PLATFORM_INFO", 0xce, 0xce, ANY, READS, REFUSED, 0 },
	{ "MPERF, APERF", 0xe7, 0xe8, ANY, FAULTS, DROPPED, 0 },
	{ "ARCH_CAPABILITIES", 0x10a, 0x10a, INTEL, READS_ANY, REFUSED, 0 },
	{ "MISC_FEATURES_ENABLES", 0x140, 0x140, ANY, READS, ONLY_0, 0 },
	{ "MCG_CAP", 0x179, 0x179, AMD, READS, DROPPED, 2 },
	{ "MCG_CAP", 0x179, 0x179, INTEL, READS, DROPPED, 0x1000c02 },
	{ "MCG_STATUS", 0x17a, 0x17a, ANY, READS, KEPT, 0 },
	{ "MCG_CTL", 0x17b, 0x17b, ANY, READS, DROPPED, 0 },
	{ "PERFEVTSEL", 0x186, 0x189, INTEL, READS, DROPPED, 0 },
	{ "PERF_STATUS", 0x198, 0x198, INTEL, READS, REFUSED, 0 },
	{ "PERF_CTL", 0x199, 0x199, INTEL, READS, DROPPED, 0 },
	{ "CLOCK_MODULATION", 0x19a, 0x19a, INTEL, FAULTS, DROPPED, 0 },
	{ "THERM_STATUS", 0x19c, 0x19c, INTEL, READS, REFUSED, 0 },
	{ "MISC_ENABLE", 0x1a0, 0x1a0, ANY, READS, DROPPED, 0x801801 },
	{ "ENERGY_PERF_BIAS", 0x1b0, 0x1b0, INTEL, FAULTS, DROPPED, 0 },
	{ "PAT", 0x277, 0x277, ANY, READS, REFUSED, 0x050100070406 },
	{ "MC_CTL2", 0x280, 0x281, INTEL, READS, KEPT, 0 },
	{ "MC_CTL2", 0x280, 0x29f, ANY, READS, DROPPED, 0 },
	{ "FIXED_CTR", 0x309, 0x30b, INTEL, READS, DROPPED, 0 },
	{ "PERF_CAPABILITIES", 0x345, 0x345, ANY, READS, REFUSED, 0 },
	{ "FIXED_CTR_CTRL", 0x38d, 0x390, INTEL, READS, DROPPED, 0 },
	{ "MC0_CTL", 0x400, 0x400, ANY, READS, DROPPED, ~0ull },
	{ "MC1_CTL", 0x404, 0x404, ANY, READS, DROPPED, ~0ull },
	{ "MC0, MC1", 0x401, 0x407, ANY, READS, ONLY_0, 0 },
	{ "other MCs", 0x408, 0x47f, ANY, READS, DROPPED, 0 },
#if WIDTH == 64
	{ "EFER", 0xc0000080, 0xc0000080, ANY, READS, SAME, 0xd01 },
	{ "FS, GS base", 0xc0000100, 0xc0000102, ANY, READS, KEPT, 0 },
#endif
	{ "EFER", 0xc0000080, 0xc0000080, AMD, READS, SAME, 0x801 },
	{ "EFER", 0xc0000080, 0xc0000080, INTEL, READS, SAME, 0x800 },
	{ "TSC_AUX", 0xc0000103, 0xc0000103, ANY, READS, KEPT_32, 0 },
	{ "K7_PERFEVTSEL", 0xc0010000, 0xc0010007, AMD, READS, DROPPED, 0 },
	{ "SYSCFG", 0xc0010010, 0xc0010010, AMD, READS_ANY, REFUSED, 0 },
	{ "HWCR", 0xc0010015, 0xc0010015, AMD, READS, DROPPED, 0 },
	{ "IORR, TOP_MEM", 0xc0010016, 0xc001001a, AMD, READS_ANY, REFUSED, 0 },
	{ "TOP_MEM2", 0xc001001d, 0xc001001d, AMD, READS_ANY, REFUSED, 0 },
	{ "NB_CFG", 0xc001001f, 0xc001001f, ANY, READS, DROPPED, 0 },
	{ "FID_VID", 0xc0010041, 0xc0010042, AMD, READS, DROPPED, 0 },
	{ "P-states", 0xc0010061, 0xc001006b, AMD, READS, DROPPED, 0 },
	{ "TSEG", 0xc0010112, 0xc0010113, AMD, READS_ANY, REFUSED, 0 },
	{ "FAM15_PERF", 0xc0010200, 0xc001020b, AMD, READS, DROPPED, 0 },
	{ "DE_CFG", 0xc0011029, 0xc0011029, AMD, READS, DROPPED, 2 },
};

static const struct row nothing = {
	.name = "no row", .read = FAULTS, .write = REFUSED,
};
static u8 cpu;
PAGE_BUFFER(page);

static bool read_msr(u32 msr, u64 *v)
{
	u32 lo = 0, hi = 0;

	trapped_vector = ~0u;
	__asm__ volatile("movl $1f, recover_eip; rdmsr\n1:\n"
			 "movl $0, recover_eip"
			 : "+a" (lo), "+d" (hi) : "c" (msr) : "memory");
	*v = (u64)hi << 32 | lo;
	return trapped_vector == ~0u;
}

static bool write_msr(u32 msr, u64 v)
{
	trapped_vector = ~0u;
	__asm__ volatile("movl $1f, recover_eip; wrmsr\n1:\n"
			 "movl $0, recover_eip"
			 :: "a" ((u32)v), "d" ((u32)(v >> 32)), "c" (msr)
			 : "memory");
	return trapped_vector == ~0u;
}

static const struct row *find(u32 msr)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (msr >= rows[i].first && msr <= rows[i].last &&
		    (rows[i].cpu == ANY || rows[i].cpu == cpu))
			return &rows[i];
	return &nothing;
}

static void differs(u32 msr, const char *what, u64 got, u64 expected)
{
	failures++;
	print("main.c: msr %x (%s): %s: got %x:%x, expected %x:%x\n", msr,
	      find(msr)->name, what, (u32)(got >> 32), (u32)got,
	      (u32)(expected >> 32), (u32)expected);
}

static bool accepted(const struct row *r, u64 v, u64 now)
{
	switch (r->write) {
	case REFUSED:
		return false;
	case ONLY_0:
		return !v;
	case KEPT_32:
		return !(v >> 32);
	case SAME:
		return v == now;
	default:
		return true;
	}
}

static void test_write(u32 msr, const struct row *r, u64 v, u64 before)
{
	bool want = accepted(r, v, before), got = write_msr(msr, v);
	u64 after;

	if (got != want)
		differs(msr, v + 1 < 2 ? "a write (of 0 or all ones)" :
			"a write", got, want);
	if (r->read != READS || !read_msr(msr, &after))
		return;
	if (want && (r->write == KEPT || r->write == KEPT_32))
		before = v;
	if (after != before)
		differs(msr, "the value after a write", after, before);
}

static void test_msr(u32 msr)
{
	static const u64 values[] = { 0, 1, ~0ull, 1ull << 40 };
	const struct row *r = find(msr);
	u64 v;
	u32 i;

	if (read_msr(msr, &v) != (r->read != FAULTS))
		differs(msr, "a read", r->read == FAULTS, r->read != FAULTS);
	else if (r->read == READS && v != r->value)
		differs(msr, "the value", v, r->value);
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		read_msr(msr, &v);
		test_write(msr, r, values[i], v);
	}
	if (r->read == READS)
		test_write(msr, r, r->value, v);
}

static void test_range(u32 first, u32 last)
{
	u32 msr;

	for (msr = first; msr <= last && failures < 40; msr++)
		test_msr(msr);
}

/* What user space gets of TSC_AUX is the same value. */
static void test_rdtscp(void)
{
	u32 aux = 0;

	CHECK(write_msr(MSR_TSC_AUX, 0x12345678), 1);
	__asm__ volatile("rdtscp" : "=c" (aux) :: "eax", "edx");
	CHECK(aux, 0x12345678);
	HC2(sched_op, SCHEDOP_yield, 0);
	__asm__ volatile("rdtscp" : "=c" (aux) :: "eax", "edx");
	CHECK(aux, 0x12345678);
	CHECK(write_msr(MSR_TSC_AUX, 0), 1);
}

/* Leaf 0x40000002 names it: a frame's address gets the hypercall page. */
static void test_hypercall_page(void)
{
	ulong at = (ulong)page + __HYPERVISOR_xen_version * 32;
	u32 rc;
	u64 v;

	CHECK(read_msr(MSR_HYPERCALL_PAGE, &v), 1);
	CHECK(v, 0);
	CHECK(write_msr(MSR_HYPERCALL_PAGE, 0), 0);
	CHECK(write_msr(MSR_HYPERCALL_PAGE, 1), 0);
	CHECK(write_msr(MSR_HYPERCALL_PAGE, va_maddr(page) | 1), 0);
	CHECK(write_msr(MSR_HYPERCALL_PAGE, va_maddr(pte_of(page))), 0);
	CHECK(write_msr(MSR_HYPERCALL_PAGE, va_maddr(page)), 1);
	/* The arguments of both widths: XENVER_version, no address */
	__asm__ volatile("call *%1" : "=a" (rc) : "r" (at), "b" (0ul),
			 "c" (0ul), "D" (0ul), "S" (0ul) : "memory");
	CHECK(rc, XEN_4_17);
	CHECK(read_msr(MSR_HYPERCALL_PAGE + 1, &v), 0);
	CHECK(write_msr(MSR_HYPERCALL_PAGE + 1, 0), 0);
}

/*
 * Without a handler for #GP a read gives 0 where the machine has a register,
 * which in QEMU is everywhere.
 */
static void test_without_handler(void)
{
	u32 lo = 1, hi = 1;

	CHECK(HC1(set_trap_table, 0), 0);
	__asm__ volatile("rdmsr" : "+a" (lo), "+d" (hi) : "c" (NO_MSR));
	CHECK(lo | hi, 0);
	traps_init();
}

/* Without a handler for #GP, a write that faults is the end. */
DEFINE_CODE(write_unknown,
	    "movl $0x2000, %ecx; xorl %eax, %eax; xorl %edx, %edx; wrmsr;"
	    ASM_HYPERCALL(__HYPERVISOR_sched_op, SCHEDOP_shutdown, 0x7800)
	    "1: jmp 1b");
PAGE_BUFFER(by);

/* How a domain with these flags ends that writes to a register of no name. */
static u32 end_of_writer(u32 flags)
{
	static struct domu u;
	u32 i, reason = 0xff;

	domu_misc_flags = flags;
	domu_make(&u, by, write_unknown, CODE_SIZE(write_unknown));
	CHECK(domu_ctl(&u, XEN_DOMCTL_unpausedomain), 0);
	for (i = 0; i < 1000000 && reason == 0xff; i++) {
		CHECK(domu_ctl(&u, XEN_DOMCTL_getdomaininfo), 0);
		if (domctl_op.u.getdomaininfo.flags & XEN_DOMINF_shutdown)
			reason = domctl_op.u.getdomaininfo.flags >>
				 XEN_DOMINF_shutdownshift & 0xff;
		HC2(sched_op, SCHEDOP_yield, 0);
	}
	CHECK(domu_ctl(&u, XEN_DOMCTL_destroydomain), 0);
	return reason;
}

void test_main(void)
{
	u32 r[4];

	__asm__ volatile("cpuid" : "=a" (r[0]), "=b" (r[1]), "=c" (r[2]),
			 "=d" (r[3]) : "a" (0), "c" (0));
	cpu = r[1] == GENU ? INTEL : AMD;
	test_range(0, 0x3fff);
	test_range(0xc0000000, 0xc00023ff);
	test_range(0xc0010000, 0xc00123ff);
	test_rdtscp();
	test_hypercall_page();
	test_without_handler();
	CHECK(end_of_writer(0), SHUTDOWN_crash);
	CHECK(end_of_writer(XEN_X86_MSR_RELAXED), SHUTDOWN_poweroff);
}
