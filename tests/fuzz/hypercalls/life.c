// SPDX-License-Identifier: GPL-2.0-only
/*
 * How Dom0 makes a domain that fuzzes, gives it random contexts, and ends it.
 * What a context looks like depends on the domain's width: it is taken from the
 * image, or from the hypervisor, and is here a number of words.
 */
#include "life.h"

#define CONTEXTS	6u	/* of each domain */
#define FPU_SIZE	512u	/* at the start of a context */
#define HEAD_SIZE	220u	/* flags and registers, behind it */
#define TAIL_SIZE	352u	/* what follows the trap table */

#define IMAGE(name, file)						\
	__asm__(".section .rodata\n.balign 16\n"			\
		#name ": .incbin \"" file "\"\n" #name "_end:\n.text");	\
	extern const u8 name[], name##_end[]
IMAGE(image32, DOMU_IMAGE32);
IMAGE(image64, DOMU_IMAGE64);

PAGE_BUFFER(by);		/* a place for pages of others */
/* The pages that the domains run on */
static u8 base[LIVES][PAGE_ARGS - PAGE_CONTROL][PAGE_SIZE]
	__attribute__((aligned(4096)));
static u8 granted[LIVES * DOM0_GRANTS][PAGE_SIZE]
	__attribute__((aligned(4096)));
static grant_entry_v1_t table[512] __attribute__((aligned(4096)));
static u8 context[8192];
static u32 state;		/* of the random numbers for contexts */

static u32 draw(u32 n)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return (u32)((u64)state * n >> 32);
}

void lives_init(void)
{
	xen_pfn_t list[1];
	struct gnttab_setup_table s = { .dom = DOMID_SELF, .nr_frames = 1 };

	set_xen_guest_handle(s.frame_list, list);
	CHECK(HC3(grant_table_op, GNTTABOP_setup_table, &s, 1), 0);
	CHECK(s.status, 0);
	CHECK(set_pte_va(table, (u64)list[0] << 12 | PTE_RWP, UVMF_INVLPG), 0);
}

/* Every second one is read-only. */
static void grant_pages(const struct life *l, u16 flags)
{
	u32 i, nr = l->nr * DOM0_GRANTS;
	grant_entry_v1_t *e;

	for (i = 0; i < DOM0_GRANTS; i++) {
		e = &table[DOM0_REFS + nr + i];
		e->frame = va_mfn(granted[nr + i]);
		e->domid = (domid_t)l->u.id;
		e->flags = flags ? flags | (i & 1 ? GTF_readonly : 0) : 0;
	}
}

static void open_ports(struct life *l)
{
	struct evtchn_alloc_unbound a = { .dom = DOMID_SELF,
					  .remote_dom = (domid_t)l->u.id };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(l->port); i++) {
		CHECK(HC2(event_channel_op, EVTCHNOP_alloc_unbound, &a), 0);
		l->control->port[i] = l->port[i] = a.port;
	}
}

/* Write one entry of a page of the domain's. */
static void put(const struct life *l, u32 page, u32 index, u32 to, u64 flags)
{
	CHECK(domu_map(&l->u, by, l->u.frames[page], PTE_RWP), 0);
	((u64 *)by)[index] = (u64)l->u.frames[to] << 12 | flags;
}

/*
 * How the tables above level 1 refer to each other. At 64 bits there are two
 * roots with the same pages, of the kernel and of user mode: once from address
 * 0, once from that of slot 1, and the tables themselves in slot 509.
 */
static const struct link {
	u8 page, to;
	u16 index;
	u64 flags;
} links32[] = {
	{ 0, 1, 0, PTE_P }, { 0, 2, 1, PTE_P }, { 0, 3, 2, PTE_P },
	{ 0, 4, 3, PTE_P }, { 1, 5, 0, PTE_RWP | PTE_US },
}, links64[] = {
	{ 0, 1, 0, PTE_RWP | PTE_US }, { 0, 4, 1, PTE_RWP | PTE_US },
	{ 0, 0, 509, PTE_RO | PTE_US },
	{ 3, 1, 0, PTE_RWP | PTE_US }, { 3, 4, 1, PTE_RWP | PTE_US },
	{ 3, 3, 509, PTE_RO | PTE_US },
	{ 1, 2, 0, PTE_RWP | PTE_US }, { 4, 2, 0, PTE_RWP | PTE_US },
	{ 2, 5, 0, PTE_RWP | PTE_US },
};

