// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule: of two vCPUs that make the same call on the same thing at the same
 * time, or two calls that exclude each other, one succeeds and the other gets
 * the error that it would have got later. vCPU 2 changes page tables all the
 * time, so that both often come while a lock is held and wait for it together:
 * what was looked at before the lock is out of date then.
 *
 * A contest is run many times. Its two sides are calls of vCPU 0 and vCPU 1.
 *
 * Test: contend -c 3 -v 32
 * Test: fuzz/audit-contend -c 3 -v 32 krypton-debug
 */
#include "guest.h"

#define TARGETS		29u	/* vCPUs 3 to 31: each can be used up once */
#define ROUNDS		60u
#define REF		8u

/* In place of what the second one gets: */
#define DISTINCT	1	/* both succeed, and are given different things */
#define SOME_ERROR	2	/* by which side it is */
#define ANY		3	/* perhaps success as well: see its after() */

static u8 stacks[2][8192] __attribute__((aligned(4096)));
static u8 infos[TARGETS][2][4096] __attribute__((aligned(4096)));
static u8 control[TARGETS][2][4096] __attribute__((aligned(4096)));
static grant_entry_v1_t table[512] __attribute__((aligned(4096)));
PAGE_BUFFER(page);
PAGE_BUFFER(place);
PAGE_BUFFER(eoi);
PAGE_BUFFER(eoi2);
static u8 held[8][4096] __attribute__((aligned(4096)));
static vcpu_guest_context_t contexts[2];
static u32 handle, port;

struct contest {
	const char *name;
	u32 rounds;
	long (*side[2])(u32 round, u32 me);
	long refused;
	void (*before)(u32 round);
	void (*after)(u32 round, u32 winner);
};

static volatile u32 turn, round_now, arrived, done, stop;
static const struct contest *volatile now;
static volatile long result[2];

static void run(u32 me, u32 n)
{
	const struct contest *c = now;

	__sync_fetch_and_add(&arrived, 1);
	while (arrived < 2)
		__asm__ volatile("pause");
	result[me] = c->side[me](n, me);
	__sync_fetch_and_add(&done, 1);
}

/* vCPU 1: the other side, round after round. */
static void rival(void)
{
	u32 last = 0;

	for (;;) {
		while (turn == last)
			__asm__ volatile("pause");
		last = turn;
		run(1, round_now);
	}
}

/* vCPU 2: full tables take long to check. */
static void holder(void)
{
	u32 i;

	while (!stop)
		for (i = 0; i < ARRAY_SIZE(held); i++) {
			mmuext(MMUEXT_PIN_L1_TABLE, va_mfn(held[i]), 0);
			mmuext(MMUEXT_UNPIN_TABLE, va_mfn(held[i]), 0);
		}
	vcpu_down(2);
}

/* vCPUs: initialised once, and told once where their vcpu_info is. */
static long initialise(u32 round, u32 me)
{
	return HC3(vcpu_op, VCPUOP_initialise, 3 + round, &contexts[me]);
}

static long register_info(u32 round, u32 me)
{
	vcpu_register_vcpu_info_t r = { .mfn = va_mfn(infos[round][me]) };

	return HC3(vcpu_op, VCPUOP_register_vcpu_info, 3 + round, &r);
}

/* A page that the hypervisor may write to is no page table, another may be. */
static void check_page(u8 *p, bool used)
{
	memset(p, 0, 4096);
	CHECK(make_ro(p), 0);
	CHECK(mmuext(MMUEXT_PIN_L1_TABLE, va_mfn(p), 0) != 0, used);
	if (!used)
		CHECK(mmuext(MMUEXT_UNPIN_TABLE, va_mfn(p), 0), 0);
	CHECK(make_rw(p), 0);
}

static void check_infos(u32 round, u32 winner)
{
	check_page(infos[round][winner], true);
	check_page(infos[round][!winner], false);
}

static long eoi_frame(u32 round, u32 me)
{
	struct physdev_pirq_eoi_gmfn e = { .gmfn = va_mfn(me ? eoi2 : eoi) };

	(void)round;
	return HC2(physdev_op, PHYSDEVOP_pirq_eoi_gmfn_v2, &e);
}

static void check_eoi(u32 round, u32 winner)
{
	(void)round;
	check_page(eoi, winner == 0);
	check_page(eoi2, winner == 1);
}

static long init_control(u32 round, u32 me)
{
	struct evtchn_init_control c = {
		.control_gfn = va_mfn(control[round][me]), .vcpu = 3 + round,
	};

	return HC2(event_channel_op, EVTCHNOP_init_control, &c);
}

static void check_control(u32 round, u32 winner)
{
	check_page(control[round][winner], true);
	check_page(control[round][!winner], false);
}

static long free_pirq(u32 round, u32 me)
{
	struct physdev_get_free_pirq f = { .type = MAP_PIRQ_TYPE_MSI };
	long rc = HC2(physdev_op, PHYSDEVOP_get_free_pirq, &f);

	(void)round;
	(void)me;
	return rc ? rc : (long)f.pirq;
}

