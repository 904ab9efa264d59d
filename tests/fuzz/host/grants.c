// SPDX-License-Identifier: GPL-2.0-only
/*
 * What vCPUs do with grants in the page-table fuzzer: offer pages, map them,
 * unmap and replace the mappings, copy through them, map pages for devices.
 */
#include "errno.h"
#include "grant/grant.h"
#include "grant/grant_table.h"
#include "hypercalls.h"
#include "lib/lib.h"
#include "pages.h"

static u16 partner(u8 byte)
{
	static const u16 ids[] = { 3, 4, 5, DOMID_SELF };

	return ids[byte & 3];
}

/* The guest's own store to its grant table. */
static void offer(struct actor *a, const struct step *s)
{
	struct domain *d = a->v->d;
	grant_entry_v1_t *e = &d->grants->shared[0][s->slot % REFS];

	e->domid = partner(s->kind);
	e->frame = (u32)world_frame(world_nr(d), s->x);
	e->flags = (s->flags & 1 ? 0 : GTF_permit_access) |
		   (s->flags & 2 ? GTF_readonly : 0) |
		   (s->flags & 4 ? e->flags & (GTF_reading | GTF_writing) : 0);
}

/* An entry by its machine address or by the address that it maps. */
static u64 entry_address(u32 nr, const struct step *s, bool machine)
{
	return machine ? (world_frame(nr, s->x) << PAGE_SHIFT) +
			 (s->y & 15) * 8 :
	       (s->x & 3) * 0x200000ull + (s->y & 15) * PAGE_SIZE;
}

static long go(struct actor *a, u32 cmd, u32 count)
{
	a->call.fn = do_grant_table_op;
	a->call.a[0] = cmd;
	a->call.a[1] = (u64)a->call.data;
	a->call.a[2] = count;
	return call_go(a);
}

static void map(struct actor *a, const struct step *s)
{
	struct gnttab_map_grant_ref *op = (void *)a->call.data;
	u32 n = 1 + (s->kind >> 7), i;
	u16 flags = s->flags & 0x1f;

	for (i = 0; i < n; i++)
		op[i] = (struct gnttab_map_grant_ref){
			.host_addr = entry_address(world_nr(a->v->d), s,
						   flags & GNTMAP_contains_pte)
				     + i * (flags & GNTMAP_contains_pte ? 8 :
					    PAGE_SIZE),
			.flags = flags, .ref = (s->slot + i) % REFS,
			.dom = partner(s->kind),
		};
	go(a, GNTTABOP_map_grant_ref, n);
}

static void unmap(struct actor *a, const struct step *s)
{
	struct gnttab_unmap_grant_ref *op = (void *)a->call.data;
	u32 n = 1 + (s->kind >> 7), i;
	u32 nr = world_nr(a->v->d);

	for (i = 0; i < n; i++)
		op[i] = (struct gnttab_unmap_grant_ref){
			.host_addr = s->flags & 2 ? 0 :
				     entry_address(nr, s, s->flags & 1) +
				     i * (s->flags & 1 ? 8 : PAGE_SIZE),
			.dev_bus_addr = s->flags & 4 ?
					world_frame(nr, (u8)s->kind) <<
					PAGE_SHIFT : 0,
			.handle = (s->slot + i) % 16,
		};
	go(a, GNTTABOP_unmap_grant_ref, n);
}

static void replace(struct actor *a, const struct step *s)
{
	struct gnttab_unmap_and_replace *op = (void *)a->call.data;

	*op = (struct gnttab_unmap_and_replace){
		.host_addr = entry_address(0, s, false),
		.new_addr = (s->kind & 1) * 0x200000ull +
			    (s->flags & 15) * PAGE_SIZE,
		.handle = s->slot % 16,
	};
	go(a, GNTTABOP_unmap_and_replace, 1);
}

static void copy(struct actor *a, const struct step *s)
{
	struct gnttab_copy *op = (void *)a->call.data;
	u32 nr = world_nr(a->v->d), n = 1 + (s->kind >> 7), i;
	u16 flags = s->flags & 3;

	for (i = 0; i < n; i++) {
		op[i] = (struct gnttab_copy){ .flags = flags, .len = 64 };
		op[i].source.domid = flags & GNTCOPY_source_gref ?
				     partner(s->kind) : DOMID_SELF;
		op[i].source.u.gmfn = flags & GNTCOPY_source_gref ?
				    s->slot % REFS :
				    world_frame(nr, s->x);
		op[i].dest.domid = flags & GNTCOPY_dest_gref ?
				   partner(s->kind >> 2) : DOMID_SELF;
		op[i].dest.u.gmfn = flags & GNTCOPY_dest_gref ?
				  s->slot / REFS % REFS :
				  world_frame(nr, s->y);
	}
	go(a, GNTTABOP_copy, n);
}

void grants_step(struct actor *a, const struct step *s)
{
	static void (*const ops[GRANT_OPS])(struct actor *a,
					    const struct step *s) = {
		offer, map, unmap, replace, copy,
	};

	ops[s->op % (OPS + GRANT_OPS) - OPS](a, s);
}
