// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules: a vCPU that sleeps keeps its registers, and its page tables and LDT may
 * change meanwhile. A hypervisor may leave the state of such a vCPU in a CPU.
 *
 * Three vCPUs of a domain wake each other by turns. Each keeps the number of its
 * sleep in XMM0 and in memory, and FS is in a page of its LDT, which stays of type
 * SEGDESC. The one that is awake gives the address WINDOW another level-1 table with
 * another page behind it, makes memory of the old table and writes an entry there
 * that leads to the wrong page. The next one, which has read WINDOW before it slept,
 * must see the right one.
 *
 * Dom0 changes the vCPUs' affinities all the time, so that they wake on other CPUs,
 * and each wakes all the same; it reads their contexts, with the number in XMM0; and
 * it destroys the domain while all of them sleep.
 *
 * Test: sleepers -c 4
 * Test: sleepers-64 -w 64 -c 4
 * Test: fuzz/audit-sleepers -c 4 krypton-debug
 */
#include "domu.h"
#include "domu_code.h"

#define VCPUS		3u
#define LIVES		3u
#define CHANGES		150u		/* of an affinity, in each life */
#define LDT_PAGE	6u
#define TABLE		8u		/* this page and the next, by turns */
#define CONTROL		10u
#define BEHIND		11u		/* this page and the next, by turns */
#define SHARED		0xe000u		/* where the domain maps shared_info */
#define STACKS		0xf000u
#define STACK_SIZE	0x500u
#define CODE_BYTES	0x1000u		/* of sleeper(), at most */
#define WINDOW		0x200000ul	/* entry 1 of the level-2 table */
#define MARK		0x1234560u	/* in the pages behind it; plus their number */
#define INDEX		1u
#define RING		(WIDTH == 32 ? 1 : 3)
#define L2_PAGE		(WIDTH == 32 ? 1 : 2)
#define XMM0		160u		/* in FXSAVE's image */

struct control {
	volatile u32 turns, stop, ready;
	u32 shared_mfn;
	evtchn_port_t port[VCPUS];
	volatile u32 sleeps[VCPUS];
	/* What went wrong, by number of times */
	volatile u32 wrong_page, wrong_xmm, refused, allowed;
	u32 mfn[DOMU_PAGES];
};

PAGE_BUFFER(place);
PAGE_BUFFER(control_page);
static struct domu u;
static struct control *const control = (void *)control_page;

/* From here to sleeper(): runs in the domain, from another address. */
INLINE u64 *page_at(u32 page)
{
	return (u64 *)(ulong)(page * PAGE_SIZE);
}

INLINE long extended(u32 cmd, ulong arg1, ulong arg2)
{
	struct mmuext_op op;

	op.cmd = cmd;
	op.arg1.linear_addr = arg1;
	op.arg2.nr_ents = (u32)arg2;
	return raw_hypercall(__HYPERVISOR_mmuext_op, (ulong)&op, 1, 0,
			     DOMID_SELF, 0);
}

INLINE long map_page(struct control *c, u32 page, u64 flags)
{
	return raw_set_pte((ulong)page_at(page),
			   (u64)c->mfn[page] << 12 | flags,
			   UVMF_TLB_FLUSH | UVMF_ALL);
}

/* Another table for WINDOW, and another page; 'turn' is odd or even. */
INLINE void change_window(struct control *c, u32 turn)
{
	u32 new = TABLE + (turn & 1), old = TABLE + !(turn & 1);
	struct mmu_update m;

	page_at(new)[0] = (u64)c->mfn[BEHIND + (turn & 1)] << 12 | PTE_RO;
	c->refused += map_page(c, new, PTE_RO) != 0;
	m.ptr = ((u64)c->mfn[L2_PAGE] << 12) + 8;
	m.val = (u64)c->mfn[new] << 12 | PTE_RWP;
	c->refused += raw_hypercall(__HYPERVISOR_mmu_update, (ulong)&m, 1, 0,
				    DOMID_SELF, 0) != 0;
	c->refused += extended(MMUEXT_TLB_FLUSH_ALL, 0, 0) != 0;
	c->refused += map_page(c, old, PTE_RWP) != 0;
	page_at(old)[0] = (u64)c->mfn[BEHIND + !(turn & 1)] << 12 | PTE_RO;
}

INLINE void start(struct control *c, u32 id)
{
	if (!id) {
		domu_map_shared(SHARED, c->shared_mfn, VCPUS);
		page_at(BEHIND)[0] = MARK;
		page_at(BEHIND + 1)[0] = MARK + 1;
		page_at(LDT_PAGE)[INDEX] = FLAT_DATA(RING);
		c->refused += map_page(c, LDT_PAGE, PTE_RO) != 0;
		change_window(c, 0);
		c->ready = 1;
	}
	while (!c->ready)
		;
	c->refused += extended(MMUEXT_SET_LDT, (ulong)page_at(LDT_PAGE),
			       512) != 0;
	__asm__ volatile("movl %0, %%fs" :: "r" (LDT_SELECTOR(INDEX, RING)));
	domu_bind_ports(c->port, id, VCPUS);
}

