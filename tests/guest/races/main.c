// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule: two vCPUs that map, unmap, copy, bind, send, close and reset the same
 * grants, handles and ports at the same time get errors at most. When both are
 * through and all handles are given back, no entry is in use, no page has a
 * type left over, and no port is open. Classes: races of pin and unpin, of
 * double unmaps (XSA-218, 224), of closing and resetting (343, 344, 358).
 *
 * Test: races -c 2
 * Test: races-64 -w 64 -c 2
 * Test: fuzz/audit-races -c 2 krypton-debug
 */
#include "guest.h"

#define REF	8u
#define REFS	16u
#define ROUNDS	2000u
#define PORTS	120u

static grant_entry_v1_t table[512] __attribute__((aligned(4096)));
static u8 pages[REFS][4096] __attribute__((aligned(4096)));
static u8 places[4][4096] __attribute__((aligned(4096)));
static u8 words[4096] __attribute__((aligned(4096)));
static u8 control[2][4096] __attribute__((aligned(4096)));
static u8 stack1[8192] __attribute__((aligned(4096)));
static volatile u32 handles[32];	/* plus 1 */
static volatile u32 finished, seen;

static u32 next(u32 *seed)
{
	*seed = *seed * 1103515245 + 12345;
	return *seed >> 8;
}

static void grant_map(u32 r)
{
	struct gnttab_map_grant_ref m = {
		.host_addr = (ulong)places[r & 3], .ref = REF + (r >> 2 & 15),
		.flags = GNTMAP_host_map | (r & 0x100 ? GNTMAP_readonly : 0),
	};

	if (!(r & 0x600))
		m.flags |= GNTMAP_device_map;
	HC3(grant_table_op, GNTTABOP_map_grant_ref, &m, 1);
	if (!m.status)
		handles[r >> 12 & 31] = m.handle + 1;
}

static int unmap(const void *where, u64 bus, u32 handle)
{
	struct gnttab_unmap_grant_ref u = {
		.host_addr = (ulong)where, .dev_bus_addr = bus,
		.handle = handle, .status = 99,
	};

	HC3(grant_table_op, GNTTABOP_unmap_grant_ref, &u, 1);
	return u.status;
}

/* Often a handle that the other one unmaps as well, or in the wrong place. */
static void grant_unmap(u32 r)
{
	struct gnttab_unmap_and_replace u = {
		.host_addr = (ulong)places[r & 3],
		.new_addr = (ulong)places[r >> 2 & 3],
		.handle = handles[r >> 12 & 31] - 1,
	};

	if (r & 0x700)
		unmap(places[r & 3], r & 0x800 ?
		      va_maddr(pages[r >> 4 & 15]) : 0, u.handle);
	else
		HC3(grant_table_op, GNTTABOP_unmap_and_replace, &u, 1);
}

static void grant_copy(u32 r)
{
	struct gnttab_copy c[4];
	u32 i;

	for (i = 0; i < 4; i++) {
		c[i] = (struct gnttab_copy){
			.len = 0, .flags = GNTCOPY_source_gref |
					   GNTCOPY_dest_gref,
		};
		c[i].source.u.ref = REF + (r >> i & 15);
		c[i].dest.u.ref = REF + (r >> (i + 4) & 15);
	}
	HC3(grant_table_op, GNTTABOP_copy, c, 4);
}

static void grant_change(u32 r)
{
	struct gnttab_swap_grant_ref s = { .ref_a = REF + (r & 15),
					   .ref_b = REF + (r >> 4 & 15) };
	u16 *flags = &table[REF + (r & 15)].flags;

	if (r & 0x100)
		HC3(grant_table_op, GNTTABOP_swap_grant_ref, &s, 1);
	else if (r & 0x200)
		__sync_fetch_and_or(flags, GTF_readonly);
	else
		__sync_fetch_and_and(flags, (u16)~GTF_readonly);
	if (!(r & 0xc00))
		set_pte_va(places[r >> 12 & 3], 0, 0);
}

static void open_ports(u32 r)
{
	struct evtchn_alloc_unbound a = { .dom = DOMID_SELF,
					  .remote_dom = DOMID_SELF };
	struct evtchn_bind_interdomain b = { .remote_dom = DOMID_SELF,
					     .remote_port = r % PORTS };
	struct evtchn_bind_ipi ipi = { .vcpu = r & 1 };

	if (r & 2)
		HC2(event_channel_op, EVTCHNOP_bind_ipi, &ipi);
	HC2(event_channel_op, EVTCHNOP_alloc_unbound, &a);
	HC2(event_channel_op, EVTCHNOP_bind_interdomain, &b);
}

