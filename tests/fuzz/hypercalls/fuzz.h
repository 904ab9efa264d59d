/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the two programs of the fuzzer share: the layout of the domain that
 * fuzzes, its image and its control page. Page n of the domain is at address
 * n << 12. The program of the domain exists for both widths, and Dom0 has both
 * in it, so that nothing here has a size that depends on the width.
 *
 * Its control page, code, data and stacks are pages of Dom0, which no call can
 * change that names frames. It can do anything with its own pages.
 */
#ifndef FUZZ_H
#define FUZZ_H

#define DOMU_PAGES	96u
#define DOMU_VCPUS	2u
#define DOMU_CODE	8u

/* Pages 0 to 5 are tables: 0 is the root, 5 of level 1; see domain.c. */
#define PAGE_USER_ROOT	3u	/* at 64 bits */
#define PAGE_CONTROL	6u	/* Dom0's pages start here, */
#define PAGE_OPS	7u	/* counts of operations, writable as well */
#define PAGE_DATA	16u	/* are writable from here, */
#define PAGE_GUARD	27u	/* read-only, below the stacks */
#define PAGE_ARGS	32u	/* and end here: where arguments are put */
#define PAGE_READONLY	40u
#define PAGE_ABSENT	44u	/* frames that no address has */
#define PAGE_GRANTS	47u	/* its grant table */
#define PAGE_PLAY	48u	/* frames to do anything with */

#define FUZZ_ENTRY(v)	((DOMU_CODE << 12) + (v) * 16)
#define FUZZ_HEADER	64u	/* where struct image_header is in the image */
#define FUZZ_STACK(v)	((PAGE_ARGS - 2 * (v)) << 12)

#define DOM0_REFS	8u	/* grants to the domain, from this number on */
#define DOM0_GRANTS	8u
#define DOM0_FRAMES	4u
#define FUZZ_NUMBERS	64u	/* of hypercalls; all greater ones: */
#define FUZZ_OTHERS	57u
/*
 * Counts of other things than hypercalls: results written where no guest may
 * have one; runs of user mode; contexts that Dom0
 * set; grants that were mapped, which the call's result does not show; entries
 * written as memory; privileged instructions.
 */
#define FUZZ_BREACHES	58u
#define FUZZ_USER	59u
#define FUZZ_CONTEXTS	60u
#define FUZZ_MAPPED	61u
#define FUZZ_WRITES	62u
#define FUZZ_INSTRUCTIONS 63u

/*
 * Hypercalls with operations: memory_op, xen_version, grant_table_op, vm_assist,
 * set_segment_base, vcpu_op, mmuext_op, sched_op, callback_op, event_channel_op,
 * physdev_op; and how many operations are counted of each
 */
#define FUZZ_GROUP_NUMBERS	12, 17, 20, 21, 25, 24, 26, 29, 30, 32, 33
#define FUZZ_GROUPS	11u
#define FUZZ_OPS	36u

#ifndef __ASSEMBLER__
/* How Dom0 starts a vCPU: with a context of the image, and this root. */
struct image_header {
	unsigned int width, context, size, root;	/* offsets, in bytes */
	unsigned int spared;		/* the instruction pointer's offset */
};

struct control {
	unsigned int seed, calls, domid, peer, port[4];
	unsigned int first_ref;		/* of Dom0's grants */
	unsigned int frames[DOMU_PAGES];
	unsigned int dom0_frames[DOM0_FRAMES];
	/* Written by the domain: */
	volatile unsigned int over;
	struct {
		volatile unsigned int calls[FUZZ_NUMBERS], good[FUZZ_NUMBERS];
		volatile unsigned int traps, total;
	} vcpu[DOMU_VCPUS];
};

/* In a page of its own */
struct operations {
	volatile unsigned short calls[FUZZ_GROUPS][FUZZ_OPS];
	volatile unsigned short good[FUZZ_GROUPS][FUZZ_OPS];
};
#endif

#endif
