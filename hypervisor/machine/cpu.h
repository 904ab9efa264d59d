/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The register frame that every entry builds, the per-CPU block that it lies
 * in, and wrappers of single instructions.
 */
#ifndef KRYPTON_CPU_H
#define KRYPTON_CPU_H

#include "config.h"
#include "machine/asm.h"
#include "machine/cpu_bits.h"
#include <debug.h>		/* the debug build has its own */

/* In the order the entry code pushes it; asm-defines.c exports offsets. */
struct regs {
	u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8;
	u64 ax, cx, dx, si, di;
	u64 vector;
	u64 error;
	u64 ip, cs, flags, sp, ss;
};
_Static_assert(sizeof(struct regs) % 16 == 0, "stack must stay aligned");

struct tss {
	u32 reserved0;
	u64 rsp[3];
	u64 reserved1;
	u64 ist[7];
	u64 reserved2;
	u16 reserved3;
	u16 iomap_base;
} __attribute__((packed));
_Static_assert(sizeof(struct tss) == 104, "hardware format");

/* A CPU's own: no other CPU writes to its cache lines. */
union tss_slot {
	struct tss tss;
	u8 lines[128];
};

/* Which page: guests of both widths have other segments at the same places. */
enum { GDT_PAGE32, GDT_PAGE64, GDT_PAGES };

/*
 * Only the CPU itself changes its structure, but for bits of 'work' that other
 * CPUs set atomically, and what the boot processor fills in before it starts.
 */
struct __attribute__((aligned(16))) cpu {
	u32 id;
	u32 apic_id;
	struct vcpu *current;	/* whose registers and root are loaded */
	u64 tsc_aux, xcr0;	/* what the registers hold */
	u64 *gdt_page[GDT_PAGES];	/* the hypervisor's page of a GDT */
	union {
		struct {
			volatile u32 work;	/* CPU_WORK_* before a guest */
			volatile u32 thin;	/* 1: the guest has XPTI */
		};
		volatile u64 special;	/* both; not 0: no straight exit */
	};
	volatile u64 flushed;	/* requests answered: machine/smp.c */
	u64 stack_top;		/* GS base points here: entry/entry.S */
	u64 compat_sp, long_sp;	/* where SYSCALL puts RSP for a moment */
	u32 locks_held;		/* bit per lock level */
	bool online;
};

#define CPU_WORK_RESCHED	1
#define CPU_WORK_HOUSEKEEPING	2	/* dead domains, news in the log */

/* Memory layout of one CPU's block, aligned to its size. */
struct cpu_block {
	struct cpu cpu;
	u8 ist[CPU_IST_COUNT][CPU_IST_SIZE];
	u8 stack[CPU_BLOCK_SIZE - CPU_IST_COUNT * CPU_IST_SIZE -
		 sizeof(struct cpu) - sizeof(struct regs)];
	struct regs guest;	/* where an entry from a guest lands */
};
_Static_assert(sizeof(struct cpu_block) == CPU_BLOCK_SIZE, "found by masking");

extern struct cpu_block *cpu_blocks[MAX_CPUS];
extern union tss_slot cpu_tss[MAX_CPUS];
extern u32 cpu_count;

static inline struct cpu_block *this_block(void)
{
	u64 sp;

	__asm__("mov %%rsp, %0" : "=r" (sp));
	return (struct cpu_block *)(sp & ~(u64)(CPU_BLOCK_SIZE - 1));
}

static inline struct cpu *this_cpu(void)
{
	return &this_block()->cpu;
}

/* Before this CPU enters a guest again; any context. */
static inline void cpu_add_work(u32 work)
{
	atomic_or(&this_cpu()->work, work);
}

static inline struct vcpu *current_vcpu(void)
{
	return this_cpu()->current;
}

/* Of ES, DS, FS or GS, which are the guest's all the time. */
static inline u16 data_selector(u32 reg)
{
	u32 es, fs, gs, ds;

	__asm__ volatile("mov %%es, %0; mov %%fs, %1; mov %%gs, %2;"
			 "mov %%ds, %3"
			 : "=r" (es), "=r" (fs), "=r" (gs), "=r" (ds));
	return (u16)(reg == SEG_ES ? es : reg == SEG_FS ? fs :
		     reg == SEG_GS ? gs : ds);
}

