/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stands in for hypervisor/machine/cpu.h in the simulation of the scheduler:
 * processors without registers, whose time is that of the simulation.
 */
#ifndef KRYPTON_CPU_H
#define KRYPTON_CPU_H

#include "config.h"
#include "machine/asm.h"
#include "machine/cpu_bits.h"
#include "types.h"
#include "../../unit/include/lock_ops.h"

struct regs {
	u64 ip, cs;
};

struct cpu {
	u32 id;
	struct vcpu *current;
	u64 flushed;
	union {
		struct {
			volatile u32 work, thin;
		};
		volatile u64 special;
	};
};

#define CPU_WORK_RESCHED	1
#define CPU_WORK_HOUSEKEEPING	2

struct cpu_block {
	struct cpu cpu;
};

extern struct cpu_block *cpu_blocks[MAX_CPUS];
extern u32 cpu_count;
/* The one whose code runs. */
extern struct cpu *sim_cpu;

static inline struct cpu *this_cpu(void)
{
	return sim_cpu;
}

static inline void cpu_add_work(u32 work)
{
	this_cpu()->work |= work;
}

static inline struct vcpu *current_vcpu(void)
{
	return sim_cpu->current;
}

static inline void cpu_relax(void)
{
}

u64 rdtsc(void);
void cpu_idle(const volatile u32 *work);

static inline void irq_enable(void)
{
}

static inline void irq_disable(void)
{
}

/*
 * What other CPUs do while this one lets interrupts in, or is at another place
 * where it holds no lock.
 */
extern void (*sim_at_window)(void);

static inline void irq_window(void)
{
	if (sim_at_window)
		sim_at_window();
}

#endif
