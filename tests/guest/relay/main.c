// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules: what a domain did before never lets it starve another one. A domain
 * keeps one of its vCPUs busy at a time, each of which wakes the next one
 * before it blocks, so that each gets a small part of the time that a victim
 * gets which runs alone on the other CPU. Then all of them want to run: by what
 * they have had, the victim owes them many seconds. It must get its share all
 * the same, in every window of time.
 *
 * Test: relay -c 2
 * Test: relay-64 -w 64 -c 2 long
 */
#include "domu.h"
#include "domu_code.h"

#define VCPUS		4u
#define CONTROL		0xa000u
#define SHARED		0xe000u		/* where the relay maps shared_info */
#define STACKS		0xf000u
#define STACK_SIZE	0x300u
#define CODE_BYTES	0x800u		/* of relay_code(), at most */
#define RELAY_MS	6000u
#define WINDOW_MS	500u
#define WINDOWS		5u
#define LEAST		10u		/* percent; two CPUs for five: 40 */

struct control {
	volatile u32 all;		/* want to run, and not by turns */
	volatile u32 turns, cycles;	/* of a turn */
	u32 shared_mfn;
	volatile u32 ready;
	evtchn_port_t port[VCPUS];	/* of each one's IPI */
	volatile u32 count[VCPUS];
};

PAGE_BUFFER(place);
PAGE_BUFFER(control_page);
static struct domu victim, relay;

DEFINE_CODE(spin, "1: jmp 1b");

/* From here to relay_code(): runs in the domain, from another address. */
INLINE u32 cycles(void)
{
	u32 lo, hi;

	__asm__ volatile("rdtsc" : "=a" (lo), "=d" (hi));
	return lo;
}

INLINE void start(struct control *c, u32 id)
{
	if (!id) {
		domu_map_shared(SHARED, c->shared_mfn, VCPUS);
		c->ready = 1;
	}
	while (!c->ready)
		;
	domu_bind_ports(c->port, id, VCPUS);
}

/* Its argument is in EAX; at 64 bits, in RDI. */
static void __attribute__((noinline, noreturn, regparm(1))) relay_code(u32 id)
{
	struct control *c = (void *)CONTROL;
	u32 begin, i;

	start(c, id);
	if (id)
		domu_wait(SHARED, &c->port[id]);
	for (;;) {
		begin = cycles();
		while (cycles() - begin < c->cycles)
			;
		c->turns++;
		if (c->all)
			break;
		domu_send(c->port[(id + 1) % VCPUS]);
		domu_wait(SHARED, &c->port[id]);
	}
	for (i = 0; i < VCPUS; i++)
		domu_send(c->port[i]);
	for (;;)
		c->count[id]++;
}

static u64 cpu_time(const struct domu *u)
{
	CHECK(domu_ctl(u, XEN_DOMCTL_getdomaininfo), 0);
	return domctl_op.u.getdomaininfo.cpu_time;
}

/* Cycles of the TSC in a millisecond, by the clock that the guest has. */
static u32 cycles_per_ms(void)
{
	u64 end = time_now() + 10 * NS_PER_MS;
	u32 begin = cycles();

	while (time_now() < end)
		;
	return (cycles() - begin) / 10;
}

static void make_relay(void)
{
	struct control *c = (void *)control_page;

	domu_vcpus = VCPUS;
	domu_empty(&relay);
	domu_fill(&relay, place, (const u8 *)relay_code, CODE_BYTES);
	CHECK(set_pte_va(place, 0, UVMF_INVLPG), 0);
	CHECK(domu_pin(&relay, PIN_ROOT, relay.frames[0]), 0);
	CHECK(domu_map(&relay, control_page, relay.frames[CONTROL >> 12],
		       PTE_RWP), 0);
	c->cycles = 2 * cycles_per_ms();
	CHECK(domu_ctl(&relay, XEN_DOMCTL_getdomaininfo), 0);
	c->shared_mfn = (u32)domctl_op.u.getdomaininfo.shared_info_frame;
	domu_set_vcpus(&relay, VCPUS, STACKS, STACK_SIZE);
}

/*
 * Of the next window, in percent of one CPU. One that is far too long says nothing:
 * the machine under this one stood still.
 */
static u32 victim_gets(void)
{
	u64 start, got, took;
	u32 tries = 5;

	do {
		start = time_now();
		got = cpu_time(&victim);
		sleep_ms(WINDOW_MS);
		got = cpu_time(&victim) - got;
		took = time_now() - start;
	} while (took > 2 * WINDOW_MS * NS_PER_MS && --tries);
	/* 32 bits of them do for some hours. */
	return (u32)(got >> 12) / ((u32)(took >> 12) / 100);
}

void test_main(void)
{
	struct control *c = (void *)control_page;
	u32 i, share;

	domu_make(&victim, place, spin, CODE_SIZE(spin));
	make_relay();
	CHECK(domu_ctl(&victim, XEN_DOMCTL_unpausedomain), 0);
	CHECK(domu_ctl(&relay, XEN_DOMCTL_unpausedomain), 0);
	sleep_ms(RELAY_MS);
	print("%u turns\n", c->turns);
	CHECK(c->turns > 2 * VCPUS, 1);
	c->all = 1;
	for (i = 0; i < WINDOWS; i++) {
		share = victim_gets();
		print("the victim gets %u percent\n", share);
		CHECK(share >= LEAST, 1);
	}
	for (i = 0; i < VCPUS; i++)
		CHECK(c->count[i] != 0, 1);
	CHECK(set_pte_va(control_page, 0, UVMF_INVLPG), 0);
	CHECK(domu_ctl(&relay, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_ctl(&victim, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_gone(&relay) && domu_gone(&victim), 1);
}
