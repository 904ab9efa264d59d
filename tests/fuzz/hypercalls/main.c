// SPDX-License-Identifier: GPL-2.0-only
/*
 * Hypercalls with random arguments, by a domain of two vCPUs (domu/). This is
 * Dom0. It makes the domain, waits until the domain has made its calls,
 * destroys it, and makes the next one with the next seed. A domain that ends
 * earlier, by its own doing, counts as far as it got, unless it has overwritten
 * its counts. Domains have 32 or 64 bits, or there are always one of each, which
 * know each other.
 *
 * Rules: whatever a domain calls, the hypervisor survives; after its end all of
 * its memory is free; Dom0's pages, their entries in the machine-to-phys array
 * and its grants are as before; privileged operations are refused. Krypton's
 * debug build also takes its frame audit, while domains live and after each.
 *
 * Arguments: seed=N, calls=N (in all), each=N (per domain), width=N (of domains;
 * 0: of both), slack=N (pages that the hypervisor may keep for its own heap). To
 * repeat a domain that failed, give its seed, as printed, and calls= the value
 * of each=.
 */
#include "life.h"

#define OWN_PAGES	2048u	/* all that it maps lies below */
#define STUCK_MS	400u
#define WAIT_MS		4u
#define AUDIT_ROUNDS	40u	/* of waiting, from one audit to the next */
#define MIN_GOOD	10u	/* percent; with fewer, the fuzzer is blind */
#define LONG_RUN	400000u	/* calls, in which even rare ones succeed */

PAGE_BUFFER(look);		/* a place for pages that are not mapped */

static struct life lives[LIVES];
static u32 count;		/* of those at once */
static u32 widths[LIVES];
static u32 calls[FUZZ_NUMBERS], good[FUZZ_NUMBERS];
static u32 op_calls[FUZZ_GROUPS][FUZZ_OPS], op_good[FUZZ_GROUPS][FUZZ_OPS];
static u32 made[LIVES];		/* calls of each kind of domain */
static u32 total, traps, ended, died, stuck, spoilt;

/*
 * A hash of all pages that Dom0 does not write itself (all are mapped), and of
 * the machine-to-phys entries of all pages.
 */
static u32 hash_memory(void)
{
	const ulong *list = (const ulong *)start_info->mfn_list;
	u32 h = 2166136261u, pfn, i;

	for (pfn = 0; pfn < start_info->nr_pages; pfn++) {
		h = (h ^ (u32)list[pfn] ^ (u32)mfn_to_pfn(list[pfn])) * 16777619;
		CHECK(mfn_to_pfn(list[pfn]), pfn);
		if (pfn < OWN_PAGES)
			continue;
		CHECK(set_pte_va(look, (u64)list[pfn] << 12 | PTE_RO,
				 UVMF_INVLPG | UVMF_LOCAL), 0);
		for (i = 0; i < PAGE_SIZE / 4; i++)
			h = (h ^ ((const u32 *)look)[i]) * 16777619;
	}
	CHECK(make_rw(look), 0);
	return h;
}

/* Krypton's debug build takes its frame audit then, of the living as well. */
static void audit(void)
{
	press_key('a');
}

/* Wait until all end, by themselves or not, or make no more progress. */
static void wait_for_end(void)
{
	u32 still = 0, last = 0, rounds = 0, n, i;
	bool all = false;

	while (!all && still < STUCK_MS) {
		sleep_ms(WAIT_MS);
		if (!(++rounds % AUDIT_ROUNDS))
			audit();
		all = true;
		for (i = n = 0; i < count; i++) {
			n += life_calls(&lives[i]);
			all = life_ended(&lives[i]) && all;
		}
		still = n == last ? still + WAIT_MS : 0;
		last = n;
	}
	for (i = 0; i < count; i++) {
		ended += lives[i].at_end;
		died += !lives[i].at_end && lives[i].shut_down;
		stuck += !lives[i].at_end && !lives[i].shut_down;
	}
}

/*
 * Whether a vCPU's counts agree: the domain may have overwritten all that it
 * has. Each call is counted twice, and can be good once. An exception or event
 * between the two counts loses the second; counts that lost more than one are
 * not believed.
 */
