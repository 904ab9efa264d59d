// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule: whatever the privileged domain's tools ask for other domains, the
 * hypervisor survives it: its counts of frames stay right, and what the domains had
 * is free after their end. The tools are programs: they may pass anything, and several
 * at the same time.
 *
 * Dom0's other vCPUs make random privileged calls, most of them about domains that
 * vCPU 0 makes, and makes again when a call has destroyed them. They name frames,
 * tables, ports, vCPUs and grants of these domains and places of their own. Nothing
 * that they may do ends the machine, or changes memory of Dom0's that is not theirs.
 * The debug build takes its frame audit meanwhile.
 *
 * Arguments: seed=N (default 1), calls=N (of each vCPU).
 *
 * Test: fuzz/tools -c 3 krypton-debug
 * Test: fuzz/tools-64 -w 64 -I -c 3 krypton-debug
 */
#include "domu.h"
#include "domu_code.h"

#define LIVES		3u		/* domains at once */
#define WORKERS		2u		/* vCPUs 1 and 2 */
#define CALLS		20000u		/* of each */
#define AUDIT_MS	1500u
#define CODE_BYTES	0x1000u
#define TOGGLED		12u		/* page that a domain protects by turns */
/* For Dom0's ports and handles, and for tables that serve later vCPUs, at most */
#define OWN_FRAMES	40u
#define WORDS		32u
#define PLACES		4u		/* pages where a worker maps what it finds */

PAGE_BUFFER(place);
static struct domu lives[LIVES];
static volatile u32 ids[LIVES];

static struct worker {
	u8 places[PLACES][PAGE_SIZE] __attribute__((aligned(4096)));
	u8 data[3][PAGE_SIZE];		/* what stays its own */
	u8 stack[PAGE_SIZE * 2];
	u64 words[WORDS];		/* arguments, and what they point to */
	u64 more[512];
	u32 seed, me;
	volatile u32 made, good, done;
} workers[WORKERS];

/* Runs in the domains. */
static void __attribute__((noinline, noreturn, regparm(1))) guest(u32 id)
{
	u32 mfn = id;		/* of TOGGLED; of vCPU 0 */
	u32 i;

	for (i = 0;; i++) {
		if (mfn)
			raw_set_pte(TOGGLED << 12, (u64)mfn << 12 |
				    (i & 1 ? PTE_RO : PTE_RWP), UVMF_INVLPG);
		domu_call(__HYPERVISOR_sched_op, SCHEDOP_yield, NULL);
	}
}

static u32 draw(struct worker *w)
{
	w->seed = w->seed * 1664525 + 1013904223;
	return w->seed >> 8;
}

static u32 below(struct worker *w, u32 n)
{
	return draw(w) % n;
}

static const struct domu *life(struct worker *w)
{
	return &lives[below(w, LIVES)];
}

static u32 some_domain(struct worker *w)
{
	return below(w, 20) ? ids[below(w, LIVES)] : below(w, 4) ? 1 + below(w, 8) :
	       below(w, 2) ? DOMID_IO : DOMID_XEN;
}

static u64 some_frame(struct worker *w)
{
	switch (below(w, 12)) {
	case 0:
		return va_mfn(w->places[below(w, PLACES)]);
	case 1:
		return draw(w) & 0xfffff;
	case 2:
		return (u64)draw(w) << 20 | draw(w);
	default:
		return life(w)->frames[below(w, DOMU_PAGES)];
	}
}

static u64 some_word(struct worker *w)
{
	switch (below(w, 10)) {
	case 0 ... 4:
		return below(w, 4);
	case 5:
		return some_frame(w);
	case 6:
		return (ulong)w->more;
	case 7:
		return (u64)below(w, 64) << 32 | below(w, 64);
	case 8:
		return below(w, 0x10000);
	default:
		return (u64)draw(w) << 32 | draw(w);
	}
}

/* Words and pointers to more of them. */
static void fill(struct worker *w)
{
	u32 i;

	for (i = 0; i < WORDS; i++)
		w->words[i] = some_word(w);
	for (i = 0; i < 16; i++)
		w->more[i] = some_word(w);
}

