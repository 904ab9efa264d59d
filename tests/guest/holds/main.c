// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule: what a guest asks for in one hypercall takes as long as it takes, but
 * no lock is held and no interrupt is off for long meanwhile. Here are the
 * requests that cost the hypervisor the most: trees of tables that are checked,
 * refused or taken apart, the last references to many frames, free memory in
 * single frames that an address limit excludes, the largest exchanges, a free
 * event channel behind thousands in use, and events for which 31 vCPUs may wait:
 * a thousand of one hypercall, and those of 31 timers that end together.
 *
 * The guest itself checks that the requests are carried out. How long they
 * keep others out is measured by Krypton's debug build, which stops above the
 * limits of its option hold_limit (hypervisor/debug/holds.c).
 *
 * Test: holds -i -v 32
 * Test: holds-64 -w 64 -i -v 32 long
 * Test: fuzz/limit-holds -i -v 32 -o hold_limit=6000,100 krypton-debug
 * Test: fuzz/limit-holds-64 -w 64 -i -v 32 -o hold_limit=6000,100 krypton-debug
 */
#include "domu.h"

#define L1S	48u		/* level-1 tables, each of 512 pages */
#define TABLES	0x4000u		/* pfns: L1S tables, one of level 2, one of 3 */
#define PAGES	0x5000u		/* what they map */
#define SINGLES	0xc000u		/* from here on every other frame is freed */
#define CHUNK	512u		/* frames that are exchanged for one block */
#define PORTS	4096u
#define VCPUS	32u
#define APIC	0xfee00000ull	/* a page that no guest may map */

PAGE_BUFFER(place);
PAGE_BUFFER(control);
static u8 stacks[VCPUS][2048] __attribute__((aligned(16)));
static u32 quiet_port;
static volatile u32 sleeping;
static u64 wake_at;
static volatile u32 words[2048] __attribute__((aligned(4096)));
static xen_pfn_t list[CHUNK];

static u32 mfn_of(u32 pfn)
{
	return *pfn_to_mfn(pfn);
}

/* Contents of a page that is mapped nowhere. */
static void fill(u32 pfn, u32 target, u32 count, u64 last)
{
	u64 *table = (u64 *)place;
	u32 i;

	CHECK(set_pte_va(place, (u64)mfn_of(pfn) << 12 | PTE_RWP, UVMF_INVLPG),
	      0);
	memset(place, 0, PAGE_SIZE);
	for (i = 0; i < count; i++)
		table[i] = (u64)mfn_of(target + i) << 12 | PTE_RO;
	if (last)
		table[511] = last;
	CHECK(set_pte_va(place, 0, UVMF_INVLPG), 0);
}

static void fill_l1s(void)
{
	u32 i;

	for (i = 0; i < L1S; i++)
		fill(TABLES + i, PAGES + i * 512, 512, 0);
}

/* A whole list of frames, each an extent of its own. */
static long change(u32 op, u32 pfn, u32 step, u32 count)
{
	struct xen_memory_reservation r = { .domid = DOMID_SELF };
	long done = 0;
	u32 i;

	while (count) {
		for (i = 0; i < CHUNK && i < count; i++, pfn += step)
			list[i] = mfn_of(pfn);
		r.nr_extents = i;
		set_xen_guest_handle(r.extent_start, list);
		done += HC2(memory_op, op, &r);
		count -= i;
	}
	return done;
}

static void test_tables(void)
{
	u32 l2 = mfn_of(TABLES + L1S), l3 = mfn_of(TABLES + L1S + 1);

	fill(TABLES + L1S, TABLES, L1S, 0);
	CHECK(mmuext(MMUEXT_PIN_L2_TABLE, l2, 0), 0);
	CHECK(mmuext(MMUEXT_UNPIN_TABLE, l2, 0), 0);
	/* Refused at its last entry. */
	fill(TABLES + L1S, TABLES, L1S, APIC | PTE_RO);
	CHECK(mmuext(MMUEXT_PIN_L2_TABLE, l2, 0) < 0, 1);
	/* A 32-bit root without its fourth entry. */
	fill(TABLES + L1S, TABLES, L1S, 0);
	fill(TABLES + L1S + 1, 0, 0, 0);
	CHECK(mmu_update((u64)l3 << 12, (u64)l2 << 12 | PTE_P), 0);
	CHECK(mmuext(MMUEXT_PIN_L3_TABLE, l3, 0) < 0, LEVELS == 3);
	CHECK(mmuext(MMUEXT_UNPIN_TABLE, l3, 0) < 0, LEVELS == 3);
}

/* The tables have the last references to all that they map. */
static void test_last_references(void)
{
	u32 l2 = mfn_of(TABLES + L1S);

	CHECK(mmuext(MMUEXT_PIN_L2_TABLE, l2, 0), 0);
	CHECK(change(XENMEM_decrease_reservation, PAGES, 1, L1S * 512),
	      L1S * 512);
	CHECK(change(XENMEM_decrease_reservation, TABLES, 1, L1S), L1S);
	CHECK(mmuext(MMUEXT_UNPIN_TABLE, l2, 0), 0);
	CHECK(mmuext(MMUEXT_PIN_L1_TABLE, mfn_of(TABLES), 0) < 0, 1);
}