static void use_port(u32 r)
{
	u32 port = r % PORTS;
	struct evtchn_send send = { .port = port };
	struct evtchn_close close = { .port = port };
	struct evtchn_unmask unmask = { .port = port };
	struct evtchn_bind_vcpu bv = { .port = port, .vcpu = r >> 20 & 1 };
	struct evtchn_status status = { .dom = DOMID_SELF, .port = port };

	HC2(event_channel_op, EVTCHNOP_send, &send);
	if (r & 0x100)
		HC2(event_channel_op, EVTCHNOP_unmask, &unmask);
	if (r & 0x200)
		HC2(event_channel_op, EVTCHNOP_bind_vcpu, &bv);
	if (r & 0x400)
		HC2(event_channel_op, EVTCHNOP_status, &status);
	if (!(r & 0x3000))
		HC2(event_channel_op, EVTCHNOP_close, &close);
}

static long reset(void)
{
	struct evtchn_reset op = { .dom = DOMID_SELF };

	return HC2(event_channel_op, EVTCHNOP_reset, &op);
}

/* From one ABI to the other and back. */
static void change_abi(u32 r)
{
	struct evtchn_expand_array expand = { .array_gfn = va_mfn(words) };
	struct evtchn_init_control init = { .vcpu = r & 1 };
	u32 i;

	for (i = 0; i < 2; i++, init.vcpu ^= 1) {
		init.control_gfn = va_mfn(control[init.vcpu]);
		HC2(event_channel_op, EVTCHNOP_init_control, &init);
	}
	HC2(event_channel_op, EVTCHNOP_expand_array, &expand);
	if (!(r & 0x70))
		reset();
}

static void work(u32 seed)
{
	static void (*const what[8])(u32 r) = {
		grant_map, grant_map, grant_unmap, grant_unmap, grant_copy,
		grant_change, open_ports, use_port,
	};
	u32 i, r;

	for (i = 0; i < ROUNDS; i++) {
		r = next(&seed);
		what[r >> 3 & 7](next(&seed));
		if (!(r & 0x3f000))
			change_abi(next(&seed));
	}
}

static void secondary(void)
{
	seen = 1;
	work(77);
	finished = 1;
	vcpu_down(1);
}

/* Whatever a handle stands for: put its entry back and unmap it. */
static bool give_back(u32 handle)
{
	u32 i, ro;

	for (i = 0; i < REFS; i++)
		for (ro = 0; ro < 2; ro++) {
			CHECK(set_pte_va(places[0], va_maddr(pages[i]) |
					 (ro ? PTE_RO : PTE_RWP), 0), 0);
			if (unmap(places[0], 0, handle) == GNTST_bad_handle ||
			    unmap(0, va_maddr(pages[i]), handle) ==
			    GNTST_bad_handle)
				return true;
		}
	return unmap(0, 0, handle) == GNTST_bad_handle;
}

static void check_nothing_left(void)
{
	u32 i, left = 0;

	for (i = 0; i < 2 * ROUNDS; i++)
		left += !give_back(i);
	CHECK(left, 0);
	for (i = 0; i < 4; i++)
		CHECK(make_rw(places[i]), 0);
	for (i = 0; i < REFS; i++) {
		CHECK(table[REF + i].flags & (GTF_reading | GTF_writing), 0);
		CHECK(make_ro(pages[i]), 0);
		CHECK(mmuext(MMUEXT_PIN_L1_TABLE, va_mfn(pages[i]), 0), 0);
		CHECK(mmuext(MMUEXT_UNPIN_TABLE, va_mfn(pages[i]), 0), 0);
	}
	CHECK(reset(), 0);
	for (i = 0; i < PORTS; i++) {
		struct evtchn_send send = { .port = i };

		CHECK(HC2(event_channel_op, EVTCHNOP_send, &send),
		      -XEN_EINVAL);
	}
	CHECK(make_ro(words), 0);
	memset((void *)places, 0, sizeof(places));
}

void test_main(void)
{
	xen_pfn_t frame = 0;
	struct gnttab_setup_table s = { .dom = DOMID_SELF, .nr_frames = 1 };
	u32 i;

	mask_events(true);
	set_xen_guest_handle(s.frame_list, &frame);
	CHECK(HC3(grant_table_op, GNTTABOP_setup_table, &s, 1), 0);
	CHECK(set_pte_va(table, (u64)frame << 12 | PTE_RWP, UVMF_INVLPG), 0);
	for (i = 0; i < REFS; i++)
		table[REF + i] = (grant_entry_v1_t){
			GTF_permit_access, 0, va_mfn(pages[i])
		};
	vcpu_run(1, secondary, stack1 + sizeof(stack1));
	for (i = 0; i < 100000 && !seen; i++)
		HC2(sched_op, SCHEDOP_yield, 0);
	work(1);
	for (i = 0; i < 10000000 && !finished; i++)
		HC2(sched_op, SCHEDOP_yield, 0);
	CHECK(finished, 1);
	check_nothing_left();
}
