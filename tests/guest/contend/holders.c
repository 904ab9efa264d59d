// SPDX-License-Identifier: GPL-2.0-only
/*
 * Calls of vCPU 2 that hold a lock for long, a kind each round: the page lock by
 * tables that are full, and by many frames at once; the locks of grants by long
 * batches; the event lock by searches through all pirqs.
 */
#include "contend.h"

#define TABLES	8u
#define FRAMES	64u
#define BATCH	64u
#define FIRST	16u	/* entry of the grant table */
#define GSI	13u

static u8 tables[TABLES][4096] __attribute__((aligned(4096)));
static u64 l2[512] __attribute__((aligned(4096)));
static u8 spare[FRAMES][4096] __attribute__((aligned(4096)));
static u8 places[BATCH][4096] __attribute__((aligned(4096)));
PAGE_BUFFER(granted);
PAGE_BUFFER(mapped);
static xen_pfn_t frames[FRAMES];

static void full_l1(void)
{
	u32 i;

	for (i = 0; i < TABLES; i++) {
		mmuext(MMUEXT_PIN_L1_TABLE, va_mfn(tables[i]), 0);
		mmuext(MMUEXT_UNPIN_TABLE, va_mfn(tables[i]), 0);
	}
}

/* With all its level-1 tables, which have no other use. */
static void full_l2(void)
{
	mmuext(MMUEXT_PIN_L2_TABLE, va_mfn(l2), 0);
	mmuext(MMUEXT_UNPIN_TABLE, va_mfn(l2), 0);
}

static void many_frames(void)
{
	u32 i;

	reservation(XENMEM_decrease_reservation, frames, FRAMES);
	for (i = 0; i < FRAMES; i++)
		frames[i] = (ulong)spare[i] >> 12;
	reservation(XENMEM_populate_physmap, frames, FRAMES);
}

static void grant_maps(void)
{
	static struct gnttab_map_grant_ref m[BATCH];
	static struct gnttab_unmap_grant_ref u[BATCH];
	u32 i;

	for (i = 0; i < BATCH; i++)
		m[i] = (struct gnttab_map_grant_ref){
			.host_addr = (ulong)places[i], .ref = FIRST + i,
			.flags = GNTMAP_host_map,
		};
	HC3(grant_table_op, GNTTABOP_map_grant_ref, m, BATCH);
	for (i = 0; i < BATCH; i++)
		u[i] = (struct gnttab_unmap_grant_ref){
			.host_addr = (ulong)places[i], .handle = m[i].handle,
		};
	HC3(grant_table_op, GNTTABOP_unmap_grant_ref, u, BATCH);
}

static void grant_copies(void)
{
	static struct gnttab_copy c[BATCH];
	u32 i;

	for (i = 0; i < BATCH; i++) {
		c[i] = (struct gnttab_copy){
			.len = 2048, .flags = GNTCOPY_source_gref |
					      GNTCOPY_dest_gref,
		};
		c[i].source.u.ref = FIRST + i;
		c[i].dest.u.ref = FIRST + (i + 1) % BATCH;
		c[i].dest.offset = 2048;
	}
	HC3(grant_table_op, GNTTABOP_copy, c, BATCH);
}

static void pirqs(void)
{
	struct physdev_map_pirq m = { .domid = DOMID_SELF, .index = GSI,
				      .type = MAP_PIRQ_TYPE_GSI, .pirq = GSI };
	struct physdev_setup_gsi s = { .gsi = GSI };
	u32 i;

	for (i = 0; i < BATCH; i++) {
		HC2(physdev_op, PHYSDEVOP_map_pirq, &m);
		HC2(physdev_op, PHYSDEVOP_setup_gsi, &s);
	}
}

void hold(u32 round, u32 gives)
{
	static const struct {
		void (*make)(void);
		u32 takes;		/* GIVES_*, of what others gave back */
	} kinds[] = {
		{ full_l1, 0 }, { full_l2, 0 }, { grant_copies, 0 },
		{ pirqs, 0 }, { grant_maps, GIVES_HANDLES },
		{ many_frames, GIVES_FRAMES },
	};

	while (kinds[round % ARRAY_SIZE(kinds)].takes & gives)
		round++;
	kinds[round % ARRAY_SIZE(kinds)].make();
}

void setup_holders(void)
{
	u64 entry = va_maddr(mapped) | PTE_RO;
	u32 i, j;

	for (i = 0; i < TABLES; i++) {
		for (j = 0; j < 512; j++)
			((u64 *)tables[i])[j] = entry;
		l2[i] = va_maddr(tables[i]) | PTE_RWP;
		CHECK(make_ro(tables[i]), 0);
	}
	CHECK(make_ro(l2), 0);
	for (i = 0; i < FRAMES; i++) {
		frames[i] = va_mfn(spare[i]);
		CHECK(set_pte_va(spare[i], 0, UVMF_INVLPG), 0);
	}
	for (i = 0; i < BATCH; i++)
		grant_entries[FIRST + i] = (grant_entry_v1_t){
			GTF_permit_access, 0, va_mfn(granted)
		};
}
