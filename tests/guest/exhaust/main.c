// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules: a domain that does nothing but the dearest hypercalls there are takes
 * its share of a CPU and no more: a victim beside it keeps over 40 %, by what
 * it gets done, as each call stops for others or is short. And what a domain
 * may have is limited: ports, grant entries, mappings of grants, memory; who
 * takes all that it may leaves the others theirs.
 *
 * Test: exhaust -i
 * Test: exhaust-64 -w 64 -i long
 * Test: fuzz/limit-exhaust -i -o hold_limit=6000,200 krypton-debug
 * Test: fuzz/limit-exhaust-64 -w 64 -i -o hold_limit=6000,200 krypton-debug
 */
#include "domu.h"

#define WINDOW_MS	150u
#define LIST		0x8000u		/* calls, each a struct call */
#define DATA		0x9000u		/* what they point to */
#define DATA_SIZE	0xf80u
#define EXCHANGE	0x9f80u		/* its nr_exchanged is 0 each round */
#define POLL		0x9fe0u		/* a sched_poll, later each round */
/* As many as fit in some bytes */
#define FLUSHES		(0x600 / sizeof(struct mmuext_op))
#define CALLS		(0x800 / sizeof(multicall_entry_t))
#define ROUND_NS	22000u
#define L2		0xb000u		/* a table of its own, read-only */
#define L1		0xc000u
#define SPARE		14u		/* a page; the next has no address */
#define STACK_END	(DOMU_CODE << 12)
#define COUNTER		0xa000		/* victim; attacker: rounds */
#define MAPPED		0xe000u		/* where it maps what Dom0 grants */
#define REFS		64u		/* that Dom0 grants */
#define LEAST		40u		/* percent */

struct call {
	u32 nr, a[5], result;
};
#define NO_CALL	(~0u)		/* again from the start */

struct attack {
	const char *what;
	struct call calls[6];
	void (*fill)(struct domu *u, u8 *data);
};

PAGE_BUFFER(place);
PAGE_BUFFER(counter_page);
PAGE_BUFFER(list_page);
PAGE_BUFFER(grants);
PAGE_BUFFER(granted);
static struct domu victim, attacker;

DEFINE_CODE(count_code, "1: incl " STRING(COUNTER) "; jmp 1b");
#define CODE_BYTES	0x200u		/* of make_calls(), at most */

/* What the attacker runs. */
static void __attribute__((noinline, noreturn)) make_calls(void)
{
	volatile struct call *c;

	for (;;) {
		for (c = (void *)LIST; c->nr != NO_CALL; c++)
			c->result = (u32)raw_hypercall(c->nr, c->a[0], c->a[1],
						       c->a[2], c->a[3],
						       c->a[4]);
		((volatile struct sched_poll *)POLL)->timeout += ROUND_NS;
		((volatile struct xen_memory_exchange *)EXCHANGE)->nr_exchanged
			= 0;
		++*(volatile u32 *)COUNTER;
	}
}

#define CALL(name, ...)	{ __HYPERVISOR_##name, { __VA_ARGS__ }, 0 }
#define END		{ NO_CALL, { 0 }, 0 }

/* Pins and unpins a level-2 table, all of whose entries are one level-1's. */
static void fill_pin(struct domu *u, u8 *data)
{
	struct mmuext_op *op = (void *)data;
	u32 i;

	for (i = 0; i < 16; i++) {
		op[i].cmd = i & 1 ? MMUEXT_UNPIN_TABLE : MMUEXT_PIN_L2_TABLE;
		op[i].arg1.mfn = u->frames[L2 >> 12];
	}
}

/* Entries of the level-1 table in use, there and back. */
static void fill_updates(struct domu *u, u8 *data)
{
	mmu_update_t *m = (void *)data;
	u32 i;

	for (i = 0; i < DATA_SIZE / 16; i++) {
		m[i].ptr = ((u64)u->frames[DOMU_L1] << 12) + SPARE * 8;
		m[i].val = (u64)u->frames[SPARE] << 12 |
			   (i & 1 ? PTE_RWP : PTE_RO);
	}
}

static void fill_flushes(struct domu *u, u8 *data)
{
	struct mmuext_op *op = (void *)data;
	u32 i;

	(void)u;
	for (i = 0; i < FLUSHES; i++)
		op[i].cmd = MMUEXT_TLB_FLUSH_ALL;
}

static void fill_multicall(struct domu *u, u8 *data)
{
	multicall_entry_t *m = (void *)data;
	u32 i;

	fill_flushes(u, data + 2048);
	for (i = 0; i < CALLS; i++)
		m[i] = (multicall_entry_t){ .op = __HYPERVISOR_mmuext_op,
			.args = { DATA + 2048, FLUSHES, 0, DOMID_SELF } };
	m[7].op = __HYPERVISOR_multicall;
	m[7].args[0] = DATA;
	m[7].args[1] = CALLS;
}

