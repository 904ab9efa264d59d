// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every hypercall that a 32-bit guest's kernel can make (xen/xen.h), one
 * function each, with arguments that could be right, mostly.
 */
#include "values.h"
#include <xen/version.h>

/* Bits of continued calls, which a guest can set itself. */
#define PREEMPTED	(1u << 31)
#define EXTENT_SHIFT	6

#define PICK(s, table)	((table)[below(s, ARRAY_SIZE(table))])

static void set(struct call *c, u32 nr, u32 a0, u32 a1, u32 a2, u32 a3)
{
	c->nr = nr;
	c->a[0] = a0;
	c->a[1] = a1;
	c->a[2] = a2;
	c->a[3] = a3;
}

static void make_traps(struct call *c)
{
	trap_info_t t[4] = { 0 };
	u32 i, n = below(c->s, 4);

	for (i = 0; i < n; i++)
		t[i] = (trap_info_t){
			.vector = (u8)draw(c->s), .flags = (u8)below(c->s, 8),
			.cs = (u16)some_selector(c), .address = draw(c->s),
		};
	set(c, __HYPERVISOR_set_trap_table, argument(c, t, sizeof(t)), 0, 0, 0);
}

static void make_mmu_update(struct call *c)
{
	mmu_update_t u[4];
	u32 i, count = some_count(c);

	for (i = 0; i < ARRAY_SIZE(u); i++) {
		u[i].ptr = some_slot(c) | (one_in(c->s, 4) ? draw(c->s) & 3 : 0);
		u[i].val = some_entry(c);
		if ((u[i].ptr & 3) == MMU_MACHPHYS_UPDATE)
			u[i].val = some_page(c);
	}
	if (one_in(c->s, 16))
		count |= PREEMPTED;
	set(c, __HYPERVISOR_mmu_update, argument(c, u, sizeof(u)), count,
	    one_in(c->s, 4) ? some_address(c) : 0, some_domid(c));
	if (one_in(c->s, 8))
		c->a[3] |= some_domid(c) << 16;
}

static void make_gdt(struct call *c)
{
	u32 list[16], i;

	for (i = 0; i < ARRAY_SIZE(list); i++)
		list[i] = some_frame(c);
	set(c, __HYPERVISOR_set_gdt, argument(c, list, sizeof(list)),
	    one_in(c->s, 4) ? some_count(c) : below(c->s, 3) * 512, 0, 0);
}

static void make_vcpu_state(struct call *c)
{
	switch (below(c->s, 6)) {
	case 0:
		set(c, __HYPERVISOR_stack_switch, some_selector(c),
		    some_address(c), 0, 0);
		break;
	case 1:
		set(c, __HYPERVISOR_set_callbacks, some_selector(c),
		    draw(c->s), some_selector(c), draw(c->s));
		break;
	case 2:
		set(c, __HYPERVISOR_fpu_taskswitch, draw(c->s) & 1, 0, 0, 0);
		break;
	case 3:
		set(c, __HYPERVISOR_set_debugreg, below(c->s, 9), draw(c->s),
		    0, 0);
		break;
	case 4:
		set(c, __HYPERVISOR_get_debugreg, below(c->s, 9), 0, 0, 0);
		break;
	default:
		set(c, __HYPERVISOR_vm_assist, below(c->s, 3), below(c->s, 33),
		    0, 0);
	}
}

static void make_descriptor(struct call *c)
{
	u64 at = (u64)spare_frame(c) << 12 | (below(c->s, 512) * 8);
	u64 d = 0x00cfba000000ffffull | (u64)draw(c->s) << 16;

	if (one_in(c->s, 2))
		d ^= 1ull << below(c->s, 64);
	set(c, __HYPERVISOR_update_descriptor, (u32)at, (u32)(at >> 32),
	    (u32)d, (u32)(d >> 32));
}

