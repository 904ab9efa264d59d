/* SPDX-License-Identifier: GPL-2.0-only */
/* Which parts of the machine's memory have their parts of the frame table. */
#ifndef KRYPTON_SECTIONS_H
#define KRYPTON_SECTIONS_H

#include "memory/frames.h"

#define SECTION_SHIFT	19	/* frames: 2 GiB */

/*
 * Back the arrays for all frames below ram_end; at boot. Free sections stay
 * asleep, and early memory has none of them any more.
 */
void sections_init(u64 ram_end);
/* Then, when each frame has its kind: those of the machine-to-phys arrays. */
void sections_name_arrays(void);
/*
 * The highest section that sleeps with all of its frames below frame number
 * 'limit' (0: anywhere), or 0. The alloc lock.
 */
u64 section_highest(u64 limit);
/*
 * To wake a section, call section_rouse() with the alloc lock held, which
 * reserves the section for the caller, and then section_wake() without the
 * lock, which takes milliseconds and waits for other CPUs. The caller then
 * gives the allocator section_frames() frames from the returned one on.
 */
void section_rouse(u64 s);
mfn_t section_wake(u64 s);
u64 section_frames(u64 s);
/* Free frames of all sections that sleep. */
u64 sections_asleep(void);

#endif
