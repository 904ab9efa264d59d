/* SPDX-License-Identifier: GPL-2.0-only */
/* vCPU operations and what a vCPU shares with its guest. */
#ifndef KRYPTON_VCPU_H
#define KRYPTON_VCPU_H

#include "machine/time.h"
#include "types.h"

#define WATCHDOGS	2

/* What a vCPU shares with its guest. */
struct vcpu_shared {
	u8 *info;			/* vcpu_info; the event lock */
	mfn_t info_frame;		/* if registered; the page lock */
	u32 time_version;		/* while it runs */
	gva_t runstate_at, time_at;	/* 0: none; atomic */
};

/* The timers of a vCPU; machine/time.c locks each. */
struct vcpu_timers {
	struct timer singleshot, periodic, poll;
	u64 period, last_tick;
};

/* A domain's watchdogs; the event lock. */
struct domain_watchdogs {
	struct timer timer[WATCHDOGS];
	u32 used;			/* bit each */
};

void vcpu_init_timers(struct vcpu *v);
/* For good: no timer of it fires after this. */
void vcpu_stop_timers(struct vcpu *v);
/* arg: where the guest has the 64-bit time */
long vcpu_set_singleshot(struct vcpu *v, u64 arg);
long vcpu_set_periodic(struct vcpu *v, u64 arg);
void vcpu_stop_periodic(struct vcpu *v);
/* It begins to run, and its periodic timer with it. */
void vcpu_tick(struct vcpu *v);
/* A domain's watchdogs (xen/sched.h); killed, they fire no more. */
void watchdog_init(struct domain *d);
void watchdog_kill(struct domain *d);
long watchdog_set(struct domain *d, void *arg);
long vcpu_op(u64 a[]);
long set_timer_op(u64 a[]);
/* Write time and run state where the guest wants them; the vCPU is loaded. */
void vcpu_update_time(struct vcpu *v);
void domain_update_wallclock(struct domain *d);
/* Nanoseconds at system time 0, for all domains. */
void wallclock_set(u64 base);

#endif
