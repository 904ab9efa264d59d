/* SPDX-License-Identifier: GPL-2.0-only */
/* Stopping the machine and showing CPUs' states; panic() is in lib/lib.h. */
#ifndef KRYPTON_PANIC_H
#define KRYPTON_PANIC_H

struct cpu_block;

/*
 * Begin to stop the machine: interrupts are off, all other CPUs halt, and the
 * log takes no lock from here on. Returns on one CPU only, the first that calls
 * it.
 */
void panic_begin(void);
/* Halt, and leave the machine for somebody to look at. */
void panic_stop(void) __attribute__((noreturn));
/* Write the registers to the log. */
void panic_dump(const struct regs *r);
/*
 * Log the functions on the stacks of the CPU that owns the block: an address, and
 * the chain of frames, which ends at the entry of a trap.
 */
void panic_backtrace(const struct cpu_block *b, u64 ip, const u64 *frame);
/*
 * After panic_begin(): the chain of frames of each CPU, of this one from these
 * registers on if there are any.
 */
void panic_show_cpus(const struct regs *mine);
/* machine/symbols.c: log an address and the function that it is in; no lock. */
void symbol_print(u64 addr);

#endif
