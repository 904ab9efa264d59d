/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Marks of tests/bench/counts.c, for programs: instructions that do nothing, except
 * under this plugin of QEMU. They are nopl 0x5452504b(%eax) and the next one.
 */
#ifndef MARK_H
#define MARK_H

/* The plugin begins to count, or stops */
#define MARK_SPAN	".byte 0x0f, 0x1f, 0x80, 0x4b, 0x50, 0x52, 0x54"
/* The counts belong to one row; the next one begins */
#define MARK_ROW	".byte 0x0f, 0x1f, 0x80, 0x4c, 0x50, 0x52, 0x54"

#endif
