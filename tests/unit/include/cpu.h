/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stands in for hypervisor/machine/cpu.h in the unit tests: the same types
 * and names, without the instructions that only ring 0 may use: the machine
 * that they would touch is tests/unit/machine.c.
 */
#ifndef KRYPTON_CPU_H
#define KRYPTON_CPU_H

#include "config.h"
#include "machine/asm.h"
#include "machine/cpu_bits.h"
#include "types.h"
#include "lock_ops.h"

/* In place of sched/preempt.h */
#define KRYPTON_PREEMPT_H
bool sched_preempt_needed(void);

struct regs {
	u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8;
	u64 ax, cx, dx, si, di;
	u64 vector, error, ip, cs, flags, sp, ss;
};

struct vcpu;

enum { GDT_PAGE32, GDT_PAGE64, GDT_PAGES };

struct cpu {
	u32 id;
	u32 apic_id;
	u32 locks_held;
	u64 *gdt_page[GDT_PAGES];
	struct vcpu *current;
	u32 work;
	u64 flushed;
	bool thin, special, online;
};

struct cpu_block {
	struct regs guest;
	struct cpu cpu;
};

extern struct cpu_block *cpu_blocks[];
extern struct cpu_block host_block;

static inline struct cpu_block *this_block(void)
{
	return &host_block;
}

extern struct vcpu *host_current;
/* The CPU that a thread is. */
extern _Thread_local struct cpu host_cpu;

static inline struct cpu *this_cpu(void)
{
	return &host_cpu;
}

/* A loop over all CPUs asks at each: others may get their turn there. */
u32 host_cpu_count(void);
#define cpu_count host_cpu_count()

static inline struct vcpu *current_vcpu(void)
{
	return host_current;
}

/* What a test makes of CPUID; false: the host's answer counts. */
extern bool (*host_cpuid)(u32 leaf, u32 r[4]);
/* One such: the processor of this vendor whose leaf 1 has this in EAX. */
extern const char *host_vendor;
extern u32 host_signature;
bool host_model(u32 leaf, u32 r[4]);

static inline void cpuid(u32 leaf, u32 sub, u32 r[4])
{
	if (host_cpuid && host_cpuid(leaf, r))
		return;
	__asm__ volatile("cpuid" : "=a" (r[0]), "=b" (r[1]), "=c" (r[2]),
			 "=d" (r[3]) : "a" (leaf), "c" (sub));
}

void cpuid_leaf(u32 leaf, u32 sub, u32 r[4]);
enum cpuid_reg { CPUID_EAX, CPUID_EBX, CPUID_ECX, CPUID_EDX };
u32 cpuid_reg(u32 leaf, enum cpuid_reg reg);
u32 errata_model(void);
void errata_init_cpu(void);
bool errata_forbid_long_domu(void);

/* Nothing faults that a test does. */
#define EXTABLE(at, next)

void cpu_relax(void);
u64 rdtsc(void);
u64 rdmsr(u32 msr);
bool rdmsr_safe(u32 msr, u64 *v);
void wrmsr_safe(u32 msr, u64 v);

/* Flat data, whichever it is. */
static inline u16 data_selector(u32 reg)
{
	(void)reg;
	return 0xe021;
}

static inline u64 read_cr4(void)
{
	return 0;
}

/* The processor's; 'fast' is for a CR4 that allows the instructions. */
extern u64 host_fs_base, host_gs_base;

static inline u64 read_fsbase(bool fast)
{
	(void)fast;
	return host_fs_base;
}

static inline u64 read_gsbase(bool fast)
{
	(void)fast;
	return host_gs_base;
}

static inline void write_fsbase(bool fast, u64 base)
{
	(void)fast;
	host_fs_base = base;
}

static inline void write_gsbase(bool fast, u64 base)
{
	(void)fast;
	host_gs_base = base;
}

static inline bool cpu_canonical(u64 at)
{
	return at + BIT(47) < BIT(48);
}

void cache_flush_page(const void *page);

static inline void wbinvd(void)
{
}

u32 host_port_read(u16 port, u32 size);
void host_port_write(u16 port, u32 size, u32 value);

#define DEFINE_PORT(letter, type)					\
static inline type in##letter(u16 port)					\
{									\
	return (type)host_port_read(port, sizeof(type));		\
}									\
static inline void out##letter(u16 port, type v)			\
{									\
	host_port_write(port, sizeof(type), v);				\
}
DEFINE_PORT(b, u8)
DEFINE_PORT(w, u16)
DEFINE_PORT(l, u32)

/* Of the CPU that runs the tests: see race.c. */
extern volatile bool host_irqs_off;

static inline void irq_disable(void)
{
	host_irqs_off = true;
}

static inline void irq_enable(void)
{
	host_irqs_off = false;
}

static inline void irq_window(void)
{
	irq_enable();
	irq_disable();
}

/* Returns whether they were off. */
static inline u64 irq_save(void)
{
	bool off = host_irqs_off;

	host_irqs_off = true;
	return off;
}

static inline void irq_restore(u64 flags)
{
	host_irqs_off = flags != 0;
}

static inline void write_cr3(u64 v)
{
	(void)v;
}

static inline void tlb_flush_local(void)
{
}

static inline void invlpg(u64 va)
{
	(void)va;
}

#define CPU_WORK_RESCHED	1
#define CPU_WORK_HOUSEKEEPING	2

/* What this CPU is to do before it enters a guest. */
extern u32 host_work;

static inline void cpu_add_work(u32 work)
{
	host_work |= work;
}

#endif