static void fill_tables(const struct life *l)
{
	bool wide = l->header->width == 64;
	const struct link *k = wide ? links64 : links32;
	u32 i, n = wide ? ARRAY_SIZE(links64) : ARRAY_SIZE(links32);

	/* What a domain gets is not always empty. */
	for (i = 0; i < DOMU_PAGES; i++) {
		CHECK(domu_map(&l->u, by, l->u.frames[i], PTE_RWP), 0);
		memset(by, 0, PAGE_SIZE);
	}
	for (i = 0; i < n; i++)
		put(l, k[i].page, k[i].index, k[i].to, k[i].flags);
	for (i = 0; i < DOMU_PAGES; i++)
		put(l, DOMU_L1, i, i, i <= DOMU_L1 ? PTE_RO : PTE_RWP);
	CHECK(make_rw(by), 0);
}

static void pin_roots(const struct life *l)
{
	if (l->header->width == 64) {
		CHECK(domu_pin(&l->u, MMUEXT_PIN_L4_TABLE, l->u.frames[0]), 0);
		CHECK(domu_pin(&l->u, MMUEXT_PIN_L4_TABLE,
			       l->u.frames[PAGE_USER_ROOT]), 0);
	} else {
		CHECK(domu_pin(&l->u, MMUEXT_PIN_L3_TABLE, l->u.frames[0]), 0);
	}
}

/* One entry of its table for each page of Dom0 that it has. */
static void lend_pages(const struct life *l)
{
	mmu_update_t m;
	u32 page;

	for (page = PAGE_CONTROL; page < PAGE_ARGS; page++) {
		m.ptr = (u64)l->u.frames[DOMU_L1] << 12 | page * 8;
		/* Code of user mode: with SMEP, a 32-bit kernel could not run it. */
		m.val = va_maddr(base[l->nr][page - PAGE_CONTROL]) |
			(page < DOMU_CODE ? PTE_RWP | PTE_NX :
			 page < PAGE_DATA ? PTE_RO | PTE_US :
			 page == PAGE_GUARD ? PTE_RO | PTE_NX :
			 PTE_RWP | PTE_NX);
		CHECK(HC4(mmu_update, &m, 1, 0,
			  DOMID_SELF | (l->u.id + 1) << 16), 0);
	}
}

static long context_of(const struct life *l, u32 cmd, u32 v)
{
	domctl_op.u.vcpucontext.vcpu = v;
	set_xen_guest_handle(domctl_op.u.vcpucontext.ctxt,
			     (vcpu_guest_context_t *)context);
	return domu_ctl(&l->u, cmd);
}

/* One word of the context, as wide as the domain's registers */
static void set_word(const struct life *l, u32 at, u64 value)
{
	memcpy(context + at, &value, l->header->width / 8);
}

static void start_vcpu(const struct life *l, u32 v)
{
	const struct image_header *h = l->header;

	memcpy(context, (const u8 *)h - FUZZ_HEADER + h->context + v * h->size,
	       h->size);
	set_word(l, h->root, (u64)l->u.frames[0] << 12);
	CHECK(context_of(l, XEN_DOMCTL_setvcpucontext, v), 0);
}

void life_create(struct life *l, u32 nr, u32 width)
{
	const u8 *image = width == 64 ? image64 : image32;

	memset(l, 0, sizeof(*l));
	l->nr = nr;
	l->header = (const struct image_header *)(image + FUZZ_HEADER);
	l->size = (u32)((width == 64 ? image64_end : image32_end) - image);
	CHECK(l->header->width, width);
	l->control = (struct control *)base[nr];
	l->ops = (struct operations *)base[nr][PAGE_OPS - PAGE_CONTROL];
	domu_vcpus = DOMU_VCPUS;
	CHECK(domu_create(&l->u), 0);
	domctl_op.u.max_vcpus.max = DOMU_VCPUS;
	CHECK(domu_ctl(&l->u, XEN_DOMCTL_max_vcpus), 0);
	domctl_op.u.address_size.size = width;
	CHECK(domu_ctl(&l->u, XEN_DOMCTL_set_address_size), 0);
	domctl_op.u.max_mem.max_memkb = DOMU_PAGES * 4;
	CHECK(domu_ctl(&l->u, XEN_DOMCTL_max_mem), 0);
	CHECK(domu_populate(&l->u, DOMU_PAGES, 0), DOMU_PAGES);
}

static void fill_control(struct life *l, u32 seed, u32 calls, u32 peer)
{
	struct control *c = l->control;
	u32 i;

	c->seed = seed;
	c->calls = calls;
	c->domid = l->u.id;
	c->peer = peer;
	c->first_ref = DOM0_REFS + l->nr * DOM0_GRANTS;
	for (i = 0; i < DOMU_PAGES; i++)
		c->frames[i] = (u32)l->u.frames[i];
	for (i = 0; i < DOM0_FRAMES; i++)
		c->dom0_frames[i] = va_mfn(i & 1 ? (void *)pte_of(by) :
					   granted[i]);
}

