/* SPDX-License-Identifier: GPL-2.0-only */
/* The life and the end of a domain. */
#ifndef KRYPTON_LIFE_H
#define KRYPTON_LIFE_H

#include "machine/lock.h"

enum domain_stage {
	DOMAIN_ALIVE,
	DOMAIN_DYING,		/* being taken apart */
	DOMAIN_DEAD,		/* only references keep it */
};

struct domain_life {
	volatile u32 is_dying;		/* enum domain_stage; atomic */
	volatile u32 pause_count;	/* atomic; not to run while not 0 */

	struct spinlock lock;		/* of the next four; VCPUOP_down */
	volatile bool crashed, shut_down;
	bool end_told;			/* VIRQ_DOM_EXC was sent for it */
	u32 shutdown_code;
	u32 suspend_port;		/* tells the tools of a suspend; or 0 */

	/* For domain_kill(), under the domctl lock. */
	u32 kill_step;			/* enum part_order */
	u32 kill_index;			/* within a table */
	mfn_t kill_at;			/* frame that the part has reached */
};

#endif
