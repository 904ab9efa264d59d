// SPDX-License-Identifier: GPL-2.0-only
/* Application processors: making their blocks, and starting them one by one. */
#include "lib/lib.h"
#include "machine/acpi.h"
#include "machine/ap.h"
#include "machine/apic.h"
#include "machine/cpu.h"
#include "machine/paging.h"
#include "machine/smp.h"
#include "machine/time.h"
#include "machine/tsc.h"
#include "memory/frames.h"

#define START_TIMEOUT	(10 * NS_PER_SEC)

u64 ap_max_cpus = MAX_CPUS;

static volatile bool go;	/* application processors may run guests */

static void (*ap_init)(void), (*ap_run)(void);

extern u8 trampoline_start[TRAMPOLINE_SIZE];
extern u64 start_stack;
extern void (*start_function)(void);
void ap_main(void) __attribute__((noreturn));

void ap_prepare(u32 id, u32 apic_id)
{
	struct cpu *c = &cpu_blocks[id]->cpu;

	c->id = id;
	c->apic_id = apic_id;
	c->gdt_page[GDT_PAGE32] = frames_new(PAGE_SIZE);
	c->gdt_page[GDT_PAGE64] = frames_new(PAGE_SIZE);
	c->online = !id;
}

/* First C code of an application processor, on its own stack. */
void ap_main(void)
{
	ap_init();
	paging_init_cpu();
	apic_init_cpu();
	tsc_init_cpu();
	this_cpu()->online = true;
	tsc_follow();
	while (!go) {
		smp_flush_interrupt();	/* interrupts are off */
		cpu_relax();
	}
	tlb_flush_local();		/* the identity mapping */
	ap_run();
	BUG_ON(true);
}

/* Returns why the processor cannot be used; NULL: it runs. */
static const char *start_cpu(u32 id, u32 apic_id)
{
	struct cpu_block *b;
	const char *why = NULL;
	u64 end;

	if (!apic_reaches(apic_id))
		return "the APICs are not in x2APIC mode";
	b = frames_new(sizeof(*b));
	if (!b)
		return "there is no memory for it";
	cpu_blocks[id] = b;
	ap_prepare(id, apic_id);
	start_stack = (u64)&b->guest;
	apic_send_ipi(apic_id, APIC_INIT);
	time_wait(10 * NS_PER_MS);
	apic_send_ipi(apic_id, APIC_STARTUP | TRAMPOLINE_PHYS >> PAGE_SHIFT);
	end = time_now() + START_TIMEOUT;
	while (!READ_ONCE(b->cpu.online) && time_now() < end)
		cpu_relax();
	if (!READ_ONCE(b->cpu.online))
		why = "it does not start";
	else if (!tsc_lead())
		why = "its time stamp counter disagrees with the others'";
	/* If it answered late, it would take the next one's number: stop it. */
	if (why)
		apic_send_ipi(apic_id, APIC_INIT);
	return why;
}

/*
 * The page may hold what is still needed: GRUB fills memory from 4 KiB on with
 * small modules and its own information. So its contents come back.
 */
void ap_boot(void (*init)(void), void (*run)(void))
{
	u8 *page = phys_to_virt(paddr(TRAMPOLINE_PHYS)), saved[TRAMPOLINE_SIZE];
	u32 i, me = this_cpu()->apic_id;
	const char *why;

	ap_init = init;
	ap_run = run;
	start_function = ap_main;
	memcpy(saved, page, sizeof(saved));
	memcpy(page, trampoline_start, sizeof(saved));
	for (i = 0; i < acpi.cpus && cpu_count < ap_max_cpus; i++) {
		if (acpi.apic_id[i] == me)
			continue;
		why = start_cpu(cpu_count, acpi.apic_id[i]);
		if (!why)
			cpu_count++;
		else
			log_warn("CPU with APIC %u is not used: %s",
				 acpi.apic_id[i], why);
	}
	memcpy(page, saved, sizeof(saved));
	log_info("%u CPUs", cpu_count);
}

void ap_release(void)
{
	go = true;
}
