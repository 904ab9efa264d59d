/* SPDX-License-Identifier: GPL-2.0-only */
/* The hypercall table. */
#ifndef KRYPTON_HYPERCALL_H
#define KRYPTON_HYPERCALL_H

#include "types.h"

struct regs;

#define HYPERCALL_ARGS	6

/*
 * One hypercall. A function that returns -ERESTART has changed its arguments
 * so that the same call goes on where it stopped.
 */
typedef long (*hypercall_fn)(u64 a[HYPERCALL_ARGS]);

/* By int 0x82 from a guest's kernel. */
void hypercall_entry(struct regs *r);
/* Fill a guest's hypercall page. */
void hypercall_page_fill(u8 *page);

long console_io(u64 a[HYPERCALL_ARGS]);
long version_op(u32 cmd, u64 arg);
long memory_op(u64 a[HYPERCALL_ARGS]);
long physdev_op(u32 cmd, u64 arg);
long platform_op(u64 arg);

#endif
