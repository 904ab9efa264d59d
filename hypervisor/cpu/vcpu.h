/* SPDX-License-Identifier: GPL-2.0-only */
/* vCPU operations and what a vCPU shares with its guest. */
#ifndef KRYPTON_VCPU_H
#define KRYPTON_VCPU_H

#include "machine/time.h"

#define WATCHDOGS	2

/* The timers of a vCPU; machine/timer.c locks each. */
struct vcpu_timers {
	struct timer singleshot, periodic, poll;
	u64 period, last_tick;
};

/* A domain's watchdogs; the event lock. */
struct domain_watchdogs {
	struct timer timer[WATCHDOGS];
	u32 used;			/* bit each */
};

/* arg: where the guest has the 64-bit time */
long vcpu_set_singleshot(struct vcpu *v, u64 arg);
long vcpu_set_periodic(struct vcpu *v, u64 arg);
void vcpu_stop_periodic(struct vcpu *v);
/* It begins to run, and its periodic timer with it. */
void vcpu_tick(struct vcpu *v);
/*
 * An entry point of the guest's kernel. A code selector of ring 0 is ring 1's;
 * that of a 64-bit kernel is given. It is null if there is no handler.
 */
struct vcpu_trap vcpu_entry_point(const struct vcpu *v, u32 cs, u64 ip,
				  u32 flags);
/* One of enum vcpu_callback_kind. */
void vcpu_set_callback(struct vcpu *v, u32 kind, u32 cs, u64 ip, bool mask);
/* Of a vCPU that does not run: each to its value, or to none if refused. */
void vcpu_reset_debugregs(struct vcpu *v, const u64 value[8]);
/* SCHEDOP_watchdog. */
long vcpu_set_watchdog(struct domain *d, void *arg);
/* Write time and run state where the guest wants them; the vCPU is loaded. */
void vcpu_update_time(struct vcpu *v);
void vcpu_update_wallclock(struct domain *d);
/*
 * State of a vCPU that does not run, from and to memory of the caller. 0;
 * -EFAULT; -EINVAL: would break isolation; -EOPNOTSUPP: other tables than the
 * vCPU has already; -ESRCH: it is dying.
 */
int vcpu_context_set(struct vcpu *v, gva_t at);
int vcpu_context_get(struct vcpu *v, gva_t at);
/* Nanoseconds at system time 0, for all domains. */
void vcpu_set_wallclock(u64 base);

#endif