/* Ports */
static long bind_virq(u32 round, u32 me)
{
	struct evtchn_bind_virq b = { .virq = VIRQ_DEBUG, .vcpu = 0 };
	long rc = HC2(event_channel_op, EVTCHNOP_bind_virq, &b);

	(void)round;
	(void)me;
	if (!rc)
		port = b.port;
	return rc;
}

static void drop_port(u32 round, u32 winner)
{
	(void)round;
	(void)winner;
	CHECK(close_port(port), 0);
}

static long new_port(u32 round, u32 me)
{
	struct evtchn_alloc_unbound a = { .dom = DOMID_SELF,
					  .remote_dom = DOMID_SELF };
	long rc = HC2(event_channel_op, EVTCHNOP_alloc_unbound, &a);

	(void)round;
	(void)me;
	return rc ? rc : (long)a.port;
}

static void open_port(u32 round)
{
	port = (u32)new_port(round, 0);
}

static long close_it(u32 round, u32 me)
{
	(void)round;
	(void)me;
	return close_port(port);
}

static u32 bound;

static long join(u32 round, u32 me)
{
	struct evtchn_bind_interdomain b = { .remote_dom = DOMID_SELF,
					     .remote_port = port };
	long rc = HC2(event_channel_op, EVTCHNOP_bind_interdomain, &b);

	(void)round;
	(void)me;
	if (!rc)
		bound = b.local_port;
	return rc;
}

static void drop_both(u32 round, u32 winner)
{
	CHECK(close_port(bound), 0);
	drop_port(round, winner);
}

/* Pages: one type at a time, pinned once, given back once. */
static void read_only(u32 round)
{
	(void)round;
	CHECK(make_ro(page), 0);
}

static long pin_l1(u32 round, u32 me)
{
	(void)round;
	(void)me;
	return mmuext(MMUEXT_PIN_L1_TABLE, va_mfn(page), 0);
}

static long pin_l2(u32 round, u32 me)
{
	(void)round;
	(void)me;
	return mmuext(MMUEXT_PIN_L2_TABLE, va_mfn(page), 0);
}

static long unpin(u32 round, u32 me)
{
	(void)round;
	(void)me;
	return mmuext(MMUEXT_UNPIN_TABLE, va_mfn(page), 0);
}

static void pinned(u32 round)
{
	read_only(round);
	CHECK(pin_l1(round, 0), 0);
}

static void unpinned(u32 round, u32 winner)
{
	(void)winner;
	CHECK(unpin(round, 0), 0);
	CHECK(make_rw(page), 0);
}

static void writable(u32 round, u32 winner)
{
	(void)round;
	(void)winner;
	CHECK(make_rw(page), 0);
}

static long map_rw(u32 round, u32 me)
{
	(void)round;
	(void)me;
	return make_rw(page);
}

static void undo_side0(u32 round, u32 winner)
{
	if (!winner)
		CHECK(unpin(round, 0), 0);
	CHECK(make_rw(page), 0);
}

static long set_gdt(u32 round, u32 me)
{
	xen_pfn_t f = va_mfn(page);

	(void)round;
	(void)me;
	return HC2(set_gdt, &f, 512);
}

static void undo_gdt(u32 round, u32 winner)
{
	if (winner)
		CHECK(unpin(round, 0), 0);
	else
		CHECK(HC2(set_gdt, 0, 0), 0);
	CHECK(make_rw(page), 0);
}

static long reservation(u32 cmd, xen_pfn_t *frame)
{
	struct xen_memory_reservation r = { .nr_extents = 1,
					    .domid = DOMID_SELF };

	set_xen_guest_handle(r.extent_start, frame);
	return HC2(memory_op, cmd, &r);
}

static long owned;

static long current_reservation(void)
{
	domid_t self = DOMID_SELF;

	return HC2(memory_op, XENMEM_current_reservation, &self);
}

static void unmapped(u32 round)
{
	(void)round;
	owned = current_reservation();
	CHECK(set_pte_va(page, 0, UVMF_INVLPG), 0);
}

static long give_back(u32 round, u32 me)
{
	xen_pfn_t f = va_mfn(page);

	(void)round;
	(void)me;
	return reservation(XENMEM_decrease_reservation, &f) == 1 ? 0 : -1;
}

static void take_again(u32 round, u32 winner)
{
	xen_pfn_t f = (u32)page >> 12;

	CHECK(current_reservation(), owned - 1);
	CHECK(reservation(XENMEM_populate_physmap, &f), 1);
	((u32 *)start_info->mfn_list)[(u32)page >> 12] = f;
	writable(round, winner);
	memset(page, 0, sizeof(page));
}

/* Grants: a handle is given back once. */
static void map_grant(u32 round)
{
	struct gnttab_map_grant_ref m = {
		.host_addr = (u32)place, .ref = REF, .flags = GNTMAP_host_map,
	};

	(void)round;
	CHECK(HC3(grant_table_op, GNTTABOP_map_grant_ref, &m, 1), 0);
	CHECK(m.status, 0);
	handle = m.handle;
}

