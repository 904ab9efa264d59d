/* SPDX-License-Identifier: GPL-2.0-only */
/* Powering the machine off and resetting it; and machine/canary.c. */
#ifndef KRYPTON_MACHINE_H
#define KRYPTON_MACHINE_H

/*
 * Write a and b to ACPI's control registers PM1a and PM1b (ACPI 6.5,
 * 4.8.3.2.1), as far as the machine has them. Returns if that does not power it
 * off.
 */
void machine_enter_sleep(u32 a, u32 b);
/* Stop all CPUs, and reset the machine or power it off. Any context. */
void machine_reboot(void) __attribute__((noreturn));
void machine_power_off(void) __attribute__((noreturn));

/* Choose the compiler's canary; the caller must never return. */
void canary_init(void);

#endif
