/* SPDX-License-Identifier: GPL-2.0-only */
/* Exceptions of a guest, and their way into its own handlers. */
#ifndef KRYPTON_GUEST_TRAP_H
#define KRYPTON_GUEST_TRAP_H

#define NO_ERROR_CODE	(-1)

/* Any entry from a guest but device interrupts; interrupts are off. */
void guest_trap(struct regs *r);
/* The same for those by which a guest calls: int 0x80 and 0x82, fast entries. */
void guest_trap_call(struct regs *r);
/* entry/hypercall.c: a hypercall from a guest's kernel. */
void hypercall_entry(struct vcpu *v, struct regs *r);
/* iretq to the guest faulted; r is the frame that it could not load. */
void guest_trap_return_failed(struct regs *r);

/* cpu/bounce.c: change r so that the guest goes on in one of its handlers. */
void bounce_exception(struct vcpu *v, struct regs *r, u32 vector, s64 error);
void bounce_event(struct vcpu *v, struct regs *r);
void bounce_failsafe(struct vcpu *v, struct regs *r);
void bounce_fast_call(struct vcpu *v, struct regs *r);
void bounce_page_fault(struct vcpu *v, struct regs *r, u64 address, u32 error);

#endif
