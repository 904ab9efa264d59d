/* SPDX-License-Identifier: GPL-2.0-only */
/* Powering the machine off and resetting it; and machine/canary.c. */
#ifndef KRYPTON_MACHINE_H
#define KRYPTON_MACHINE_H

void machine_enter_sleep(u32 a, u32 b);
void machine_reboot(void) __attribute__((noreturn));
void machine_power_off(void) __attribute__((noreturn));

/* Choose the compiler's canary; the caller must never return. */
void canary_init(void);

#endif
