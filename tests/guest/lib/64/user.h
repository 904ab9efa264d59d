/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User mode of a 64-bit guest. Its root maps a page of code and a page of
 * stack at USER_SPACE, below 4 GiB for compatibility mode, and whatever a test
 * adds; the kernel's own pages are not in it. The kernel's root has nothing at
 * USER_SPACE.
 *
 * A run goes where an iret frame says, and ends with the first trap or callback
 * that has no handler of its own.
 */
#ifndef USER_H
#define USER_H

#include "guest.h"

#define USER_SPACE	0x40000000ul	/* 2 MiB of pages */
#define USER_CODE	USER_SPACE
#define USER_STACK	(USER_SPACE + 2 * PAGE_SIZE)	/* its end */
#define USER_DATA	USER_STACK	/* the first page for tests */

#define KERNEL_STACK_SIZE	8192u

/* Also with PTE_US, which the hypervisor adds if it is not there. */
#define PTE_USER_RO	(PTE_RO | PTE_US)
#define PTE_USER_RW	(PTE_RWP | PTE_US)

/* A root with what leads to the pages of USER_SPACE */
struct user_root {
	u64 l4[512], l3[512], l2[512], l1[512];
} __attribute__((aligned(4096)));

extern struct user_root user_root;	/* of user_init() */
extern u8 user_code[PAGE_SIZE], user_stack[PAGE_SIZE];
extern u8 kernel_stack[KERNEL_STACK_SIZE];

void user_init(void);		/* makes user_root the user root */

/* Fill the tables, which no one may be able to write to after user_pin(). */
void user_tables(struct user_root *r);
long user_pin(struct user_root *r);
long user_use(const struct user_root *r);	/* NULL: no user root */
/* Page n of USER_SPACE, before or after user_pin(); flushes nothing. */
long user_map(struct user_root *r, u32 n, const void *p, u64 flags);

/* What the end of a run found, besides the registers of who was interrupted */
struct arrival {
	struct trap_frame frame;
	const struct trap_frame *at;	/* where the frame was */
	ulong flags;			/* of the handler */
	u16 cs, ss;
	u8 mask;			/* of events, in the handler */
};
extern struct arrival came;

/* The vector, or the number of a callback's entry */
u32 iret_to(const struct iret_context *c);
/* The same by another hypercall, with the frame where its stack pointer is */
u32 iret_by(const struct iret_context *c, u32 nr, ulong a, ulong b);

/* User code at USER_CODE, with a good frame for it */
struct iret_context user_context(struct code code);
#define USER_CONTEXT(insns)	user_context(INSNS(insns))
#define COMPAT_CONTEXT(insns)	user_context(INSNS(".code32;" insns "; .code64"))
/* The same code and stack, for a kernel and by its addresses */
void to_kernel(struct iret_context *c);
/* Run it: the vector that ended that. */
u32 run_user(struct code code);
#define RUN_USER(insns)		run_user(INSNS(insns))

long register_callback(u16 type, ulong address, u16 flags);

#endif
