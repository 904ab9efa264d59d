/* SPDX-License-Identifier: GPL-2.0-only */
/* The clock that runs while the machine is off. */
#ifndef KRYPTON_RTC_H
#define KRYPTON_RTC_H

#include "types.h"

/* Seconds since 1970 by a clock in UTC; years 2000 to 2099. */
u64 rtc_seconds(void);

#endif
