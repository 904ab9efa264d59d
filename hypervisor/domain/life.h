/* SPDX-License-Identifier: GPL-2.0-only */
/* The life and the end of a domain. */
#ifndef KRYPTON_LIFE_H
#define KRYPTON_LIFE_H

#include "machine/lock.h"
#include "types.h"

enum domain_stage {
	DOMAIN_ALIVE,
	DOMAIN_DYING,		/* being taken apart */
	DOMAIN_DEAD,		/* kept by references alone */
};

/* Steps of domain_kill(), in their order. */
enum kill_step {
	KILL_STOP,		/* until no CPU runs a vCPU of it */
	KILL_EVENTS, KILL_GRANTS,
	KILL_OLD,		/* tables that were taken apart already */
	KILL_TABLES,		/* level-2 tables emptied */
	KILL_VCPUS,		/* roots, descriptor tables, timers */
	KILL_PINS,
	KILL_PAGES,		/* the domain gives up what it owns */
	KILL_DONE,
};

struct domain_life {
	volatile u32 is_dying;		/* enum domain_stage; atomic */
	volatile u32 pause_count;	/* atomic; not to run while not 0 */

	struct spinlock lock;		/* of the next four; VCPUOP_down */
	volatile bool crashed, shut_down;
	bool end_told;			/* VIRQ_DOM_EXC for its shutdown */
	u32 shutdown_code;

	/* The one domctl that destroys it. */
	u32 kill_step, kill_index;	/* enum kill_step */
	mfn_t kill_at;			/* frame that the step has come to */
};

#endif
