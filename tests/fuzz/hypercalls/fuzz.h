/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the two programs of the fuzzer share: the layout of the domain that
 * fuzzes, and its control page. Page n of the domain is at address n << 12;
 * tests/guest/lib/domu.h makes it of this size.
 *
 * Its control page, code, data and stacks are pages of Dom0, which no call can
 * change that names frames. It can do anything with its own pages.
 */
#ifndef FUZZ_H
#define FUZZ_H

#define DOMU_PAGES	96u
#define DOMU_VCPUS	2u
#define DOMU_CODE	8u

#define PAGE_CONTROL	6u	/* Dom0's pages start here, */
#define PAGE_DATA	16u	/* are writable from here, */
#define PAGE_GUARD	29u	/* read-only, below the stacks */
#define PAGE_ARGS	32u	/* and end here: where arguments are put */
#define PAGE_READONLY	40u
#define PAGE_ABSENT	44u	/* frames that no address has */
#define PAGE_GRANTS	47u	/* its grant table */
#define PAGE_PLAY	48u	/* frames to do anything with */

#define FUZZ_ENTRY(v)	((DOMU_CODE << 12) + (v) * 16)
#define FUZZ_STACK(v)	(((DOMU_CODE + 24 - (v)) << 12))

#define DOM0_REFS	8u	/* grants to the domain, from this number on */
#define DOM0_GRANTS	8u
#define DOM0_FRAMES	4u
#define FUZZ_NUMBERS	64u	/* of hypercalls; all greater ones: */
#define FUZZ_OTHERS	60u
/*
 * Counts of other things than hypercalls: grants that were mapped, which the
 * call's result does not show; entries written as memory; privileged
 * instructions.
 */
#define FUZZ_MAPPED	61u
#define FUZZ_WRITES	62u
#define FUZZ_INSTRUCTIONS 63u

#ifndef __ASSEMBLER__
struct control {
	unsigned int seed, calls, domid, port[4];
	unsigned int frames[DOMU_PAGES];
	unsigned int dom0_frames[DOM0_FRAMES];
	/* Written by the domain: */
	volatile unsigned int over;
	struct {
		volatile unsigned int calls[FUZZ_NUMBERS], good[FUZZ_NUMBERS];
		volatile unsigned int traps, total;
	} vcpu[DOMU_VCPUS];
};
#endif

#endif
