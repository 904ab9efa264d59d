/* SPDX-License-Identifier: GPL-2.0-only */
/* Policy of a domain's virtual processors. */
#ifndef KRYPTON_PROCESSOR_H
#define KRYPTON_PROCESSOR_H

/* CPUID registers from which the tools may remove features. */
enum cpuid_mask {
	CPUID_1_ECX, CPUID_1_EDX, CPUID_7_EBX, CPUID_7_ECX, CPUID_7_EDX,
	CPUID_D1_EAX, CPUID_E1_ECX, CPUID_E1_EDX, CPUID_MASKS
};

/* The features and settings of a domain's vCPUs. */
struct domain_policy {
	/* Bits that the domain may see; the domctl lock, until it runs. */
	u32 cpuid_mask[CPUID_MASKS];
	u64 vm_assist;			/* BIT(VMASST_TYPE_*); atomic */
	s64 time_offset;		/* of its clock, in s; the domctl lock */
	bool msr_relaxed;		/* unknown MSRs are 0; never changes */
};

#endif
