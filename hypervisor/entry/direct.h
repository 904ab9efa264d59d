/* SPDX-License-Identifier: GPL-2.0-only */
/* The fast path of a guest's system calls into its kernel. */
#ifndef KRYPTON_DIRECT_H
#define KRYPTON_DIRECT_H

#include "domain/domain.h"

/*
 * Enter handler t of the guest's kernel from its user mode: write a bounce frame
 * without an error code to the kernel's stack, and change r, the registers of
 * the vCPU that runs here, so that it continues at t. False: nothing was
 * entered, and the caller uses bounce_exception() or bounce_fast_call(), which
 * also handle every error.
 */
bool direct_enter(struct vcpu *v, struct regs *r, const struct vcpu_trap *t);

#endif