/* Bits 63 to 47 of an address are the same; no other can be used. */
static inline bool cpu_canonical(u64 at)
{
	return at + BIT(47) < BIT(48);
}

/* Instructions without operands. */
#define DEFINE_INSN(name, insn)						\
static inline void name(void)						\
{									\
	__asm__ volatile(insn ::: "memory");				\
}

DEFINE_INSN(wbinvd, "wbinvd")
DEFINE_INSN(cpu_relax, "pause")
DEFINE_INSN(irq_disable, "cli")
DEFINE_INSN(irq_enable, "sti")
/*
 * Take the interrupts that wait; they are off before and afterwards. STI holds
 * them back for one instruction more, and in QEMU, which leaves a block at PAUSE,
 * for the next one as well: so one instruction comes before PAUSE.
 */
DEFINE_INSN(irq_window, "sti; nop; pause; cli")

/*
 * Write back what the caches have of a page, and drop it: the next look finds
 * what is in memory. Old processors of AMD order CLFLUSH by MFENCE alone.
 */
static inline void cache_flush_page(const void *page)
{
	__asm__ volatile("mfence\n"
			 "1:	clflush (%0)\n"
			 "	add	$64, %0\n"
			 "	test	$0xfff, %k0\n"
			 "	jnz	1b\n"
			 "	mfence"
			 : "+r" (page) :: "memory", "cc");
}

static inline u64 rdtsc(void)
{
	u32 lo, hi;

	__asm__ volatile("lfence; rdtsc" : "=a" (lo), "=d" (hi));
	return (u64)hi << 32 | lo;
}

static inline u64 rdmsr(u32 msr)
{
	u32 lo, hi;

	__asm__ volatile("rdmsr" : "=a" (lo), "=d" (hi) : "c" (msr));
	return (u64)hi << 32 | lo;
}

static inline void wrmsr(u32 msr, u64 v)
{
	__asm__ volatile("wrmsr" :: "c" (msr), "a" ((u32)v),
			 "d" ((u32)(v >> 32)) : "memory");
}

