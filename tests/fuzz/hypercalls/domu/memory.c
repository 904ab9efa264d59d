// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls that change what memory is mapped, owned or shared: page tables,
 * descriptors, reservations and grants. One function each, with arguments that
 * could be right, mostly.
 */
#include "values.h"

/* Bits of continued calls, which a guest can set itself. */
#define PREEMPTED	(1u << 31)
#define EXTENT_SHIFT	6

void make_mmu_update(struct call *c)
{
	mmu_update_t u[4];
	u32 i, count = some_count(c);

	for (i = 0; i < ARRAY_SIZE(u); i++) {
		u[i] = some_update(c);
		if (one_in(c->s, 4))
			u[i].ptr |= draw(c->s) & 3;
		if ((u[i].ptr & 3) == MMU_MACHPHYS_UPDATE)
			u[i].val = some_page(c);
	}
	if (one_in(c->s, 16))
		count |= PREEMPTED;
	set(c, __HYPERVISOR_mmu_update, argument(c, u, sizeof(u)), count,
	    one_in(c->s, 4) ? some_address(c) : 0,
	    one_in(c->s, 4) ? some_domid(c) : DOMID_SELF);
	if (one_in(c->s, 8))
		c->a[3] |= some_domid(c) << 16;
}

void make_gdt(struct call *c)
{
	ulong list[16];
	u32 i;

	for (i = 0; i < ARRAY_SIZE(list); i++)
		list[i] = some_frame(c);
	set(c, __HYPERVISOR_set_gdt, argument(c, list, sizeof(list)),
	    one_in(c->s, 4) ? some_count(c) : below(c->s, 3) * 512, 0, 0);
}

void make_descriptor(struct call *c)
{
	u64 at = (u64)spare_frame(c) << 12 | (below(c->s, 512) * 8);
	u64 d = 0x00cfba000000ffffull | (u64)draw(c->s) << 16;

	if (one_in(c->s, 2))
		d ^= 1ull << below(c->s, 64);
	set_descriptor(c, at, d);
}

/* Lists of frames for the reservation; results take the place of inputs. */
static void make_reservation(struct call *c, u32 cmd)
{
	xen_pfn_t list[8];
	u32 i, n = 1 + below(c->s, 4);
	struct xen_memory_reservation r = {
		.nr_extents = one_in(c->s, 8) ? some_count(c) : n,
		.extent_order = one_in(c->s, 8) ? below(c->s, 40) : 0,
		.mem_flags = one_in(c->s, 8) ? draw(c->s) : 0,
		.domid = (domid_t)some_domid(c),
	};
	struct xen_memory_exchange x = { .in = r, .out = r };

	for (i = 0; i < ARRAY_SIZE(list); i++)
		list[i] = cmd == XENMEM_populate_physmap ? some_page(c) :
			  spare_frame(c);
	set_xen_guest_handle(r.extent_start,
			     (xen_pfn_t *)argument(c, list, sizeof(list)));
	x.in.extent_start = r.extent_start;
	set_xen_guest_handle(x.out.extent_start, (xen_pfn_t *)place(c));
	set(c, __HYPERVISOR_memory_op, cmd, cmd == XENMEM_exchange ?
	    argument(c, &x, sizeof(x)) : argument(c, &r, sizeof(r)), 0, 0);
}

void make_memory(struct call *c)
{
	static const u8 cmds[] = { 0, 0, 0, 1, 6, 6, 11 };
	ulong words[12];
	u32 i, cmd = below(c->s, 30);

	if (one_in(c->s, 2)) {
		make_reservation(c, PICK(c->s, cmds));
	} else {
		for (i = 0; i < ARRAY_SIZE(words); i++)
			words[i] = one_in(c->s, 2) ? some_count(c) : place(c);
		words[0] = one_in(c->s, 2) ? some_domid(c) : words[0];
		set(c, __HYPERVISOR_memory_op, cmd,
		    argument(c, words, sizeof(words)), 0, 0);
	}
	if (one_in(c->s, 16))
		c->a[0] |= below(c->s, 8) << EXTENT_SHIFT;
}