/* Whole pages, as many as the list holds. */
static void fill_copies(struct domu *u, u8 *data)
{
	struct gnttab_copy *c = (void *)data;
	u32 i;

	for (i = 0; i < DATA_SIZE / sizeof(*c); i++) {
		c[i] = (struct gnttab_copy){ .len = 4096 };
		c[i].source.domid = c[i].dest.domid = DOMID_SELF;
		c[i].source.u.gmfn = u->frames[SPARE - 1];
		c[i].dest.u.gmfn = u->frames[SPARE];
	}
}

/* A page that is not mapped for another one, again and again. */
static void fill_exchange(struct domu *u, u8 *data)
{
	struct xen_memory_exchange *x = (void *)(data + (EXCHANGE & 0xfff));

	*(xen_pfn_t *)data = u->frames[15];
	x->in = (struct xen_memory_reservation){ .nr_extents = 1,
						 .domid = DOMID_SELF };
	x->out = x->in;
	x->in.extent_start.p = x->out.extent_start.p = (void *)DATA;
}

/* Waits for a time that is over: blocks, and is woken at once. */
static void fill_past(struct domu *u, u8 *data)
{
	((struct sched_poll *)data)->timeout = 1;
	(void)u;
}

/* Waits until others have just begun to run. */
static void fill_soon(struct domu *u, u8 *data)
{
	struct sched_poll *p = (void *)(data + (POLL & 0xfff));

	p->timeout = time_now() + 20 * NS_PER_MS;
	(void)u;
}

static void fill_nothing(struct domu *u, u8 *data)
{
	(void)u;
	(void)data;
}

static const struct attack attacks[] = {
	{ "pins", { CALL(mmuext_op, DATA, 16, 0, DOMID_SELF), END },
	  fill_pin },
	{ "updates", { CALL(mmu_update, DATA, DATA_SIZE / 16, 0, DOMID_SELF), END },
	  fill_updates },
	{ "flushes", { CALL(mmuext_op, DATA, FLUSHES, 0, DOMID_SELF), END },
	  fill_flushes },
	{ "multicalls", { CALL(multicall, DATA, CALLS), END }, fill_multicall },
	{ "copies", { CALL(grant_table_op, GNTTABOP_copy, DATA,
			   DATA_SIZE / sizeof(struct gnttab_copy)), END },
	  fill_copies },
	{ "exchanges", { CALL(memory_op, XENMEM_exchange, EXCHANGE), END },
	  fill_exchange },
	{ "console", { CALL(console_io, CONSOLEIO_write, 0x8000, 0), END },
	  fill_nothing },
	{ "yields", { CALL(sched_op, SCHEDOP_yield, 0), END }, fill_nothing },
	{ "past wakes", { CALL(sched_op, SCHEDOP_poll, DATA), END },
	  fill_past },
	{ "soon wakes", { CALL(sched_op, SCHEDOP_poll, POLL), END },
	  fill_soon },
	{ "timers", { CALL(set_timer_op, 1, 0), END }, fill_nothing },
	{ "unknown", { CALL(event_channel_op, 99, DATA), { 4711, { 0 }, 0 },
		       CALL(set_trap_table, DATA),
		       CALL(set_gdt, DATA, 8192), END }, fill_nothing },
};

static void put_page(const struct domu *u, u32 page, void (*fill)(void *p),
		     const void *from)
{
	CHECK(domu_map(u, place, u->frames[page], PTE_RWP), 0);
	if (fill)
		fill(place);
	else
		memcpy(place, from, PAGE_SIZE);
}

static void fill_l2(void *p)
{
	u32 i;

	for (i = 0; i < 512; i++)
		((u64 *)p)[i] = (u64)attacker.frames[L1 >> 12] << 12 | PTE_RWP;
}

static void fill_l1(void *p)
{
	u32 i;

	for (i = 0; i < 512; i++)
		((u64 *)p)[i] = (u64)attacker.frames[SPARE - (i & 1)] << 12 |
				PTE_RWP;
}

/* Its own level-1 table maps the tables above read-only. */
static void fill_own(void *p)
{
	((u64 *)p)[L2 >> 12] &= ~PTE_RW;
	((u64 *)p)[L1 >> 12] &= ~PTE_RW;
	((u64 *)p)[15] = 0;
}

