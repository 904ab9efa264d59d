/* SPDX-License-Identifier: GPL-2.0-only */
/* System time in nanoseconds since boot, and timers on it. */
#ifndef KRYPTON_TIME_H
#define KRYPTON_TIME_H

#define NS_PER_SEC	1000000000ull
#define NS_PER_MS	1000000ull

/* Parameters of the public vcpu_time_info: ns = (tsc << shift) * mul >> 32 */
struct tsc_scale {
	u64 hz;
	u32 mul;
	s8 shift;
	u64 base;	/* TSC at system time 0 */
};

extern struct tsc_scale tsc_scale;	/* constant once time_init() is done */

/* Ticks a second of the APIC's timer. */
extern u64 time_apic_hz;

/* Find the rates of the clocks, and begin to count time. Once, at boot. */
void time_init(void);
/* System time: now, or when the TSC had this value. */
u64 time_now(void);
u64 time_from_tsc(u64 tsc);
/* Spin for this many nanoseconds. */
void time_wait(u64 ns);
/* The wall clock at system time 0, in ns; at first by the CMOS clock. */
extern u64 wallclock_base;

/* The lock of the queue of CPU 'cpu' guards it (machine/timer.c). */
struct timer {
	u64 expires;		/* system time, in ns */
	void (*fn)(void *data);
	void *data;
	struct timer *next;
	u32 cpu;
	bool active;
};

/* Once, at boot. */
void timer_init_queues(void);
/* A timer that is not armed, and calls fn(data) when it expires. */
void timer_init(struct timer *t, void (*fn)(void *data), void *data);
/*
 * Arm the timer on this CPU, or move it here: fn runs in this CPU's timer
 * interrupt. Takes the timer lock.
 */
void timer_set(struct timer *t, u64 expires);
/* Disarm it. Its function may still run now, on another CPU. */
void timer_stop(struct timer *t);
/* Stop it, and wait for its function if that runs now. */
void timer_kill(struct timer *t);
/* The timer interrupt: run timers that are due and program the next one. */
void timer_interrupt(void);

#endif
