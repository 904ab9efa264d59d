// SPDX-License-Identifier: GPL-2.0-only
/* Start, console, checks, verdict and clock of a test guest. */
#include "guest.h"

start_info_t *start_info;
shared_info_t *shared;
u32 failures;

u32 start_tsc[2];		/* by start.S, at the first instruction */
struct start_regs start_regs;

PAGE_BUFFER(shared_page);

static void put(const char *s, u32 n)
{
	HC3(console_io, CONSOLEIO_write, n, s);
}

void (*print_to)(const char *s, u32 n) = put;

static char *number(char *end, ulong v, u32 base)
{
	do {
		*--end = "0123456789abcdef"[v % base];
		v /= base;
	} while (v);
	return end;
}

/* The next argument, whose conversion is d, u or x, before 'end'. */
static const char *argument(char kind, long v, char *end)
{
	char *p = number(end, kind == 'd' && v < 0 ? -(ulong)v : (ulong)v,
			 kind == 'x' ? 16 : 10);

	if (kind == 'd' && v < 0)
		*--p = '-';
	return p;
}

/* Knows s, d, u and x, the last three also with an l. */
void print(const char *fmt, ...)
{
	char line[256], tmp[24], *end = tmp + sizeof(tmp) - 1;
	const char *s;
	u32 n = 0;
	va_list ap;

	*end = 0;
	va_start(ap, fmt);
	for (; *fmt && n < sizeof(line) - 40; fmt++) {
		if (*fmt != '%') {
			line[n++] = *fmt;
			continue;
		}
		fmt++;
		if (*fmt == 's')
			s = va_arg(ap, const char *);
		else if (*fmt == 'l')
			s = argument(*++fmt, va_arg(ap, long), end);
		else if (*fmt == 'd')
			s = argument(*fmt, va_arg(ap, int), end);
		else
			s = argument(*fmt, (long)(ulong)va_arg(ap, u32), end);
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
	      long expected, const char *(*name)(long value))
{
	if (got == expected)
		return;
	failures++;
	print("%s:%d: %s: got %s, expected %s\n", file, line, what, name(got),
	      name(expected));
}

u32 guest_option(const char *name, u32 otherwise)
{
	const char *s = (const char *)start_info->cmd_line;
	u32 i, v = 0;

	for (; *s; s++) {
		for (i = 0; name[i] && s[i] == name[i]; i++)
			;
		if (name[i] || s[i] != '=')
			continue;
		while (s[++i] >= '0' && s[i] <= '9')
			v = v * 10 + (u32)(s[i] - '0');
		return v;
	}
	return otherwise;
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

bool is_intel(void)
{
	u32 a = 0, b, c, d;

	__asm__ volatile("cpuid" : "+a" (a), "=b" (b), "=c" (c), "=d" (d));
	return b == 0x756e6547;		/* "Genu" */
}

u64 time_now(void)
{
	volatile struct vcpu_time_info *t = &shared->vcpu_info[0].time;
	u32 version, mul, lo, hi;
	u64 tsc, base, delta;
	int shift;

	do {
		version = t->version;
		barrier();
		base = t->system_time;
		mul = t->tsc_to_system_mul;
		shift = t->tsc_shift;
		__asm__ volatile("rdtsc" : "=a" (lo), "=d" (hi));
		tsc = ((u64)hi << 32 | lo) - t->tsc_timestamp;
		barrier();
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
