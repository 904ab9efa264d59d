// SPDX-License-Identifier: GPL-2.0-only
/*
 * The local APIC: in x2APIC mode, through MSRs, where the processor has it,
 * because that costs less in a virtual machine; otherwise through MMIO
 * registers. IO-APICs and messages address an APIC by 8 bits. Without interrupt
 * remapping, they reach the boot processor, but perhaps not all others. IPIs
 * reach all processors.
 */
#include "machine/apic.h"
#include "machine/boot.h"
#include "machine/cpu.h"
#include "machine/log.h"
#include "machine/paging.h"

#define APIC_BROADCAST	0xffu	/* as an id, without x2APIC mode */
#define APIC_ID		0x020
#define APIC_TPR	0x080
#define APIC_EOI	0x0b0
#define APIC_SVR	0x0f0
#define APIC_ICR_LO	0x300
#define APIC_ICR_HI	0x310
#define APIC_LVT_TIMER	0x320
#define APIC_LVT_THERM	0x330
#define APIC_LVT_PERF	0x340
#define APIC_LVT_LINT0	0x350
#define APIC_LVT_LINT1	0x360
#define APIC_LVT_ERROR	0x370
#define APIC_TMICT	0x380
#define APIC_TMCCT	0x390
#define APIC_TDCR	0x3e0

#define LVT_MASKED	BIT(16)
#define LVT_NMI		0x400u
#define SVR_ENABLE	0x100u
#define ICR_BUSY	BIT(12)
#define ICR_ASSERT	BIT(14)
#define BASE_X2APIC	BIT(10)
#define BASE_ENABLE	BIT(11)
#define X2APIC_MSR	0x800
#define CPUID1_X2APIC	BIT(21)

static volatile u32 *regs;	/* NULL in x2APIC mode */

static u32 apic_read(u32 reg)
{
	if (!regs)
		return (u32)rdmsr(X2APIC_MSR + (reg >> 4));
	return regs[reg / 4];
}

static void apic_write(u32 reg, u32 v)
{
	if (!regs)
		wrmsr(X2APIC_MSR + (reg >> 4), v);
	else
		regs[reg / 4] = v;
}

/* If firmware has turned it on, it cannot be turned off. */
static bool use_x2apic(void)
{
	return rdmsr(MSR_APIC_BASE) & BASE_X2APIC ||
	       (cpuid_reg(1, CPUID_ECX) & CPUID1_X2APIC &&
		boot_flag("x2apic", true));
}

void apic_map(void)
{
	if (use_x2apic())
		log_info("local APICs in x2APIC mode");
	else
		regs = paging_ioremap(paddr(rdmsr(MSR_APIC_BASE) & PTE_ADDR),
				      PAGE_SIZE);
}

void apic_init_cpu(void)
{
	u64 base = rdmsr(MSR_APIC_BASE) | BASE_ENABLE;

	wrmsr(MSR_APIC_BASE, regs ? base : base | BASE_X2APIC);
	apic_write(APIC_TPR, 0);
	apic_write(APIC_SVR, SVR_ENABLE | VEC_SPURIOUS);
	apic_write(APIC_LVT_LINT0, (u32)LVT_MASKED);
	apic_write(APIC_LVT_LINT1, LVT_NMI);
	apic_write(APIC_LVT_ERROR, (u32)LVT_MASKED);
	apic_write(APIC_LVT_PERF, (u32)LVT_MASKED);
	apic_write(APIC_LVT_THERM, (u32)LVT_MASKED);
	apic_write(APIC_TDCR, 0x3);		/* divide by 16 */
	apic_write(APIC_LVT_TIMER, VEC_TIMER);
	apic_write(APIC_TMICT, 0);
}

u32 apic_read_id(void)
{
	u32 v = apic_read(APIC_ID);

	return regs ? v >> 24 : v;
}

bool apic_reaches(u32 apic_id)
{
	return !regs || apic_id < APIC_BROADCAST;
}

void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

void apic_send_ipi(u32 apic_id, u32 what)
{
	u32 command = what | (u32)ICR_ASSERT;
	u64 f = irq_save();

	if (!regs) {
		/*
		 * Unlike an MMIO write, this write may become visible before
		 * earlier stores, which the target must see.
		 */
		__asm__ volatile("mfence; lfence" ::: "memory");
		wrmsr(X2APIC_MSR + (APIC_ICR_LO >> 4),
		      (u64)apic_id << 32 | command);
	} else {
		while (apic_read(APIC_ICR_LO) & ICR_BUSY)
			cpu_relax();
		apic_write(APIC_ICR_HI, apic_id << 24);
		apic_write(APIC_ICR_LO, command);
	}
	irq_restore(f);
}

void apic_timer_set(u32 ticks)
{
	apic_write(APIC_TMICT, ticks);
}

u32 apic_timer_read(void)
{
	return apic_read(APIC_TMCCT);
}
