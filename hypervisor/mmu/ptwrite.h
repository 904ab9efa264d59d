/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes of a guest to its page tables. */
#ifndef KRYPTON_PTWRITE_H
#define KRYPTON_PTWRITE_H

/*
 * A kernel's write fault at an address; true if it was carried out, or the guest
 * is to run the instruction again.
 */
bool ptwrite_emulate(struct vcpu *v, struct regs *r, gva_t at);

#endif
