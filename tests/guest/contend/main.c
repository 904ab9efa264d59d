// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule: of two vCPUs that make the same call on the same thing at the same
 * time, or two calls that exclude each other, one succeeds and the other gets
 * the error that it would have got later. vCPU 2 makes calls that hold locks for
 * long, so that both often come while one is held and wait for it together:
 * what was looked at before the lock is out of date then.
 *
 * A contest is held many times. Its two sides are calls of vCPU 0 and vCPU 1.
 * With "steps" on the command line there is no vCPU 2, and nothing goes on
 * without tests/guest/window-steps: it stops vCPU 0 at each instruction of its
 * call, lets vCPU 1 make the other one meanwhile, and says when there are
 * enough rounds.
 *
 * Test: contend -c 3 -v 32 -d virtio-rng-pci,addr=4
 * Test: contend-64 -w 64 -c 3 -v 32 -d virtio-rng-pci,addr=4 long
 * Test: fuzz/audit-contend -c 3 -v 32 -d virtio-rng-pci,addr=4 krypton-debug
 */
#define __XEN_TOOLS__
#include "contend.h"
#include "domu.h"

#define ROUNDS		60u

static u8 stacks[2][8192] __attribute__((aligned(4096)));
static volatile u32 turn, round_now, arrived, done, stop;
static const struct contest *volatile now, *volatile held;
volatile long result[2];

/* window-steps reads and writes these, and stops where the functions are. */
volatile u32 steps_go, steps_more, steps_exclusive, steps_limit;
const char *volatile steps_name, *volatile steps_function;
void steps_contest(void), steps_begin(void), steps_end(void), steps_done(void);
__asm__("steps_contest:	ret\n"
	"steps_begin:	ret\n"
	"steps_end:	ret\n"
	"steps_done:	ret\n");

static bool by_steps(void)
{
	return start_info->cmd_line[0] == 's';
}

static void meet(void)
{
	__sync_fetch_and_add(&arrived, 1);
	while (arrived < 2)
		__asm__ volatile("pause");
}

static void side0(const struct contest *c, u32 round)
{
	if (!by_steps()) {
		meet();
		result[0] = c->side[0](round, 0);
	} else {
		steps_begin();
		result[0] = c->side[0](round, 0);
		steps_end();
	}
	__sync_fetch_and_add(&done, 1);
	while (done < 2)
		__asm__ volatile("pause");
}

/* vCPU 1: the other side, round after round. */
static void rival(void)
{
	u32 last = 0;

	traps_init();
	for (;;) {
		while (turn == last)
			__asm__ volatile("pause");
		last = turn;
		if (!by_steps())
			meet();
		else
			while (!steps_go)
				__asm__ volatile("pause");
		result[1] = now->side[1](round_now, 1);
		steps_done();
		__sync_fetch_and_add(&done, 1);
	}
}

/* vCPU 2 */
static void holder(void)
{
	while (!stop) {
		held = now;
		if (held)
			hold(round_now, held->gives);
	}
	vcpu_down(2);
}

static bool refused(const struct contest *c, long rc)
{
	return c->refused == ANY || rc == c->refused ||
	       (c->refused == SOME_ERROR && rc < 0);
}

static bool fair(const struct contest *c)
{
	if (c->refused == SUCCESS)
		return !result[0] && !result[1];
	if (c->refused == ONE_AT_MOST)
		return result[0] || result[1];
	if (c->refused == DISTINCT)
		return result[0] >= 0 && result[1] >= 0 &&
		       result[0] != result[1];
	return (result[0] == 0 && refused(c, result[1])) ||
	       (result[1] == 0 && refused(c, result[0]));
}

static bool another(const struct contest *c, u32 rounds)
{
	if (c->limit && rounds >= c->limit)
		return false;
	return by_steps() ? steps_more : rounds < ROUNDS;
}

static void hold_contest(const struct contest *c)
{
	u32 i, wins = 0, wrong = 0;

	now = c;
	while (!by_steps() && held != c)
		__asm__ volatile("pause");
	for (i = 0; another(c, i); i++) {
		if (c->before)
			c->before(i);
		arrived = done = steps_go = 0;
		round_now = i;
		turn++;
		side0(c, i);
		if (!fair(c) && !wrong++)
			print("%s: %d and %d, expected 0 and %d\n", c->name,
			      (int)result[0], (int)result[1],
			      (int)c->refused);
		wins += result[0] >= 0;
		if (c->after)
			c->after(i, result[0] != 0);
	}
	print("%s: %u rounds, %u won by vCPU 0, %u not as one after the other\n",
	      c->name, i, wins, wrong);
	CHECK(wrong, 0);
}

static void hold_all(const struct contest *c)
{
	for (; c->name; c++) {
		steps_name = c->name;
		steps_function = c->function;
		steps_exclusive = c->refused < 0 || c->refused == SOME_ERROR ||
				  c->refused == ONE_AT_MOST;
		steps_limit = c->limit;
		if (by_steps())
			steps_contest();
		hold_contest(c);
	}
}

/* Three processors that wait for one lock of timers may do nothing else. */
static void stop_timers(void)
{
	u32 i;

	for (i = 0; i < 3; i++)
		if (HC3(vcpu_op, VCPUOP_is_up, i, 0) != -XEN_ENOENT)
			CHECK(HC3(vcpu_op, VCPUOP_stop_periodic_timer, i, 0),
			      0);
}

void test_main(void)
{
	stop_timers();
	shared->vcpu_info[0].evtchn_upcall_mask = 1;
	setup_grants();
	setup_pages();
	setup_devices();
	setup_walks();
	setup_holders();
	setup_vcpus(rival, stacks[1]);
	vcpu_run(1, rival, stacks[1]);
	if (!by_steps())
		vcpu_run(2, holder, stacks[2]);
	/* A control block moves events out of the shared page, where these look. */
	hold_all(port_contests);
	hold_all(vcpu_contests);
	hold_all(page_contests);
	hold_all(grant_contests);
	hold_all(device_contests);
	hold_all(walk_contests);
	stop = 1;
	press_key('a');	/* krypton-debug audits; it panics of a fault */
}
