// SPDX-License-Identifier: GPL-2.0-only
/*
 * Requests between processors: look at the work flags, flush, stop.
 *
 * A flush waits for every CPU that it asks. A CPU that waits for a lock or for
 * a flush either has interrupts on or answers flushes while it spins, so two
 * CPUs that ask each other both make progress.
 */
#include "machine/apic.h"
#include "machine/cpu.h"
#include "machine/smp.h"

#define STOP_SPINS	10000000	/* some tenths of a second or more */
#define NO_CPU		(~0u)

struct cpu_block *cpu_blocks[MAX_CPUS];
/* In a page that guests with XPTI leave mapped. */
union tss_slot cpu_tss[MAX_CPUS]
	__attribute__((section(".bss.xpti"), aligned(128)));
u32 cpu_count;

static volatile u64 flushes_asked;	/* requests so far */

/*
 * The CPU that stops the machine: the first that asks to. It halts the others
 * by NMI, because some have interrupts off; an INIT to the boot processor would
 * reset the machine.
 */
static u32 ending = NO_CPU;
const struct regs *smp_stopped_at[MAX_CPUS];
volatile u32 smp_slow;

void smp_kick(u32 cpu)
{
	apic_send_ipi(cpu_blocks[cpu]->cpu.apic_id, VEC_EVENT_IPI);
}

/*
 * Read the count before the flush: a later request may concern something that
 * the processor caches right after the flush.
 */
void smp_flush_interrupt(void)
{
	struct cpu *c = this_cpu();
	u64 f = irq_save();
	u64 asked = flushes_asked;

	if (c->flushed != asked) {
		tlb_flush_local();
		c->flushed = asked;
	}
	irq_restore(f);
}

/*
 * The caller, if it is one of them, and CPUs that have a vCPU loaded. Other CPUs
 * hold no translation of a guest: they flushed when they unloaded their last vCPU,
 * and flush again when they load one.
 */
static cpus_t in_use(cpus_t cpus)
{
	u32 me = this_cpu()->id, i;

	for_each_cpu(i, &cpus)
		if (i != me && !READ_ONCE(cpu_blocks[i]->cpu.current))
			cpus_remove(&cpus, i);
	return cpus;
}

static bool has_flushed(u32 cpu, u64 request)
{
	return cpu_blocks[cpu]->cpu.flushed >= request;
}

static void flush(cpus_t cpus)
{
	u64 request = atomic_inc(&flushes_asked);
	u32 me = this_cpu()->id, i;

	if (cpus_has(&cpus, me))
		smp_flush_interrupt();
	cpus_remove(&cpus, me);
	for_each_cpu(i, &cpus)
		apic_send_ipi(cpu_blocks[i]->cpu.apic_id, VEC_FLUSH_IPI);
	for_each_cpu(i, &cpus)
		while (!has_flushed(i, request)) {
			smp_flush_interrupt();
			cpu_relax();
		}
}

void smp_flush(cpus_t cpus)
{
	flush(in_use(cpus));
}

void smp_flush_always(void)
{
	flush(smp_all());
}

u64 smp_next_flush(void)
{
	return __atomic_load_n(&flushes_asked, __ATOMIC_SEQ_CST) + 1;
}

void smp_flush_since(cpus_t cpus, u64 request)
{
	u32 i;

	for_each_cpu(i, &cpus)
		if (has_flushed(i, request))
			cpus_remove(&cpus, i);
	if (cpus_any(&cpus))
		smp_flush(cpus);
}

static void halt(void)
{
	this_cpu()->online = false;
	for (;;)
		__asm__ volatile("cli; hlt");
}

void smp_stop_others(void)
{
	u32 me = this_cpu()->id, first = NO_CPU, i, n;

	if (!atomic_cmpxchg(&ending, &first, me)) {
		if (first != me)
			halt();
		return;
	}
	for (i = 0; i < cpu_count; i++)
		if (i != me)
			apic_send_ipi(cpu_blocks[i]->cpu.apic_id, APIC_NMI);
	for (i = 0; i < cpu_count; i++)
		for (n = 0; i != me && n < STOP_SPINS &&
		     READ_ONCE(cpu_blocks[i]->cpu.online); n++)
			cpu_relax();
}

bool smp_stopping(void)
{
	return __atomic_load_n(&ending, __ATOMIC_SEQ_CST) != NO_CPU;
}

void smp_nmi(const struct regs *r)
{
	u32 me = this_cpu()->id;

	if (smp_stopping() && ending != me) {
		smp_stopped_at[me] = r;
		halt();
	}
}

cpus_t smp_all(void)
{
	return cpus_below(cpu_count);
}
