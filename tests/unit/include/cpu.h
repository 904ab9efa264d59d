/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stands in for hypervisor/include/cpu.h in the unit tests: the same types
 * and names, without the instructions that only ring 0 may use.
 */
#ifndef KRYPTON_CPU_H
#define KRYPTON_CPU_H

#include "config.h"
#include "types.h"

struct regs {
	u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8;
	u64 ax, cx, dx, si, di;
	u64 vector, error, ip, cs, flags, sp, ss;
};

struct vcpu;

extern struct vcpu *host_current;

static inline struct vcpu *current_vcpu(void)
{
	return host_current;
}

static inline void cpuid(u32 leaf, u32 sub, u32 r[4])
{
	__asm__ volatile("cpuid" : "=a" (r[0]), "=b" (r[1]), "=c" (r[2]),
			 "=d" (r[3]) : "a" (leaf), "c" (sub));
}

static inline void cpu_relax(void)
{
}

static inline void tlb_flush_local(void)
{
}

static inline void invlpg(u64 va)
{
	(void)va;
}

#define FLAGS_CF	0x00000001u
#define FLAGS_IF	0x00000200u

#endif
