// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (cpu/context.c): a vCPU that waited finds what it left in the x87, SSE and
 * AVX registers, with XSAVE turned on or not, and runs with IF set, IOPL 0
 * and without NT and VM.
 *
 * With "steps" on the command line, tests/guest/context-steps changes the saved
 * state of vCPU 1 while it waits. Flags that no guest may have are then as they
 * were, and where the processor refuses an image, all registers are as in a
 * new vCPU; nothing of the last image, or of the vCPU that ran before, is left.
 *
 * Test: context -v 2
 * Test: context-64 -w 64 -v 2
 */
#include "guest.h"

/* Where the image of FXSAVE has its fields, and those of a new vCPU */
#define FCW		0u
#define FSW		2u
#define MXCSR		24u
#define MXCSR_MASK	28u
#define X87		32u
#define SSE_END		(160u + 16 * (WIDTH == 32 ? 8 : 16))
#define XMM5		(160u + 5 * 16)
#define FCW_DEFAULT	0x37f
#define FCW_OURS	0x27f		/* double precision */
#define MXCSR_DEFAULT	0x1f80
#define MXCSR_OURS	0x9fc0		/* flush to zero, denormals are zeros */
#define ALL_PARTS	7u		/* of XCR0: x87, SSE, AVX */

/*
 * By these the harness finds the saved registers, which 32-bit calls do not use:
 * context-steps MARK.
 */
#define MARK_ESI	0x5a7e57a7u
#define MARK_EDI	0x0ddba11au

#define CHECKED_FLAGS	(X86_EFLAGS_IF | X86_EFLAGS_IOPL | X86_EFLAGS_NT | \
			 X86_EFLAGS_VM)

/* What the harness does to the state, by name, and what comes of it */
static const struct wait {
	const char *name;
	bool xsave;		/* the vCPU has turned it on */
	bool fresh;		/* the processor refuses the image */
	u32 flags;		/* that it has beside IF */
} waits[] = {
	{ "FXSAVE, unchanged", false, false, 0 },
	{ "no flags", false, false, 0 },
	{ "IOPL 3", false, false, 0 },
	{ "VM", false, false, 0 },
	{ "NT", false, false, X86_EFLAGS_NT },
	{ "flags that no guest may set", false, false, 0 },
	{ "FXRSTOR from an odd address", false, true, 0 },
	{ "XSAVE, unchanged", true, false, 0 },
	{ "XSTATE_BV names an unknown part", true, true, 0 },
	{ "XCOMP_BV", true, true, 0 },
	{ "reserved bytes of the header", true, true, 0 },
	{ "XRSTOR from an odd address", true, true, 0 },
};

/* The harness stops at these functions, and reads the name. */
const char *volatile steps_name;
void steps_wait(void), steps_woken(void);
__asm__("steps_wait:	ret\n"
	"steps_woken:	ret\n");

static u8 stack1[8192] __attribute__((aligned(4096)));
static u8 image[512] __attribute__((aligned(16)));	/* vCPU 1's */
static u8 mine[512] __attribute__((aligned(16)));	/* vCPU 0's */
static u8 seen[512] __attribute__((aligned(16)));
static u8 ymm5[32], seen_ymm5[32];
static volatile u32 ended;

static bool by_steps(void)
{
	return start_info->cmd_line[0] == 's';
}

static void fill(u8 *at, u8 seed)
{
	u32 i;

	*(u16 *)(at + FCW) = FCW_OURS;
	*(u32 *)(at + MXCSR) = MXCSR_OURS;
	for (i = X87; i < SSE_END; i++)
		if (i >= X87 + 8 * 16 || (i & 15) < 10)
			at[i] = (u8)(i * 7 + seed);
	/* The processor's own word: which bits MXCSR has. */
	__asm__ volatile("fxsave %0" : "=m" (seen));
	memcpy(at + MXCSR_MASK, seen + MXCSR_MASK, 4);
}

