// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUID for guests. A guest's kernel uses the forced-emulation prefix and sees
 * what Xen 4.17 shows, less the features that this hypervisor does not switch or
 * set up. The plain instruction, which user space executes, cannot be intercepted
 * and shows the machine's values.
 *
 * Guests get only what the table below lists. Xen also gives these:
 *
 *	RTM			TSX is not set up against its side channels
 *	IBRS, IBPB, STIBP, SSBD	SPEC_CTRL and PRED_CMD are not virtual
 *	AVX-512			XSAVE ends with AVX
 *	DBEXT			address masks of breakpoints are not switched
 */
#include <xen/arch-x86/cpuid.h>
#include "cpu/emulate.h"
#include "domain/domain.h"

#define MAX_EXTENDED_INTEL	0x80000008u
#define MAX_FEATURES		2u	/* subleaf of 7 */
#define CACHE_SUBLEAVES		6u
#define HYPERVISOR_LEAF		0x40000000u

#define F1_ECX_AVX		BIT(28)
#define F1_ECX_OSXSAVE		(u32)BIT(27)
#define F1_EDX_MTRR		(u32)BIT(12)
#define F7_EDX_ARCH_CAPS	(u32)BIT(29)
#define FD1_EAX_XSAVEC		BIT(1)
#define E1_EDX_RDTSCP		BIT(27)
#define E1_EDX_COMMON		0x0183f3ffu	/* AMD: as in leaf 1 */
#define E21_EAX_LFENCE		BIT(2)

#define WHOLE	{ ~0u, ~0u, ~0u, ~0u }

/*
 * Which domains a row is for, by the processor's vendor, by what XCR0 may have,
 * by privilege, or by width (LONG: 64-bit guests).
 */
enum whom { ANY, AMD, INTEL, XSAVE, AVX, DOM0, LONG };

static const struct {
	u32 leaf;
	u8 sub, whom;
	u32 keep[4];		/* bits of EAX, EBX, ECX, EDX */
} given[] = {
	{ 0, 0, ANY, WHOLE },
	{ 1, 0, ANY, { 0x0fff0fff, 0x00ffffff, 0x42d80203, 0x1fc9c3f5 } },
	{ 1, 0, INTEL, { 0, 0, 0, 0x00000800 } },
	{ 1, 0, XSAVE, { 0, 0, CPUID_XSAVE, 0 } },
	{ 1, 0, AVX, { 0, 0, 0x30001000, 0 } },
	{ 1, 0, DOM0, { 0, 0, 0x00000080, F1_EDX_MTRR } },
	{ 1, 0, LONG, { 0, 0, 0x00002000, 0 } },
	{ 2, 0, INTEL, WHOLE },
	{ 4, 0, INTEL, { 0xffffc3ff, ~0u, ~0u, 7 } },
	{ 7, 0, ANY, { ~0u, 0x218c2349, 0x02400101, 0x00004410 } },
	{ 7, 0, AVX, { 0, 0x00000020, 0x00000600, 0 } },
	{ 7, 1, ANY, { 0x00001c00, 0, 0, 0 } },
	{ 7, 1, AVX, { 0x00000010, 0, 0, 0 } },
	{ 7, 2, ANY, { 0, 0, 0, 0x00000020 } },
	{ 0xd, 0, XSAVE, { XCR0_START, ~0u, 0, 0 } },
	{ 0xd, 0, AVX, { XCR0_AVX, 0, 0, 0 } },
	{ 0xd, 1, XSAVE, { 7, ~0u, 0, 0 } },
	{ 0xd, 2, AVX, { ~0u, ~0u, 0, 0 } },
	{ 0x80000000, 0, AMD, WHOLE },
	{ 0x80000000, 0, INTEL, { ~0u, 0, 0, 0 } },
	{ 0x80000001, 0, AMD, { 0x0fff0fff, 0xff00ffff, 0, 0x00000800 } },
	{ 0x80000001, 0, ANY, { 0, 0, 0x002001e2, 0xca500000 } },
	{ 0x80000001, 0, AVX, { 0, 0, 0x00010800, 0 } },
	{ 0x80000001, 0, LONG, { 0, 0, 0x00000001, 0x20000800 } },
	{ 0x80000002, 0, ANY, WHOLE },
	{ 0x80000003, 0, ANY, WHOLE },
	{ 0x80000004, 0, ANY, WHOLE },
	{ 0x80000005, 0, AMD, WHOLE },
	{ 0x80000006, 0, AMD, WHOLE },
	{ 0x80000006, 0, INTEL, { 0, 0, ~0u, 0 } },
	{ 0x80000007, 0, DOM0, { 0, 0, 0, 0x00000100 } },
	{ 0x80000008, 0, ANY, { 0xff, 0x24000005, 0, 0 } },
	{ 0x80000008, 0, AMD, { 0, 0, 0x0003f0ff, 0 } },
	{ 0x8000001a, 0, AMD, WHOLE },
	{ 0x80000021, 0, AMD, { 0x20000064, 0, 6, 0 } },
};

