/* SPDX-License-Identifier: GPL-2.0-only */
/* Clocks of a known rate, and the rates that are measured by them at boot. */
#ifndef KRYPTON_CLOCKS_H
#define KRYPTON_CLOCKS_H

/* A run ends after this part of a second. */
#define CLOCK_RUNS_A_SECOND	50

struct reference {
	const char *name;
	u64 (*hz)(void);	/* 0: the machine has no such clock */
	void (*start)(void);	/* a run */
	u64 (*elapsed)(void);	/* ticks since start() */
	void (*stop)(void);	/* NULL: nothing to do */
};

/* The machine's, best first. */
#define CLOCKS	3
extern const struct reference clocks[CLOCKS];

struct clock_rates {
	u64 tsc_hz, apic_hz;
	const char *against;	/* the clock that measured them */
};

/*
 * machine/calibrate.c: the rates of this processor's own clocks. Takes 60 ms
 * and leaves the local APIC's timer stopped. Panics if nothing can be measured.
 */
struct clock_rates calibrate(void);

#endif
