// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (xen/sched.h, SCHEDOP_poll): a vCPU whose time-out is over goes on,
 * whatever other vCPUs do to each other. They may stop and start
 * each other all the time (VCPUOP_down, VCPUOP_up), also one that runs on the CPU
 * whose timer must wake the first. If that CPU heeds them again and again before
 * it lets an interrupt in, the timer is late. With the argument "soon", late means
 * 20 ms, otherwise 2 s: Xen was seen to need 102 ms.
 *
 * All vCPUs are pinned. On CPU 0, vCPU 0 sleeps and vCPU 1 runs, which the others
 * stop and start from their CPUs.
 *
 * Test: late -i -c 4 -v 5
 * Test: late-64 -w 64 -i -c 4 -v 5
 * Test: fuzz/limit-late -i -c 4 -v 5 -a soon krypton-debug
 * Test: fuzz/limit-late-64 -w 64 -i -c 4 -v 5 -a soon krypton-debug
 */
#include "guest.h"

#define VCPUS		5u
#define SLEEPS		500u
#define SLEEP		(2 * NS_PER_MS)

static u8 stacks[VCPUS][8192] __attribute__((aligned(4096)));
static volatile u32 disturbances;

static void pin(int cpu)
{
	struct sched_pin_override p = { cpu };

	CHECK(HC2(sched_op, SCHEDOP_pin_override, &p), 0);
}

static void run(void)
{
	pin(0);
	for (;;)
		;
}

/* The last one only starts vCPU 1, so that it seldom stays down. */
static void disturb(u32 me)
{
	u32 first = me == VCPUS - 1 ? VCPUOP_up : VCPUOP_down, seed = me, n;

	pin((int)me - 1);
	for (;;) {
		HC3(vcpu_op, first, 1, 0);
		HC3(vcpu_op, VCPUOP_up, 1, 0);
		disturbances++;
		seed = seed * 1103515245 + 12345;
		for (n = seed >> 26; n; n--)
			barrier();
	}
}

static void disturb_2(void)
{
	disturb(2);
}

static void disturb_3(void)
{
	disturb(3);
}

static void disturb_4(void)
{
	disturb(4);
}

/* By how much the end of a sleep is late, in ns */
static u64 sleep(void)
{
	struct sched_poll p = { .timeout = time_now() + SLEEP };

	CHECK(HC2(sched_op, SCHEDOP_poll, &p), 0);
	return time_now() - p.timeout;
}

void test_main(void)
{
	static void (*const entries[VCPUS])(void) = {
		NULL, run, disturb_2, disturb_3, disturb_4
	};
	u64 limit = (start_info->cmd_line[0] == 's' ? 20 : 2000) * NS_PER_MS;
	u64 most = 0, now;
	u32 i, late = 0;

	pin(0);
	for (i = 1; i < VCPUS; i++)
		vcpu_run(i, entries[i], stacks[i] + sizeof(stacks[i]));
	mask_events(true);
	for (i = 0; i < SLEEPS; i++) {
		now = sleep();
		late += now > limit;
		most = now > most ? now : most;
	}
	print("late by up to %u us; %u disturbances\n", (u32)most / 1000,
	      disturbances);
	CHECK(late, 0);
	CHECK(disturbances > 10, 1);
}
