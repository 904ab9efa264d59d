// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls with random arguments, by a domain of two vCPUs (domu/). This is
 * Dom0. It makes the domain, waits until the domain has made its calls,
 * destroys it, and makes the next one with the next seed. A domain that ends
 * earlier, by its own doing, counts as far as it got, unless it has overwritten
 * its counts.
 *
 * Rules: whatever a domain calls, the hypervisor survives; after its end all of
 * its memory is free; Dom0's pages, their entries in the machine-to-phys array
 * and its grants are as before; privileged operations are refused. Krypton's
 * debug build also takes its frame audit after each domain.
 *
 * Arguments: seed=N, calls=N (in all), each=N (per domain), slack=N (pages that
 * the hypervisor may keep for its own heap). To repeat a domain that failed,
 * give its seed, as printed, and calls= the value of each=.
 */
#include "domu.h"

#define OWN_PAGES	2048u	/* all that it maps lies below */
#define STUCK_MS	400u
#define PTE_NX		(1ull << 63)
#define WAIT_MS		20u
#define MIN_GOOD	10u	/* percent; with fewer, the fuzzer is blind */

__asm__(".section .rodata\n.balign 16\n"
	".globl image, image_end\n"
	"image: .incbin \"" DOMU_IMAGE "\"\nimage_end:\n.text");
extern const u8 image[], image_end[];

PAGE_BUFFER(by);		/* a place for pages of others */
static u8 base[PAGE_ARGS - PAGE_CONTROL][PAGE_SIZE]
	__attribute__((aligned(4096)));	/* the pages that the domain runs on */
static u8 granted[DOM0_GRANTS][PAGE_SIZE] __attribute__((aligned(4096)));
static grant_entry_v1_t table[512] __attribute__((aligned(4096)));
static vcpu_guest_context_t ctx;
static struct control *const control = (struct control *)base;

static struct domu u;
static u32 port[4];
static u32 calls[FUZZ_NUMBERS], good[FUZZ_NUMBERS];
static u32 total, traps, ended, died, stuck, spoilt;

/* The number after "name=" on the command line. */
static u32 option(const char *name, u32 otherwise)
{
	const char *s = (const char *)start_info->cmd_line;
	u32 i, v = 0;

	for (; *s; s++) {
		for (i = 0; name[i] && s[i] == name[i]; i++)
			;
		if (name[i] || s[i] != '=')
			continue;
		while (s[++i] >= '0' && s[i] <= '9')
			v = v * 10 + (u32)(s[i] - '0');
		return v;
	}
	return otherwise;
}

/*
 * A hash of all pages that Dom0 does not write itself (all are mapped), and of
 * the machine-to-phys entries of all pages.
 */
static u32 hash_memory(void)
{
	const u32 *list = (const u32 *)start_info->mfn_list;
	const u32 *m2p = (const u32 *)window;
	u32 h = 2166136261u, pfn, i;

	for (pfn = 0; pfn < start_info->nr_pages; pfn++) {
		h = (h ^ list[pfn] ^ m2p[list[pfn]]) * 16777619;
		CHECK(m2p[list[pfn]], pfn);
		if (pfn < OWN_PAGES)
			continue;
		CHECK(set_pte_va(by, (u64)list[pfn] << 12 | PTE_RO,
				 UVMF_INVLPG | UVMF_LOCAL), 0);
		for (i = 0; i < PAGE_SIZE / 4; i++)
			h = (h ^ ((const u32 *)by)[i]) * 16777619;
	}
	CHECK(make_rw(by), 0);
	return h;
}

static void set_grants(void)
{
	xen_pfn_t list[1];
	struct gnttab_setup_table s = { .dom = DOMID_SELF, .nr_frames = 1 };

	set_xen_guest_handle(s.frame_list, list);
	CHECK(HC3(grant_table_op, GNTTABOP_setup_table, &s, 1), 0);
	CHECK(s.status, 0);
	CHECK(set_pte_va(table, (u64)list[0] << 12 | PTE_RWP, UVMF_INVLPG), 0);
}

/* Every second one is read-only. */
static void grant_pages(u16 flags)
{
	grant_entry_v1_t *e;
	u32 i;

	for (i = 0; i < DOM0_GRANTS; i++) {
		e = &table[DOM0_REFS + i];
		e->frame = va_mfn(granted[i]);
		e->domid = (domid_t)u.id;
		e->flags = flags ? flags | (i & 1 ? GTF_readonly : 0) : 0;
	}
}