static bool counts_agree(const struct control *c, u32 v)
{
	u32 i, n = 0;

	for (i = 0; i < FUZZ_NUMBERS; i++) {
		n += c->vcpu[v].calls[i];
		if (c->vcpu[v].good[i] > (i == FUZZ_MAPPED ? c->vcpu[v].total :
					  c->vcpu[v].calls[i]))
			return false;
	}
	return n - c->vcpu[v].total <= 1;
}

/* Of both vCPUs, which may lose some; not if they have been overwritten. */
static void add_operations(const struct operations *o)
{
	u32 i, k;

	for (i = 0; i < FUZZ_GROUPS; i++)
		for (k = 0; k < FUZZ_OPS; k++)
			if (o->good[i][k] > o->calls[i][k])
				return;
	for (i = 0; i < FUZZ_GROUPS; i++)
		for (k = 0; k < FUZZ_OPS; k++) {
			op_calls[i][k] += o->calls[i][k];
			op_good[i][k] += o->good[i][k];
		}
}

/* Add up the counts of a stopped domain, unless it has overwritten them. */
static void add_up(const struct life *l, u32 wanted)
{
	bool right = life_calls(l) <= wanted + DOMU_VCPUS;
	const struct control *c = l->control;
	u32 i, v;

	for (v = 0; v < DOMU_VCPUS; v++)
		right = right && counts_agree(c, v);
	spoilt += !right;
	if (!right)
		return;
	for (v = 0; v < DOMU_VCPUS; v++) {
		total += c->vcpu[v].total;
		made[l->nr] += c->vcpu[v].total;
		traps += c->vcpu[v].traps;
		for (i = 0; i < FUZZ_NUMBERS; i++) {
			calls[i] += c->vcpu[v].calls[i];
			good[i] += c->vcpu[v].good[i];
		}
	}
	add_operations(l->ops);
}

static void make_lives(u32 seed, u32 each)
{
	u32 i;

	for (i = 0; i < count; i++)
		life_create(&lives[i], i, widths[i]);
	for (i = 0; i < count; i++) {
		life_fill(&lives[i], seed, each, lives[count - 1 - i].u.id);
		print("domain %u of %u bits has the seed %u, %u calls\n",
		      lives[i].u.id, widths[i], seed, each);
	}
	for (i = 0; i < count; i++)
		CHECK(domu_ctl(&lives[i].u, XEN_DOMCTL_unpausedomain), 0);
}

static void end_lives(u32 each)
{
	struct life *l;
	u32 i;

	for (l = lives; l < lives + count; l++)
		CHECK(domu_ctl(&l->u, XEN_DOMCTL_pausedomain), 0);
	audit();
	for (l = lives; l < lives + count; l++) {
		add_up(l, each);
		life_contexts(l);
		calls[FUZZ_CONTEXTS] += l->contexts;
		good[FUZZ_CONTEXTS] += l->good_contexts;
	}
	print("%u calls so far\n", total);
	for (i = 0; i < count; i++)
		life_destroy(&lives[i]);
	for (i = 0; i < count; i++)
		life_gone(&lives[i]);
}

/* The lives of one seed; all of their memory must be back in five seconds. */
static void one_round(u32 seed, u32 each, u32 pages)
{
	u32 i, before = failures;

	make_lives(seed, each);
	wait_for_end();
	end_lives(each);
	for (i = 0; free_pages() < pages && i < 1000; i++)
		sleep_ms(5);
	CHECK(free_pages() >= pages, 1);
	if (failures != before)
		print("seed %u: failed, calls=%u each=%u makes it again\n",
		      seed, each, each);
}

/* For each hypercall with operations: which ones were done how often. */
static void report_operations(void)
{
	static const u8 groups[FUZZ_GROUPS] = { FUZZ_GROUP_NUMBERS };
	u32 i, k;

	for (i = 0; i < FUZZ_GROUPS; i++)
		for (k = 0; k < FUZZ_OPS; k++)
			if (op_calls[i][k])
				print("number %u operation %u: %u calls, "
				      "%u good\n", groups[i], k,
				      op_calls[i][k], op_good[i][k]);
}

/*
 * Operations that a domain may do: of a long run, each one has succeeded. Those
 * of 64-bit domains come last, with one that a 32-bit domain seldom does: it must
 * draw a root with all its tables.
 */
