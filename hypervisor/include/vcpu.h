/* SPDX-License-Identifier: GPL-2.0-only */
/* vCPU operations and what a vCPU shares with its guest. */
#ifndef KRYPTON_VCPU_H
#define KRYPTON_VCPU_H

#include "types.h"

struct vcpu;

void vcpu_init_timers(struct vcpu *v);
long vcpu_op(u32 cmd, u32 id, u64 arg);
long set_timer_op(u64 timeout);
/* Write time and run state where the guest wants them; the vCPU is loaded. */
void vcpu_update_time(struct vcpu *v);
void domain_update_wallclock(struct vcpu *v);

#endif
