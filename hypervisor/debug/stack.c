// SPDX-License-Identifier: GPL-2.0-only
/*
 * A mark at the lower end of each stack of a CPU, checked on every way to a
 * guest. machine/canary.c has the compiler's canaries.
 */
#include "debug.h"
#include "lib/lib.h"
#include "machine/cpu.h"

_Static_assert(offsetof(struct cpu_block, stack) ==
	       offsetof(struct cpu_block, ist[CPU_IST_COUNT]), "one behind");

#define MARK	0x6b7279707473746bull

/*
 * The lower ends of the exception stacks and of the main one, which follows
 * them.
 */
static u64 *lower_end(u32 stack)
{
	return (u64 *)this_block()->ist[stack];
}

void stack_init_cpu(void)
{
	u32 i;

	for (i = 0; i <= CPU_IST_COUNT; i++)
		*lower_end(i) = MARK;
}

void stack_check(void)
{
	u32 i;

	for (i = 0; i <= CPU_IST_COUNT; i++)
		if (*lower_end(i) != MARK)
			panic("BUG: stack %u of CPU%u is full", i,
			      this_cpu()->id);
}
