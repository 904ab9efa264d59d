// SPDX-License-Identifier: GPL-2.0-only
/*
 * The domain that fuzzes. Each vCPU makes one call after the other until both
 * have made as many as they shall; the second one changes what lies in memory
 * as well, at any time, so that the first one's arguments change in the middle
 * of its calls. What each vCPU draws depends on the seed and the width alone.
 */
#include "values.h"

static struct source sources[DOMU_VCPUS];
static ulong arguments_at[DOMU_VCPUS];

void counted(u32 id, u32 nr, bool good)
{
	if (good) {
		CONTROL->vcpu[id].good[nr]++;
		return;
	}
	CONTROL->vcpu[id].calls[nr]++;
	CONTROL->vcpu[id].total++;
}

bool in_arguments(ulong at)
{
	return at >= PAGE_ARGS << 12 && at < (PAGE_READONLY << 12) - 256;
}

/* Its place among those hypercalls that have operations; ~0: it has none. */
static u32 group_of(u32 nr)
{
	static const u8 groups[FUZZ_GROUPS] = { FUZZ_GROUP_NUMBERS };
	u32 i;

	for (i = 0; i < FUZZ_GROUPS; i++)
		if (groups[i] == nr)
			return i;
	return ~0u;
}

/* Which operation it is; FUZZ_OPS: unknown, or several. */
static u32 operation_of(const struct call *c)
{
	u32 op = FUZZ_OPS;

	if (c->nr != __HYPERVISOR_mmuext_op)
		return c->a[0] < FUZZ_OPS ? (u32)c->a[0] : FUZZ_OPS;
	if (c->a[1] == 1 && in_arguments(c->a[0]))
		op = ((const struct mmuext_op *)c->a[0])->cmd;
	return op < FUZZ_OPS ? op : FUZZ_OPS;
}

static void count_operation(const struct call *c, u32 op, bool good)
{
	u32 group = group_of(c->nr);

	if (group < FUZZ_GROUPS && op < FUZZ_OPS) {
		OPERATIONS->calls[group][op]++;
		OPERATIONS->good[group][op] += good;
	}
}

/* It has written a result where it must not: it is always more than a byte. */
static bool is_breach(const struct call *c)
{
	static const bool writes[] = {
		[XENVER_extraversion] = true, [XENVER_compile_info] = true,
		[XENVER_capabilities] = true, [XENVER_changeset] = true,
		[XENVER_platform_parameters] = true,
		[XENVER_guest_handle] = true, [XENVER_commandline] = true,
	};

	return c->nr == __HYPERVISOR_xen_version &&
	       c->a[0] < ARRAY_SIZE(writes) && writes[c->a[0]] &&
	       !guests_address(c->a[1]);
}

static void one_call(struct source *s)
{
	struct call c = { .s = s, .at = arguments_at[s->id] };
	u32 nr, op;
	bool good;
	long rc;

	if (c.at < PAGE_ARGS << 12 || c.at >= PAGE_READONLY << 12)
		c.at = PAGE_ARGS << 12;
	choose_call(&c);
	arguments_at[s->id] = c.at;
	nr = c.nr < FUZZ_OTHERS ? c.nr : FUZZ_OTHERS;
	op = operation_of(&c);
	counted(s->id, nr, false);
	rc = (long)fuzz_call(c.nr, c.a);
	good = rc >= 0;
	if (good)
		counted(s->id, nr, true);
	if (good && is_breach(&c)) {
		counted(s->id, FUZZ_BREACHES, false);
		counted(s->id, FUZZ_BREACHES, true);
	}
	if (nr == __HYPERVISOR_grant_table_op && good) {
		good = grant_done(&c);
		if (good && c.a[0] == GNTTABOP_map_grant_ref)
			counted(s->id, FUZZ_MAPPED, true);
	}
	count_operation(&c, op, good);
	after_call(&c, rc);
}

/* A page-table entry written as memory; it may fault. */
static void one_write(struct source *s)
{
	struct call c = { .s = s };
	u64 e = some_entry(&c);

	counted(s->id, FUZZ_WRITES, false);
	write_entry(s, (u64 *)(5ul << 12) + PAGE_READONLY + below(s, 60), e);
	counted(s->id, FUZZ_WRITES, true);
}