static long call_domctl(struct worker *w)
{
	xen_domctl_t *op = (void *)w->words;

	op->cmd = below(w, 90);
	op->interface_version = XEN_DOMCTL_INTERFACE_VERSION;
	op->domain = (domid_t)some_domain(w);
	if (op->cmd == XEN_DOMCTL_createdomain ||
	    (op->cmd == XEN_DOMCTL_destroydomain && below(w, 8)))
		op->cmd = XEN_DOMCTL_getdomaininfo;
	switch (op->cmd) {
	case XEN_DOMCTL_setvcpuaffinity:
	case XEN_DOMCTL_getvcpuaffinity:
		op->u.vcpuaffinity.vcpu = below(w, 2);
		op->u.vcpuaffinity.flags = 1 + below(w, 3);
		op->u.vcpuaffinity.cpumap_hard.nr_bits =
			op->u.vcpuaffinity.cpumap_soft.nr_bits = 64;
		set_xen_guest_handle(op->u.vcpuaffinity.cpumap_hard.bitmap,
				     (u8 *)w->more);
		set_xen_guest_handle(op->u.vcpuaffinity.cpumap_soft.bitmap,
				     (u8 *)w->more);
		break;
	case XEN_DOMCTL_setvcpucontext:
	case XEN_DOMCTL_getvcpucontext:
		op->u.vcpucontext.vcpu = below(w, 2);
		set_xen_guest_handle(op->u.vcpucontext.ctxt,
				     (vcpu_guest_context_t *)w->data[0]);
		if (op->cmd == XEN_DOMCTL_setvcpucontext)
			w->data[0][below(w, PAGE_SIZE)] ^= (u8)draw(w);
		break;
	case XEN_DOMCTL_getpageframeinfo3:
		op->u.getpageframeinfo3.num = below(w, 16);
		set_xen_guest_handle(op->u.getpageframeinfo3.array,
				     (xen_pfn_t *)w->more);
		break;
	case XEN_DOMCTL_scheduler_op:
		op->u.scheduler_op.sched_id = XEN_SCHEDULER_CREDIT2;
		op->u.scheduler_op.u.credit2.weight = (u16)draw(w);
		op->u.scheduler_op.u.credit2.cap = (u16)below(w, 120);
		break;
	case XEN_DOMCTL_hypercall_init:
		op->u.hypercall_init.gmfn = some_frame(w);
		break;
	case XEN_DOMCTL_setvcpuextstate:
	case XEN_DOMCTL_getvcpuextstate:
		op->u.vcpuextstate.vcpu = below(w, 2);
		op->u.vcpuextstate.size = below(w, 4) ? 592 + 256 * below(w, 2) :
					  below(w, 1000);
		op->u.vcpuextstate.xfeature_mask = below(w, 8);
		set_xen_guest_handle(op->u.vcpuextstate.buffer,
				     (u64 *)w->data[1]);
		((u64 *)w->data[1])[0] = below(w, 8);
		((u64 *)w->data[1])[1] = below(w, 8);
		((u64 *)w->data[1])[2 + 64] = below(w, 8);
		break;
	}
	return HC1(domctl, op);
}

static long call_sysctl(struct worker *w)
{
	xen_sysctl_t *op = (void *)w->words;

	op->cmd = below(w, 32);
	op->interface_version = XEN_SYSCTL_INTERFACE_VERSION;
	/* Keys may stop the machine, and lists may be long. */
	if (op->cmd == XEN_SYSCTL_debug_keys || op->cmd == XEN_SYSCTL_readconsole)
		op->cmd = XEN_SYSCTL_physinfo;
	if (op->cmd == XEN_SYSCTL_getdomaininfolist) {
		op->u.getdomaininfolist.max_domains = below(w, 8);
		set_xen_guest_handle(op->u.getdomaininfolist.buffer,
				     (xen_domctl_getdomaininfo_t *)w->data[2]);
	}
	return HC1(sysctl, op);
}