/* Lists of frames for the reservation; results take the place of inputs. */
static void make_reservation(struct call *c, u32 cmd)
{
	u32 list[8], i, n = 1 + below(c->s, 4);
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

static void make_memory(struct call *c)
{
	static const u8 cmds[] = { 0, 0, 0, 1, 6, 6, 11 };
	u32 words[12], i, cmd = below(c->s, 30);

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

static void make_va_mapping(struct call *c)
{
	u64 e = some_entry(c);
	u32 flags = below(c->s, 12);

	if (one_in(c->s, 16))
		flags |= some_address(c) & ~3u;
	set(c, __HYPERVISOR_update_va_mapping, one_in(c->s, 8) ?
	    some_address(c) : spare_page(c) << 12, (u32)e, (u32)(e >> 32),
	    flags);
	if (one_in(c->s, 16)) {
		c->nr = __HYPERVISOR_update_va_mapping_otherdomain;
		c->a[4] = some_domid(c);
	}
}

static void make_text(struct call *c)
{
	if (one_in(c->s, 16))
		set(c, __HYPERVISOR_console_io, below(c->s, 3),
		    one_in(c->s, 2) ? 1 : 0x80000000 | draw(c->s), place(c), 0);
	else
		set(c, __HYPERVISOR_xen_version, below(c->s, 12), place(c), 0,
		    0);
}

static u32 some_ref(struct call *c)
{
	return one_in(c->s, 8) ? draw(c->s) : below(c->s, 64);
}

static u32 map_address(struct call *c, u32 flags)
{
	return flags & GNTMAP_contains_pte ? (u32)some_slot(c) :
	       spare_page(c) << 12;
}

static void make_map(struct call *c, u32 cmd)
{
	struct gnttab_map_grant_ref m = {
		.flags = GNTMAP_host_map | (one_in(c->s, 4) ? draw(c->s) & 0x3f :
					    below(c->s, 2) * GNTMAP_readonly),
		.ref = one_in(c->s, 4) ? some_ref(c) :
		       DOM0_REFS + below(c->s, DOM0_GRANTS),
		.dom = one_in(c->s, 4) ? (domid_t)some_domid(c) : 0,
	};
	struct gnttab_unmap_grant_ref u = {
		.handle = below(c->s, 24),
		.dev_bus_addr = one_in(c->s, 4) ?
				(u64)some_frame(c) << 12 : 0,
	};

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

static void make_grant(struct call *c)
{
	u32 words[8], i, r = below(c->s, 12);

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

/* Not both vCPUs down at once, if it can be helped. */
static void make_vcpu(struct call *c)
{
	static const u8 cmds[] = { 0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 };
	u32 words[12], i, cmd = PICK(c->s, cmds);
	u32 v = one_in(c->s, 8) ? some_count(c) : below(c->s, 2);

	for (i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = one_in(c->s, 2) ? place(c) : below(c->s, 0x1000000);
	if (cmd == VCPUOP_register_vcpu_info) {
		words[0] = spare_frame(c);
		words[2] = below(c->s, 64) * 64 + (one_in(c->s, 4) ? 4 : 0);
	}
	if (!c->s->id && one_in(c->s, 64)) {
		cmd = VCPUOP_down;
		v = 1;
	}
	set(c, __HYPERVISOR_vcpu_op, cmd, v, argument(c, words, sizeof(words)),
	    0);
}

static u32 ext_argument(struct call *c, u32 cmd)
{
	switch (cmd) {
	case MMUEXT_INVLPG_LOCAL:
	case MMUEXT_INVLPG_MULTI:
	case MMUEXT_INVLPG_ALL:
	case MMUEXT_SET_LDT:
		return some_address(c) & ~(one_in(c->s, 8) ? 0 : 0xfffu);
	case MMUEXT_NEW_BASEPTR:
		return one_in(c->s, 2) ? CONTROL->frames[0] : some_frame(c);
	case MMUEXT_CLEAR_PAGE:
	case MMUEXT_COPY_PAGE:
		return spare_frame(c);
	default:
		return some_frame(c);
	}
}

static void make_ext(struct call *c)
{
	static const u8 often[] = { 0, 0, 1, 2, 4, 4, 4, 5, 13, 16, 17 };
	struct mmuext_op op[4];
	u32 i, count = some_count(c), mask = draw(c->s);

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
	    one_in(c->s, 4) ? some_address(c) : 0, some_domid(c));
}

static void make_sched(struct call *c)
{
	u32 words[4] = { below(c->s, 6), below(c->s, 80), draw(c->s), 0 };
	u32 port = below(c->s, 64), cmd = one_in(c->s, 8) ? draw(c->s) : 0;
	struct sched_poll p = { .nr_ports = some_count(c), .timeout = 1 };

	set_xen_guest_handle(p.ports,
			     (evtchn_port_t *)argument(c, &port, sizeof(port)));
	switch (below(c->s, 8)) {
	case 0:
		set(c, __HYPERVISOR_sched_op, SCHEDOP_poll,
		    argument(c, &p, sizeof(p)), 0, 0);
		break;
	case 1:
		cmd = below(c->s, 10);
		words[0] = some_domid(c);
		/* These end the run, or a vCPU until its timer's event. */
		if ((cmd == SCHEDOP_shutdown || cmd == SCHEDOP_block) &&
		    !one_in(c->s, 64))
			cmd = SCHEDOP_shutdown_code;
		/* fall through */
	default:
		set(c, __HYPERVISOR_sched_op, cmd,
		    argument(c, words, sizeof(words)), 0, 0);
	}
}

static void make_timer(struct call *c)
{
	set(c, __HYPERVISOR_set_timer_op, draw(c->s), below(c->s, 16), 0, 0);
	if (one_in(c->s, 8))
		c->a[1] = draw(c->s);
}

static void make_callback(struct call *c)
{
	struct callback_register r = {
		.type = (u16)below(c->s, 9), .flags = (u16)below(c->s, 4),
	};

	r.address.cs = some_selector(c);
	r.address.eip = draw(c->s);
	set(c, __HYPERVISOR_callback_op, below(c->s, 3),
	    argument(c, &r, sizeof(r)), 0, 0);
}

static u32 some_port(struct call *c)
{
	return one_in(c->s, 8) ? draw(c->s) : below(c->s, 68);
}

static void make_events(struct call *c)
{
	static const u8 fifo[] = { 11, 12, 13 };
	u32 words[6] = { 0 }, cmd = below(c->s, 11), i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = one_in(c->s, 8) ? draw(c->s) : some_port(c);
	switch (cmd) {
	case EVTCHNOP_bind_interdomain:
		words[0] = one_in(c->s, 2) ? 0 : some_domid(c);
		words[1] = one_in(c->s, 2) ? CONTROL->port[below(c->s, 4)] :
			   words[1];
		break;
	case EVTCHNOP_alloc_unbound:
		words[0] = some_domid(c) | some_domid(c) << 16;
		break;
	case EVTCHNOP_status:
	case EVTCHNOP_reset:
		words[0] = some_domid(c);
		break;
	case EVTCHNOP_bind_ipi:
		words[0] = below(c->s, 3);
		break;
	}
	/* The FIFO ABI stays until the next reset. */
	if (one_in(c->s, 16)) {
		cmd = PICK(c->s, fifo);
		words[0] = spare_frame(c);
		words[1] = 0;
		words[2] = below(c->s, 512) * 8;
		words[3] = below(c->s, 3);
	}
	set(c, __HYPERVISOR_event_channel_op, cmd,
	    argument(c, words, sizeof(words)), 0, 0);
}

static void make_physdev(struct call *c)
{
	u32 words[8], i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = one_in(c->s, 2) ? below(c->s, 4) : place(c);
	set(c, __HYPERVISOR_physdev_op, below(c->s, 34),
	    argument(c, words, sizeof(words)), 0, 0);
}

/* What is for others, or for nobody: nothing of it may succeed. */
static void make_refused(struct call *c)
{
	static const u8 nrs[] = { 7, 25, 27, 28, 31, 34, 35, 36, 37, 38, 39, 40,
				  41, 42, 48, 55 };
	u32 words[36], i, nr = PICK(c->s, nrs);

	for (i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = one_in(c->s, 2) ? below(c->s, 4) : draw(c->s);
	words[0] = below(c->s, 90);
	words[1] = nr == __HYPERVISOR_platform_op ? XENPF_INTERFACE_VERSION :
		   0x15;
	words[2] = some_domid(c);
	if (nr != __HYPERVISOR_domctl && nr != __HYPERVISOR_sysctl &&
	    nr != __HYPERVISOR_platform_op) {
		set(c, nr, below(c->s, 16), argument(c, words, sizeof(words)),
		    draw(c->s), draw(c->s));
		return;
	}
	set(c, nr, argument(c, words, sizeof(words)), 0, 0, 0);
}

static void make_unknown(struct call *c)
{
	set(c, one_in(c->s, 2) ? draw(c->s) : 43 + below(c->s, 100),
	    draw(c->s), draw(c->s), some_address(c), draw(c->s));
}

static void make_multicall(struct call *c);

static void (*const make[])(struct call *c) = {
	make_traps, make_mmu_update, make_mmu_update, make_mmu_update,
	make_mmu_update, make_gdt, make_vcpu_state, make_descriptor,
	make_memory, make_memory, make_va_mapping, make_va_mapping,
	make_va_mapping, make_text, make_grant, make_grant, make_grant,
	make_vcpu, make_ext, make_ext, make_ext, make_ext, make_sched,
	make_timer, make_callback, make_events, make_events, make_physdev,
	make_refused, make_unknown, make_multicall, make_multicall,
};

static void make_multicall(struct call *c)
{
	struct { u32 op, result, args[6]; } list[6];
	struct call one;
	u32 i, n = 1 + below(c->s, ARRAY_SIZE(list));

	for (i = 0; i < n; i++) {
		one = (struct call){ .s = c->s, .at = c->at };
		make[below(c->s, ARRAY_SIZE(make) - 2)](&one);
		/* Reference Xen would take its frame from our stack. */
		if (one_in(c->s, 64))
			one.nr = one_in(c->s, 64) ? __HYPERVISOR_iret :
				 __HYPERVISOR_multicall;
		c->at = one.at;
		list[i].op = one.nr;
		memcpy(list[i].args, one.a, sizeof(one.a));
	}
	set(c, __HYPERVISOR_multicall, argument(c, list, sizeof(list)),
	    one_in(c->s, 64) ? some_count(c) : n, 0, 0);
}

void choose_call(struct call *c)
{
	make[below(c->s, ARRAY_SIZE(make))](c);
	/* Bits of any register that nobody looked at yet. */
	if (one_in(c->s, 64))
		c->a[below(c->s, 6)] ^= 1u << below(c->s, 32);
}

static bool in_arguments(u32 at)
{
	return at >= PAGE_ARGS << 12 && at < (PAGE_READONLY << 12) - 256;
}

bool has_mapped(const struct call *c, long rc)
{
	const struct gnttab_map_grant_ref *m = (const void *)c->a[1];

	return c->nr == __HYPERVISOR_grant_table_op && !rc &&
	       c->a[0] == GNTTABOP_map_grant_ref && c->a[2] == 1 &&
	       in_arguments(c->a[1]) && !m->status;
}

/* New frames take the places of those that were given up. */
static void learn(const struct call *c, u32 done)
{
	const struct xen_memory_reservation *r = (const void *)c->a[1];
	const xen_pfn_t *list;
	u32 i;

	if (!in_arguments(c->a[1]) || !in_arguments((u32)r->extent_start.p))
		return;
	list = r->extent_start.p;
	for (i = 0; i < done && i < 4; i++)
		CONTROL->frames[PAGE_PLAY + below(c->s, DOMU_PAGES -
						  PAGE_PLAY)] = list[i];
}

void after_call(struct call *c, long rc)
{
	switch (c->nr) {
	case __HYPERVISOR_memory_op:
		if (rc > 0 && (c->a[0] == XENMEM_increase_reservation ||
			       c->a[0] == XENMEM_populate_physmap))
			learn(c, (u32)rc);
		break;
	case __HYPERVISOR_set_trap_table:
	case __HYPERVISOR_set_callbacks:
	case __HYPERVISOR_stack_switch:
	case __HYPERVISOR_callback_op:
	case __HYPERVISOR_multicall:
		repair_traps(c->s->id);
	}
}
