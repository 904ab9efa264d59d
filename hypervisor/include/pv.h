/* SPDX-License-Identifier: GPL-2.0-only */
/* The hypercalls of the paravirtual processor and its page tables. */
/* Each is a hypercall_fn: see hypercall.h. */
#ifndef KRYPTON_PV_H
#define KRYPTON_PV_H

#include "types.h"

/* pv/callbacks.c */
long pv_set_trap_table(u64 a[]);
long pv_set_callbacks(u64 a[]);
long pv_callback_op(u64 a[]);
long pv_nmi_op(u64 a[]);
/* One of enum vcpu_callback_kind; a code selector of ring 0 is ring 1's. */
void vcpu_set_callback(struct vcpu *v, u32 kind, u32 cs, u64 ip, bool mask);

/* pv/processor.c */
long pv_stack_switch(u64 a[]);
long pv_fpu_taskswitch(u64 a[]);
long pv_set_debugreg(u64 a[]);
long pv_get_debugreg(u64 a[]);
/* Of a vCPU that does not run: each to its value, or to none if refused. */
void pv_reset_debugregs(struct vcpu *v, const u32 value[8]);
long pv_vm_assist(u64 a[]);
/* Bits of VMASST_TYPE_* that exist here. */
u32 pv_known_assists(void);

/* pv/compat.c */
long pv_sched_op_compat(u64 a[]);
long pv_event_channel_op_compat(u64 a[]);
long pv_physdev_op_compat(u64 a[]);

/* pv/iret.c */
long pv_iret(u64 a[]);

/* pv/descriptors.c */
long pv_set_gdt(u64 a[]);
long pv_update_descriptor(u64 a[]);

/*
 * pv/batch.c: the list a[0] of a[1] entries of a size, one by one; as a
 * hypercall's arguments they are changed for its continuation.
 */
long pv_batch(u64 a[], u32 size, struct domain *d,
	      int (*one)(void *data, gva_t at), void *data);

/* pv/mmu_update.c, pv/va_mapping.c, pv/mmuext.c */
long pv_mmu_update(u64 a[]);
long pv_update_va_mapping(u64 a[]);
long pv_update_va_mapping_otherdomain(u64 a[]);
long pv_mmuext_op(u64 a[]);
/* Whose pages a call works on: put it after an error, too. */
int pv_get_owner(u32 id, struct domain **owner);
void pv_put_owner(struct domain *owner);
/* On the vCPUs of a bitmap in the caller's memory; 0 or -EFAULT. */
int pv_flush_vcpus(struct domain *d, u64 bitmap);
/* Load a root table; -ERESTART: call again to go on validating it. */
int pv_new_baseptr(struct vcpu *v, mfn_t table);

#endif
