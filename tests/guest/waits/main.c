// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule: vCPUs of one domain that make the same hypercalls at the same time wait for
 * each other's locks, but all together get at least a third of that done which one
 * does alone. The calls take the lock of pages, of event channels, of grants, and all
 * three in turn. Prints what was done, so that two hypervisors can be compared in one
 * run: processors take turns, so that without waiting one vCPU and many would do the
 * same, because the others are halted meanwhile.
 *
 * Test: waits -i -c 4 long
 * Test: waits-w64 -w 64 -i -c 4 long
 * Test: waits-16 -i -c 16 long
 */
#include "domu.h"

#define MOST		32u
#define REF		8u
#define ROUND_MS	200u
#define LEAST_ALL	30u	/* percent of what one alone does */

static u8 pages[MOST][4096] __attribute__((aligned(4096)));
static u8 stacks[MOST][4096] __attribute__((aligned(4096)));
static grant_entry_v1_t table[512] __attribute__((aligned(4096)));

static volatile u32 busy;	/* vCPUs below this number work */
static volatile u32 at_work;
static void (*volatile work)(u32 me);
static volatile u32 done[MOST];
static u32 online = 1;

static void page_calls(u32 me)
{
	const u64 entry = va_maddr(pages[me]);

	CHECK(set_pte_va(pages[me], entry | PTE_RO, UVMF_INVLPG), 0);
	CHECK(set_pte_va(pages[me], entry | PTE_RWP, UVMF_INVLPG), 0);
}

static void event_calls(u32 me)
{
	struct evtchn_alloc_unbound a = {
		.dom = DOMID_SELF, .remote_dom = DOMID_SELF,
	};

	(void)me;
	CHECK(HC2(event_channel_op, EVTCHNOP_alloc_unbound, &a), 0);
	CHECK(close_port(a.port), 0);
}

static void grant_calls(u32 me)
{
	struct gnttab_map_grant_ref m = {
		.ref = REF + me, .flags = GNTMAP_device_map | GNTMAP_readonly,
	};
	struct gnttab_unmap_grant_ref u = { 0 };

	HC3(grant_table_op, GNTTABOP_map_grant_ref, &m, 1);
	CHECK_GRANT(m.status, GNTST_okay);
	u.handle = m.handle;
	u.dev_bus_addr = m.dev_bus_addr;
	HC3(grant_table_op, GNTTABOP_unmap_grant_ref, &u, 1);
	CHECK_GRANT(u.status, GNTST_okay);
}

static void all_calls(u32 me)
{
	page_calls(me);
	event_calls(me);
	grant_calls(me);
}

static void work_a_round(u32 me)
{
	__atomic_fetch_add(&at_work, 1, __ATOMIC_SEQ_CST);
	while (me < busy) {
		work(me);
		done[me]++;
	}
	__atomic_fetch_sub(&at_work, 1, __ATOMIC_SEQ_CST);
}

static void wait_ms(u32 ms)
{
	struct sched_poll p = { .timeout = time_now() + ms * NS_PER_MS };

	HC2(sched_op, SCHEDOP_poll, &p);
}

static void others(void)
{
	u32 me = __atomic_fetch_add(&online, 1, __ATOMIC_SEQ_CST);

	for (;;) {
		while (me >= busy)
			wait_ms(5);
		work_a_round(me);
	}
}

/* What n vCPUs do in a ms, times 100, and the least that one does; not vCPU 0. */
static u32 measure(u32 n, u32 *least)
{
	u32 i, us, sum = 0;
	u64 begin;

	for (i = 0; i < MOST; i++)
		done[i] = 0;
	begin = time_now();
	busy = n + 1;
	wait_ms(ROUND_MS);
	busy = 0;
	us = (u32)(time_now() - begin) / 1000;
	while (at_work)
		wait_ms(1);
	for (i = 0; i < MOST; i++)
		done[i] = done[i] * 1000 / (us / 100);
	*least = done[1];
	for (i = 1; i <= n; i++) {
		sum += done[i];
		*least = done[i] < *least ? done[i] : *least;
	}
	return sum;
}

static void compare(const char *name, void (*calls)(u32 me), u32 n)
{
	u32 one, all, least;

	work = calls;
	one = measure(1, &least);
	all = measure(n, &least);
	print("%s: one vCPU %u times in 100 ms, %u vCPUs %u percent of it; the least of "
	      "them %u percent of the mean\n", name, one, n,
	      all * 100 / one, least * 100 / (all / n));
	CHECK(all * 100 / one >= LEAST_ALL, 1);
}

static void set_grants(void)
{
	struct gnttab_setup_table s = { .dom = DOMID_SELF, .nr_frames = 1 };
	static xen_pfn_t frame;
	u32 i;

	set_xen_guest_handle(s.frame_list, &frame);
	CHECK(HC3(grant_table_op, GNTTABOP_setup_table, &s, 1), 0);
	CHECK(set_pte_va(table, (u64)frame << 12 | PTE_RWP, UVMF_INVLPG), 0);
	for (i = 0; i < MOST; i++)
		table[REF + i] = (grant_entry_v1_t){
			.flags = GTF_permit_access, .frame = va_mfn(pages[i]),
		};
}

void test_main(void)
{
	u32 n = 1;

	set_grants();
	while (n < MOST && HC3(vcpu_op, VCPUOP_is_up, n, 0) >= 0) {
		vcpu_run(n, others, stacks[n] + sizeof(stacks[n]));
		while (online == n)
			wait_ms(1);
		n++;
	}
	n--;
	compare("pages", page_calls, n);
	compare("event channels", event_calls, n);
	compare("grants", grant_calls, n);
	compare("all", all_calls, n);
	press_key('l');		/* the debug build tells who waited for locks */
}