static long call_platform(struct worker *w)
{
	xen_platform_op_t *op = (void *)w->words;

	op->cmd = below(w, 70);
	op->interface_version = XENPF_INTERFACE_VERSION;
	if (op->cmd == XENPF_enter_acpi_sleep)
		op->cmd = XENPF_get_cpuinfo;
	return HC1(platform_op, op);
}

static long call_physdev(struct worker *w)
{
	u32 cmd = below(w, 34);
	struct physdev_map_pirq *m = (void *)w->words;

	if (cmd == PHYSDEVOP_map_pirq || cmd == PHYSDEVOP_unmap_pirq)
		m->domid = (domid_t)some_domain(w);
	if (cmd == PHYSDEVOP_map_pirq) {
		m->type = (int)below(w, 5);
		m->index = (int)below(w, 24);
		m->pirq = (int)below(w, 40) - 1;
		m->bus = 0;
		m->devfn = (int)below(w, 64);
		m->entry_nr = (int)below(w, 3);
		m->table_base = below(w, 2);
	}
	/* A page once named for EOIs, and a bitmap of ports, are for ever. */
	if (cmd == PHYSDEVOP_pirq_eoi_gmfn_v1 || cmd == PHYSDEVOP_pirq_eoi_gmfn_v2)
		return 0;
	return HC2(physdev_op, cmd, w->words);
}

static long call_memory(struct worker *w)
{
	struct xen_memory_reservation *r = (void *)w->words;
	struct xen_mem_acquire_resource *a = (void *)w->words;
	struct xen_foreign_memory_map *f = (void *)w->words;
	u32 cmd = below(w, 29), i;

	for (i = 0; i < 8; i++)
		((xen_pfn_t *)w->more)[i] = (xen_pfn_t)some_frame(w);
	memset(r, 0, sizeof(*r));
	switch (cmd) {
	case XENMEM_increase_reservation:
	case XENMEM_decrease_reservation:
	case XENMEM_populate_physmap:
	case XENMEM_claim_pages:
		set_xen_guest_handle(r->extent_start, cmd == XENMEM_claim_pages ?
				     NULL : (xen_pfn_t *)w->more);
		r->nr_extents = below(w, 8);
		r->extent_order = below(w, 4) ? 0 : below(w, 3);
		r->domid = (domid_t)some_domain(w);
		return HC2(memory_op, cmd, r);
	case XENMEM_acquire_resource:
		memset(a, 0, sizeof(*a));
		a->domid = (domid_t)some_domain(w);
		a->type = XENMEM_resource_grant_table;
		a->frame = below(w, 6);
		a->nr_frames = below(w, 4);
		set_xen_guest_handle(a->frame_list, (xen_pfn_t *)w->more);
		return HC2(memory_op, cmd, a);
	case XENMEM_set_memory_map:
		f->domid = (domid_t)some_domain(w);
		f->map.nr_entries = below(w, 6);
		set_xen_guest_handle(f->map.buffer, (void *)w->more);
		return HC2(memory_op, cmd, f);
	default:
		return 0;
	}
}

/* Own entries for frames of others, and entries of others' tables. */
static long call_mmu(struct worker *w)
{
	mmu_update_t *m = (void *)w->more;
	const struct domu *u = life(w);
	u32 n = 1 + below(w, 3), i, own = below(w, 2);

	for (i = 0; i < n; i++) {
		m[i].val = some_frame(w) << 12 | (below(w, 6) ? PTE_RWP : PTE_RO) |
			   (u64)below(w, 2) << 2;
		m[i].ptr = own ? va_maddr(pte_of(w->places[below(w, PLACES)])) :
			   ((u64)u->frames[below(w, DOMU_PAGES)] << 12 |
			    8 * below(w, below(w, 2) ? 16 : 512)) |
			   (below(w, 8) ? 0 : below(w, 3));
		if (!below(w, 4))
			m[i].val &= ~PTE_P;
	}
	return HC4(mmu_update, m, n, 0, own ? some_domain(w) :
		   (u->id + 1) << 16 | (below(w, 3) ? u->id : some_domain(w)));
}

