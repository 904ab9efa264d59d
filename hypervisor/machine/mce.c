// SPDX-License-Identifier: GPL-2.0-only
/*
 * Machine checks (Intel SDM volume 3, "Machine-Check Architecture"; AMD's banks
 * agree in all that is used here).
 *
 * A corrected error is only recorded in a bank. Each CPU reads its banks from
 * time to time and logs what it finds. An uncorrected error raises #MC. The
 * hypervisor cannot know whether a guest's data is lost or its own, so it stops
 * the machine before anything uses the data.
 */
#include "machine/cpu.h"
#include "machine/log.h"
#include "machine/mce.h"
#include "machine/panic.h"
#include "machine/time.h"

#define MSR_MCG_CAP	0x179
#define MSR_MCG_STATUS	0x17a
#define MSR_MCG_CTL	0x17b
#define BANK_CTL(n)	(0x400 + 4 * (n))	/* each bank has four */
#define BANK_STATUS(n)	(BANK_CTL(n) + 1)
#define BANK_ADDR(n)	(BANK_CTL(n) + 2)

#define CAP_COUNT	0xffu
#define CAP_CTL		BIT(8)
#define MCG_RIPV	BIT(0)	/* the interrupted code can go on */
#define STATUS_VALID	BIT(63)
#define STATUS_UC	BIT(61)
#define STATUS_ADDRV	BIT(58)
#define CPUID_MCE_MCA	(BIT(7) | BIT(14))
#define CPUID_INTEL	0x6c65746eu	/* the end of GenuineIntel */

#define POLL_PERIOD	(10 * NS_PER_SEC)

static struct timer poll_timer[MAX_CPUS];

/* Other registers follow those of bank 31. */
static u32 banks(void)
{
	return MIN((u32)rdmsr(MSR_MCG_CAP) & CAP_COUNT, 32u);
}

static void report_all(void)
{
	u64 status;
	u32 i;

	for (i = 0; i < banks(); i++) {
		status = rdmsr(BANK_STATUS(i));
		if (!(status & STATUS_VALID))
			continue;
		log_warn("CPU%u: machine check: %s, bank %u status %lx address %lx",
			 this_cpu()->id,
			 status & STATUS_UC ? "not corrected" : "corrected", i,
			 status, status & STATUS_ADDRV ? rdmsr(BANK_ADDR(i)) : 0);
		wrmsr(BANK_STATUS(i), 0);
	}
}

static void poll(void *data)
{
	report_all();
	timer_set(data, time_now() + POLL_PERIOD);
}

/*
 * Bank 0 of Intel's family 6 is the firmware's up to model 19h (SDM, "IA32_MCi_CTL
 * MSRs"). On AMD's families 0fh and 10h, bit 10 of bank 4 makes walks of the GART
 * that did nothing wrong uncorrected errors, which would stop the machine.
 */
void mce_init_cpu(void)
{
	struct timer *t = &poll_timer[this_cpu()->id];
	u32 id = cpuid_reg(1, CPUID_EAX), amd = errata_model(), i;

	if (~cpuid_reg(1, CPUID_EDX) & CPUID_MCE_MCA)
		return;
	if (rdmsr(MSR_MCG_CAP) & CAP_CTL)
		wrmsr(MSR_MCG_CTL, ~0ull);
	i = cpuid_reg(0, CPUID_ECX) == CPUID_INTEL &&
	    (id & 0x0ff00f00) == 0x600 && (id & 0xf00f0) < 0x100a0;
	for (; i < banks(); i++)
		wrmsr(BANK_CTL(i), i == 4 && amd >= 0xf00 && amd <= 0x10ff ?
		      ~BIT(10) : ~0ull);
	timer_init(t, poll, t);
	poll(t);
	write_cr4(read_cr4() | CR4_MCE);
}

static bool is_lost(void)
{
	u32 i;

	for (i = 0; i < banks(); i++)
		if (!(~rdmsr(BANK_STATUS(i)) & (STATUS_VALID | STATUS_UC)))
			return true;
	return !(rdmsr(MSR_MCG_STATUS) & MCG_RIPV);
}

/*
 * If the code can go on, the next poll reports the error: the log may be locked
 * now.
 */
void mce_trap(void)
{
	if (is_lost()) {
		panic_begin();
		report_all();
		panic("machine check");
	}
	wrmsr(MSR_MCG_STATUS, 0);
}
