/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TESTS_SCHED_BOUNDS_H
#define TESTS_SCHED_BOUNDS_H

#include "sim.h"

extern u32 failures;

/* Times in ns. A failure is counted; the first few are printed. */
void expect(bool ok, const char *what, const struct sim_vcpu *s, double got,
	    double bound);
/* Run so many windows of time, and check all bounds in each. */
void windows(u32 n, u64 time);

#endif