void make_va_mapping(struct call *c)
{
	u64 e = some_entry(c);
	ulong flags = below(c->s, 12), at = spare_page(c) << 12;

	if (one_in(c->s, 16))
		flags |= some_address(c) & ~3ul;
	if (one_in(c->s, 8))
		at = some_address(c);
	if (one_in(c->s, 16))
		at |= ALIAS;
	set_va_mapping(c, at, e, flags, some_domid(c));
	if (one_in(c->s, 16))
		c->nr = __HYPERVISOR_update_va_mapping_otherdomain;
}

static u32 some_ref(struct call *c)
{
	return one_in(c->s, 8) ? draw(c->s) : below(c->s, 64);
}

static u64 map_address(struct call *c, u32 flags)
{
	return flags & GNTMAP_contains_pte ? some_slot(c) :
	       spare_page(c) << 12;
}

static void make_map(struct call *c, u32 cmd)
{
	struct gnttab_map_grant_ref m = {
		.flags = GNTMAP_host_map | (below(c->s, 2) * GNTMAP_readonly),
		.ref = one_in(c->s, 4) ? some_ref(c) :
		       CONTROL->first_ref + below(c->s, DOM0_GRANTS),
		.dom = one_in(c->s, 4) ? (domid_t)some_domid(c) : 0,
	};
	struct gnttab_unmap_grant_ref u = {
		.handle = below(c->s, 24),
		.dev_bus_addr = one_in(c->s, 4) ?
				(u64)some_frame(c) << 12 : 0,
	};

	if (one_in(c->s, 4))
		m.flags ^= draw(c->s) & 0x3f;
	m.host_addr = map_address(c, m.flags);
	u.host_addr = one_in(c->s, 4) ? 0 : map_address(c, m.flags);
	set(c, __HYPERVISOR_grant_table_op, cmd,
	    cmd == GNTTABOP_map_grant_ref ? argument(c, &m, sizeof(m)) :
	    argument(c, &u, sizeof(u)), one_in(c->s, 8) ? some_count(c) : 1, 0);
}

static void make_copy(struct call *c)
{
	struct gnttab_copy g = {
		.len = (u16)below(c->s, 64),
		.flags = (u16)(one_in(c->s, 8) ? draw(c->s) : below(c->s, 4)),
	};

	g.source.domid = g.dest.domid = DOMID_SELF;
	g.source.u.gmfn = some_frame(c);
	g.dest.u.gmfn = spare_frame(c);
	if (g.flags & GNTCOPY_source_gref) {
		g.source.domid = (domid_t)(one_in(c->s, 2) ? 0 : some_domid(c));
		g.source.u.ref = some_ref(c);
	}
	if (g.flags & GNTCOPY_dest_gref) {
		g.dest.domid = (domid_t)(one_in(c->s, 2) ? 0 : some_domid(c));
		g.dest.u.ref = some_ref(c);
	}
	g.source.offset = (u16)(one_in(c->s, 4) ? draw(c->s) : 0);
	g.dest.offset = (u16)(one_in(c->s, 4) ? draw(c->s) : 0);
	set(c, __HYPERVISOR_grant_table_op, GNTTABOP_copy,
	    argument(c, &g, sizeof(g)), one_in(c->s, 8) ? some_count(c) : 1, 0);
}

void make_grant(struct call *c)
{
	ulong words[8];
	u32 i, r = below(c->s, 12);

	if (r < 4) {
		make_map(c, GNTTABOP_map_grant_ref);
	} else if (r < 8) {
		make_map(c, one_in(c->s, 4) ? GNTTABOP_unmap_and_replace :
			 GNTTABOP_unmap_grant_ref);
	} else if (r < 10) {
		make_copy(c);
	} else {
		words[0] = one_in(c->s, 2) ? some_domid(c) : some_ref(c);
		for (i = 1; i < ARRAY_SIZE(words); i++)
			words[i] = one_in(c->s, 2) ? some_ref(c) : place(c);
		set(c, __HYPERVISOR_grant_table_op, below(c->s, 14),
		    argument(c, words, sizeof(words)),
		    one_in(c->s, 2) ? some_count(c) : 1, 0);
	}
}

