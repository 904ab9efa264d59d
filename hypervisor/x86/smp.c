// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processors: their blocks, starting them, and making them flush.
 *
 * A flush waits for every CPU asked. A CPU that waits, for a lock or for
 * another's flush, has interrupts on, or it answers here while it spins; so
 * two CPUs that flush each other both get on.
 */
#include "acpi.h"
#include "apic.h"
#include "asm.h"
#include "cpu.h"
#include "frames.h"
#include "lib.h"
#include "paging.h"
#include "sched.h"
#include "smp.h"
#include "time.h"
#include "traps.h"

struct cpu_block *cpu_blocks[MAX_CPUS];
u32 cpu_count;

static volatile u32 flush_wanted;	/* bit per CPU that has to flush */

extern u8 trampoline_start[], trampoline_end[];
extern u32 trampoline_root;
extern u64 trampoline_stack;

void smp_kick(u32 cpu)
{
	apic_send_ipi(cpu_blocks[cpu]->cpu.apic_id, VEC_EVENT_IPI);
}

void smp_flush_interrupt(void)
{
	u32 bit = 1u << this_cpu()->id;

	if (!(flush_wanted & bit))
		return;
	tlb_flush_local();
	__atomic_fetch_and(&flush_wanted, ~bit, __ATOMIC_SEQ_CST);
}

/*
 * Setting a bit that is set already is fine: its CPU has not flushed yet, and
 * will after this point.
 */
void smp_flush(u32 cpus)
{
	u32 me = 1u << this_cpu()->id, others = cpus & ~me, i;

	if (cpus & me)
		tlb_flush_local();
	if (!others)
		return;
	__atomic_fetch_or(&flush_wanted, others, __ATOMIC_SEQ_CST);
	for (i = 0; i < cpu_count; i++)
		if (others >> i & 1)
			apic_send_ipi(cpu_blocks[i]->cpu.apic_id,
				      VEC_FLUSH_IPI);
	while (flush_wanted & others) {
		smp_flush_interrupt();
		cpu_relax();
	}
}

void smp_prepare(u32 id, u32 apic_id)
{
	struct cpu *c = &cpu_blocks[id]->cpu;

	c->id = id;
	c->apic_id = apic_id;
	c->gdt_page = mfn_to_virt(frame_alloc_hv(0));
	c->idle_root = id ? paging_new_root() : boot_l4;
}