static void check_operations(void)
{
	static const struct {
		u8 group, op;
	} must[] = {
		{ 0, 0 }, { 0, 1 }, { 0, 6 }, { 0, 11 }, { 0, 12 }, { 1, 0 },
		{ 2, 0 }, { 2, 1 }, { 2, 2 }, { 2, 5 }, { 2, 7 }, { 3, 0 },
		{ 3, 1 }, { 5, 1 }, { 5, 2 }, { 5, 5 }, { 5, 6 }, { 5, 10 },
		{ 5, 13 }, { 6, 0 }, { 6, 1 }, { 6, 4 }, { 6, 5 },
		{ 6, 6 }, { 6, 7 }, { 6, 8 }, { 6, 9 }, { 6, 10 }, { 6, 11 },
		{ 6, 13 }, { 6, 16 }, { 6, 17 }, { 7, 0 }, { 7, 3 }, { 8, 0 },
		{ 8, 1 }, { 9, 0 }, { 9, 1 }, { 9, 3 }, { 9, 4 }, { 9, 5 },
		{ 9, 6 }, { 9, 7 }, { 9, 9 }, { 9, 10 }, { 9, 11 }, { 9, 12 },
		{ 10, 5 }, { 10, 6 }, { 10, 7 },
		{ 4, 0 }, { 4, 1 }, { 4, 2 }, { 4, 3 }, { 6, 2 }, { 6, 3 },
		{ 6, 15 },
	};
	u32 i, n = ARRAY_SIZE(must) - (widths[count - 1] == 64 ? 0 : 7);

	for (i = 0; i < n && total >= LONG_RUN; i++)
		if (!op_good[must[i].group][must[i].op]) {
			print("operation %u of the hypercalls' group %u was "
			      "never done\n", must[i].op, must[i].group);
			failures++;
		}
}

/* What must have succeeded, and what never may. */
static void check_numbers(void)
{
	static const u8 must[] = { 0, 1, 2, 3, 4, 5, 8, 9, 10, 12, 13, 14, 15,
				   17, 20, 21, 23, 24, 26, 29, 30, 32, 33,
				   FUZZ_CONTEXTS, FUZZ_MAPPED, FUZZ_WRITES,
				   FUZZ_INSTRUCTIONS };
	static const u8 must64[] = { __HYPERVISOR_set_segment_base, FUZZ_USER };
	static const u8 never[] = { 7, 35, 36, 37, 41, FUZZ_BREACHES };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(must); i++)
		CHECK(good[must[i]] > 0, 1);
	for (i = 0; i < ARRAY_SIZE(must64); i++)
		CHECK(good[must64[i]] > 0, widths[count - 1] == 64);
	for (i = 0; i < ARRAY_SIZE(never); i++)
		CHECK(good[never[i]], 0);
}

static void report(u32 first, u32 next)
{
	u32 i, all = 0, ok = 0;

	for (i = 0; i < FUZZ_NUMBERS; i++) {
		all += calls[i];
		ok += good[i];
		if (calls[i] || good[i])
			print("number %u: %u calls, %u good\n", i, calls[i],
			      good[i]);
	}
	report_operations();
	check_numbers();
	check_operations();
	for (i = 0; i < count; i++)
		CHECK(made[i] > 0, 1);
	CHECK(ok / (all / 100 + 1) >= MIN_GOOD, 1);
	CHECK(spoilt <= 1 + (ended + died + stuck) / 10, 1);
	print("fuzz: seeds %u to %u: %u calls, %u good, %u exceptions and "
	      "events; domains: %u at their end, %u dead before, %u stuck; the "
	      "counts of %u spoilt\n", first, next - 1, total, ok, traps,
	      ended, died, stuck, spoilt);
}

static void choose_widths(u32 width)
{
	widths[0] = width ? width : 32;
	widths[1] = 64;
	count = width ? 1 : 2;
}

void test_main(void)
{
	u32 first = guest_option("seed", 1), wanted = guest_option("calls", 1000000);
	u32 each = guest_option("each", 20000), pages = 0, hash, seed = first;

	choose_widths(guest_option("width", WIDTH));
	lives_init();
	hash = hash_memory();
	while (total < wanted && !failures) {
		one_round(seed++, each < wanted - total ? each : wanted - total,
			  pages);
		if (!pages)
			pages = settled_pages() - guest_option("slack", 0);
	}
	audit();
	CHECK(hash_memory(), hash);
	report(first, seed);
}
