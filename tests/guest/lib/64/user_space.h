/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * User mode of a 64-bit guest. Its root maps a page of code and a page of
 * stack at USER_SPACE, below 4 GiB for compatibility mode, and whatever a test
 * adds; the kernel's own pages are not in it. The kernel's root has nothing at
 * USER_SPACE.
 */
#ifndef USER_SPACE_H
#define USER_SPACE_H

#define USER_SPACE	0x40000000ul	/* 2 MiB of pages */
#define USER_CODE	USER_SPACE
#define USER_STACK	(USER_SPACE + 2 * PAGE_SIZE)	/* its end */
#define USER_DATA	USER_STACK	/* the first page for tests */

/* What a read of the kernel's memory by user mode finds */
#define KERNEL_PAGE_ERROR	X86_PF_USER

/* Also with PTE_US, which the hypervisor adds if it is not there. */
#define PTE_USER_RO	(PTE_RO | PTE_US)
#define PTE_USER_RW	(PTE_RWP | PTE_US)

/* A root with what leads to the pages of USER_SPACE */
struct user_root {
	u64 l4[512], l3[512], l2[512], l1[512];
} __attribute__((aligned(4096)));

extern struct user_root user_root;	/* user_init() makes it the user root */

/* Fill the tables, which no one may be able to write to after user_pin(). */
void user_tables(struct user_root *r);
long user_pin(struct user_root *r);
long user_use(const struct user_root *r);	/* NULL: no user root */
/* Page n of USER_SPACE, before or after user_pin(); flushes nothing. */
long user_map(struct user_root *r, u32 n, const void *p, u64 flags);

#define COMPAT_CONTEXT(insns)	user_context(INSNS(".code32;" insns "; .code64"))

#endif
