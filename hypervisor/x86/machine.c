// SPDX-License-Identifier: GPL-2.0-only
/* The ends of the machine: off, reset, or stopped for someone to look. */
#include "acpi.h"
#include "cpu.h"
#include "domain.h"
#include "log.h"
#include "serial.h"
#include "traps.h"

#define PM1_SLP_EN	BIT(13)
#define OFF_WAIT	(3 * NS_PER_SEC)	/* for the power to go */

static void last_words(const char *text)
{
	irq_disable();
	serial_poll();
	log_raw(text, strlen(text));
}

void machine_stop(void)
{
	last_words("(KR) machine stopped\n");
	for (;;)
		__asm__ volatile("cli; hlt");
}

void machine_reboot(void)
{
	struct { u16 limit; u64 base; } __attribute__((packed)) none = { 0, 0 };

	last_words("(KR) machine reset\n");
	if (acpi.reset_port)
		outb(acpi.reset_port, acpi.reset_value);
	outb(0xcf9, 0x02);
	outb(0xcf9, 0x06);
	outb(0x64, 0xfe);
	__asm__ volatile("lidt %0; int3" :: "m" (none));
	machine_stop();
}

void machine_enter_sleep(u32 a, u32 b)
{
	if (acpi.pm1a)
		outw((u16)acpi.pm1a, (u16)a);
	if (acpi.pm1b)
		outw((u16)acpi.pm1b, (u16)b);
}

void machine_power_off(void)
{
	last_words("(KR) machine power-off\n");
	if (acpi.has_s5)
		machine_enter_sleep((u32)(acpi.s5_a << 10 | PM1_SLP_EN),
				    (u32)(acpi.s5_b << 10 | PM1_SLP_EN));
	time_wait(OFF_WAIT);
	machine_stop();
}
