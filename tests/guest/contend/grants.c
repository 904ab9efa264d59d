// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grants: a handle is given back once; an entry that its owner has withdrawn is
 * mapped no more, and one that is mapped cannot be withdrawn.
 */
#include "contend.h"

grant_entry_v1_t grant_entries[512] __attribute__((aligned(4096)));
static u8 places[2][4096] __attribute__((aligned(4096)));
PAGE_BUFFER(granted);
static u32 handle;

/* The handle, or a negative status. */
static long map_grant(u32 round, u32 me)
{
	struct gnttab_map_grant_ref m = {
		.host_addr = (ulong)places[me], .ref = REF,
		.flags = GNTMAP_host_map,
	};

	(void)round;
	HC3(grant_table_op, GNTTABOP_map_grant_ref, &m, 1);
	return m.status ? m.status : (long)m.handle;
}

static long unmap(u32 which, u32 at)
{
	struct gnttab_unmap_grant_ref u = {
		.host_addr = (ulong)places[at], .handle = which, .status = 99,
	};

	HC3(grant_table_op, GNTTABOP_unmap_grant_ref, &u, 1);
	return u.status;
}

static void mapped(u32 round)
{
	long rc = map_grant(round, 0);

	CHECK(rc >= 0, 1);
	handle = (u32)rc;
}

static long unmap_grant(u32 round, u32 me)
{
	(void)round;
	(void)me;
	return unmap(handle, 0);
}

static void check_entry(u32 round, u32 winner)
{
	(void)round;
	(void)winner;
	CHECK(grant_entries[REF].flags, GTF_permit_access);
}

static void unmap_both(u32 round, u32 winner)
{
	CHECK(unmap((u32)result[0], 0), 0);
	CHECK(unmap((u32)result[1], 1), 0);
	check_entry(round, winner);
}

static long map_one(u32 round, u32 me)
{
	long rc = map_grant(round, me);

	if (rc < 0)
		return rc;
	handle = (u32)rc;
	return 0;
}

/* As Linux does: nobody may use it from now on, or somebody does. */
static long withdraw(u32 round, u32 me)
{
	u16 free = GTF_permit_access;

	(void)round;
	(void)me;
	return __atomic_compare_exchange_n(&grant_entries[REF].flags, &free, 0,
					   false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST) ? 0 : -1;
}

static void grant_again(u32 round, u32 winner)
{
	if (winner)
		grant_entries[REF].flags = GTF_permit_access;
	else
		CHECK(unmap(handle, 0), 0);
	check_entry(round, winner);
}

void setup_grants(void)
{
	xen_pfn_t frame = 0;
	struct gnttab_setup_table s = { .dom = DOMID_SELF, .nr_frames = 1 };

	set_xen_guest_handle(s.frame_list, &frame);
	CHECK(HC3(grant_table_op, GNTTABOP_setup_table, &s, 1), 0);
	CHECK(set_pte_va(grant_entries, (u64)frame << 12 | PTE_RWP,
			 UVMF_INVLPG), 0);
	grant_entries[REF] = (grant_entry_v1_t){
		GTF_permit_access, 0, va_mfn(granted)
	};
}

const struct contest grant_contests[] = {
	{ "unmap a grant", "do_grant_table_op", SAME(unmap_grant),
	  GNTST_bad_handle, .before = mapped, .after = check_entry,
	  .gives = GIVES_HANDLES },
	{ "map a grant", "do_grant_table_op", SAME(map_grant), DISTINCT,
	  .after = unmap_both },
	{ "map, withdraw", "do_grant_table_op",
	  { map_one, withdraw }, SOME_ERROR,
	  .after = grant_again },
	{ .name = NULL }
};
