/* SPDX-License-Identifier: GPL-2.0-only */
/* The short way of a guest's system calls into its kernel. */
#ifndef KRYPTON_DIRECT_H
#define KRYPTON_DIRECT_H

#include "domain/domain.h"

/*
 * r is of user mode, of the vCPU that runs here: change it so that the guest goes on
 * at t, by a frame without an error code. False: bounce_exception() or
 * bounce_fast_call() is to do so, or to find out what is wrong.
 */
bool direct_enter(struct vcpu *v, struct regs *r, const struct vcpu_trap *t);

#endif
