// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (arch/x86/cpuid.c, cpu-policy.c and traps.c of Xen 4.17): what a kernel
 * gets from CPUID with the forced-emulation prefix. Each row is a leaf,
 * the bits of each register that it may have of the machine's, and those that it
 * has whatever the machine says; all else is 0, and so are all leaves without a
 * row. What Krypton leaves out, with its reasons in cpu/cpuid.c, is not compared:
 * RTM, DBEXT, IBRS and AVX-512 on a machine that has them. Kernels ask for XSAVE
 * and OSXSAVE together, and have all of them the APIC number 0.
 *
 * Test: cpuid
 * Test: cpuid-intel -I
 * Test: cpuid-64 -w 64
 * Test: cpuid-64-intel -w 64 -I
 */
#include "guest.h"
#include <xen/arch-x86/cpuid.h>

#define ALL	{ ~0u, ~0u, ~0u, ~0u }
#define COMMON	0x0183f3ffu	/* AMD: of leaf 1 in leaf 0x80000001 */
/* What 64-bit kernels alone have */
#define LONG(bits)	(WIDTH == 64 ? (bits) : 0u)
#define CX16	LONG(1u << 13)
#define LAHF	LONG(1u << 0)
#define SYSCALL	LONG(1u << 11)
#define LM	LONG(1u << 29)

#define GENU	0x756e6547u	/* of "GenuineIntel" */

enum cpu { ANY, AMD, INTEL };

static const struct row {
	u32 leaf, sub;
	u8 cpu;
	u32 keep[4], set[4], skip[4];
} rows[] = {
	{ 0, 0, ANY, .keep = { 0, ~0u, ~0u, ~0u }, .set = { 0xd } },
	{ 1, 0, AMD,
	  .keep = { 0x0fff0fff, 0x00ffffff, 0x76d81283 | CX16, 0x1fc9d3f5 },
	  .set = { 0, 0, 0x88000000 } },
	{ 1, 0, INTEL,
	  .keep = { 0x0fff0fff, 0x00ffffff, 0x76d81283 | CX16, 0x1fc9dbf5 },
	  .set = { 0, 0, 0x88000000 } },
	{ 2, 0, INTEL, .keep = ALL },
	{ 4, 0, INTEL, .keep = { 0xffffc3ff, ~0u, ~0u, 7 } },
	{ 4, 1, INTEL, .keep = { 0xffffc3ff, ~0u, ~0u, 7 } },
	{ 4, 2, INTEL, .keep = { 0xffffc3ff, ~0u, ~0u, 7 } },
	{ 4, 3, INTEL, .keep = { 0xffffc3ff, ~0u, ~0u, 7 } },
	{ 7, 0, AMD, .keep = { 0, 0x218c2369, 0x02400701, 0x4410 } },
	{ 7, 0, INTEL, .keep = { 0, 0x218c2369, 0x02400701, 0x4410 },
	  .set = { 0, 0, 0, 1u << 29 } },
	{ 0xd, 0, ANY, .keep = { 7, 0, 0, 0 }, .set = { 0, 576, 832 } },
	{ 0xd, 1, ANY, .keep = { 5, 0, 0, 0 } },
	{ 0xd, 2, ANY, .keep = { ~0u, ~0u, 0, 0 } },
	{ XEN_CPUID_LEAF(0), 0, ANY,
	  .set = { XEN_CPUID_LEAF(5), XEN_CPUID_SIGNATURE_EBX,
		   XEN_CPUID_SIGNATURE_ECX, XEN_CPUID_SIGNATURE_EDX } },
	{ XEN_CPUID_LEAF(1), 0, ANY, .set = { XEN_4_17 } },
	{ XEN_CPUID_LEAF(2), 0, ANY, .set = { 1, 0x40000000, 1 } },
	{ XEN_CPUID_LEAF(3), 0, ANY, .set = { 4 } },
	{ XEN_CPUID_LEAF(3), 2, ANY, .skip = { ~0u } },	/* its kHz */
	{ XEN_CPUID_LEAF(5), 0, ANY, .set = { 0, 29 } },	/* 512 MiB */
	{ 0x80000000, 0, AMD, .keep = { 0, ~0u, ~0u, ~0u },
	  .set = { 0x80000021 } },
	{ 0x80000000, 0, INTEL, .set = { 0x80000008 } },
	{ 0x80000001, 0, AMD,
	  .keep = { 0x0fff0fff, 0xff00ffff, 0x002109e2 | LAHF,
		    0xca500800 | LM } },
	{ 0x80000001, 0, INTEL,
	  .keep = { 0, 0, 0x002109e2 | LAHF, 0xca500000 | LM | SYSCALL },
	  .set = { 0, 0, 0, 0x1000 } },
	{ 0x80000002, 0, ANY, .keep = ALL },
	{ 0x80000003, 0, ANY, .keep = ALL },
	{ 0x80000004, 0, ANY, .keep = ALL },
	{ 0x80000005, 0, AMD, .keep = ALL },
	{ 0x80000006, 0, AMD, .keep = ALL },
	{ 0x80000006, 0, INTEL, .keep = { 0, 0, ~0u, 0 } },
	{ 0x80000008, 0, ANY, .keep = { 0xff, 0x24000005, 0, 0 },
	  .set = { (WIDTH == 64 ? 48 : 32) << 8 } },
	{ 0x80000021, 0, AMD, .keep = { 0x20000064, 0, 6, 0 }, .set = { 4 } },
};

