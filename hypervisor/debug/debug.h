/* SPDX-License-Identifier: GPL-2.0-only */
/* The debug build's checks; the release has include/debug.h in its place. */
#ifndef KRYPTON_DEBUG_H
#define KRYPTON_DEBUG_H

#include "types.h"

struct spinlock;

/* debug/lockorder.c: this CPU is about to take the lock; flags as they were. */
void lockorder_check(const struct spinlock *l, u64 flags);
/* It holds this one: what the caller of a function promises. */
void lockorder_check_held(const struct spinlock *l);
#define ASSERT_HELD(lock) lockorder_check_held(lock)
/* It holds none, on its way to a guest. */
void lockorder_check_none(void);

extern const char *const lock_names[];

/* debug/holds.c: "A" or "A,B", in microseconds. False: malformed. */
bool hold_set_limits(const char *value);
#define DEBUG_OPTIONS { "hold_limit", hold_set_limits },
/* Booting is over: the limits hold from now on. */
void hold_init(void);
/*
 * This CPU has just taken a lock of this level, or is about to give it up;
 * level 0 is for interrupts that are off.
 */
void hold_begin(u32 level);
void hold_end(u32 level);
void hold_report(void);

/* debug/stack.c: mark and check this CPU's stacks. */
void stack_init_cpu(void);
void stack_check(void);

/* debug/quiet.c: no guest's work is half done here, and no lock is held. */
void quiet_point(void);
/* Audit as soon as all CPUs are at such a point; any context. */
void quiet_audit(void);

/* debug/audit.c: how many frames are at fault, after a line for each. */
u32 audit_frames(void);

#endif
