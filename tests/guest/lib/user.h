/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User mode: a page of code, a page of stack, and runs of it. A run goes where an
 * iret frame says, to user mode or to the kernel, and ends with the first trap or
 * callback that has no handler of its own. Where the pages are, and what a frame
 * is, depends on the width: user_space.h.
 */
#ifndef USER_H
#define USER_H

#include "guest.h"
#include "user_space.h"

#define KERNEL_STACK_SIZE	8192u

extern u8 user_code[PAGE_SIZE], user_stack[PAGE_SIZE];
extern u8 kernel_stack[KERNEL_STACK_SIZE];

void user_init(void);		/* user mode may use its pages from then on */

/* What the end of a run found, besides the registers of who was interrupted */
struct arrival {
	struct trap_frame frame;	/* see struct trap_frame for ESP and SS */
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
/* The same code and stack, for a kernel and by its addresses */
void to_kernel(struct iret_context *c);
/* Run it: the vector that ended that. */
u32 run_user(struct code code);
#define RUN_USER(insns)		run_user(INSNS(insns))

long register_callback(u16 type, ulong address, u16 flags);

/* user_space.c: of iret_by(), and back to it from a handler */
void enter_frame(const struct iret_context *c, u32 nr, ulong a, ulong b);
void leave_frame(void) __attribute__((noreturn));

#endif
