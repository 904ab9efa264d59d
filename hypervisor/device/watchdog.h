/* SPDX-License-Identifier: GPL-2.0-only */
/* The watchdog of the hypervisor itself. */
#ifndef KRYPTON_WATCHDOG_H
#define KRYPTON_WATCHDOG_H

/* Options; false: a bad value. */
bool watchdog_set(const char *value);
bool watchdog_set_timeout(const char *value);
/* Find a source of NMIs; then, on each CPU, begin to watch it. */
void watchdog_init(void);
void watchdog_init_cpu(void);
/* Whether an NMI, which interrupted r, was the watchdog's. */
bool watchdog_nmi(const struct regs *r);

#endif
