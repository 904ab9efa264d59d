// SPDX-License-Identifier: GPL-2.0-only
/*
 * CPUID leaves, by the instruction and by the forced-emulation prefix, and
 * model-specific registers: reads, writes of what was read, and writes of
 * another value, in runs of those that give the same.
 */
#include "conf.h"

struct msr_range {
	u32 first, end;
};
static const struct msr_range ranges[] = {
	{ 0, 0x4000 }, { 0x40000000, 0x40000200 }, { 0xc0000000, 0xc0000200 },
	{ 0xc0001000, 0xc0001010 }, { 0xc0010000, 0xc0012000 },
};

/* Counters, and addresses of the hypervisor's own. */
static bool changes(u32 msr)
{
	return msr == MSR_TSC || msr == MSR_APIC_BASE ||
	       msr == MSR_MPERF || msr == MSR_MPERF_RO ||
	       msr == MSR_APERF || msr == MSR_APERF_RO;
}

static bool rdmsr(u32 msr, u32 *lo, u32 *hi)
{
	u32 a = 0, d = 0;

	trapped_vector = (u32)NO_TRAP;
	__asm__ volatile("movl $1f, recover_eip\nrdmsr\n1:\n"
			 "movl $0, recover_eip" : "+a" (a), "+d" (d)
			 : "c" (msr) : "memory");
	*lo = a;
	*hi = d;
	return trapped_vector == (u32)NO_TRAP;
}

static bool wrmsr(u32 msr, u32 lo, u32 hi)
{
	trapped_vector = (u32)NO_TRAP;
	__asm__ volatile("movl $1f, recover_eip\nwrmsr\n1:\n"
			 "movl $0, recover_eip" :: "a" (lo), "d" (hi),
			 "c" (msr) : "memory");
	return trapped_vector == (u32)NO_TRAP;
}

struct answer {
	bool read, same, other;
	u32 lo, hi;
};

static struct answer ask(u32 msr)
{
	struct answer a = { 0 };

	a.read = rdmsr(msr, &a.lo, &a.hi);
	a.same = wrmsr(msr, a.lo, a.hi);
	a.other = wrmsr(msr, 0x12345678, 0);
	if (a.other && a.read)
		wrmsr(msr, a.lo, a.hi);
	return a;
}

static void out_run(u32 first, u32 last, const struct answer *a)
{
	out_begin("MSRs from ");
	out_number(first, 16);
	out_text(" -> to ");
	out_number(last, 16);
	if (a->read && changes(first)) {
		out_text(" read ~");
	} else if (a->read) {
		out_text(" read ");
		out_number(a->hi, 16);
		out_text(":");
		out_number(a->lo, 16);
	} else {
		out_text(" #GP");
	}
	out_text(a->same ? ", written" : ", write of it #GP");
	out_text(a->other ? ", other value written" : ", of another #GP");
	out_end();
}

/* Registers that all refuse are in no line: one that does not is seen. */
static void msrs(const struct msr_range *r)
{
	struct answer last = { 0 }, now = { 0 };
	u32 msr, first = r->first;

	for (msr = r->first; msr <= r->end; msr++) {
		if (msr < r->end)
			now = ask(msr);
		if (msr > r->first && msr < r->end && now.read == last.read &&
		    now.same == last.same && now.other == last.other &&
		    now.lo == last.lo && now.hi == last.hi)
			continue;
		if (msr > r->first && (last.read || last.same || last.other))
			out_run(first, msr - 1, &last);
		first = msr;
		last = now;
	}
}

static void cpuid(bool forced, u32 leaf, u32 sub, u32 r[4])
{
	if (forced)
		__asm__ volatile("ud2; .ascii \"xen\"; cpuid" : "=a" (r[0]),
				 "=b" (r[1]), "=c" (r[2]), "=d" (r[3])
				 : "a" (leaf), "c" (sub));
	else
		__asm__ volatile("cpuid" : "=a" (r[0]), "=b" (r[1]),
				 "=c" (r[2]), "=d" (r[3])
				 : "a" (leaf), "c" (sub));
}

static void out_leaf(bool forced, u32 leaf, u32 sub)
{
	u32 r[4], i;

	cpuid(forced, leaf, sub, r);
	out_begin(forced ? "forced cpuid " : "cpuid ");
	out_number(leaf, 16);
	out_text(" ");
	out_number(sub, 16);
	out_text(" ->");
	for (i = 0; i < 4; i++) {
		out_text(" ");
		/* Clock rates, and offsets to the clock */
		if (leaf == 0x40000003)
			out_text(r[i] ? "~" : "0");
		else
			out_number(r[i], 16);
	}
	out_end();
}

static void leaves(void)
{
	static const u32 starts[] = { 0, 0x40000000, 0x80000000, 0x40000100,
				      0x7fffffff, 0xc0000000, 0x8fffffff };
	u32 i, leaf, sub;

	for (i = 0; i < ARRAY_SIZE(starts); i++)
		for (leaf = 0; leaf < (i < 3 ? 0x22 : 2); leaf++)
			for (sub = 0; sub < (i < 2 && leaf >= 3 ? 4 : 1);
			     sub++)
				out_leaf(true, starts[i] + leaf, sub);
}

void conf_registers(void)
{
	u32 i;

	leaves();
	/* The processor's own, which the hypervisor cannot change. */
	out_leaf(false, 0, 0);
	out_leaf(false, 1, 0);
	out_leaf(false, 0x40000000, 0);
	out_leaf(false, 0x80000001, 0);
	for (i = 0; i < ARRAY_SIZE(ranges); i++)
		msrs(&ranges[i]);
	restore();
}