static void make_caller(const struct call *calls, u32 n,
			void (*fill)(struct domu *u, u8 *data))
{
	static vcpu_guest_context_t ctx;
	static u8 page[4096];

	domu_empty(&attacker);
	domu_fill(&attacker, place, (const u8 *)make_calls, CODE_BYTES);
	put_page(&attacker, DOMU_L1, fill_own, 0);
	put_page(&attacker, L2 >> 12, fill_l2, 0);
	put_page(&attacker, L1 >> 12, fill_l1, 0);
	memset(page, 0, sizeof(page));
	fill(&attacker, page);
	put_page(&attacker, DATA >> 12, 0, page);
	memset(page, 0xff, sizeof(page));
	memcpy(page, calls, n * sizeof(*calls));
	put_page(&attacker, LIST >> 12, 0, page);
	CHECK(set_pte_va(place, 0, UVMF_INVLPG), 0);
	CHECK(domu_pin(&attacker, PIN_ROOT, attacker.frames[0]), 0);
	domu_context(&attacker, &ctx);
	ctx.user_regs.esp = STACK_END;
	CHECK(domu_set_context(&attacker, &ctx), 0);
	CHECK(domu_map(&attacker, list_page, attacker.frames[LIST >> 12],
		       PTE_RO), 0);
	CHECK(domu_map(&attacker, place, attacker.frames[COUNTER >> 12],
		       PTE_RO), 0);
}

