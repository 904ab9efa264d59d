/* SPDX-License-Identifier: GPL-2.0-only */
/* Hypercalls on the processor's own state; each is a hypercall_fn. */
#ifndef KRYPTON_PROCESSOR_H
#define KRYPTON_PROCESSOR_H

#include "types.h"

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
