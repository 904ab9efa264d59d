/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains that a test makes: some pages, mapped one to one from address 0. Page
 * 0 is the root of their tables and page 5 the level-1 table; those between are
 * as their width needs them (DOMU_LINKS). The code is in page 7, the stack ends
 * with the last one. A test may be built with other numbers.
 */
#ifndef DOMU_H
#define DOMU_H

#define __XEN_TOOLS__
#include "guest.h"
#include <xen/domctl.h>
#include <xen/sysctl.h>

#define DOMU_L1		5u

#ifndef DOMU_PAGES
#define DOMU_PAGES	16u
#define DOMU_VCPUS	1u
#define DOMU_CODE	7u
#endif

struct domu {
	u32 id;
	xen_pfn_t frames[DOMU_PAGES];
};

extern xen_domctl_t domctl_op;	/* of the last operation */
extern u32 domu_vcpus;			/* of those made from now on */
extern u32 domu_misc_flags;		/* XEN_X86_* of them */

/* All give what the hypercall gave. */
long domu_ctl(const struct domu *u, u32 cmd);
long domu_create(struct domu *u);	/* event channels 1 to 63 */
long domu_populate(struct domu *u, u32 n, u32 first);
long domu_map(const struct domu *u, void *at, u64 mfn, u64 flags);
long domu_pin(const struct domu *u, u32 cmd, u32 mfn);
long domu_set_context(const struct domu *u, vcpu_guest_context_t *ctx);
/* Contents of its pages, by a page of ours; what fails is a failed check. */
void domu_fill(const struct domu *u, void *by, const u8 *code, u32 size);
/*
 * Contexts of its n vCPUs: their number is the argument of its code (EAX, and EDI),
 * their stacks end at multiples of 'size' behind 'stacks'.
 */
void domu_set_vcpus(const struct domu *u, u32 n, u32 stacks, u32 size);
/* Before the tables are pinned: user mode may use all pages that are no tables. */
void domu_let_user(const struct domu *u, void *by);
void domu_context(const struct domu *u, vcpu_guest_context_t *ctx);
/* One with memory and a vCPU, but no contents and no state. */
void domu_empty(struct domu *u);
/* A whole one, paused, that would run the code. */
void domu_make(struct domu *u, void *by, const u8 *code, u32 size);
/* After its destruction: whether nobody knows its number, soon. */
bool domu_gone(const struct domu *u);
u32 free_pages(void);
/* As three times Ctrl-A and this key on the serial line. */
void press_key(char key);

/* neighbour.c: one that counts, whatever others do; checked to go on. */
void neighbour_start(void);
void neighbour_check(void);
void neighbour_end(void);

/*
 * Free pages once what was destroyed has been taken apart: a hypervisor does
 * that when no CPU can use it any more, half a second later on reference Xen.
 */
u32 settled_pages(void);

#endif
