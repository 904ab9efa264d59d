/* SPDX-License-Identifier: GPL-2.0-only */
/* The debug build's checks; the release uses include/debug.h instead. */
#ifndef KRYPTON_DEBUG_H
#define KRYPTON_DEBUG_H

struct spinlock;

/*
 * debug/lockorder.c: panic if this CPU, with these flags, must not take the lock.
 */
void lockorder_check(const struct spinlock *l, u64 flags);
/* This CPU is about to take the lock, or has released it. */
void lockorder_take(const struct spinlock *l);
void lockorder_drop(const struct spinlock *l);
/* Panic unless this CPU holds the lock. */
void lockorder_check_held(const struct spinlock *l);
#define ASSERT_HELD(lock) lockorder_check_held(lock)
/* Panic if this CPU holds a lock. Called on the way to a guest. */
void lockorder_check_none(void);

extern const char *const lock_names[];

/* debug/holds.c: "A" or "A,B", in microseconds. False: malformed. */
bool hold_set_limits(const char *value);
#define DEBUG_OPTIONS { "hold_limit", .set = hold_set_limits },
/* Boot is over: the limits apply from now on. */
void hold_init(void);
/*
 * This CPU has just taken a lock of this level, or is about to release it;
 * level 0 stands for interrupts off.
 */
void hold_begin(u32 level);
void hold_end(u32 level);
/* This CPU has seen once more that another one holds a lock of this level. */
void hold_spin(u32 level);
void hold_report(void);

/* debug/stack.c: mark and check this CPU's stacks. */
void stack_init_cpu(void);
void stack_check(void);

/*
 * Each way to a guest comes to quiet_point(), apart from the shortest one of system
 * calls (entry/syscall.S): an IPI, which quiet_audit() sends, leaves by the others.
 */
#define DEBUG_EXIT 1
/* debug/quiet.c: the caller holds no lock and no hypercall is half done. */
void quiet_point(void);
/* Audit when all CPUs have reached quiet_point(). Any context. */
void quiet_audit(void);

/* debug/audit.c: returns how many frames are at fault, and logs each. */
u32 audit_frames(void);

#endif
