// SPDX-License-Identifier: GPL-2.0-only
/* The ends of the machine: off and reset. */
#include "machine/acpi.h"
#include "machine/cpu.h"
#include "machine/log.h"
#include "machine/machine.h"
#include "machine/panic.h"
#include "machine/time.h"

#define PM1_SLP_EN	BIT(13)
#define OFF_WAIT	(3 * NS_PER_SEC)	/* until the power is off */
#define RESET_WAIT	(20 * NS_PER_MS)
#define KEYBOARD	0x64
#define KEYBOARD_FULL	BIT(1)	/* it has not read the last command */
#define KEYBOARD_TRIES	10

/* If this has no effect on this machine, the caller tries the next way. */
static void reset_by(u16 port, u8 value)
{
	outb(port, value);
	time_wait(RESET_WAIT);
}

void machine_reboot(void)
{
	struct { u16 limit; u64 base; } __attribute__((packed)) none = { 0, 0 };
	u32 i;

	panic_begin();
	log_raw("(KR) machine reset\n");
	if (acpi.reset_port)
		reset_by(acpi.reset_port, acpi.reset_value);
	reset_by(0xcf9, 0x02);
	reset_by(0xcf9, 0x06);
	for (i = 0; i < KEYBOARD_TRIES; i++) {
		if (!(inb(KEYBOARD) & KEYBOARD_FULL))
			reset_by(KEYBOARD, 0xfe);
		time_wait(NS_PER_MS);
	}
	__asm__ volatile("lidt %0; int3" :: "m" (none));
	panic_stop();
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
	panic_begin();
	log_raw("(KR) machine power-off\n");
	if (acpi.has_s5)
		machine_enter_sleep((u32)(acpi.s5_a << 10 | PM1_SLP_EN),
				    (u32)(acpi.s5_b << 10 | PM1_SLP_EN));
	time_wait(OFF_WAIT);
	panic_stop();
}