static long call_mmuext(struct worker *w)
{
	struct mmuext_op *op = (void *)w->more;
	u32 n = 1 + below(w, 3), i;

	for (i = 0; i < n; i++) {
		op[i].cmd = below(w, 4) ? below(w, 5) : below(w, 22);
		op[i].arg1.mfn = (xen_pfn_t)some_frame(w);
		op[i].arg2.src_mfn = (xen_pfn_t)some_frame(w);
	}
	return HC4(mmuext_op, op, n, 0, ids[below(w, LIVES)]);
}

static long call_events(struct worker *w)
{
	static const u32 cmds[] = {
		EVTCHNOP_alloc_unbound, EVTCHNOP_alloc_unbound, EVTCHNOP_status,
		EVTCHNOP_bind_interdomain, EVTCHNOP_close, EVTCHNOP_send,
		EVTCHNOP_reset, EVTCHNOP_bind_vcpu, EVTCHNOP_bind_pirq,
	};
	u32 cmd = cmds[below(w, ARRAY_SIZE(cmds))];
	u16 *domid = (void *)w->words;
	u32 *word = (void *)w->words;

	domid[0] = (u16)some_domain(w);
	word[1] = below(w, 64);
	if (cmd == EVTCHNOP_alloc_unbound)
		domid[1] = (u16)(below(w, 2) ? 0 : some_domain(w));
	if (cmd == EVTCHNOP_close || cmd == EVTCHNOP_send ||
	    cmd == EVTCHNOP_bind_vcpu || cmd == EVTCHNOP_bind_pirq)
		word[0] = below(w, 64);
	return HC2(event_channel_op, cmd, w->words);
}

static long call_grants(struct worker *w)
{
	struct gnttab_setup_table *s = (void *)w->words;
	struct gnttab_map_grant_ref *m = (void *)w->words;
	struct gnttab_unmap_grant_ref *un = (void *)w->words;

	long rc;

	switch (below(w, 3)) {
	case 0:
		s->dom = (domid_t)some_domain(w);
		s->nr_frames = below(w, 6);
		set_xen_guest_handle(s->frame_list, (xen_pfn_t *)w->more);
		return HC3(grant_table_op, GNTTABOP_setup_table, s, 1);
	case 1:
		s->dom = (domid_t)some_domain(w);
		return HC3(grant_table_op, GNTTABOP_query_size, s, 1);
	default:
		m->host_addr = (ulong)w->places[below(w, PLACES)];
		m->flags = 1 + below(w, 7);
		m->ref = below(w, 40);
		m->dom = (domid_t)some_domain(w);
		rc = HC3(grant_table_op, GNTTABOP_map_grant_ref, m, 1);
		if (rc || m->status)
			return rc;
		/* A mapping that is lost would keep the domain for ever. */
		*un = (struct gnttab_unmap_grant_ref){
			m->host_addr, m->dev_bus_addr, m->handle, 0
		};
		return HC3(grant_table_op, GNTTABOP_unmap_grant_ref, un, 1);
	}
}

static long call_sched(struct worker *w)
{
	struct sched_remote_shutdown rs = {
		.domain_id = (domid_t)ids[below(w, LIVES)], .reason = below(w, 6),
	};
	struct sched_pin_override pin = { .pcpu = (int)below(w, 5) - 1 };

	return below(w, 8) ? HC2(sched_op, SCHEDOP_pin_override, &pin) :
	       rs.domain_id ? HC2(sched_op, SCHEDOP_remote_shutdown, &rs) : 0;
}

static long (*const kinds[])(struct worker *w) = {
	call_domctl, call_domctl, call_domctl, call_sysctl, call_platform,
	call_physdev, call_memory, call_memory, call_mmu, call_mmu, call_mmuext,
	call_mmuext, call_events, call_grants, call_sched,
};

static u32 calls = CALLS;

static void work(struct worker *w)
{
	u32 i;

	while (w->made < calls) {
		fill(w);
		w->good += kinds[below(w, ARRAY_SIZE(kinds))](w) >= 0;
		w->made++;
		if (w->made % 16)
			continue;
		for (i = 0; i < PLACES; i++)
			make_rw(w->places[i]);
	}
	w->done = 1;
	vcpu_down(w->me);
}

