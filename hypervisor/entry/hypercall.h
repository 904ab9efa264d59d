/* SPDX-License-Identifier: GPL-2.0-only */
/* The hypercall table. */
#ifndef KRYPTON_HYPERCALL_H
#define KRYPTON_HYPERCALL_H

#include "types.h"

#define HYPERCALL_ARGS	6

/*
 * One hypercall. A function that returns -ERESTART has changed its arguments
 * so that the same call goes on where it stopped.
 */
typedef long (*hypercall_fn)(u64 a[HYPERCALL_ARGS]);

/* A 64-bit value of a 32-bit guest: two arguments, the lower half first. */
static inline u64 hypercall_arg64(const u64 a[])
{
	return a[1] << 32 | a[0];
}

/* By int 0x82 from a guest's kernel. */
void hypercall_entry(struct regs *r);
/* Fill a guest's hypercall page. */
void hypercall_page_fill(u8 *page);

long console_io(u64 a[HYPERCALL_ARGS]);
long version_op(u64 a[HYPERCALL_ARGS]);
long memory_op(u64 a[HYPERCALL_ARGS]);
long physdev_op(u64 a[HYPERCALL_ARGS]);
long platform_op(u64 a[HYPERCALL_ARGS]);
long domctl(u64 a[HYPERCALL_ARGS]);
long sysctl(u64 a[HYPERCALL_ARGS]);

#endif