/* All parts, or none. */
static void turn_xsave(bool on)
{
	ulong cr4;

	__asm__ volatile("mov %%cr4, %0" : "=r" (cr4));
	cr4 = on ? cr4 | X86_CR4_OSXSAVE : cr4 & ~(ulong)X86_CR4_OSXSAVE;
	__asm__ volatile("mov %0, %%cr4" :: "r" (cr4));
	if (on)
		__asm__ volatile("xsetbv" :: "a" (ALL_PARTS), "d" (0),
				 "c" (0));
}

#define TAKE_FLAGS	"pushf; pop %0; push $2; popf"

/* The registers are loaded, vCPU 0 runs, and they are seen: the flags. */
static ulong wait(bool xsave)
{
	ulong flags;

	__asm__ volatile("fxrstor %0" :: "m" (image));
	if (xsave)
		__asm__ volatile("vmovups %0, %%ymm5" :: "m" (ymm5));
	if (WIDTH == 32)
		__asm__ volatile("int $0x82; " TAKE_FLAGS : "=a" (flags)
				 : "a" (__HYPERVISOR_sched_op),
				   "b" (SCHEDOP_yield), "c" (0),
				   "S" (MARK_ESI), "D" (MARK_EDI)
				 : "memory", "cc");
	else
		flags = (ulong)HYPERCALL_BETWEEN("", __HYPERVISOR_sched_op,
						 SCHEDOP_yield, 0, TAKE_FLAGS);
	__asm__ volatile("fxsave %0" : "=m" (seen));
	if (xsave)
		__asm__ volatile("vmovups %%ymm5, %0" : "=m" (seen_ymm5));
	return flags;
}

static u32 differences(const u8 *a, const u8 *b, u32 from, u32 end)
{
	u32 n = 0;

	for (; from < end; from++)
		n += a[from] != b[from];
	return n;
}

static void check_kept(bool xsave)
{
	CHECK(*(u16 *)(seen + FCW), FCW_OURS);
	CHECK(*(u32 *)(seen + MXCSR), MXCSR_OURS);
	CHECK(differences(seen, image, X87, SSE_END), 0);
	if (xsave)
		CHECK(differences(seen_ymm5, ymm5, 0, sizeof(ymm5)), 0);
}

static void check_fresh(bool xsave)
{
	static const u8 empty[512];

	CHECK(*(u16 *)(seen + FCW), FCW_DEFAULT);
	CHECK(*(u16 *)(seen + FSW), 0);
	CHECK(*(u32 *)(seen + MXCSR), MXCSR_DEFAULT);
	CHECK(differences(seen, empty, X87, SSE_END), 0);
	if (xsave)
		CHECK(differences(seen_ymm5, empty, 0, sizeof(ymm5)), 0);
}

static void vcpu1_main(void)
{
	const struct wait *w;
	ulong flags;
	u32 before;

	traps_init();
	for (w = waits; w < waits + ARRAY_SIZE(waits); w++) {
		before = failures;
		turn_xsave(w->xsave);
		steps_name = w->name;
		steps_wait();
		flags = wait(w->xsave);
		steps_woken();
		CHECK(flags & CHECKED_FLAGS,
		      X86_EFLAGS_IF | (by_steps() ? w->flags : 0));
		if (w->fresh && by_steps())
			check_fresh(w->xsave);
		else
			check_kept(w->xsave);
		if (failures != before)
			print("after \"%s\"\n", w->name);
	}
	ended = 1;
	vcpu_down(1);
}

void test_main(void)
{
	fill(image, 1);
	fill(mine, 2);
	memcpy(ymm5, image + XMM5, 16);
	memcpy(ymm5 + 16, image + X87, 10);
	__asm__ volatile("fxrstor %0" :: "m" (mine));
	vcpu_run(1, vcpu1_main, stack1 + sizeof(stack1));
	CHECK(vcpu_wait(&ended, 1), 1);
	__asm__ volatile("fxsave %0" : "=m" (seen));
	CHECK(differences(seen, mine, MXCSR, SSE_END), 0);
}
