// SPDX-License-Identifier: GPL-2.0-only
/*
 * The watchdog of the hypervisor itself (the options watchdog= and
 * watchdog_timeout= of Xen). A timer of each CPU beats once a second. If that of
 * one stands still for the time-out, the machine stops and shows where each CPU
 * stands. No CPU counts as late while one does something that may take seconds,
 * such as a call of EFI (smp_slow).
 *
 * Channel 0 of the PIT, which nothing else uses, sends NMIs to the boot
 * processor, which looks at all CPUs, itself among them: an NMI comes even if all
 * of them wait with interrupts off. Where no such NMI arrives, each CPU's timer
 * looks at the next CPU instead, so only a machine with at least one sound CPU
 * finds out. Xen takes the NMIs of a performance counter, which a virtual machine
 * seldom has.
 */
#include "device/ioapic.h"
#include "device/irq.h"
#include "device/watchdog.h"
#include "lib/lib.h"
#include "machine/acpi.h"
#include "machine/boot.h"
#include "machine/clocks.h"
#include "machine/cpu.h"
#include "machine/panic.h"
#include "machine/smp.h"
#include "machine/time.h"

#define PIT_CH0		0x40
#define PIT_ONCE	0x30	/* channel 0, mode 0: the output rises at the end */
#define PIT_STATUS	0xe2	/* the next read of channel 0 is its status */
#define PIT_OUTPUT	0x80
#define NMI_RATE	18u	/* a second: 1193182 / 65535 */
#define NMI_WAIT	(200 * NS_PER_MS)

static bool on;
static u64 limit = 5;		/* seconds */
static volatile u32 nmis;	/* up to now */
static bool by_nmi;

static struct watched {
	struct timer timer;
	volatile u32 beats;
	u32 seen, late;		/* the last look's beats; looks that saw no more */
} watched[MAX_CPUS];

bool watchdog_set(const char *s)
{
	int v = !strncmp(s, "force", 6) ? 1 : boot_truth(s);

	if (v >= 0)
		on = v;
	return v >= 0;
}

bool watchdog_set_timeout(const char *s)
{
	const char *end;
	u64 n = str_to_u64(s, &end);

	if (end == s || *end)
		return false;
	limit = n;
	on = n;
	return true;
}

/*
 * Look at a CPU, as often in a second as 'rate' says; r: what was interrupted. A CPU
 * may have served its timer almost a second before its first beat that is missing.
 */
static void look(u32 cpu, u32 rate, const struct regs *r)
{
	struct watched *w = &watched[cpu];

	if (smp_slow || w->beats != w->seen) {
		w->seen = w->beats;
		w->late = 0;
	} else if (++w->late == (limit + 1) * rate) {
		panic_begin();
		panic_show_cpus(r);
		panic("watchdog: CPU%u has served no timer for %lu s", cpu, limit);
	}
}

static void beat(void *data)
{
	u32 me = this_cpu()->id;

	watched[me].beats++;
	if (!by_nmi && cpu_count > 1)
		look((me + 1) % cpu_count, 1, NULL);
	timer_set(data, time_now() + NS_PER_SEC);
}

static void start_pit(void)
{
	outb(PIT_MODE, PIT_ONCE);
	outb(PIT_CH0, 0xff);
	outb(PIT_CH0, 0xff);
}

/* Without a PIT this reads as 0xff. */
static bool pit_has_ended(void)
{
	outb(PIT_MODE, PIT_STATUS);
	return inb(PIT_CH0) & PIT_OUTPUT;
}

/* Once the machine stops, the other CPUs no longer beat. */
bool watchdog_nmi(const struct regs *r)
{
	u32 i;

	if (!by_nmi || this_cpu()->id || !pit_has_ended())
		return false;
	start_pit();
	nmis++;
	for (i = 0; i < cpu_count && !smp_stopping(); i++)
		look(i, NMI_RATE, r);
	return true;
}

static void ignore(void)
{
}

static u32 pit_gsi(void)
{
	u32 i;

	for (i = 0; i < acpi.overrides; i++)
		if (!acpi.override[i].irq)
			return acpi.override[i].gsi;
	return 0;
}

void watchdog_init(void)
{
	u64 end;

	if (!on)
		return;
	irq_bind_hypervisor(pit_gsi(), ignore);
	ioapic_send_nmi(pit_gsi());
	start_pit();
	by_nmi = !pit_has_ended();
	for (end = time_now() + NMI_WAIT; by_nmi && !nmis && time_now() < end;)
		cpu_relax();
	by_nmi = nmis;
	log_info("watchdog: %lu s, by %s", limit, by_nmi ? "NMIs of the PIT" :
		 "each CPU for the next one: the PIT sends no NMI");
	if (!by_nmi)
		ioapic_mask(pit_gsi(), true);
}

void watchdog_init_cpu(void)
{
	struct timer *t = &watched[this_cpu()->id].timer;

	if (!on)
		return;
	timer_init(t, beat, t);
	beat(t);
}