static void work_1(void)
{
	work(&workers[0]);
}

static void work_2(void)
{
	work(&workers[1]);
}

static void nowhere(const char *text, u32 n)
{
	(void)text;
	(void)n;
}

/* Others may disturb this: whatever comes of it is destroyed in the end. */
static void make(u32 nr)
{
	static vcpu_guest_context_t ctx;
	void (*const put)(const char *s, u32 n) = print_to;
	struct domu *u = &lives[nr];
	u32 before = failures, i;

	print_to = nowhere;
	domu_vcpus = 2;
	domu_empty(u);
	ids[nr] = u->id;
	make_rw(place);
	domu_fill(u, place, (const u8 *)guest, CODE_BYTES);
	make_rw(place);
	domu_pin(u, PIN_ROOT, u->frames[0]);
	for (i = 0; i < domu_vcpus; i++) {
		domu_context(u, &ctx);
		ctx.user_regs.eax = ctx.user_regs.edi = i ? 0 : u->frames[TOGGLED];
		ctx.user_regs.esp -= i * 0x400;
		if (!i)
			memcpy(workers[nr % WORKERS].data[0], &ctx, sizeof(ctx));
		domctl_op.u.vcpucontext.vcpu = i;
		set_xen_guest_handle(domctl_op.u.vcpucontext.ctxt, &ctx);
		domu_ctl(u, XEN_DOMCTL_setvcpucontext);
	}
	domctl_op.u.max_mem.max_memkb = 4 * DOMU_PAGES * 4;
	domu_ctl(u, XEN_DOMCTL_max_mem);
	domu_ctl(u, XEN_DOMCTL_unpausedomain);
	print_to = put;
	failures = before;
}

static bool ended(const struct domu *u)
{
	return domu_ctl(u, XEN_DOMCTL_getdomaininfo) ||
	       domctl_op.u.getdomaininfo.flags & (XEN_DOMINF_dying |
						  XEN_DOMINF_shutdown);
}

static void end(u32 nr)
{
	domu_ctl(&lives[nr], XEN_DOMCTL_destroydomain);
	domu_ctl(&lives[nr], XEN_DOMCTL_destroydomain);
}

static void start(u32 nr, u32 seed, void (*entry)(void))
{
	struct worker *w = &workers[nr];

	w->seed = seed * 1000 + nr;
	w->me = nr + 1;
	vcpu_run(w->me, entry, w->stack + sizeof(w->stack));
}

void test_main(void)
{
	u32 seed = guest_option("seed", 1), nr, i, made = 0, before;
	u64 audit = 0;

	calls = guest_option("calls", CALLS);
	make(0);
	end(0);
	CHECK(domu_gone(&lives[0]), 1);
	before = settled_pages();
	for (nr = 0; nr < LIVES; nr++)
		make(nr);
	start(0, seed, work_1);
	start(1, seed, work_2);
	while (!workers[0].done || !workers[1].done) {
		for (nr = 0; nr < LIVES; nr++)
			if (ended(&lives[nr])) {
				end(nr);
				make(nr);
				made++;
			}
		if (time_now() > audit) {
			press_key('a');
			audit = time_now() + AUDIT_MS * NS_PER_MS;
		}
		HC2(sched_op, SCHEDOP_yield, 0);
	}
	for (i = 0; i < WORKERS * PLACES; i++)
		CHECK(make_rw(workers[i / PLACES].places[i % PLACES]), 0);
	/* The tables of one may map pages of another. */
	for (nr = 0; nr < LIVES; nr++)
		end(nr);
	for (nr = 0; nr < LIVES; nr++)
		CHECK(domu_gone(&lives[nr]), 1);
	press_key('a');
	i = settled_pages();
	CHECK(i + OWN_FRAMES >= before, 1);
	print("%u free pages before, %u now\n", before, i);
	for (i = 0; i < WORKERS; i++) {
		print("seed %u, vCPU %u: %u calls, %u good\n", seed, i + 1,
		      workers[i].made, workers[i].good);
		CHECK(workers[i].good > workers[i].made / 10, 1);
	}
	print("%u domains made again\n", made);
}
