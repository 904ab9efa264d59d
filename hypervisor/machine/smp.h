/* SPDX-License-Identifier: GPL-2.0-only */
/* Other processors. */
#ifndef KRYPTON_SMP_H
#define KRYPTON_SMP_H

#include "types.h"

/* Flush the TLBs of the CPUs in the mask, and wait until it is done. */
void smp_flush(u32 cpus);
/* The mask of all processors. */
u32 smp_all(void);
/*
 * Flushes are numbered, and every CPU notes the last one that it has done.
 * smp_next_flush(), read after a mapping was removed, is the number of a flush
 * that will no longer find it. smp_flush_since() flushes those CPUs of the
 * mask that have done neither that flush nor a later one.
 */
u64 smp_next_flush(void);
void smp_flush_since(u32 cpus, u64 request);
/* Do what other CPUs ask of this one; any context. */
void smp_flush_interrupt(void);
/* Make a CPU look at its work flags. */
void smp_kick(u32 cpu);
/*
 * The machine comes to its end: halt all other CPUs. Returns on one CPU alone,
 * the first that calls it.
 */
void smp_stop_others(void);
/* First in the NMI handler. Does not return if another CPU ends the machine. */
void smp_nmi(void);

#endif
