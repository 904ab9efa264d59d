/* SPDX-License-Identifier: GPL-2.0-only */
/* Other processors. */
#ifndef KRYPTON_SMP_H
#define KRYPTON_SMP_H

#include "machine/cpus.h"

/* Flush the TLBs of these CPUs, and wait for them. */
void smp_flush(cpus_t cpus);
/*
 * Flush all TLBs, and wait: also those of CPUs without a guest, which the other
 * functions leave out. For changes of the hypervisor's own mappings.
 */
void smp_flush_always(void);
/* All processors. */
cpus_t smp_all(void);
/*
 * Flushes are numbered, and every CPU notes the number of its last one. A
 * caller that has removed a mapping gets from smp_next_flush() the number of
 * the first flush that covers this. smp_flush_since() flushes those of the
 * given CPUs whose last flush has a lower number.
 */
u64 smp_next_flush(void);
void smp_flush_since(cpus_t cpus, u64 request);
/* Answer other CPUs' requests to flush; any context. */
void smp_flush_interrupt(void);
/* Make a CPU look at its work flags. */
void smp_kick(u32 cpu);
/*
 * Stop the machine: halt all other CPUs. Returns on one CPU only, the first
 * that calls it.
 */
void smp_stop_others(void);
/*
 * The NMI handler calls this first. Does not return if another CPU stops the
 * machine.
 */
void smp_nmi(const struct regs *r);
/*
 * How many CPUs do what may take seconds with interrupts off, and keep others waiting.
 * It changes atomically.
 */
extern volatile u32 smp_slow;
/* Whether a CPU stops the machine. */
bool smp_stopping(void);
/* What the NMI that stopped a CPU interrupted there; NULL: it did not stop. */
extern const struct regs *smp_stopped_at[MAX_CPUS];

#endif