static long unmap_grant(u32 round, u32 me)
{
	struct gnttab_unmap_grant_ref u = {
		.host_addr = (u32)place, .handle = handle, .status = 99,
	};

	(void)round;
	(void)me;
	HC3(grant_table_op, GNTTABOP_unmap_grant_ref, &u, 1);
	return u.status;
}

static void check_entry(u32 round, u32 winner)
{
	(void)round;
	(void)winner;
	CHECK(table[REF].flags & (GTF_reading | GTF_writing), 0);
}

#define BOTH(fn)	{ fn, fn }
static const struct contest contests[] = {
	{ "initialise a vCPU", TARGETS, BOTH(initialise), -XEN_EEXIST, 0, 0 },
	{ "register a vcpu_info", TARGETS, BOTH(register_info), -XEN_EINVAL,
	  0, check_infos },
	{ "name the EOI page", 1, BOTH(eoi_frame), -XEN_EBUSY, 0, check_eoi },
	{ "get a free pirq", ROUNDS, BOTH(free_pirq), DISTINCT, 0, 0 },
	{ "bind a virq", ROUNDS, BOTH(bind_virq), -XEN_EEXIST, 0, drop_port },
	{ "close a port", ROUNDS, BOTH(close_it), -XEN_EINVAL, open_port, 0 },
	{ "join a port", ROUNDS, BOTH(join), -XEN_EINVAL, open_port,
	  drop_both },
	{ "open a port", ROUNDS, BOTH(new_port), DISTINCT, 0, 0 },
	{ "pin a table", ROUNDS, BOTH(pin_l1), -XEN_EINVAL, read_only,
	  unpinned },
	{ "unpin a table", ROUNDS, BOTH(unpin), -XEN_EINVAL, pinned,
	  writable },
	{ "pin as L1, as L2", ROUNDS, { pin_l1, pin_l2 }, SOME_ERROR,
	  read_only, unpinned },
	{ "pin, map writable", ROUNDS, { pin_l1, map_rw }, SOME_ERROR,
	  read_only, undo_side0 },
	{ "use as GDT, pin", ROUNDS, { set_gdt, pin_l1 }, SOME_ERROR,
	  read_only, undo_gdt },
	{ "give a page back", ROUNDS, BOTH(give_back), ANY, unmapped,
	  take_again },
	{ "unmap a grant", ROUNDS, BOTH(unmap_grant), GNTST_bad_handle,
	  map_grant, check_entry },
	{ "name a control block", TARGETS, BOTH(init_control), -XEN_EINVAL,
	  0, check_control },
};

static bool refused(const struct contest *c, long rc)
{
	return c->refused == ANY || rc == c->refused ||
	       (c->refused == SOME_ERROR && rc < 0);
}

static bool fair(const struct contest *c)
{
	if (c->refused == DISTINCT)
		return result[0] >= 0 && result[1] >= 0 &&
		       result[0] != result[1];
	return (result[0] == 0 && refused(c, result[1])) ||
	       (result[1] == 0 && refused(c, result[0]));
}

static void hold_contest(const struct contest *c)
{
	u32 i, wins = 0, wrong = 0;

	now = c;
	for (i = 0; i < c->rounds; i++) {
		if (c->before)
			c->before(i);
		arrived = done = 0;
		round_now = i;
		turn++;
		run(0, i);
		while (done < 2)
			__asm__ volatile("pause");
		if (!fair(c) && !wrong++)
			print("%s: %d and %d, expected 0 and %d\n", c->name,
			      (int)result[0], (int)result[1],
			      (int)c->refused);
		wins += result[0] >= 0;
		if (c->after)
			c->after(i, result[0] != 0);
	}
	print("%s: %u rounds, %u won by vCPU 0, %u not as one after the other\n",
	      c->name, c->rounds, wins, wrong);
	CHECK(wrong, 0);
}

static void setup_grants(void)
{
	xen_pfn_t frame = 0;
	struct gnttab_setup_table s = { .dom = DOMID_SELF, .nr_frames = 1 };

	set_xen_guest_handle(s.frame_list, &frame);
	CHECK(HC3(grant_table_op, GNTTABOP_setup_table, &s, 1), 0);
	CHECK(set_pte_va(table, (u64)frame << 12 | PTE_RWP, UVMF_INVLPG), 0);
	table[REF] = (grant_entry_v1_t){
		GTF_permit_access, 0, va_mfn(infos[0][0])
	};
}

void test_main(void)
{
	u32 i, j;

	shared->vcpu_info[0].evtchn_upcall_mask = 1;
	setup_grants();
	for (i = 0; i < ARRAY_SIZE(held); i++) {
		for (j = 0; j < 512; j++)
			((u64 *)held[i])[j] = va_maddr(stacks[0]) | PTE_RO;
		CHECK(make_ro(held[i]), 0);
	}
	vcpu_context(&contexts[0], rival, stacks[1]);
	vcpu_context(&contexts[1], rival, stacks[2]);
	vcpu_run(1, rival, stacks[1]);
	vcpu_run(2, holder, stacks[2]);
	for (i = 0; i < ARRAY_SIZE(contests); i++)
		hold_contest(&contests[i]);
	stop = 1;
}
