/* SPDX-License-Identifier: GPL-2.0-only */
/* The processor's own state. */
#ifndef KRYPTON_PROCESSOR_H
#define KRYPTON_PROCESSOR_H

/* Registers of CPUID that the tools may take features from. */
enum cpuid_mask {
	CPUID_1_ECX, CPUID_1_EDX, CPUID_7_EBX, CPUID_7_ECX, CPUID_7_EDX,
	CPUID_D1_EAX, CPUID_E1_ECX, CPUID_E1_EDX, CPUID_MASKS
};

/* What a domain's vCPUs may see and do. */
struct domain_policy {
	u32 cpuid_mask[CPUID_MASKS];	/* what may be seen of each */
	u64 vm_assist;			/* atomic */
	s64 time_offset;		/* of its wall clock, in seconds */
};

#endif
