// SPDX-License-Identifier: GPL-2.0-only
/*
 * The stack canary that the compiler puts between buffers and the return
 * address. Each boot chooses a new value. The release guards functions with a
 * buffer of characters or with a structure that contains one; the debug build
 * guards functions with any array.
 */
#include "lib/lib.h"
#include "machine/cpu.h"
#include "machine/machine.h"

/* The compiler gives these names. */
extern u64 __stack_chk_guard;
void __stack_chk_fail(void) __attribute__((noreturn));

u64 __stack_chk_guard;

void __stack_chk_fail(void)
{
	panic("BUG: a return address was overwritten");
}

/* The caller never returns. The low byte is 0 to stop string functions. */
__attribute__((no_stack_protector)) void canary_init(void)
{
	__stack_chk_guard = rdtsc() * 0x9e3779b97f4a7c15ull << 8;
}