/* Of FS or GS: with CR4.FSGSBASE, and by an MSR. */
#define DEFINE_BASE(name, msr)						\
static inline u64 read_##name(bool fast)				\
{									\
	u64 v;								\
									\
	if (!fast)							\
		return rdmsr(msr);					\
	__asm__ volatile("rd" #name " %0" : "=r" (v));			\
	return v;							\
}									\
static inline void write_##name(bool fast, u64 v)			\
{									\
	if (fast)							\
		__asm__ volatile("wr" #name " %0" :: "r" (v));		\
	else								\
		wrmsr(msr, v);						\
}
DEFINE_BASE(fsbase, MSR_FS_BASE)
DEFINE_BASE(gsbase, MSR_GS_BASE)

/* An instruction that may fault, and the address to continue at then. */
#define EXTABLE(at, next)				\
	"	.pushsection .extable, \"a\"\n"		\
	"	.long " at " - ., " next " - .\n"	\
	"	.popsection\n"

/* False: there is no such register, and the value is 0. */
static inline bool rdmsr_safe(u32 msr, u64 *v)
{
	u32 lo = 0, hi = 0, ok = 0;

	__asm__ volatile("1:	rdmsr\n"
			 "	movl $1, %2\n"
			 "2:\n"
			 EXTABLE("1b", "2b")
			 : "+a" (lo), "+d" (hi), "+r" (ok) : "c" (msr));
	*v = (u64)hi << 32 | lo;
	return ok;
}

/* Nothing happens if there is no such register or it refuses the value. */
static inline void wrmsr_safe(u32 msr, u64 v)
{
	__asm__ volatile("1:	wrmsr\n"
			 "2:\n"
			 EXTABLE("1b", "2b")
			 :: "c" (msr), "a" ((u32)v), "d" ((u32)(v >> 32))
			 : "memory");
}

/* EAX to EDX of a leaf that every processor has. */
static inline void cpuid(u32 leaf, u32 sub, u32 r[4])
{
	__asm__ volatile("cpuid" : "=a" (r[0]), "=b" (r[1]), "=c" (r[2]),
			 "=d" (r[3]) : "a" (leaf), "c" (sub));
}

/* Of any leaf: all 0 if the processor does not have it. */
void cpuid_leaf(u32 leaf, u32 sub, u32 r[4]);
/* One of its registers. */
enum cpuid_reg { CPUID_EAX, CPUID_EBX, CPUID_ECX, CPUID_EDX };
u32 cpuid_reg(u32 leaf, enum cpuid_reg reg);
/*
 * The processor's family << 8 | model, with their extensions (leaf 1); 0: it is not
 * AMD's.
 */
u32 errata_model(void);
/* Each CPU, before it runs a guest. */
void errata_init_cpu(void);
/*
 * Whether a 64-bit guest can stop this machine: then only Dom0 may be one, unless
 * the command line has Xen's option allow_unsafe.
 */
bool errata_forbid_long_domu(void);

#define DEFINE_CR(n)							\
static inline u64 read_cr##n(void)					\
{									\
	u64 v;								\
									\
	__asm__ volatile("mov %%cr" #n ", %0" : "=r" (v) :: "memory");	\
	return v;							\
}									\
static inline void write_cr##n(u64 v)					\
{									\
	__asm__ volatile("mov %0, %%cr" #n :: "r" (v) : "memory");	\
}
DEFINE_CR(0)
DEFINE_CR(2)
DEFINE_CR(3)
DEFINE_CR(4)

#define DEFINE_PORT(suffix, type)					\
static inline void out##suffix(u16 port, type v)			\
{									\
	__asm__ volatile("out" #suffix " %0, %1" :: "a" (v), "Nd" (port)); \
}									\
static inline type in##suffix(u16 port)					\
{									\
	type v;								\
									\
	__asm__ volatile("in" #suffix " %1, %0" : "=a" (v) : "Nd" (port)); \
	return v;							\
}
DEFINE_PORT(b, u8)
DEFINE_PORT(w, u16)
DEFINE_PORT(l, u32)

static inline void xsetbv(u64 v)
{
	__asm__ volatile("xsetbv" :: "a" ((u32)v), "d" ((u32)(v >> 32)),
			 "c" (0));
}

static inline u64 irq_save(void)
{
	u64 f;

	__asm__ volatile("pushfq; pop %0; cli" : "=r" (f) :: "memory");
	if (f & FLAGS_IF)
		hold_begin(0);
	return f;
}

static inline void irq_restore(u64 f)
{
	if (f & FLAGS_IF) {
		hold_end(0);
		irq_enable();
	}
}

/*
 * Halt, with interrupts on, unless there is work. An NMI between the test for
 * work and the halt would not end the halt, so its handler returns to the
 * instruction behind the halt: cpu_idle_skip() gives the address.
 */
void cpu_idle(const volatile u32 *work);
void cpu_idle_init(void);
u64 cpu_idle_skip(u64 ip);

static inline void invlpg(u64 va)
{
	__asm__ volatile("invlpg (%0)" :: "r" (va) : "memory");
}

/* A GDT that has the hypervisor's page at its end. */
static inline void cpu_load_gdt(u64 base)
{
	struct { u16 limit; u64 base; } __attribute__((packed)) ptr = {
		HV_GDT_LIMIT, base
	};

	__asm__ volatile("lgdt %0" :: "m" (ptr));
}

/* The hypervisor's GDT, and no LDT. */
static inline void cpu_load_own_tables(const struct cpu *c)
{
	cpu_load_gdt((u64)c->gdt_page[GDT_PAGE32] - HV_GDT_BASE);
	__asm__ volatile("lldt %w0" :: "r" (0));
}

static inline void tlb_flush_local(void)
{
	write_cr3(read_cr3());
}

#endif
