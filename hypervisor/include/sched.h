/* SPDX-License-Identifier: GPL-2.0-only */
/* Which vCPU runs where. */
#ifndef KRYPTON_SCHED_H
#define KRYPTON_SCHED_H

#include "types.h"

struct vcpu;
struct regs;

/* Make it runnable, if it is up. */
void sched_wake(struct vcpu *v);
/* Something for the guest to look at: wake it or make it look. */
void sched_kick(struct vcpu *v);
/* The vCPU's state or its domain's changed so that it must not run. */
void sched_stop(struct vcpu *v);
/* An event came up for a polling vCPU. */
void sched_poll_check(struct vcpu *v, u32 port);
/* Something else has to run: long work should stop soon. */
bool sched_preempt_needed(void);

long sched_op(u32 cmd, u64 arg);
/* The last thing before every return to a guest; interrupts are off. */
void guest_exit(struct regs *r);
/* Run whatever there is, from a CPU's boot path; never returns. */
void sched_start(void) __attribute__((noreturn));

#endif
