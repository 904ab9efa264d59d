/* SPDX-License-Identifier: GPL-2.0-only */
/* vCPU operations: timers, entry points, time in guest memory, contexts. */
#ifndef KRYPTON_VCPU_H
#define KRYPTON_VCPU_H

#include "machine/time.h"

#define WATCHDOGS	2

/*
 * The timers of a vCPU. machine/timer.c has the lock of each. No lock guards the
 * period: two CPUs that change it at the same time may cause one extra tick.
 */
struct vcpu_timers {
	struct timer singleshot, periodic, poll;
	u64 period, last_tick;		/* in ns; period 0: none */
};

/* A domain's watchdogs, guarded by the event lock. */
struct domain_watchdogs {
	struct timer timer[WATCHDOGS];
	u32 used;			/* a bit for each */
};

/*
 * Set a timer: arg is the guest address of a u64 in ns, a system time for the
 * single-shot timer and a period for the other. 0, -EFAULT or -EINVAL.
 */
long vcpu_set_singleshot(struct vcpu *v, u64 arg);
long vcpu_set_periodic(struct vcpu *v, u64 arg);
/* Start the periodic timer, and send the tick that is due; the vCPU runs. */
void vcpu_tick(struct vcpu *v);
/*
 * Make an entry point of the vCPU's kernel. In a 32-bit guest a code selector
 * of ring 0 becomes one of ring 1. A 64-bit guest always has the same selector.
 * The selector is null if there is no handler.
 */
struct vcpu_trap vcpu_entry_point(const struct vcpu *v, u32 cs, u64 ip,
				  u32 flags);
/* Set callback 'kind' (enum vcpu_callback_kind). 'mask': it masks events. */
void vcpu_set_callback(struct vcpu *v, u32 kind, u32 cs, u64 ip, bool mask);
/*
 * Set the debug registers of a vCPU that does not run. A register whose value
 * is refused gets its initial value.
 */
void vcpu_reset_debugregs(struct vcpu *v, const u64 value[8]);
/* SCHEDOP_watchdog: an operation_call(). The caller holds d's event lock. */
long vcpu_set_watchdog(struct domain *d, void *arg);
/* Write time and run state to guest memory. The vCPU is loaded in this CPU. */
void vcpu_update_time(struct vcpu *v);
/* Write the wall clock to shared_info. Takes the event lock. */
void vcpu_update_wallclock(struct domain *d);
/*
 * Set or get the state of a vCPU that does not run: 'at' is a vcpu_guest_context in
 * the caller's memory. 0; -EFAULT; -EINVAL: it would break isolation; -EEXIST: a
 * guest has initialised this vCPU before; -EOPNOTSUPP: the vCPU has other tables;
 * -ESRCH: the domain is dying; -ERESTART: call again. Takes the page lock.
 */
int vcpu_context_set(struct vcpu *v, gva_t at);
int vcpu_context_get(struct vcpu *v, gva_t at);

#endif
