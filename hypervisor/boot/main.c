// SPDX-License-Identifier: GPL-2.0-only
/*
 * The boot in order: the loader's information, memory, the processor's tables,
 * interrupts and time, the other processors, Dom0, and finally the scheduler,
 * which does not return.
 */
#include "boot/boot.h"
#include "boot/dom0.h"
#include "control/keys.h"
#include "cpu/descriptors.h"
#include "cpu/xpti.h"
#include "device/ioapic.h"
#include "device/irq.h"
#include "device/watchdog.h"
#include "entry/traps.h"
#include "event/evtchn.h"
#include "machine/acpi.h"
#include "machine/ap.h"
#include "machine/apic.h"
#include "machine/clocks.h"
#include "machine/efi.h"
#include "machine/log.h"
#include "machine/machine.h"
#include "machine/mce.h"
#include "machine/paging.h"
#include "machine/screen.h"
#include "machine/serial.h"
#include "machine/time.h"
#include "memory/early.h"
#include "memory/frames.h"
#include "memory/maps.h"
#include "sched/sched.h"
#include <xen/xen.h>

#define POLL_PERIOD	(20 * NS_PER_MS)

extern u8 image_start[], image_end[];
extern struct cpu_block boot_block;

static void reserve_memory(void)
{
	const struct boot_module *m = boot_info.module;
	u32 i;

	early_reserve(0, 1ull << 20);
	early_reserve(image_to_phys(image_start).a,
		      image_to_phys(image_end).a);
	early_reserve(boot_info.loader,
		      boot_info.loader + boot_info.loader_size);
	for (i = 0; i < boot_info.modules; i++)
		early_reserve(m[i].start, m[i].start + m[i].size);
}

/* Neither use RAM above the limit nor show it to Dom0. */
static void cut_memory(void)
{
	u64 exists = BIT(paging_address_bits());

	if (boot_mem_end < MIN(exists, DIRECT_MAX))
		e820_make(boot_mem_end, "the option mem says so");
	else if (exists < DIRECT_MAX)
		e820_make(exists, "the processor cannot address them");
	else
		e820_make(DIRECT_MAX, "the ABI leaves the hypervisor addresses "
			  "for 5 TiB");
}

static void init_memory(void)
{
	u64 end;

	cut_memory();
	end = early_ram_end();
	reserve_memory();
	maps_init(end);
	acpi_init();
	/* Measure the clocks while the boot goes on: it needs them in time_init(). */
	irq_disable_pic();
	apic_map();
	apic_init_cpu();
	calibrate_begin();
	dom0_prepare();
	frames_init(end);
	descriptors_init();
	early_for_each_free(frames_give);
	efi_init();
	log_info("memory: %lu MiB up to %lx, %lu MiB free",
		 frames_total >> 8, end << PAGE_SHIFT, frames_free() >> 8);
}

static void console_input(void)
{
	if (serial_interrupt(keys_input))
		evtchn_send_global_virq(VIRQ_CONSOLE);
}

/* A serial line without an interrupt. */
static void poll_console(void *timer)
{
	console_input();
	timer_set(timer, time_now() + POLL_PERIOD);
}

static void init_console(void)
{
	static struct timer poll;

	if (serial_line()->irq) {
		irq_bind_hypervisor(serial_line()->irq, console_input);
	} else if (serial_line()->port) {
		timer_init(&poll, poll_console, &poll);
		poll_console(&poll);
	}
	serial_enable_irq();
}

static void init_interrupts(void)
{
	traps_init();
	ap_prepare(0, 0);
	cpu_count = 1;
	traps_init_cpu();
	this_cpu()->apic_id = apic_read_id();
	ioapic_init();
	time_init();
	cpu_idle_init();
	init_console();
}

/* Each CPU, when Dom0 is built. */
static __attribute__((noreturn)) void run_cpu(void)
{
	mce_init_cpu();
	watchdog_init_cpu();
	sched_init_cpu();
	enter_guest_first();
}

void boot_main(u32 magic, u64 info)
{
	canary_init();
	serial_init();
	cpu_blocks[0] = &boot_block;
	multiboot_parse(magic, info);
	paging_init_cpu();
	screen_init();
	efi_map_use();
	log_info("Krypton for xen-3.0-x86_64 xen-3.0-x86_32p, command line: %s",
		 boot_info.cmdline);
	options_init();
	console_apply();
	init_memory();
	xpti_init();
	init_interrupts();
	sched_init();
	ap_boot(traps_init_cpu, run_cpu);
	boot_l4[0] = 0;			/* the identity mapping: all CPUs run */
	tlb_flush_local();
	dom0_build();
	screen_stop();
	hold_init();
	watchdog_init();
	ap_release();
	run_cpu();
}
