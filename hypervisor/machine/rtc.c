// SPDX-License-Identifier: GPL-2.0-only
/*
 * CMOS memory and its clock (Motorola MC146818), which gives date and time at
 * boot. One lock covers both halves of an access.
 */
#include "machine/cpu.h"
#include "machine/lock.h"
#include "machine/rtc.h"

enum {
	RTC_SECONDS = 0, RTC_MINUTES = 2, RTC_HOURS = 4, RTC_DAY = 7,
	RTC_MONTH = 8, RTC_YEAR = 9, RTC_A = 0x0a, RTC_B = 0x0b
};

#define A_UPDATE	0x80	/* the time is about to change */
#define B_24H		0x02
#define B_BINARY	0x04
#define HOURS_PM	0x80
#define UPDATE_TRIES	100000

struct spinlock rtc_lock = SPINLOCK(LOCK_CMOS);

u8 rtc_read_cmos(u8 reg)
{
	spin_guard_irqsave(&rtc_lock);
	outb(CMOS_INDEX, reg & CMOS_REGISTER);
	return inb(CMOS_DATA);
}

void rtc_write_cmos(u8 reg, u8 value)
{
	spin_guard_irqsave(&rtc_lock);
	outb(CMOS_INDEX, reg & CMOS_REGISTER);
	outb(CMOS_DATA, value);
}

static u32 number(u8 v, u8 mode)
{
	return mode & B_BINARY ? v : (u32)(v & 15) + (u32)(v >> 4) * 10;
}

static u32 hours(u8 mode)
{
	u8 v = rtc_read_cmos(RTC_HOURS);

	if (mode & B_24H)
		return number(v, mode);
	return number(v & ~HOURS_PM, mode) % 12 + (v & HOURS_PM ? 12 : 0);
}

/*
 * Two digits are a year from 1970 to 2069. It starts in March, so that the leap day
 * is its last.
 */
static u64 days_from_date(u32 year, u32 m, u32 d)
{
	u32 y = year + (year < 70 ? 2000 : 1900) - (m <= 2);

	m = (m + 9) % 12;
	return 365ull * y + y / 4 - y / 100 + y / 400 + (m * 306 + 5) / 10 +
	       d - 1 - 719468;
}

u64 rtc_seconds(void)
{
	u8 mode = rtc_read_cmos(RTC_B);
	u32 i;

	for (i = 0; i < UPDATE_TRIES && (rtc_read_cmos(RTC_A) & A_UPDATE); i++)
		cpu_relax();
	return days_from_date(number(rtc_read_cmos(RTC_YEAR), mode),
			      number(rtc_read_cmos(RTC_MONTH), mode),
			      number(rtc_read_cmos(RTC_DAY), mode)) * 86400 +
	       hours(mode) * 3600ull +
	       number(rtc_read_cmos(RTC_MINUTES), mode) * 60ull +
	       number(rtc_read_cmos(RTC_SECONDS), mode);
}
