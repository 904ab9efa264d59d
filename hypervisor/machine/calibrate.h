/* SPDX-License-Identifier: GPL-2.0-only */
/* The rates of the processor's own clocks. */
#ifndef KRYPTON_CALIBRATE_H
#define KRYPTON_CALIBRATE_H

struct clock_rates {
	u64 tsc_hz, apic_hz;
	const char *against;	/* the clock that measured it */
};

/* Takes 60 ms and leaves the local APIC's timer stopped. */
struct clock_rates calibrate(void);

#endif