static void end_caller(void)
{
	CHECK(set_pte_va(list_page, 0, UVMF_INVLPG), 0);
	CHECK(set_pte_va(place, 0, UVMF_INVLPG), 0);
	CHECK(domu_ctl(&attacker, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_gone(&attacker), 1);
}

/* What the victim counts in a window of time, in thousandths of a second. */
static u32 counted(void)
{
	volatile u32 *counter = (u32 *)counter_page;
	u64 start = time_now();
	u32 before = *counter, ms;

	sleep_ms(WINDOW_MS);
	ms = (u32)((u32)(time_now() - start) / 1000000);
	return (*counter - before) / (ms ? ms : 1);
}

static u32 under_attack(const struct attack *a, u32 alone)
{
	u32 share, rounds;

	make_caller(a->calls, ARRAY_SIZE(a->calls), a->fill);
	CHECK(domu_ctl(&attacker, XEN_DOMCTL_unpausedomain), 0);
	sleep_ms(20);
	share = counted() * 100 / alone;
	rounds = *(u32 *)place;
	print("%s: the victim keeps %u percent; %u rounds, result %d\n", a->what,
	      share, rounds, (int)((struct call *)list_page)->result);
	CHECK(rounds != 0, 1);
	end_caller();
	return share;
}

static void test_shares(void)
{
	u32 alone, i;

	domu_make(&victim, place, count_code, CODE_SIZE(count_code));
	CHECK(domu_map(&victim, counter_page, victim.frames[COUNTER >> 12],
		       PTE_RO), 0);
	CHECK(domu_ctl(&victim, XEN_DOMCTL_unpausedomain), 0);
	sleep_ms(50);
	alone = counted();
	print("alone it counts %u a millisecond\n", alone);
	for (i = 0; i < ARRAY_SIZE(attacks); i++)
		CHECK(under_attack(&attacks[i], alone) > LEAST, 1);
	CHECK(set_pte_va(counter_page, 0, UVMF_INVLPG), 0);
	CHECK(domu_ctl(&victim, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_gone(&victim), 1);
}

static void fill_port(struct domu *u, u8 *data)
{
	struct evtchn_alloc_unbound *op = (void *)data;

	(void)u;
	op->dom = DOMID_SELF;
}

static void fill_more(struct domu *u, u8 *data)
{
	struct xen_memory_reservation *r = (void *)data;

	(void)u;
	r->nr_extents = 4;
	r->domid = DOMID_SELF;
	r->extent_start.p = (void *)(DATA + 64);
}

/* Memory behind the caches' back (XSA-402). */
static void fill_uncached(struct domu *u, u8 *data)
{
	mmu_update_t *m = (void *)data;

	m->ptr = ((u64)u->frames[DOMU_L1] << 12) + SPARE * 8;
	m->val = (u64)u->frames[SPARE] << 12 | PTE_RWP | PTE_PCD;
}

static void fill_table(struct domu *u, u8 *data)
{
	struct gnttab_setup_table *s = (void *)data;

	(void)u;
	s->dom = DOMID_SELF;
	s->nr_frames = 5;		/* of 4 */
	s->frame_list.p = (void *)(DATA + 64);
}

#define MAPS		(DATA_SIZE / sizeof(struct gnttab_map_grant_ref))

/* Each mapping takes the place of the one before, whose handle stays in use. */
static void fill_maps(struct domu *u, u8 *data)
{
	struct gnttab_map_grant_ref *op = (void *)data;
	grant_entry_v1_t *entry = (void *)grants;
	u32 i;

	for (i = 0; i < REFS; i++)
		entry[i] = (grant_entry_v1_t){ .domid = (domid_t)u->id,
			.frame = va_mfn(granted), .flags = GTF_permit_access };
	for (i = 0; i < MAPS; i++)
		op[i] = (struct gnttab_map_grant_ref){ .host_addr = MAPPED,
			.flags = GNTMAP_host_map, .ref = i % REFS };
}

/* What more gives, when all that may be had has been taken; with a status that
 * is not 0, where the last operation has that. */
static const struct {
	struct attack a;
	int result;
	u32 at;
	int16_t status;
} limits[] = {
	{ { "ports", { CALL(event_channel_op, EVTCHNOP_alloc_unbound, DATA),
		       END }, fill_port }, -XEN_ENOSPC, 0, 0 },
	{ { "memory", { CALL(memory_op, XENMEM_increase_reservation, DATA),
			END }, fill_more }, 0, 0, 0 },
	{ { "uncached", { CALL(mmu_update, DATA, 1, 0, DOMID_SELF), END },
	    fill_uncached }, -XEN_EINVAL, 0, 0 },
	{ { "grant frames", { CALL(grant_table_op, GNTTABOP_setup_table, DATA,
				   1), END }, fill_table }, 0,
	  offsetof(struct gnttab_setup_table, status), GNTST_general_error },
	{ { "maptrack", { CALL(grant_table_op, GNTTABOP_map_grant_ref, DATA,
			       MAPS), END }, fill_maps }, 0,
	  (MAPS - 1) * sizeof(struct gnttab_map_grant_ref) +
	  offsetof(struct gnttab_map_grant_ref, status), GNTST_no_space },
};

/* Dom0's own handles are not the attacker's. */
static void map_of_dom0(void)
{
	struct gnttab_map_grant_ref map = { .host_addr = (ulong)place,
		.flags = GNTMAP_host_map, .ref = REFS, .dom = 0 };
	struct gnttab_unmap_grant_ref unmap = { .host_addr = (ulong)place };
	grant_entry_v1_t *entry = (void *)grants;

	entry[REFS] = (grant_entry_v1_t){ .domid = 0,
		.frame = va_mfn(granted), .flags = GTF_permit_access };
	CHECK(HC3(grant_table_op, GNTTABOP_map_grant_ref, &map, 1), 0);
	CHECK(map.status, 0);
	unmap.handle = map.handle;
	CHECK(HC3(grant_table_op, GNTTABOP_unmap_grant_ref, &unmap, 1), 0);
	CHECK(unmap.status, 0);
	CHECK(entry[REFS].flags, GTF_permit_access);
}

static void set_up_grants(void)
{
	xen_pfn_t frame;
	struct gnttab_setup_table s = { .dom = DOMID_SELF, .nr_frames = 1 };

	set_xen_guest_handle(s.frame_list, &frame);
	CHECK(HC3(grant_table_op, GNTTABOP_setup_table, &s, 1), 0);
	CHECK(s.status, 0);
	CHECK(set_pte_va(grants, (u64)frame << 12 | PTE_RWP, UVMF_INVLPG), 0);
}

static void test_limits(void)
{
	u32 i, pages;

	set_up_grants();
	for (i = 0; i < ARRAY_SIZE(limits); i++) {
		make_caller(limits[i].a.calls, ARRAY_SIZE(limits[i].a.calls),
			    limits[i].a.fill);
		pages = free_pages();
		CHECK(domu_ctl(&attacker, XEN_DOMCTL_unpausedomain), 0);
		sleep_ms(50);
		CHECK(*(u32 *)place > 100, 1);
		CHECK((int)((struct call *)list_page)->result,
		      limits[i].result);
		/* What it took the hypervisor to keep, and no more. */
		CHECK((int)(pages - free_pages()) < 16, 1);
		if (limits[i].status) {
			CHECK(domu_map(&attacker, place,
				       attacker.frames[DATA >> 12], PTE_RO), 0);
			CHECK(*(int16_t *)(place + limits[i].at),
			      limits[i].status);
		}
		CHECK(close_port(bind_ipi()), 0);
		map_of_dom0();
		CHECK(domu_ctl(&attacker, XEN_DOMCTL_getdomaininfo), 0);
		CHECK(domctl_op.u.getdomaininfo.tot_pages, DOMU_PAGES);
		end_caller();
	}
	/* What it had mapped when it died is free again. */
	for (i = 0; i < REFS; i++)
		CHECK(((grant_entry_v1_t *)grants)[i].flags, GTF_permit_access);
}

void test_main(void)
{
	test_limits();
	test_shares();
}