static void open_ports(void)
{
	struct evtchn_alloc_unbound a = { .dom = DOMID_SELF,
					  .remote_dom = (domid_t)u.id };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(port); i++) {
		CHECK(HC2(event_channel_op, EVTCHNOP_alloc_unbound, &a), 0);
		control->port[i] = port[i] = a.port;
	}
}

static void set_vcpu(u32 v)
{
	u32 i;

	domu_context(&u, &ctx);
	ctx.user_regs.eip = FUZZ_ENTRY(v);
	ctx.user_regs.esp = ctx.kernel_sp = FUZZ_STACK(v);
	for (i = 0; i < 256; i++)
		ctx.trap_ctxt[i] = (trap_info_t){
			.vector = (u8)i, .flags = 4, .cs = FLAT_KERNEL_CS,
			.address = FUZZ_ENTRY(v),
		};
	ctx.event_callback_cs = ctx.failsafe_callback_cs = FLAT_KERNEL_CS;
	ctx.event_callback_eip = ctx.failsafe_callback_eip = FUZZ_ENTRY(v);
	domctl_op.u.vcpucontext.vcpu = v;
	set_xen_guest_handle(domctl_op.u.vcpucontext.ctxt, &ctx);
	CHECK(domu_ctl(&u, XEN_DOMCTL_setvcpucontext), 0);
}

/* One entry of its table for each page of Dom0 that it has. */
static void lend_pages(void)
{
	mmu_update_t m;
	u32 page;

	for (page = PAGE_CONTROL; page < PAGE_ARGS; page++) {
		m.ptr = (u64)u.frames[5] << 12 | page * 8;
		m.val = va_maddr(base[page - PAGE_CONTROL]) |
			(page == PAGE_CONTROL ? PTE_RWP | PTE_NX :
			 page < PAGE_DATA ? PTE_RO :
			 page == PAGE_GUARD ? PTE_RO | PTE_NX :
			 PTE_RWP | PTE_NX);
		CHECK(HC4(mmu_update, &m, 1, 0,
			  DOMID_SELF | (u.id + 1) << 16), 0);
	}
}

static void make_domain(u32 seed, u32 count)
{
	u32 i;

	domu_empty(&u);
	domu_fill(&u, by, NULL, 0);
	CHECK(make_rw(by), 0);
	memset(base, 0, sizeof(base));
	memcpy(base[DOMU_CODE - PAGE_CONTROL], image,
	       (u32)(image_end - image));
	control->seed = seed;
	control->calls = count;
	control->domid = u.id;
	memcpy(control->frames, u.frames, sizeof(control->frames));
	for (i = 0; i < DOM0_FRAMES; i++)
		control->dom0_frames[i] = va_mfn(i & 1 ? (void *)pte_of(by) :
						 granted[i]);
	grant_pages(GTF_permit_access);
	open_ports();
	CHECK(domu_pin(&u, MMUEXT_PIN_L3_TABLE, u.frames[0]), 0);
	lend_pages();
	for (i = 0; i < DOMU_VCPUS; i++)
		set_vcpu(i);
	domctl_op.u.max_mem.max_memkb = (DOMU_PAGES + 16) * 4;
	CHECK(domu_ctl(&u, XEN_DOMCTL_max_mem), 0);
}

static u32 made(void)
{
	u32 i, n = 0;

	for (i = 0; i < DOMU_VCPUS; i++)
		n += control->vcpu[i].total;
	return n;
}

/* Wait until it ends, by itself or not, or makes no more progress. */
static void wait_for_end(void)
{
	u32 still = 0, last = 0;

	while (!control->over && still < STUCK_MS) {
		sleep_ms(WAIT_MS);
		still = made() == last ? still + WAIT_MS : 0;
		last = made();
		CHECK(domu_ctl(&u, XEN_DOMCTL_getdomaininfo), 0);
		if (domctl_op.u.getdomaininfo.flags & XEN_DOMINF_shutdown)
			break;
	}
	ended += !!control->over;
	died += !control->over && still < STUCK_MS;
	stuck += !control->over && still >= STUCK_MS;
}

/*
 * Whether a vCPU's counts agree: the domain may have overwritten all that it
 * has. Each call is counted twice, and can be good once. An exception or event
 * between the two counts loses the second; counts that lost more than one are
 * not believed.
 */
