/* SPDX-License-Identifier: GPL-2.0-only */
/* The clock that also runs while the machine is off. */
#ifndef KRYPTON_RTC_H
#define KRYPTON_RTC_H

#define CMOS_INDEX	0x70u
#define CMOS_DATA	0x71u
#define CMOS_REGISTER	0x7f	/* the other bit blocks NMIs */

/* Index and data of CMOS; also held in calls of EFI, which uses them. */
extern struct spinlock rtc_lock;

/* One byte of CMOS memory, register 0 to 127. Take rtc_lock. */
u8 rtc_read_cmos(u8 reg);
void rtc_write_cmos(u8 reg, u8 value);
/* Seconds since 1970, if the clock has UTC; for years 1970 to 2069. */
u64 rtc_seconds(void);

#endif
