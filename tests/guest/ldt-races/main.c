// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (MMUEXT_SET_LDT): the hypervisor maps the pages of an LDT when the
 * processor first reads a descriptor in them, and drops them when the vCPU
 * loads another LDT. A guest sees neither: every use of a good descriptor
 * succeeds, whatever other vCPUs do with other pages. A page in use cannot
 * become writable or a table.
 *
 * vCPU 1 has CS and SS in two pages of its LDT, so that a return to it reads
 * both, and FS in the second. The other two have LDTs of their own, and use
 * and give up their only page as fast as they can. A hypervisor that maps one
 * page, returns, and faults on the other with interrupts off could be held in
 * that for ever; vCPU 1 must get through its rounds.
 *
 * A 64-bit kernel's hypercalls return to other selectors; an exception returns
 * to those that it came from, so that vCPU 1 makes both.
 *
 * Test: ldt-races -c 3 -v 3
 * Test: ldt-races-64 -w 64 -c 3 -v 3 long
 * Test: fuzz/audit-ldt-races -c 3 -v 3 krypton-debug
 */
#include "guest.h"

#define ROUNDS		30000u	/* at least */
#define DROPS		300u	/* of each */
#define MANY		100000u
#define INDEX		8
/* In the pages 0 and 1; an entry that is empty */
#define RING		(WIDTH == 32 ? 1 : 3)	/* the kernel's */
/* 64-bit code has L in place of B. */
#define KERNEL_CODE	(FLAT_CODE(RING) ^ (WIDTH == 32 ? 0 : DESC_L | DESC_B))
#define CS_SELECTOR	LDT_SELECTOR(INDEX, RING)
#define SS_SELECTOR	LDT_SELECTOR(512 + INDEX, RING)
#define OWN_SELECTOR	LDT_SELECTOR(1, 1)

static u64 ldt[1024] __attribute__((aligned(4096)));
static u8 own[3][4096] __attribute__((aligned(4096)));
static u8 stacks[3][8192] __attribute__((aligned(4096)));
static volatile u32 rounds, wrong_lar, started, stop;
static volatile u32 faults[257], total;	/* by vector; callbacks are last */
static u32 refused[3], kept[3], dropped[3];

/* To be tried again: the fault should not have been. */
static void false_fault(struct trap_frame *f)
{
	faults[f->vector <= 256 ? f->vector : 256]++;
	if (total++ < MANY)
		return;
	print("%s error %lx at %lx:%lx, again and again\n",
	      trap_name(f->vector), f->error, f->cs, f->eip);
	guest_exit("FAILURE");
}

static void set_ldt(const void *at, u32 entries)
{
	CHECK(mmuext(MMUEXT_SET_LDT, (ulong)at, entries), 0);
}

static void no_fault(struct trap_frame *f)
{
	(void)f;
}

/* vCPU 1: an exception and a hypercall a round, until it is told to stop. */
static void user(void)
{
	u32 out;
	bool good;

	traps_init();
	set_ldt(ldt, ARRAY_SIZE(ldt));
	started = 1;
	while (!stop) {
		__asm__ volatile("push %0; push $1f; " FAR_RETURN "\n"
				 "1: movl %1, %%ss; int3"
				 :: "i" (CS_SELECTOR), "r" (SS_SELECTOR)
				 : "memory");
		HC2(xen_version, XENVER_version, 0);
		__asm__ volatile("movl %2, %%fs; lar %2, %0; setz %1"
				 : "=r" (out), "=q" (good) : "r" (SS_SELECTOR)
				 : "cc");
		wrong_lar += !good;
		rounds++;
	}
	__asm__ volatile("movl %0, %%fs" :: "r" (0));
	vcpu_down(1);
}

/*
 * The descriptor is read, which maps the page; that becomes a table as soon as
 * this vCPU has no LDT, and no earlier.
 */
static void drop(u32 me)
{
	u32 sel = OWN_SELECTOR, out;

	__asm__ volatile("lar %1, %0" : "=r" (out) : "r" (sel) : "cc");
	kept[me] += make_rw(own[me]) == -XEN_EBUSY;
	refused[me] += set_pte_va(own[me], 0, UVMF_INVLPG) != 0;
	kept[me] += mmuext(MMUEXT_PIN_L1_TABLE, va_mfn(own[me]), 0) ==
		    -XEN_EINVAL;
	set_ldt(NULL, 0);
	refused[me] += mmuext(MMUEXT_PIN_L1_TABLE, va_mfn(own[me]), 0) != 0;
	refused[me] += mmuext(MMUEXT_UNPIN_TABLE, va_mfn(own[me]), 0) != 0;
	refused[me] += make_ro(own[me]) != 0;
	set_ldt(own[me], 512);
	dropped[me]++;
}

static void prepare(u32 me)
{
	CHECK(make_ro(own[me]), 0);
	set_ldt(own[me], 512);
}

static void dropper(void)
{
	traps_init();
	prepare(2);
	while (!stop)
		drop(2);
	vcpu_down(2);
}

static void check_faults(void)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(faults); i++)
		if (faults[i])
			print("%s: %u false faults\n", trap_name(i),
			      faults[i]);
	print("%u rounds; pages given up %u and %u times, kept %u and %u\n", rounds,
	      dropped[0], dropped[2], kept[0], kept[2]);
	CHECK(total, 0);
	CHECK(wrong_lar, 0);
	CHECK(refused[0] + refused[2], 0);
	CHECK(kept[0], dropped[0] * 2);
	CHECK(kept[2], dropped[2] * 2);
}

void test_main(void)
{
	u32 i;

	mask_events(true);
	for (i = X86_TRAP_TS; i <= X86_TRAP_PF; i++)
		set_trap_handler(i, false_fault);
	failsafe_handler = false_fault;
	set_trap_handler(X86_TRAP_BP, no_fault);
	ldt[INDEX] = KERNEL_CODE;
	ldt[512 + INDEX] = FLAT_DATA(RING);
	CHECK(make_ro(ldt), 0);
	CHECK(make_ro(ldt + 512), 0);
	prepare(0);
	vcpu_run(1, user, stacks[2]);
	vcpu_run(2, dropper, stacks[3]);
	while (!started)
		HC2(sched_op, SCHEDOP_yield, 0);
	while (rounds < ROUNDS || dropped[0] < DROPS || dropped[2] < DROPS)
		drop(0);
	stop = 1;
	while (HC3(vcpu_op, VCPUOP_is_up, 1, 0) ||
	       HC3(vcpu_op, VCPUOP_is_up, 2, 0))
		HC2(sched_op, SCHEDOP_yield, 0);
	check_faults();
}
