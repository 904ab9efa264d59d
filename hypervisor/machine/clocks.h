/* SPDX-License-Identifier: GPL-2.0-only */
/* Clocks of a known rate, and the rates that are measured by them at boot. */
#ifndef KRYPTON_CLOCKS_H
#define KRYPTON_CLOCKS_H

/* A run takes this part of a second, or more. */
#define CLOCK_RUNS_A_SECOND	50

/* Ports of the PIT: channel 2, its gate and the speaker, commands. */
#define PIT_CH2		0x42
#define PIT_MODE	0x43
#define PIT_GATE	0x61

struct reference {
	const char *name;
	u64 (*start)(void);	/* its Hz; 0: the machine has no such clock */
	u64 (*read)(void);
	u64 mask;		/* of the bits that count */
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
 * machine/calibrate.c: the rates of this processor's own clocks. What
 * calibrate_begin() begins, with the local APIC's timer in use, calibrate() ends,
 * 20 ms later or more, and leaves that timer stopped. Panics if nothing can be
 * measured.
 */
void calibrate_begin(void);
struct clock_rates calibrate(void);

#endif
