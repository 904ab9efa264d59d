/* SPDX-License-Identifier: GPL-2.0-only */
/* How fast the processor's own clocks run. */
#ifndef KRYPTON_CALIBRATE_H
#define KRYPTON_CALIBRATE_H

#include "types.h"

struct clock_rates {
	u64 tsc_hz, apic_hz;
	const char *against;	/* the clock that said so */
};

/* Takes 60 ms; the local APIC's timer is stopped after. */
struct clock_rates calibrate(void);

#endif