bool cpuid_is_intel(void)
{
	static u32 vendor;		/* cached: CPUID may be slow */

	if (!vendor)
		vendor = cpuid_reg(0, CPUID_EBX);
	return vendor == 0x756e6547;
}

static void time_leaf(const struct domain *d, u32 sub, u32 out[4])
{
	bool domu = d && !d->privileged;

	if (!sub) {
		out[0] = cpuid_reg(0x80000001, CPUID_EDX) & E1_EDX_RDTSCP ? 4 : 0;
		out[2] = domu ? (u32)(tsc_scale.hz / 1000) : 0;
		out[3] = domu;			/* incarnation */
	} else if (sub == 1 && domu) {
		out[2] = tsc_scale.mul;
		out[3] = (u32)tsc_scale.shift;
	} else if (sub == 2) {
		out[0] = (u32)(tsc_scale.hz / 1000);
	}
}

static void hypervisor_leaf(const struct domain *d, u32 leaf, u32 sub,
			    u32 out[4])
{
	switch (leaf - HYPERVISOR_LEAF) {
	case 0:
		out[0] = HYPERVISOR_LEAF + 5;
		out[1] = XEN_CPUID_SIGNATURE_EBX;
		out[2] = XEN_CPUID_SIGNATURE_ECX;
		out[3] = XEN_CPUID_SIGNATURE_EDX;
		break;
	case 1:
		out[0] = 4u << 16 | 17;
		break;
	case 2:
		out[0] = 1;			/* hypercall pages */
		out[1] = 0x40000000;		/* the MSR that installs one */
		out[2] = XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD;
		break;
	case 3:
		time_leaf(d, sub, out);
		break;
	case 5:
		/* Bits of a machine address. */
		if (!sub)
			out[1] = PAGE_SHIFT + 64 -
				 (u32)__builtin_clzll(frame_count);
		break;
	}
}

/* The bits that XCR0 may have in the domain; 0: it has no XSAVE. */
static u64 max_xcr0(const struct domain *d)
{
	u32 ecx = d ? d->policy.cpuid_mask[CPUID_1_ECX] : ~0u;

	return !(ecx & CPUID_XSAVE) ? 0 :
	       context_xcr0 & (ecx & F1_ECX_AVX ? XCR0_KNOWN : XCR0_START);
}

/* x87 is always on, and AVX needs SSE. */
bool cpuid_xcr0_ok(const struct domain *d, u64 xcr0)
{
	return (xcr0 & XCR0_X87) && !(xcr0 & ~max_xcr0(d)) &&
	       (xcr0 & (XCR0_SSE | XCR0_AVX)) != XCR0_AVX;
}

/* Without a domain, show what a 64-bit one may have. */
static bool is_long(const struct domain *d)
{
	return !d || d->width->is_long;
}

static bool applies(u8 whom, const struct domain *d)
{
	switch (whom) {
	case AMD:
		return !cpuid_is_intel();
	case INTEL:
		return cpuid_is_intel();
	case XSAVE:
		return max_xcr0(d);
	case AVX:
		return max_xcr0(d) & XCR0_AVX;
	case DOM0:
		return d && d->privileged;
	case LONG:
		return is_long(d);
	default:
		return true;
	}
}

/* Whether they name this row's leaf. Only 7 and 0xd have rows for subleaves. */
static bool is_leaf(u32 leaf, u32 sub, u32 row_leaf, u32 row_sub)
{
	return leaf == row_leaf &&
	       (sub == row_sub || (leaf != 7 && leaf != 0xd));
}

static void keep_given(const struct domain *d, u32 leaf, u32 sub, u32 out[4])
{
	u32 keep[4] = { 0 }, i, k;

	for (i = 0; i < ARRAY_SIZE(given); i++)
		if (is_leaf(leaf, sub, given[i].leaf, given[i].sub) &&
		    applies(given[i].whom, d))
			for (k = 0; k < 4; k++)
				keep[k] |= given[i].keep[k];
	for (k = 0; k < 4; k++)
		out[k] &= keep[k];
}

