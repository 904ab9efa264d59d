// SPDX-License-Identifier: GPL-2.0-only
/*
 * Halting a CPU that has nothing to do. Interrupts are off between the look at
 * the work and the halt. An NMI may still arrive in between and add work.
 */
#include "machine/cpu.h"

extern const u8 idle_check[], idle_halt[], idle_done[];

void cpu_idle(const volatile u32 *work)
{
	__asm__ volatile("idle_check: cmpl $0, %0\n"
			 "	jne idle_done\n"
			 "	sti\n"
			 "idle_halt: hlt\n"
			 "idle_done: cli" :: "m" (*work) : "memory", "cc");
}

u64 cpu_idle_skip(u64 ip)
{
	return ip >= (u64)idle_check && ip <= (u64)idle_halt ?
	       (u64)idle_done : ip;
}