static ulong ext_argument(struct call *c, u32 cmd)
{
	switch (cmd) {
	case MMUEXT_INVLPG_LOCAL:
	case MMUEXT_INVLPG_MULTI:
	case MMUEXT_INVLPG_ALL:
	case MMUEXT_SET_LDT:
		return some_address(c) & ~(one_in(c->s, 8) ? 0 : 0xffful);
	case MMUEXT_NEW_BASEPTR:
		return some_root(c);
	case MMUEXT_NEW_USER_BASEPTR:
		return one_in(c->s, 2) ? CONTROL->frames[PAGE_USER_ROOT] :
		       one_in(c->s, 4) ? 0 : some_frame(c);
	case MMUEXT_CLEAR_PAGE:
	case MMUEXT_COPY_PAGE:
		return spare_frame(c);
	default:
		return some_frame(c);
	}
}

void make_ext(struct call *c)
{
	static const u8 often[] = { 0, 0, 1, 2, 3, 4, 4, 4, 4, 5, 13, 15, 15,
				    16, 17 };
	struct mmuext_op op[4];
	u32 i, count = some_count(c);
	ulong mask = draw(c->s);

	for (i = 0; i < ARRAY_SIZE(op); i++) {
		op[i].cmd = one_in(c->s, 2) ? below(c->s, 24) :
			    PICK(c->s, often);
		op[i].arg1.mfn = ext_argument(c, op[i].cmd);
		op[i].arg2.nr_ents = op[i].cmd == MMUEXT_SET_LDT ?
			below(c->s, 9000) : op[i].cmd == MMUEXT_COPY_PAGE ?
			some_frame(c) : argument(c, &mask, sizeof(mask));
	}
	if (one_in(c->s, 16))
		count |= PREEMPTED;
	set(c, __HYPERVISOR_mmuext_op, argument(c, op, sizeof(op)), count,
	    one_in(c->s, 4) ? some_address(c) : 0,
	    one_in(c->s, 4) ? some_domid(c) : DOMID_SELF);
}

/* Where each operation's structure has its status, and when that is good. */
bool grant_done(const struct call *c)
{
	static const u8 status[] = {
		[GNTTABOP_map_grant_ref] =
			offsetof(struct gnttab_map_grant_ref, status),
		[GNTTABOP_unmap_grant_ref] =
			offsetof(struct gnttab_unmap_grant_ref, status),
		[GNTTABOP_setup_table] =
			offsetof(struct gnttab_setup_table, status),
		[GNTTABOP_copy] = offsetof(struct gnttab_copy, status),
		[GNTTABOP_query_size] =
			offsetof(struct gnttab_query_size, status),
		[GNTTABOP_unmap_and_replace] =
			offsetof(struct gnttab_unmap_and_replace, status),
	};
	ulong at = c->a[1];

	if (c->a[2] != 1 || !in_arguments(at) ||
	    c->a[0] >= ARRAY_SIZE(status) || !status[c->a[0]])
		return false;
	return !*(const volatile short *)(at + status[c->a[0]]);
}

void learn(const struct call *c, u32 done)
{
	const struct xen_memory_reservation *r = (const void *)c->a[1];
	const xen_pfn_t *list;
	u32 i;

	if (!in_arguments(c->a[1]) || !in_arguments((ulong)r->extent_start.p))
		return;
	list = r->extent_start.p;
	for (i = 0; i < done && i < 4; i++)
		CONTROL->frames[PAGE_PLAY + below(c->s, DOMU_PAGES -
						  PAGE_PLAY)] = (u32)list[i];
}
