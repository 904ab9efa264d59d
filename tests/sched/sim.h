/* SPDX-License-Identifier: GPL-2.0-only */
/* A machine of up to MAX_CPUS processors on which made-up guests run. */
#ifndef SIM_H
#define SIM_H

#include <xen/sched.h>
#include <xen/vcpu.h>
#include "domain/domain.h"
#include "sched/sched.h"

#define SIM_DOMAINS	20u
#define SIM_VCPUS	600u		/* of all domains */

/* What a vCPU does after it has run for 'burst' ns, again and again. */
enum sim_kind {
	SIM_SPIN,			/* nothing: it always wants to run */
	SIM_YIELD,
	SIM_SLEEP,			/* sleeps for 'sleep' ns */
	SIM_RELAY,			/* wakes its domain's next one, sleeps */
	SIM_ANY,			/* one of these, for a random time */
};

struct sim_vcpu {
	struct vcpu v;
	enum sim_kind kind;
	u64 burst, sleep;
	u64 left;			/* until it does so */
	u64 wakes;			/* when its sleep ends; 0: it does not */
	u64 waits_since;		/* 0: it runs, or does not want to */
	u64 longest;			/* wait */
	u64 ran;
};

extern struct sim_vcpu sim_vcpus[SIM_VCPUS];
extern struct domain sim_domains[SIM_DOMAINS];
extern u32 sim_vcpu_count, sim_domain_count;
extern u64 sim_now;
/*
 * By CPU 0, at most: looks into other queues in one choice, and queues that it
 * locked alone in one entry.
 */
extern u32 sim_looks, sim_locks;
/* Once, before a domain's budget is locked, the machine runs for 10 us. */
extern bool sim_at_budget;

/* Once in a process: a machine without domains, and the seed of its guests. */
void sim_start(u32 cpus, u32 seed);
u32 sim_random(u32 below);
struct domain *sim_domain(u32 weight, u32 cap);
struct sim_vcpu *sim_vcpu(struct domain *d, u32 mask, enum sim_kind kind,
			  u64 burst, u64 sleep);
/* The domains begin to run, or go on, until then. */
void sim_run(u64 until);
/* Count from here on what each has run, its longest wait, sim_looks, sim_locks. */
void sim_count(void);

/* storm.c */
void storm_case(u32 seed);

#endif
