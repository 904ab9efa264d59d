/* SPDX-License-Identifier: GPL-2.0-only */
/* The contests of tests/guest/contend: main.c holds them. */
#ifndef CONTEND_H
#define CONTEND_H

#include "guest.h"

#define TARGETS		29u	/* vCPUs 3 to 31: each can be used up once */
#define REF		8u	/* of the grant table */

/* What the second one gets, if it is not one certain error: */
#define DISTINCT	1	/* success, and another thing than the first one */
#define SOME_ERROR	2	/* by which side it is */
#define ANY		3	/* perhaps success as well: see its after() */
#define SUCCESS		4	/* neither disturbs the other */
#define ONE_AT_MOST	5	/* on Xen, each may be in the other's way */

/*
 * Two calls at the same time, side 0 on vCPU 0, side 1 on vCPU 1. The function
 * is where Krypton begins with side 0, for tests/guest/window-steps.
 */
struct contest {
	const char *name, *function;
	long (*side[2])(u32 round, u32 me);
	long refused;
	void (*before)(u32 round);
	void (*after)(u32 round, u32 winner);
	u32 limit;	/* rounds that there is a thing for; 0: any number */
	u32 gives;	/* what a side gives back and vCPU 2 must not get */
#define GIVES_FRAMES	1u
#define GIVES_HANDLES	2u
};

#define SAME(fn)	{ fn, fn }

/* Each ends with one that has no name. */
extern const struct contest vcpu_contests[], port_contests[], page_contests[],
			    grant_contests[], device_contests[], walk_contests[];

/* What the sides of this round gave. */
extern volatile long result[2];

void setup_vcpus(void (*entry)(void), void *stack_end);
void setup_pages(void);
void setup_grants(void);
void setup_devices(void);
void setup_walks(void);

/* holders.c: a way to hold locks for long, another one each round. */
void setup_holders(void);
void hold(u32 round, u32 gives);

/* A page that the hypervisor may write to is no page table, another may be. */
void check_page(u8 *p, bool used);
long reservation(u32 cmd, xen_pfn_t *frames, u32 n);

extern grant_entry_v1_t grant_entries[512];

#endif
