// SPDX-License-Identifier: GPL-2.0-only
/* CPUID leaves that the processor, or a hypervisor below this one, may lack. */
#include "lib/lib.h"
#include "machine/cpu.h"

/*
 * EAX of a range's first leaf is the number of its last one. For a range that it
 * lacks, a processor may answer with data of another range: then EAX is no number
 * in this one.
 */
void cpuid_leaf(u32 leaf, u32 sub, u32 r[4])
{
	cpuid(leaf & ~0xffffu, 0, r);
	if (r[0] < leaf || r[0] - leaf > 0xffff)
		memset(r, 0, 4 * sizeof(*r));
	else
		cpuid(leaf, sub, r);
}

u32 cpuid_reg(u32 leaf, enum cpuid_reg reg)
{
	u32 r[4];

	cpuid_leaf(leaf, 0, r);
	return r[reg];
}