/* The registers from which the tools may remove features. */
static const struct { u32 leaf; u8 sub, reg; } masked[CPUID_MASKS] = {
	[CPUID_1_ECX] = { 1, 0, 2 }, [CPUID_1_EDX] = { 1, 0, 3 },
	[CPUID_7_EBX] = { 7, 0, 1 }, [CPUID_7_ECX] = { 7, 0, 2 },
	[CPUID_7_EDX] = { 7, 0, 3 }, [CPUID_D1_EAX] = { 0xd, 1, 0 },
	[CPUID_E1_ECX] = { 0x80000001, 0, 2 },
	[CPUID_E1_EDX] = { 0x80000001, 0, 3 },
};

void cpuid_set_mask(struct domain *d, u32 leaf, u32 sub, const u32 keep[4])
{
	u32 i;

	for (i = 0; i < CPUID_MASKS; i++)
		if (is_leaf(leaf, sub, masked[i].leaf, masked[i].sub))
			d->policy.cpuid_mask[i] = keep[masked[i].reg];
}

static void mask_leaf(const struct domain *d, u32 leaf, u32 sub, u32 out[4])
{
	u32 i;

	for (i = 0; i < CPUID_MASKS; i++)
		if (is_leaf(leaf, sub, masked[i].leaf, masked[i].sub))
			out[masked[i].reg] &= d->policy.cpuid_mask[i];
}

static void xsave_leaf(const struct domain *d, u32 sub, u32 out[4])
{
	if (!sub && out[0])
		out[2] = (u32)context_image_size(max_xcr0(d));
	if (sub == 1 && !(out[0] & FD1_EAX_XSAVEC))
		out[1] = 0;
}

/* Apply limits, and add bits that do not depend on the processor. */
static void adjust_leaf(const struct domain *d, u32 leaf, u32 sub, u32 out[4])
{
	u32 r[4];

	switch (leaf) {
	case 0:
		out[0] = MIN(out[0], CPUID_MAX_BASIC);
		break;
	case 1:
		out[2] |= (u32)CPUID_HYPERVISOR;
		break;
	case 4:
		if (sub >= CACHE_SUBLEAVES || (out[0] & 0x1f) - 1 > 2)
			memset(out, 0, 4 * sizeof(*out));
		break;
	case 7:
		if (!sub)
			out[0] = MIN(out[0], MAX_FEATURES);
		break;
	case 0xd:
		xsave_leaf(d, sub, out);
		break;
	case 0x80000000:
		out[0] = cpuid_is_intel() ? MIN(out[0], MAX_EXTENDED_INTEL) :
			 CPUID_MAX_EXTENDED;
		break;
	case 0x80000001:
		cpuid_for_domain(d, 1, 0, r);
		out[3] |= r[3] & (cpuid_is_intel() ? F1_EDX_MTRR :
				  E1_EDX_COMMON);
		break;
	case 0x80000008:
		out[0] |= (is_long(d) ? 48 : 32) << 8;	/* bits of an address */
		break;
	case 0x80000021:
		out[0] |= cpuid_is_intel() ? 0 : (u32)E21_EAX_LFENCE;
		break;
	}
}

/*
 * A kernel that may use XSAVE always sees OSXSAVE: PV kernels look for both
 * bits before they set their own CR4.OSXSAVE.
 */
void cpuid_emulate(const struct vcpu *v, bool kernel, u32 leaf, u32 sub,
		 u32 out[4])
{
	cpuid_for_domain(v->d, leaf, sub, out);
	if (leaf != 1 && leaf != 0x80000001)
		return;
	if (!kernel)
		out[3] &= ~F1_EDX_MTRR;
	if (leaf == 1 && ((v->proc.cr4 & CR4_OSXSAVE) ||
			  (kernel && (out[2] & CPUID_XSAVE))))
		out[2] |= F1_ECX_OSXSAVE;
}

void cpuid_for_domain(const struct domain *d, u32 leaf, u32 sub, u32 out[4])
{
	if (leaf >= HYPERVISOR_LEAF && leaf < HYPERVISOR_LEAF + 0x10000) {
		memset(out, 0, 4 * sizeof(*out));
		hypervisor_leaf(d, leaf, sub, out);
		return;
	}
	cpuid_leaf(leaf, sub, out);
	keep_given(d, leaf, sub, out);
	if (leaf == 7 && !sub && cpuid_is_intel())
		out[3] |= F7_EDX_ARCH_CAPS;
	if (d)
		mask_leaf(d, leaf, sub, out);
	adjust_leaf(d, leaf, sub, out);
}