static bool counts_agree(u32 v)
{
	u32 i, n = 0;

	for (i = 0; i < FUZZ_NUMBERS; i++) {
		n += control->vcpu[v].calls[i];
		if (control->vcpu[v].good[i] >
		    (i == FUZZ_MAPPED ? control->vcpu[v].total :
		     control->vcpu[v].calls[i]))
			return false;
	}
	return n - control->vcpu[v].total <= 1;
}

/* Add up the counts of a stopped domain, unless it has overwritten them. */
static void add_up(u32 count)
{
	bool right = made() <= count + DOMU_VCPUS;
	u32 i, v;

	for (v = 0; v < DOMU_VCPUS; v++)
		right = right && counts_agree(v);
	spoilt += !right;
	for (v = 0; right && v < DOMU_VCPUS; v++) {
		total += control->vcpu[v].total;
		traps += control->vcpu[v].traps;
		for (i = 0; i < FUZZ_NUMBERS; i++) {
			calls[i] += control->vcpu[v].calls[i];
			good[i] += control->vcpu[v].good[i];
		}
	}
}

static void destroy(void)
{
	u32 i;

	CHECK(domu_ctl(&u, XEN_DOMCTL_destroydomain), 0);
	for (i = 0; i < ARRAY_SIZE(port); i++)
		CHECK(close_port(port[i]), 0);
	CHECK(domu_gone(&u), 1);
	for (i = 0; i < DOM0_GRANTS; i++)
		CHECK(table[DOM0_REFS + i].flags &
		      (GTF_reading | GTF_writing), 0);
	grant_pages(0);
}

/* One domain's life; all of its memory must be back in five seconds. */
static void one_life(u32 seed, u32 count, u32 pages)
{
	u32 i, before = failures;

	make_domain(seed, count);
	print("domain %u has the seed %u, %u calls\n", u.id, seed, count);
	CHECK(domu_ctl(&u, XEN_DOMCTL_unpausedomain), 0);
	wait_for_end();
	CHECK(domu_ctl(&u, XEN_DOMCTL_pausedomain), 0);
	add_up(count);
	print("%u calls so far\n", total);
	destroy();
	for (i = 0; free_pages() < pages && i < 50; i++)
		sleep_ms(100);
	CHECK(free_pages() >= pages, 1);
	if (failures != before)
		print("seed %u: failed, calls=%u each=%u makes it again\n",
		      seed, count, count);
}

static void audit(void)
{
	xen_sysctl_t s = { .cmd = XEN_SYSCTL_debug_keys,
			   .interface_version = XEN_SYSCTL_INTERFACE_VERSION };
	static char key[1] = { 'a' };

	set_xen_guest_handle(s.u.debug_keys.keys, key);
	s.u.debug_keys.nr_keys = 1;
	CHECK(HC1(sysctl, &s), 0);
}

static void report(u32 seed)
{
	static const u8 must[] = { 0, 1, 2, 3, 4, 5, 8, 9, 10, 12, 13, 14, 15,
				   17, 20, 21, 23, 24, 26, 29, 30, 32, 33,
				   FUZZ_MAPPED, FUZZ_WRITES,
				   FUZZ_INSTRUCTIONS };
	static const u8 never[] = { 7, 35, 36, 37, 41 };
	u32 i, all = 0, ok = 0;

	for (i = 0; i < FUZZ_NUMBERS; i++) {
		all += calls[i];
		ok += good[i];
		if (calls[i] || good[i])
			print("number %u: %u calls, %u good\n", i, calls[i],
			      good[i]);
	}
	for (i = 0; i < ARRAY_SIZE(must); i++)
		CHECK(good[must[i]] > 0, 1);
	for (i = 0; i < ARRAY_SIZE(never); i++)
		CHECK(good[never[i]], 0);
	CHECK(ok / (all / 100 + 1) >= MIN_GOOD, 1);
	CHECK(spoilt <= 1 + (ended + died + stuck) / 10, 1);
	print("fuzz: seed %u: %u calls, %u good, %u exceptions and events; "
	      "domains: %u at their end, %u dead before, %u stuck; the counts "
	      "of %u spoilt\n", seed, total, ok, traps, ended, died, stuck,
	      spoilt);
}

void test_main(void)
{
	u32 first = option("seed", 1), wanted = option("calls", 1000000);
	u32 each = option("each", 20000), pages = 0, hash, seed = first;

	set_grants();
	hash = hash_memory();
	while (total < wanted && !failures) {
		one_life(seed++, each < wanted - total ? each : wanted - total,
			 pages);
		if (!pages)
			pages = settled_pages() - option("slack", 0);
	}
	audit();
	CHECK(hash_memory(), hash);
	report(first);
}
