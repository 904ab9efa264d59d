/* SPDX-License-Identifier: GPL-2.0-only */
/* Exceptions of a guest, and how its own handlers get them. */
#ifndef KRYPTON_GUEST_TRAP_H
#define KRYPTON_GUEST_TRAP_H

#define NO_ERROR_CODE	(-1)

/*
 * Handle a trap from the guest: all vectors but interrupts, NMI and #MC. r is the
 * frame of the vCPU that runs here. Called with interrupts off.
 */
void guest_trap(struct regs *r);
/* The same for int 0x80, int 0x82, SYSENTER and SYSCALL. */
void guest_trap_call(struct regs *r);
/* entry/hypercall.c: make the hypercall that the guest's kernel asks for. */
void hypercall_entry(struct vcpu *v, struct regs *r);
/* The return to the guest faulted: r is the frame that IRETQ did not load. */
void guest_trap_return_failed(struct regs *r);

/*
 * cpu/bounce.c: write a bounce frame to the guest's stack and change r so that
 * the vCPU, which runs here, continues in one of its handlers. If that fails,
 * they crash the domain. 'error' is an error code or NO_ERROR_CODE.
 */
void bounce_exception(struct vcpu *v, struct regs *r, u32 vector, s64 error);
void bounce_event(struct vcpu *v, struct regs *r);
void bounce_failsafe(struct vcpu *v, struct regs *r);
void bounce_fast_call(struct vcpu *v, struct regs *r);
/* SYSCALL from the user mode of a 64-bit guest. */
void bounce_syscall(struct vcpu *v, struct regs *r);
void bounce_page_fault(struct vcpu *v, struct regs *r, u64 address, u32 error);

#endif