static u8 cpu;

static void native(u32 leaf, u32 sub, u32 r[4])
{
	__asm__ volatile("cpuid" : "=a" (r[0]), "=b" (r[1]), "=c" (r[2]),
			 "=d" (r[3]) : "a" (leaf), "c" (sub));
}

static void forced(u32 leaf, u32 sub, u32 r[4])
{
	__asm__ volatile(XEN_CPUID : "=a" (r[0]), "=b" (r[1]), "=c" (r[2]),
			 "=d" (r[3]) : "a" (leaf), "c" (sub));
}

static const struct row *find(u32 leaf, u32 sub)
{
	static const struct row nothing;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].leaf == leaf && rows[i].sub == sub &&
		    (rows[i].cpu == ANY || rows[i].cpu == cpu))
			return &rows[i];
	return &nothing;
}

/* Of a leaf that the machine has. */
static void machine(u32 leaf, u32 sub, u32 r[4])
{
	native(leaf & 0x80000000, 0, r);
	if (leaf <= r[0])
		native(leaf, sub, r);
	else
		memset(r, 0, 16);
}

static void test_leaf(u32 leaf, u32 sub)
{
	static const char *const names[] = { "eax", "ebx", "ecx", "edx" };
	const struct row *row = find(leaf, sub);
	u32 got[4], has[4], one[4], want, i;

	forced(leaf, sub, got);
	machine(leaf, sub, has);
	forced(1, 0, one);
	for (i = 0; i < 4; i++) {
		want = (has[i] & row->keep[i]) | row->set[i];
		if (leaf == 0x80000001 && i == 3 && cpu == AMD)
			want |= one[3] & COMMON;
		if (((got[i] ^ want) & ~row->skip[i]) == 0)
			continue;
		failures++;
		print("main.c: leaf %x.%u %s: got %x, expected %x\n", leaf,
		      sub, names[i], got[i], want);
	}
}

void test_main(void)
{
	static const u32 firsts[] = {
		0, 0x40000000, 0x40000100, 0x80000000, 0x8fffffff, 0xc0000000,
		0xffffffe0,
	};
	u32 r[4], i, leaf, sub;

	native(0, 0, r);
	cpu = r[1] == GENU ? INTEL : AMD;
	for (i = 0; i < ARRAY_SIZE(firsts); i++)
		for (leaf = firsts[i]; leaf - firsts[i] < 32; leaf++)
			test_leaf(leaf, 0);
	for (leaf = 0x80000020; leaf < 0x80000030; leaf++)
		test_leaf(leaf, 0);
	for (sub = 1; sub < 12; sub++) {
		test_leaf(4, sub);
		test_leaf(7, sub);
		test_leaf(0xb, sub);
		test_leaf(0xd, sub);
		test_leaf(XEN_CPUID_LEAF(3), sub);
	}
}
