/* SPDX-License-Identifier: GPL-2.0-only */
/* Emulation of a guest's writes to its page tables. */
#ifndef KRYPTON_PTWRITE_H
#define KRYPTON_PTWRITE_H

/*
 * The guest's kernel faulted when it wrote to 'at'. True: the write is done, or
 * the guest must run the instruction again. False: the guest gets the fault.
 * Takes the page lock; the vCPU runs on this CPU.
 */
bool ptwrite_emulate(struct vcpu *v, struct regs *r, gva_t at);

#endif
