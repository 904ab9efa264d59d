// SPDX-License-Identifier: GPL-2.0-only
/* Start, console, checks and verdict of a test guest. */
#include "guest.h"

start_info_t *start_info;
shared_info_t *shared;
u32 failures;

static u8 shared_page[4096] __attribute__((aligned(4096)));

extern u8 hypercall_page[];

long hypercall(u32 nr, u32 a, u32 b, u32 c, u32 d, u32 e)
{
	u32 rc;

	__asm__ volatile("call *%[page]" : "=a" (rc), "+b" (a), "+c" (b),
			 "+d" (c), "+S" (d), "+D" (e)
			 : [page] "m" ((u32){ (u32)hypercall_page + nr * 32 })
			 : "memory");
	return (long)rc;
}

static void put(const char *s, u32 n)
{
	HC3(console_io, CONSOLEIO_write, n, s);
}

void (*print_to)(const char *s, u32 n) = put;

static char *number(char *end, u32 v, u32 base)
{
	do {
		*--end = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	return end;
}

/* Knows s, d, u and x. */
void print(const char *fmt, ...)
{
	char line[256], tmp[16], *p;
	const char *s;
	u32 n = 0;
	va_list ap;
	int v;

	va_start(ap, fmt);
	for (; *fmt && n < sizeof(line) - 40; fmt++) {
		if (*fmt != '%') {
			line[n++] = *fmt;
			continue;
		}
		fmt++;
		tmp[15] = 0;
		if (*fmt == 's') {
			s = va_arg(ap, const char *);
		} else {
			v = va_arg(ap, int);
			p = number(tmp + 15, *fmt == 'd' && v < 0 ? -(u32)v :
				   (u32)v, *fmt == 'x' ? 16 : 10);
			if (*fmt == 'd' && v < 0)
				*--p = '-';
			s = p;
		}
		while (*s && n < sizeof(line) - 2)
			line[n++] = *s++;
	}
	va_end(ap);
	print_to(line, n);
}

void guest_exit(const char *result)
{
	struct sched_shutdown sd = { .reason = SHUTDOWN_poweroff };

	print("TEST RESULT: %s\n", result);
	HC2(sched_op, SCHEDOP_shutdown, &sd);
	for (;;)
		;
}

void check_at(const char *file, int line, const char *what, long got,
	      long expected)
{
	if (got == expected)
		return;
	failures++;
	print("%s:%d: %s: got %d (0x%x), expected %d (0x%x)\n", file, line,
	      what, (int)got, (unsigned int)got, (int)expected,
	      (unsigned int)expected);
}

void guest_main(start_info_t *si);
void guest_main(start_info_t *si)
{
	start_info = si;
	set_pte_va(shared_page, si->shared_info | PTE_RWP, UVMF_INVLPG);
	shared = (shared_info_t *)shared_page;
	find_window();
	traps_init();
	test_main();
	guest_exit(failures ? "FAILURE" : "SUCCESS");
}

u64 time_now(void)
{
	volatile struct vcpu_time_info *t = &shared->vcpu_info[0].time;
	u32 version, mul, lo, hi;
	u64 tsc, base, delta;
	int shift;

	do {
		version = t->version;
		__asm__ volatile("" ::: "memory");
		base = t->system_time;
		mul = t->tsc_to_system_mul;
		shift = t->tsc_shift;
		__asm__ volatile("rdtsc" : "=a" (lo), "=d" (hi));
		tsc = ((u64)hi << 32 | lo) - t->tsc_timestamp;
		__asm__ volatile("" ::: "memory");
	} while ((version & 1) || version != t->version);
	delta = shift < 0 ? tsc >> -shift : tsc << shift;
	return base + (u64)(u32)(delta >> 32) * mul +
	       ((u64)(u32)delta * mul >> 32);
}

void sleep_ms(u32 ms)
{
	struct sched_poll p = { .timeout = time_now() + ms * NS_PER_MS };

	while (time_now() < p.timeout)
		HC2(sched_op, SCHEDOP_poll, &p);
}
