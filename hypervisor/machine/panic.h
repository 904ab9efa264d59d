/* SPDX-License-Identifier: GPL-2.0-only */
/* What is shown of a CPU; panic() itself is in lib/lib.h. */
#ifndef KRYPTON_PANIC_H
#define KRYPTON_PANIC_H

#include "types.h"

/*
 * The machine comes to its end: all other CPUs halt, and the log takes no lock
 * from here on. Returns on one CPU alone, the first that calls it.
 */
void panic_begin(void);
/* Halt, for someone to look at the machine. */
void panic_stop(void) __attribute__((noreturn));
/* Registers, to the log. */
void panic_dump(const struct regs *r);
/* The chain of frames on this CPU's stacks; whose end is a trap's entry. */
void panic_backtrace(u64 ip, const u64 *frame);

#endif