INLINE void look(struct control *c)
{
	u32 found;

	__asm__ volatile("movl %%fs:(%1), %0" : "=r" (found) : "r" (WINDOW)
			 : "memory");
	c->wrong_page += found != MARK + (c->turns & 1);
}

INLINE void sleep_once(struct control *c, u32 id, u32 number)
{
	u32 found;

	__asm__ volatile("movd %1, %%xmm0; movl %1, %0"
			 : "=m" (c->sleeps[id]) : "r" (number) : "memory");
	domu_wait(SHARED, &c->port[id]);
	__asm__ volatile("movd %%xmm0, %0" : "=r" (found) :: "memory");
	c->wrong_xmm += found != number;
}

/* Its argument is in EAX; at 64 bits, in RDI. */
static void __attribute__((noinline, noreturn, regparm(1))) sleeper(u32 id)
{
	struct control *c = (void *)page_at(CONTROL);
	u32 number;

	start(c, id);
	for (number = 1;; number++) {
		if (id || number > 1) {
			sleep_once(c, id, number);
			look(c);
		}
		change_window(c, c->turns + 1);
		c->turns++;
		/* The LDT is in use, if only by vCPUs that sleep. */
		c->allowed += map_page(c, LDT_PAGE, PTE_RWP) == 0;
		look(c);
		if (!c->stop)
			domu_send(c->port[id == VCPUS - 1 ? 0 : id + 1]);
		else
			c->stop = 2;
	}
}

static void make(void)
{
	struct control *c = control;
	u32 i;

	domu_vcpus = VCPUS;
	domu_empty(&u);
	domu_fill(&u, place, (const u8 *)sleeper, CODE_BYTES);
	CHECK(set_pte_va(place, 0, UVMF_INVLPG), 0);
	CHECK(domu_pin(&u, PIN_ROOT, u.frames[0]), 0);
	CHECK(domu_map(&u, control_page, u.frames[CONTROL], PTE_RWP), 0);
	for (i = 0; i < DOMU_PAGES; i++)
		c->mfn[i] = (u32)u.frames[i];
	CHECK(domu_ctl(&u, XEN_DOMCTL_getdomaininfo), 0);
	c->shared_mfn = (u32)domctl_op.u.getdomaininfo.shared_info_frame;
	domu_set_vcpus(&u, VCPUS, STACKS, STACK_SIZE);
	CHECK(domu_ctl(&u, XEN_DOMCTL_unpausedomain), 0);
}

static void set_affinity(u32 vcpu, u8 mask)
{
	struct xen_domctl_vcpuaffinity *a = &domctl_op.u.vcpuaffinity;

	memset(a, 0, sizeof(*a));
	a->vcpu = vcpu;
	a->flags = XEN_VCPUAFFINITY_HARD;
	set_xen_guest_handle(a->cpumap_hard.bitmap, &mask);
	a->cpumap_hard.nr_bits = 8;
	CHECK(domu_ctl(&u, XEN_DOMCTL_setvcpuaffinity), 0);
}

/* XMM0 is a sleep ahead of the memory if the vCPU stopped in between. */
static void check_context(u32 vcpu)
{
	static vcpu_guest_context_t ctx;
	u32 found, number;

	CHECK(domu_ctl(&u, XEN_DOMCTL_pausedomain), 0);
	domctl_op.u.vcpucontext.vcpu = vcpu;
	set_xen_guest_handle(domctl_op.u.vcpucontext.ctxt, &ctx);
	CHECK(domu_ctl(&u, XEN_DOMCTL_getvcpucontext), 0);
	memcpy(&found, (const u8 *)&ctx.fpu_ctxt + XMM0, sizeof(found));
	number = control->sleeps[vcpu];
	CHECK(found == number || found == number + 1, 1);
	CHECK(domu_ctl(&u, XEN_DOMCTL_unpausedomain), 0);
}

static void live(void)
{
	const struct control *c = control;
	u32 i, r = 1;

	make();
	for (i = 0; i < CHANGES && !failures; i++) {
		r = r * 1103515245 + 12345;
		set_affinity((r >> 8 & 0xff) % VCPUS, 1 + (r >> 16) % 15);
		if (!(i % 4))
			check_context(i / 4 % VCPUS);
		CHECK(vcpu_wait_change(&c->turns, c->turns), 1);
	}
	control->stop = 1;
	CHECK(vcpu_wait_change(&c->stop, 1), 1);
	sleep_ms(2);			/* the last one sleeps by now */
	check_context(0);
	CHECK(c->wrong_page, 0);
	CHECK(c->wrong_xmm, 0);
	CHECK(c->refused, 0);
	CHECK(c->allowed, 0);
	print("%u turns\n", c->turns);
	CHECK(set_pte_va(control_page, 0, UVMF_INVLPG), 0);
	CHECK(domu_ctl(&u, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_gone(&u), 1);
}

void test_main(void)
{
	u32 i;

	for (i = 0; i < LIVES && !failures; i++)
		live();
}
