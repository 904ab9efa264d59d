// SPDX-License-Identifier: GPL-2.0-only
/*
 * The domain that fuzzes. Each vCPU makes one call after the other until both
 * have made as many as they shall; the second one changes what lies in memory
 * as well, at any time, so that the first one's arguments change in the middle
 * of its calls. What each vCPU draws depends on the seed alone.
 */
#include "values.h"

static struct source sources[DOMU_VCPUS];
static u32 arguments_at[DOMU_VCPUS];

static void counted(u32 id, u32 nr, bool good)
{
	if (good) {
		CONTROL->vcpu[id].good[nr]++;
		return;
	}
	CONTROL->vcpu[id].calls[nr]++;
	CONTROL->vcpu[id].total++;
}

static void one_call(struct source *s)
{
	struct call c = { .s = s, .at = arguments_at[s->id] };
	u32 nr;
	long rc;

	if (c.at < PAGE_ARGS << 12 || c.at >= PAGE_READONLY << 12)
		c.at = PAGE_ARGS << 12;
	choose_call(&c);
	arguments_at[s->id] = c.at;
	nr = c.nr < FUZZ_OTHERS ? c.nr : FUZZ_OTHERS;
	counted(s->id, nr, false);
	rc = (long)fuzz_call(c.nr, c.a);
	if (rc >= 0)
		counted(s->id, nr, true);
	if (has_mapped(&c, rc))
		counted(s->id, FUZZ_MAPPED, true);
	after_call(&c, rc);
}

static void one_iret(struct source *s)
{
	struct call c = { .s = s };
	u32 frame[6] = {
		draw(s), (u32)fuzz_entry + s->id * 16, FLAT_KERNEL_CS,
		draw(s) & 0x10ed7, FUZZ_STACK(s->id), FLAT_KERNEL_SS,
	};

	if (one_in(s, 4)) {
		frame[2] = FLAT_USER_CS;
		frame[5] = FLAT_USER_DS;
	}
	if (one_in(s, 512))
		frame[1 + below(s, 5)] = one_in(s, 2) ? draw(s) :
					 some_selector(&c);
	counted(s->id, __HYPERVISOR_iret, false);
	counted(s->id, __HYPERVISOR_iret, true);
	fuzz_iret(frame);
}

/* A page-table entry written as memory, half by half; it may fault. */
static void one_write(struct source *s)
{
	struct call c = { .s = s };
	u64 e = some_entry(&c);
	volatile u32 *to = (u32 *)(5 << 12) +
			   2 * (PAGE_READONLY + below(s, 60));

	counted(s->id, FUZZ_WRITES, false);
	if (one_in(s, 2)) {
		to[0] = (u32)e;
		to[1] = (u32)(e >> 32);
	} else {
		__asm__ volatile("lock cmpxchg8b %0" : "+m" (*(u64 *)to)
				 : "a" (to[0]), "d" (to[1]), "b" ((u32)e),
				 "c" ((u32)(e >> 32)) : "memory", "cc");
	}
	counted(s->id, FUZZ_WRITES, true);
}

/* What the hypervisor carries out for a kernel, or refuses by an exception. */
static void one_instruction(struct source *s)
{
	u32 r = draw(s), a = draw(s), d = draw(s);
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
		__asm__ volatile("movl %0, %%cr0" :: "r"
				 (0x8005003b ^ (a & 8)));
		break;
	case 6:
		__asm__ volatile("movl %0, %%cr3" :: "r" (xen_pfn_to_cr3(
				 a & 64 ? CONTROL->frames[0] :
				 some_frame(&c))));
		break;
	case 7:
		__asm__ volatile("movl %0, %%cr4" :: "r" (a & 0x7ff));
		break;
	case 8:
		__asm__ volatile("invlpg (%0)" :: "r" (some_address(&c)));
		break;
	case 9:
		__asm__ volatile("movl %%cr2, %0; movl %%cr4, %0" : "=r" (a));
		break;
	case 10:
		__asm__ volatile("cli; sti; clts; wbinvd");
		break;
	case 11:
		__asm__ volatile("cld; rep outsb" : "+S" (a), "+c" (d)
				 : "d" (r >> 16));
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
		at = (u32 *)((PAGE_ARGS << 12) + below(s, 0x2000) * 4);
		*at = one_in(s, 3) ? draw(s) : one_in(s, 2) ? some_frame(&c) :
		      *at ^ 1u << below(s, 32);
	}
	/* Grants of ours, and pages that may be tables by now. */
	at = (u32 *)(PAGE_GRANTS << 12) + below(s, 64) * 2;
	at[1] = some_frame(&c);
	at[0] = GTF_permit_access | (draw(s) & 0x1c) |
		(one_in(s, 4) ? draw(s) & 0x7fff0000 : CONTROL->domid << 16);
	at = (u32 *)(some_page(&c) << 12) + below(s, 1024);
	if ((u32)at >= PAGE_PLAY << 12)
		*at = one_in(s, 2) ? draw(s) : (u32)some_entry(&c);
}

static void step(struct source *s)
{
	u32 what = below(s, 64);

	if (s->id && !(what & 3))
		scribble(s);
	if (what == 4)
		one_iret(s);
	else if (what < 8)
		one_write(s);
	else if (what == 9)
		one_instruction(s);
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
	u32 a[6] = { SCHEDOP_shutdown, (u32)&end };

	CONTROL->vcpu[id].traps++;
	if (!s->state) {
		s->id = id;
		s->state = (CONTROL->seed * 2 + id) * 2654435761u | 1;
		repair(id);
	}
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
