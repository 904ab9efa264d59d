// SPDX-License-Identifier: GPL-2.0-only
/*
 * Halting a CPU that has nothing to do. Interrupts are off between the test for
 * work and the halt. An NMI may still arrive in between and add work.
 *
 * On AMD's families 0fh to 11h a CPU may enter C1E instead of C1, which stops
 * the local APIC's timer. Firmware may enable C1E at any time, for instance
 * when Dom0 enables ACPI, so cpu_idle() disables it before each halt (BIOS and
 * Kernel Developer's Guide for family 10h, MSR C001_0055).
 */
#include "machine/cpu.h"

#define MSR_INTERRUPT_PENDING	0xc0010055
#define C1E_ON			(BIT(27) | BIT(28))

static bool has_c1e;

extern const u8 idle_check[], idle_halt[], idle_done[];

void cpu_idle_init(void)
{
	u32 model = errata_model();

	has_c1e = model >= 0xf00 && model <= 0x11ff;
}

static void leave_c1e(void)
{
	u64 v;

	if (rdmsr_safe(MSR_INTERRUPT_PENDING, &v) && (v & C1E_ON))
		wrmsr_safe(MSR_INTERRUPT_PENDING, v & ~C1E_ON);
}

void cpu_idle(const volatile u32 *work)
{
	if (has_c1e)
		leave_c1e();
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