/* What the hypervisor carries out for a kernel, or refuses by an exception. */
static void one_instruction(struct source *s)
{
	u32 r = draw(s), a = draw(s), d = draw(s);
	ulong at = a, n = d;
	u32 msr = r & 16 ? 0xc0000080 + (r >> 5 & 7) : r >> 20;
	struct call c = { .s = s };

	counted(s->id, FUZZ_INSTRUCTIONS, false);
	switch (r & 15) {
	case 0:
		__asm__ volatile("rdmsr" : "+a" (a), "+d" (d) : "c" (msr));
		break;
	case 1:
		__asm__ volatile("wrmsr" :: "a" (a), "d" (d), "c" (msr));
		break;
	case 2:
		__asm__ volatile("cpuid" : "+a" (a), "+d" (d) :: "ebx", "ecx");
		break;
	case 3:
		__asm__ volatile("inl %%dx, %%eax" : "+a" (a) : "d" (d));
		break;
	case 4:
		__asm__ volatile("outb %%al, %%dx" :: "a" (a), "d" (d));
		break;
	case 5:
		__asm__ volatile("mov %0, %%cr0" :: "r"
				 (0x8005003bul ^ (a & 8)));
		break;
	case 6:
		__asm__ volatile("mov %0, %%cr3" :: "r"
				 ((ulong)xen_pfn_to_cr3(some_root(&c))));
		break;
	case 7:
		__asm__ volatile("mov %0, %%cr4" :: "r" (at & 0x507ff));
		break;
	case 8:
		__asm__ volatile("invlpg (%0)" :: "r" (some_address(&c)));
		break;
	case 9:
		__asm__ volatile("mov %%cr2, %0; mov %%cr4, %0" : "=r" (at));
		break;
	case 10:
		__asm__ volatile("cli; sti; clts; wbinvd");
		break;
	case 11:
		__asm__ volatile("cld; rep outsb" : "+S" (at), "+c" (n)
				 : "d" (r >> 16));
		break;
	case 12:
	case 13:
		own_instruction(s);
		break;
	default:
		/* A segment: it looks for its descriptor in GDT or LDT. */
		__asm__ volatile("movl %0, %%fs" :: "r" (r & 16 ?
				 some_selector(&c) : r >> 20 << 3 | 7));
	}
	counted(s->id, FUZZ_INSTRUCTIONS, true);
}

/* Change what the other vCPU's calls may be reading. */
static void scribble(struct source *s)
{
	struct call c = { .s = s };
	u32 i, *at;

	for (i = below(s, 64); i; i--) {
		at = (u32 *)(ulong)((PAGE_ARGS << 12) +
				    below(s, 0x2000) * 4);
		*at = one_in(s, 3) ? draw(s) : one_in(s, 2) ? some_frame(&c) :
		      *at ^ 1u << below(s, 32);
	}
	/* Grants of ours, and pages that may be tables by now. */
	at = (u32 *)(PAGE_GRANTS << 12) + below(s, 64) * 2;
	at[1] = some_frame(&c);
	at[0] = GTF_permit_access | (draw(s) & 0x1c) |
		(one_in(s, 4) ? draw(s) & 0x7fff0000 :
		 (one_in(s, 2) ? CONTROL->peer : CONTROL->domid) << 16);
	at = (u32 *)(ulong)(some_page(&c) << 12) +
	     (one_in(s, 2) ? 2 * safe_slot(s) : below(s, 1024));
	if ((ulong)at >= PAGE_PLAY << 12)
		*at = one_in(s, 2) ? draw(s) : (u32)some_entry(&c);
}

static void step(struct source *s)
{
	u32 what = below(s, 64);

	if (s->id && !(what & 3))
		scribble(s);
	if (what == 4)
		one_iret(s);
	else if (what == 5)
		one_user(s);
	else if (what < 8)
		one_write(s);
	else if (what == 9)
		one_instruction(s);
	else if (what == 10)
		own_story(s);
	else
		one_call(s);
}

static bool over(void)
{
	u32 i, n = 0;

	for (i = 0; i < DOMU_VCPUS; i++)
		n += CONTROL->vcpu[i].total;
	return n >= CONTROL->calls;
}

void fuzz_loop(u32 id);
void fuzz_loop(u32 id)
{
	struct source *s = &sources[id];
	struct sched_shutdown end = { .reason = SHUTDOWN_poweroff };
	ulong a[6] = { SCHEDOP_shutdown, (ulong)&end };

	CONTROL->vcpu[id].traps++;
	if (!s->state) {
		s->id = id;
		s->state = (CONTROL->seed * 2 + id) * 2654435761u | 1;
		repair(id);
	}
	if (s->was_user)
		counted(id, FUZZ_USER, true);
	s->was_user = 0;
	/* Perhaps what we write arguments to is not there. */
	arguments_at[id] += PAGE_SIZE;
	if (one_in(s, 4))
		repair_arguments();
	while (!over()) {
		if (one_in(s, 512))
			repair(id);
		step(s);
	}
	CONTROL->over = 1;
	for (;;)
		fuzz_call(__HYPERVISOR_sched_op, a);
}