void life_fill(struct life *l, u32 seed, u32 calls, u32 peer)
{
	u32 i;

	state = seed * 2654435761u | 1;
	fill_tables(l);
	memset(base[l->nr], 0, sizeof(base[l->nr]));
	memcpy(base[l->nr][DOMU_CODE - PAGE_CONTROL],
	       (const u8 *)l->header - FUZZ_HEADER, l->size);
	fill_control(l, seed, calls, peer);
	grant_pages(l, GTF_permit_access);
	open_ports(l);
	pin_roots(l);
	lend_pages(l);
	for (i = 0; i < DOMU_VCPUS; i++)
		start_vcpu(l, i);
	domctl_op.u.max_mem.max_memkb = (DOMU_PAGES + 16) * 4;
	CHECK(domu_ctl(&l->u, XEN_DOMCTL_max_mem), 0);
}

u32 life_calls(const struct life *l)
{
	u32 i, n = 0;

	for (i = 0; i < DOMU_VCPUS; i++)
		n += l->control->vcpu[i].total;
	return n;
}

bool life_ended(struct life *l)
{
	CHECK(domu_ctl(&l->u, XEN_DOMCTL_getdomaininfo), 0);
	if (domctl_op.u.getdomaininfo.flags & XEN_DOMINF_shutdown)
		l->shut_down = true;
	if (l->control->over)
		l->at_end = true;
	return l->at_end || l->shut_down;
}

/* Hostile addresses, frames, and other values that a context may have. */
static u64 some_value(const struct life *l)
{
	static const u64 odd[] = {
		0, 1, 0xffff, 0x80000000, 0xf5800000, 0xffffffff,
		0x7ffffffff000, 0x800000000000, 0xffff7fffffffffff,
		0xffff800000000000, 0xffff87ffffffffff, 0xffff880000000000,
		~0ull, 0xe008, 0xe033, 0xe02b, 0xe019,
	};

	switch (draw(4)) {
	case 0:
		return odd[draw(ARRAY_SIZE(odd))];
	case 1:
		return (u64)l->u.frames[draw(DOMU_PAGES)] << (draw(2) * 12);
	case 2:
		return 1ull << draw(64);
	default:
		return (u64)draw(~0u) << 32 | draw(~0u);
	}
}

/* Where it goes on is spared: it shall run nothing but its code. */
static void spoil(const struct life *l)
{
	const struct image_header *h = l->header;
	u32 i, at;

	for (i = draw(4); i; i--) {
		switch (draw(8)) {
		case 0:
			at = draw(h->size);
			break;
		case 1 ... 4:
			at = FPU_SIZE + draw(HEAD_SIZE);
			break;
		default:
			at = h->size - 1 - draw(TAIL_SIZE);
		}
		at -= at % (h->width / 8);
		if (at != h->spared)
			set_word(l, at, some_value(l));
	}
	set_word(l, h->spared, FUZZ_ENTRY(draw(DOMU_VCPUS)));
}

void life_contexts(struct life *l)
{
	u32 i, v;

	for (i = 0; i < CONTEXTS; i++) {
		v = draw(DOMU_VCPUS);
		if (context_of(l, XEN_DOMCTL_getvcpucontext, v))
			continue;
		spoil(l);
		l->contexts++;
		if (context_of(l, XEN_DOMCTL_setvcpucontext, v))
			continue;
		l->good_contexts++;
		domu_ctl(&l->u, XEN_DOMCTL_resumedomain);
		CHECK(domu_ctl(&l->u, XEN_DOMCTL_unpausedomain), 0);
		sleep_ms(1);
		CHECK(domu_ctl(&l->u, XEN_DOMCTL_pausedomain), 0);
	}
}

void life_destroy(struct life *l)
{
	u32 i;

	CHECK(domu_ctl(&l->u, XEN_DOMCTL_destroydomain), 0);
	for (i = 0; i < ARRAY_SIZE(l->port); i++)
		CHECK(close_port(l->port[i]), 0);
}

void life_gone(const struct life *l)
{
	u32 i;

	CHECK(domu_gone(&l->u), 1);
	for (i = 0; i < DOM0_GRANTS; i++)
		CHECK(table[DOM0_REFS + l->nr * DOM0_GRANTS + i].flags &
		      (GTF_reading | GTF_writing), 0);
	grant_pages(l, 0);
}
