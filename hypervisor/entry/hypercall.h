/* SPDX-License-Identifier: GPL-2.0-only */
/* The hypercall table. */
#ifndef KRYPTON_HYPERCALL_H
#define KRYPTON_HYPERCALL_H

#include "types.h"

/* By int 0x82 from a guest's kernel. */
void hypercall_entry(struct regs *r);
/* Fill a guest's hypercall page. */
void hypercall_page_fill(u8 *page);

#endif
