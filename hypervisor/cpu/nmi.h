/* SPDX-License-Identifier: GPL-2.0-only */
/* Non-maskable interrupts of guests. */
#ifndef KRYPTON_NMI_H
#define KRYPTON_NMI_H

void nmi_raise(struct vcpu *v);
/* What the guest enters with one; a kernel's address, in its own segment. */
void nmi_set_handler(struct vcpu *v, u64 ip);
void nmi_clear_handler(struct vcpu *v);
/* The machine's came; then, where locks may be taken, to whom it goes. */
void nmi_note(void);
void nmi_forward(void);
void nmi_deliver(struct vcpu *v, struct regs *r);

#endif