/* No memory below 1 MiB is free; much of what is free above is not merged. */
static void test_address_limit(void)
{
	u32 count = ((u32)start_info->nr_pages - SINGLES) / 2, i;
	struct xen_memory_reservation r = {
		.nr_extents = 1, .domid = DOMID_SELF,
		.mem_flags = XENMEMF_address_bits(20),
	};

	CHECK(change(XENMEM_decrease_reservation, SINGLES, 2, count), count);
	set_xen_guest_handle(r.extent_start, list);
	for (i = 0; i < 8; i++)
		CHECK(HC2(memory_op, XENMEM_increase_reservation, &r), 0);
}

/* The frames between the singles, for one block; and back. */
static void test_exchange(void)
{
	xen_pfn_t block = SINGLES;
	struct xen_memory_exchange x = {
		.in = { .nr_extents = CHUNK, .domid = DOMID_SELF },
		.out = { .nr_extents = 1, .extent_order = 9,
			 .domid = DOMID_SELF },
	};
	u32 i;

	for (i = 0; i < CHUNK; i++)
		list[i] = mfn_of(SINGLES + 1 + 2 * i);
	set_xen_guest_handle(x.in.extent_start, list);
	set_xen_guest_handle(x.out.extent_start, &block);
	CHECK(HC2(memory_op, XENMEM_exchange, &x), 0);
	CHECK(x.nr_exchanged, CHUNK);
	CHECK(block % CHUNK, 0);
	x = (struct xen_memory_exchange){ .in = x.out, .out = x.in };
	for (i = 0; i < CHUNK; i++)
		list[i] = SINGLES + i;
	CHECK(HC2(memory_op, XENMEM_exchange, &x), 0);
}

/* Each waits for a port that never has an event. */
static void sleep(void)
{
	evtchn_port_t port = quiet_port;
	struct sched_poll p = { .nr_ports = 1 };

	set_xen_guest_handle(p.ports, &port);
	CHECK(set_timer_op(wake_at), 0);
	for (;;) {
		sleeping++;
		HC2(sched_op, SCHEDOP_poll, &p);
	}
}

/* All vCPUs but one sleep from then on; their timers end at the same moment. */
static void test_sleepers(void)
{
	struct evtchn_bind_virq virq = { .virq = VIRQ_TIMER };
	u32 i;

	quiet_port = bind_ipi();
	wake_at = time_now() + 100 * NS_PER_MS;
	for (i = 1; i < VCPUS; i++) {
		virq.vcpu = i;
		CHECK(HC3(vcpu_op, VCPUOP_stop_periodic_timer, i, 0), 0);
		CHECK(HC2(event_channel_op, EVTCHNOP_bind_virq, &virq), 0);
		vcpu_run(i, sleep, stacks[i] + sizeof(stacks[i]));
	}
	/* Twice: until its timer ends, and afterwards. */
	while (sleeping < 2 * (VCPUS - 1))
		HC2(sched_op, SCHEDOP_yield, 0);
	CHECK(time_now() >= wake_at, 1);
}

/* The first closed one is on a queue, for ever, so that it cannot be used. */
static void test_ports(void)
{
	struct evtchn_init_control c = { .control_gfn = va_mfn(control) };
	struct evtchn_expand_array x = { .array_gfn = va_mfn((void *)words) };
	struct evtchn_reset reset = { .dom = DOMID_SELF };
	u32 first = bind_ipi(), last = first;

	CHECK(HC2(event_channel_op, EVTCHNOP_init_control, &c), 0);
	CHECK(HC2(event_channel_op, EVTCHNOP_expand_array, &x), 0);
	while (last < first + PORTS)
		last = bind_ipi();
	words[first] = 1u << EVTCHN_FIFO_LINKED;
	CHECK(close_port(first), 0);
	CHECK(bind_ipi(), last + 1);
	/* As soon as it is taken off the queue it is the first again. */
	words[first] = 0;
	CHECK(bind_ipi(), first);
	/* Events that wait for a page of words come all at once with it. */
	for (; last >= 1024; last--)
		CHECK(send_port(last), 0);
	x.array_gfn = va_mfn((void *)&words[1024]);
	CHECK(HC2(event_channel_op, EVTCHNOP_expand_array, &x), 0);
	CHECK(words[2047] >> EVTCHN_FIFO_LINKED & 1, 1);
	CHECK(HC2(event_channel_op, EVTCHNOP_reset, &reset), 0);
}

void test_main(void)
{
	CHECK(start_info->nr_pages > SINGLES + 0x4000, 1);
	fill_l1s();
	test_tables();
	test_last_references();
	test_address_limit();
	test_exchange();
	test_sleepers();
	test_ports();
	press_key('l');	/* krypton-debug prints what it has measured */
}
