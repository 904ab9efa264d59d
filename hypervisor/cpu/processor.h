/* SPDX-License-Identifier: GPL-2.0-only */
/* Hypercalls on the processor's own state; each is a hypercall_fn. */
#ifndef KRYPTON_PROCESSOR_H
#define KRYPTON_PROCESSOR_H

#include "types.h"

/* Registers of CPUID that the tools may take features from. */
enum cpuid_mask {
	CPUID_1_ECX, CPUID_1_EDX, CPUID_7_EBX, CPUID_7_ECX, CPUID_7_EDX,
	CPUID_E1_ECX, CPUID_E1_EDX, CPUID_MASKS
};

/* What a domain's vCPUs may see and do. */
struct domain_policy {
	u32 cpuid_mask[CPUID_MASKS];	/* what may be seen of each */
	u32 vm_assist;			/* atomic */
	s64 time_offset;		/* of its wall clock, in seconds */
};

long pv_stack_switch(u64 a[]);
long pv_fpu_taskswitch(u64 a[]);
long pv_set_debugreg(u64 a[]);
long pv_get_debugreg(u64 a[]);
/* Of a vCPU that does not run: each to its value, or to none if refused. */
void pv_reset_debugregs(struct vcpu *v, const u32 value[8]);
long pv_vm_assist(u64 a[]);
/* Bits of VMASST_TYPE_* that exist here. */
u32 pv_known_assists(void);
/* cpu/iret.c */
long pv_iret(u64 a[]);

#endif
