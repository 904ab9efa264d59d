// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUID as a 32-bit guest's kernel sees it: the machine's, less what a PV
 * guest cannot use or the hypervisor does not switch. User space, where the
 * instruction cannot be intercepted, sees the machine's.
 */
#include <xen/arch-x86/cpuid.h>
#include "domain.h"
#include "emulate.h"

/* Not given: PSE, MCE, SEP (AMD), MTRR, PGE, MCA, PAT, PSE36, DS, ACPI, TM */
#define F1_EDX_HIDE	(BIT(1) | BIT(3) | BIT(7) | BIT(12) | BIT(13) | \
			 BIT(14) | BIT(16) | BIT(17) | BIT(21) | BIT(22) | \
			 BIT(28) | BIT(29) | BIT(31))
#define F1_EDX_SEP	BIT(11)
/* DTES64 MONITOR DSCPL VMX SMX EIST TM2 FMA PDCM PCID DCA X2APIC TSCDL XSAVE
 * OSXSAVE AVX F16C
 */
#define F1_ECX_HIDE	(BIT(2) | BIT(3) | BIT(4) | BIT(5) | BIT(6) | BIT(7) | \
			 BIT(8) | BIT(12) | BIT(15) | BIT(17) | BIT(18) | \
			 BIT(21) | BIT(24) | BIT(26) | BIT(27) | BIT(28) | \
			 BIT(29))
#define F1_ECX_HYPERVISOR	BIT(31)
/* XSAVE, and what needs it: FMA AVX F16C, AVX2. For the privileged domain:
 * the tools do not move such state yet.
 */
#define F1_ECX_OSXSAVE	BIT(27)
#define F1_ECX_AVX	(BIT(12) | CPUID_XSAVE | BIT(28) | BIT(29))
#define F7_EBX_AVX	BIT(5)
#define XSAVE_SIZE	(512 + XSAVE_MORE)
#define F7_EBX_KEEP	(BIT(9) | BIT(18) | BIT(19) | BIT(23) | BIT(24) | \
			 BIT(29))
#define E1_ECX_KEEP	(BIT(0) | BIT(5) | BIT(6) | BIT(7) | BIT(8))
#define E1_EDX_HIDE	(BIT(3) | BIT(7) | BIT(12) | BIT(13) | BIT(14) | \
			 BIT(16) | BIT(17) | BIT(25) | BIT(26))

#define HYPERVISOR_LEAF	0x40000000u

bool cpuid_is_intel(void)
{
	u32 r[4];

	cpuid(0, 0, r);
	return r[1] == 0x756e6547;
}

static void hypervisor_leaf(u32 leaf, u32 out[4])
{
	switch (leaf) {
	case HYPERVISOR_LEAF:
		out[0] = HYPERVISOR_LEAF + 2;
		out[1] = XEN_CPUID_SIGNATURE_EBX;
		out[2] = XEN_CPUID_SIGNATURE_ECX;
		out[3] = XEN_CPUID_SIGNATURE_EDX;
		break;
	case HYPERVISOR_LEAF + 1:
		out[0] = 4u << 16 | 17;
		break;
	case HYPERVISOR_LEAF + 2:
		out[0] = 1;			/* hypercall pages */
		out[1] = 0x40000000;		/* the MSR that installs one */
		out[2] = XEN_CPUID_FEAT1_MMU_PT_UPDATE_PRESERVE_AD;
		break;
	default:
		break;
	}
}

static bool sees_avx(const struct domain *d)
{
	u32 r[4];

	cpuid(1, 0, r);
	return d && d->privileged && (r[2] & F1_ECX_AVX) == F1_ECX_AVX;
}

static void xsave_leaf(u32 sub, u32 out[4])
{
	switch (sub) {
	case 0:
		out[0] &= XCR0_KNOWN;
		out[2] = XSAVE_SIZE;
		out[3] = 0;
		break;
	case 1:
		out[0] &= 1;		/* XSAVEOPT */
		out[1] = out[2] = out[3] = 0;
		break;
	case 2:
		break;
	default:
		out[0] = out[1] = out[2] = out[3] = 0;
	}
}

static void hide_leaf1(const struct domain *d, u32 out[4])
{
	u32 avx = sees_avx(d) ? out[2] & (u32)F1_ECX_AVX : 0;

	out[1] = (out[1] & 0x0000ffff) | 1u << 16;
	out[2] = (out[2] & ~(u32)F1_ECX_HIDE) | (u32)F1_ECX_HYPERVISOR | avx;
	out[3] &= ~(u32)F1_EDX_HIDE;
	if (!cpuid_is_intel())
		out[3] &= ~(u32)F1_EDX_SEP;
}

/* What the tools took away; the hypervisor bit is not theirs. */
static void mask_leaf(const struct domain *d, u32 leaf, u32 out[4])
{
	const u32 *mask = d->cpuid_mask;

	switch (leaf) {
	case 1:
		out[2] &= mask[CPUID_1_ECX] | (u32)F1_ECX_HYPERVISOR;
		out[3] &= mask[CPUID_1_EDX];
		break;
	case 7:
		out[1] &= mask[CPUID_7_EBX];
		break;
	case 0x80000001:
		out[2] &= mask[CPUID_E1_ECX];
		out[3] &= mask[CPUID_E1_EDX];
		break;
	default:
		break;
	}
}

void guest_cpuid(const struct vcpu *v, u32 leaf, u32 sub, u32 out[4])
{
	cpuid_for_domain(v->d, leaf, sub, out);
	if (leaf != 1)
		return;
	out[1] |= v->id << 25;
	if (v->xcr0)
		out[2] |= (u32)F1_ECX_OSXSAVE;
}

void cpuid_for_domain(const struct domain *d, u32 leaf, u32 sub, u32 out[4])
{
	out[0] = out[1] = out[2] = out[3] = 0;
	if (leaf >= HYPERVISOR_LEAF && leaf < HYPERVISOR_LEAF + 0x10000) {
		hypervisor_leaf(leaf, out);
		return;
	}
	cpuid(leaf, sub, out);
	switch (leaf) {
	case 1:
		hide_leaf1(d, out);
		break;
	case 7:
		out[0] = 0;
		out[1] = sub ? 0 : out[1] & (u32)(F7_EBX_KEEP |
					  (sees_avx(d) ? F7_EBX_AVX : 0));
		out[2] = out[3] = 0;
		break;
	case 0x80000001:
		out[2] &= (u32)E1_ECX_KEEP;
		out[3] &= ~(u32)E1_EDX_HIDE;
		break;
	case 0x80000007:
		out[3] &= (u32)BIT(8);		/* invariant TSC */
		break;
	case 4:
		out[0] &= 0x3ff;		/* no topology */
		break;
	case 0x80000008:
		out[1] = out[2] = 0;
		break;
	case 0xd:
		if (sees_avx(d)) {
			xsave_leaf(sub, out);
			break;
		}
		__attribute__((fallthrough));
	case 5:
	case 6:
	case 0xa ... 0xc:
	case 0xe ... 0xff:
	case 0x8000000a ... 0x8000ffff:
		out[0] = out[1] = out[2] = out[3] = 0;
		break;
	default:
		break;
	}
	if (d)
		mask_leaf(d, leaf, out);
}
