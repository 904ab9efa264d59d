/* SPDX-License-Identifier: GPL-2.0-only */
/* Non-maskable interrupts of guests. */
#ifndef KRYPTON_NMI_H
#define KRYPTON_NMI_H

/* Make an NMI pending for the vCPU. Any context but an NMI's. */
void nmi_raise(struct vcpu *v);
/*
 * Set or remove the guest's handler: an address in its kernel's segment. 0 or
 * -EINVAL.
 */
int nmi_set_handler(struct vcpu *v, u64 ip);
void nmi_clear_handler(struct vcpu *v);
/* Record an NMI of the machine; called in the NMI itself. */
void nmi_note(void);
/* Raise a recorded NMI in Dom0, which exists by now. The caller holds no lock. */
void nmi_forward(void);
/* Enter the vCPU's handler; only if nmi_deliverable(). */
void nmi_deliver(struct vcpu *v, struct regs *r);

#endif
