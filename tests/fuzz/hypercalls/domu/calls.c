// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every hypercall that a guest's kernel can make (xen/xen.h): those
 * about memory are in memory.c, all others here, one function each.
 */
#include "values.h"

static void make_traps(struct call *c)
{
	trap_info_t t[4] = { 0 };
	u32 i, n = below(c->s, 4);

	for (i = 0; i < n; i++)
		t[i] = (trap_info_t){
			.vector = (u8)draw(c->s), .flags = (u8)below(c->s, 8),
			.cs = (u16)some_selector(c), .address = some_word(c->s),
		};
	set(c, __HYPERVISOR_set_trap_table, argument(c, t, sizeof(t)), 0, 0, 0);
	c->s->broken |= BROKEN_TRAPS;
}

static void make_vcpu_state(struct call *c)
{
	switch (below(c->s, 8)) {
	case 0:
		set(c, __HYPERVISOR_stack_switch, some_selector(c),
		    some_address(c), 0, 0);
		c->s->broken |= BROKEN_ENTRIES;
		break;
	case 1:
		set_callbacks(c, some_word(c->s), some_word(c->s));
		c->s->broken |= BROKEN_ENTRIES;
		break;
	case 2:
		set(c, __HYPERVISOR_fpu_taskswitch, draw(c->s) & 1, 0, 0, 0);
		break;
	case 3:
		set(c, __HYPERVISOR_set_debugreg, below(c->s, 9),
		    one_in(c->s, 2) ? some_watch(c->s) : draw(c->s), 0, 0);
		break;
	case 4:
		set(c, __HYPERVISOR_get_debugreg, below(c->s, 9), 0, 0, 0);
		break;
	case 5:
	case 6:
		set_segment(c);
		break;
	default:
		set(c, __HYPERVISOR_vm_assist, below(c->s, 3), below(c->s, 33),
		    0, 0);
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

/* Not both vCPUs down at once, if it can be helped. */
static void make_vcpu(struct call *c)
{
	static const u8 cmds[] = { 0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13 };
	ulong words[12];
	u32 i, cmd = PICK(c->s, cmds);
	u32 v = one_in(c->s, 8) ? some_count(c) : below(c->s, 2);
	struct vcpu_register_vcpu_info info = { 0 };

	for (i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = one_in(c->s, 2) ? place(c) : below(c->s, 0x1000000);
	if (cmd == VCPUOP_register_vcpu_info) {
		info.mfn = spare_frame(c);
		info.offset = below(c->s, 64) * 64 + (one_in(c->s, 4) ? 4 : 0);
		memcpy(words, &info, sizeof(info));
	}
	if (!c->s->id && one_in(c->s, 64)) {
		cmd = VCPUOP_down;
		v = 1;
	}
	set(c, __HYPERVISOR_vcpu_op, cmd, v, argument(c, words, sizeof(words)),
	    0);
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
	u64 high = one_in(c->s, 8) ? draw(c->s) : below(c->s, 16);

	set_timer(c, high << 32 | draw(c->s));
}

static void make_callback(struct call *c)
{
	struct callback_register r = {
		.type = (u16)below(c->s, 9), .flags = (u16)below(c->s, 4),
	};

	r.address = (xen_callback_t)CALLBACK(some_selector(c), some_word(c->s));
	set(c, __HYPERVISOR_callback_op, below(c->s, 3),
	    argument(c, &r, sizeof(r)), 0, 0);
	c->s->broken |= BROKEN_ENTRIES;
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
		words[1] = cmd == EVTCHNOP_set_priority ? below(c->s, 17) : 0;
		words[2] = below(c->s, 512) * 8;
		words[3] = below(c->s, 3);
		if (cmd == EVTCHNOP_set_priority)
			words[0] = some_port(c);
	}
	set(c, __HYPERVISOR_event_channel_op, cmd,
	    argument(c, words, sizeof(words)), 0, 0);
}

static void make_physdev(struct call *c)
{
	ulong words[8];
	u32 i, cmd = below(c->s, 34);

	for (i = 0; i < ARRAY_SIZE(words); i++)
		words[i] = one_in(c->s, 2) ? below(c->s, 4) : place(c);
	/* A page of EOI bits: it keeps its type until the domain dies. */
	if (cmd == PHYSDEVOP_pirq_eoi_gmfn_v2)
		words[0] = spare_frame(c);
	set(c, __HYPERVISOR_physdev_op, cmd,
	    argument(c, words, sizeof(words)), 0, 0);
}

/* What is for others, or for nobody: nothing of it may succeed. */
static void make_refused(struct call *c)
{
	static const u8 nrs[] = { 7, 27, 28, 31, 34, 35, 36, 37, 38, 39, 40,
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
	    some_word(c->s), draw(c->s), some_address(c), some_word(c->s));
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
	multicall_entry_t list[6];
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
	/* An empty list, at another place, takes all handlers away. */
	c->s->broken = BROKEN_TRAPS | BROKEN_ENTRIES;
}

void choose_call(struct call *c)
{
	make[below(c->s, ARRAY_SIZE(make))](c);
	/* Bits of any register that nobody looked at yet. */
	if (one_in(c->s, 64))
		c->a[below(c->s, 6)] ^= 1ul << below(c->s, WIDTH);
}

void after_call(struct call *c, long rc)
{
	if (c->nr == __HYPERVISOR_memory_op && rc > 0 &&
	    (c->a[0] == XENMEM_increase_reservation ||
	     c->a[0] == XENMEM_populate_physmap))
		learn(c, (u32)rc);
	repair_broken(c->s);
}
