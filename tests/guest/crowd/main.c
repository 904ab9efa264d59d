// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/domctl.h, getdomaininfo): domains of the same weight that always
 * want to run get the same time, however many they are and however many CPUs
 * there are; a vCPU that sleeps beside them runs soon after its timeout. The
 * argument is the number of busy domains, default 3. Prints both, so that two
 * hypervisors can be compared in one run.
 *
 * Test: crowd -i
 * Test: crowd-w64 -w 64 -i long
 * Test: crowd-16 -i -c 16 -a 24 long
 * Test: crowd-16-most -i -c 16 -a 64 long
 * Test: crowd-64 -i -c 64 -a 64 krypton long
 */
#include "domu.h"

#define MOST		64u
#define WARM_UP_MS	1000u
#define WINDOW_MS	1500u		/* of 32 bits in nanoseconds */
#define WINDOWS		3u
#define WAKES		201u
#define PERCENT		10u
#define LATE_US		4000u		/* half of the wakes are sooner */

PAGE_BUFFER(place);

DEFINE_CODE(spin, "1: jmp 1b");

static struct domu domus[MOST];
static u32 used[MOST], late[WAKES];

static u32 busy_count(void)
{
	const char *s = (const char *)start_info->cmd_line;
	u32 n = 0;

	while (*s == ' ')
		s++;
	while (*s >= '0' && *s <= '9')
		n = n * 10 + (u32)(*s++ - '0');
	return n && n <= MOST ? n : 3;
}

static u64 cpu_time(const struct domu *u)
{
	CHECK(domu_ctl(u, XEN_DOMCTL_getdomaininfo), 0);
	return domctl_op.u.getdomaininfo.cpu_time;
}

/* What each has got in one window, in microseconds, is added to used[]. */
static void measure(u32 n)
{
	static u64 before[MOST];
	u32 i;

	for (i = 0; i < n; i++)
		before[i] = cpu_time(&domus[i]);
	sleep_ms(WINDOW_MS);
	for (i = 0; i < n; i++)
		used[i] += (u32)(cpu_time(&domus[i]) - before[i]) / 1000;
}

static void sort(u32 *a, u32 n)
{
	u32 i, k, x;

	for (i = 1; i < n; i++) {
		x = a[i];
		for (k = i; k && a[k - 1] > x; k--)
			a[k] = a[k - 1];
		a[k] = x;
	}
}

static void check_shares(u32 n)
{
	u32 i, mean, sum = 0;

	for (i = 0; i < WINDOWS; i++)
		measure(n);
	sort(used, n);
	for (i = 0; i < n; i++)
		sum += used[i] / n;
	mean = sum / 100;
	print("%u busy: mean %u us, least %u percent, most %u\n", n, sum,
	      used[0] / mean, used[n - 1] / mean);
	CHECK(used[0] / mean >= 100 - PERCENT, 1);
	CHECK(used[n - 1] / mean <= 100 + PERCENT, 1);
}

static void check_wakes(void)
{
	struct sched_poll p = { 0 };
	u32 i;

	for (i = 0; i < WAKES; i++) {
		p.timeout = time_now() + 4 * NS_PER_MS + i * 12345;
		do
			HC2(sched_op, SCHEDOP_poll, &p);
		while (time_now() < p.timeout);
		late[i] = (u32)(time_now() - p.timeout) / 1000;
	}
	sort(late, WAKES);
	print("after its timeout it ran: median %u us, nine in ten %u us, "
	      "longest %u us\n", late[WAKES / 2], late[WAKES * 9 / 10],
	      late[WAKES - 1]);
	CHECK(late[WAKES / 2] <= LATE_US, 1);
}

void test_main(void)
{
	u32 n = busy_count(), i;

	for (i = 0; i < n; i++) {
		domu_make(&domus[i], place, spin, CODE_SIZE(spin));
		CHECK(domu_ctl(&domus[i], XEN_DOMCTL_unpausedomain), 0);
	}
	sleep_ms(WARM_UP_MS);
	check_shares(n);
	check_wakes();
	press_key('l');		/* the debug build tells who waited for locks */
	for (i = 0; i < n; i++)
		CHECK(domu_ctl(&domus[i], XEN_DOMCTL_destroydomain), 0);
}
