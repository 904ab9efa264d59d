/* SPDX-License-Identifier: GPL-2.0-only */
/* What only the debug build does: debug/debug.h declares it there. */
#ifndef KRYPTON_DEBUG_H
#define KRYPTON_DEBUG_H

#define DEBUG_OPTIONS
#define DEBUG_EXIT 0
#define lockorder_take(lock) ((void)0)
#define lockorder_drop(lock) ((void)0)
#define ASSERT_HELD(lock) ((void)0)
#define hold_begin(level) ((void)0)
#define hold_end(level) ((void)0)
#define hold_spin(level) ((void)0)
static inline void hold_init(void) { }
static inline void hold_report(void) { }
static inline void stack_init_cpu(void) { }
static inline void quiet_point(void) { }
static inline void quiet_audit(void) { }

#endif
