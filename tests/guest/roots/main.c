// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (xen/xen.h, MMUEXT_TLB_FLUSH_ALL and others; Xen's mod_l4_entry(), with
 * XPTI's copies of roots): what a vCPU changes in a root, or in a table below
 * it, holds for another vCPU that runs on that root once a flush is done, in user
 * mode and in the kernel. A root that a vCPU uses is no page to write to, though
 * nobody pins it.
 *
 * Test: roots -w 64 -c 2 -v 3
 * Test: roots-intel -w 64 -c 2 -v 3 -I
 */
#include "user.h"

#define COMMON		(6ul << 39)	/* slots of both roots */
#define DATA		(7ul << 39)
#define TURNS		18u
#define ABSENT		0xabul

enum { NOTHING, PAGE_A, PAGE_B, STATES };

/* What DATA leads to, by tables of its own for each page */
static struct user_root way[STATES];
static u64 common_l3[512] __attribute__((aligned(4096)));
static u8 pages[STATES][4096] __attribute__((aligned(4096)));
static u8 code_page[4096] __attribute__((aligned(4096)));
static u8 stacks[3][8192] __attribute__((aligned(4096)));

/* In a page of COMMON: what one vCPU asks and the other one finds */
static volatile struct {
	ulong question, value, answer;
} comm __attribute__((aligned(4096)));

static volatile u32 stop, stopped;
static u32 runner;

/* RBX: comm; RCX: DATA */
DEFINE_CODE(look, "1: movq (%rbx), %rax; movq (%rcx), %rdx;"
	    "movq %rdx, 8(%rbx); movq %rax, 16(%rbx); jmp 1b");

/* Who looked found nothing there, for the question in RAX: from the start. */
static void on_page_fault(struct trap_frame *f)
{
	if (stop) {
		stopped = runner;
		vcpu_down(runner);
	}
	if (f->edi != 0x100d) {
		print("main.c: page fault at 0x%lx, address 0x%lx\n", f->eip,
		      shared->vcpu_info[runner].arch.cr2);
		guest_exit("FAILURE");
	}
	comm.value = ABSENT;
	comm.answer = f->eax;
	f->eip = COMMON;
}

static void start(u32 vcpu, bool user)
{
	static vcpu_guest_context_t c;
	u32 i;

	runner = vcpu;
	vcpu_context(&c, (void (*)(void))COMMON, stacks[vcpu] + 8192);
	c.user_regs.rbx = COMMON + PAGE_SIZE;
	c.user_regs.rcx = DATA;
	c.user_regs.rdi = 0x100d;
	for (i = 0; i < 32; i++)
		c.trap_ctxt[i] = trap_entry(i, 0);
	c.ctrlreg[1] = xen_pfn_to_cr3(va_mfn(user_root.l4));
	if (user)
		c.flags &= ~(u32)VGCF_in_kernel;
	vcpu_start(vcpu, &c);
}

/* What the other vCPU finds from now on */
static ulong found(void)
{
	ulong n = comm.question + 1;
	u64 end = time_now() + 20000 * NS_PER_MS;

	comm.question = n;
	while (comm.answer != n && time_now() < end)
		HC2(sched_op, SCHEDOP_yield, 0);
	CHECK(comm.answer, n);
	return comm.value;
}

static u64 link(const void *table)
{
	return va_maddr(table) | PTE_USER_RW;
}

/* The ways differ below the entry of each level. */
static void set(u32 level, u32 state)
{
	u64 *entry[] = {
		NULL, &way[PAGE_A].l1[0], &way[PAGE_A].l2[0], &way[PAGE_A].l3[0],
		entry_of((void *)DATA, 4),
	};
	u64 to[] = {
		0, link(pages[state]), link(way[state].l1), link(way[state].l2),
		link(way[state].l3),
	};
	u64 value = state == NOTHING ? 0 : to[level];

	CHECK(mmu_update(va_maddr(entry[level]), value), 0);
	if (level == 4)
		CHECK(mmu_update(va_maddr(&user_root.l4[7]), value), 0);
}

static void flush(u32 i)
{
	static ulong all = ~0ul;
	struct mmuext_op op = {
		.cmd = i % 3 == 0 ? MMUEXT_TLB_FLUSH_ALL :
		       i % 3 == 1 ? MMUEXT_INVLPG_ALL : MMUEXT_TLB_FLUSH_MULTI,
	};

	if (op.cmd == MMUEXT_INVLPG_ALL)
		op.arg1.linear_addr = DATA;
	else
		set_xen_guest_handle(op.arg2.vcpumask, (void *)&all);
	CHECK(HC4(mmuext_op, &op, 1, 0, DOMID_SELF), 0);
}

static void test_level(const char *mode, u32 level)
{
	static const ulong values[STATES] = { ABSENT, 0xa, 0xb };
	u32 i, state = PAGE_A;
	ulong value;

	for (i = 0; i < TURNS && !failures; i++) {
		state = (state + 1 + i / 3 % 2) % STATES;
		set(level, state);
		flush(i);
		value = found();
		CHECK(value, values[state]);
	}
	set(level, PAGE_A);
	flush(0);
	CHECK(found(), values[PAGE_A]);
	print("%s, level %u: %u changes\n", mode, level, i);
}

static void end(u32 vcpu)
{
	stop = 1;
	set(4, NOTHING);
	flush(0);
	CHECK(vcpu_wait(&stopped, vcpu), 1);
	stop = 0;
	set(4, PAGE_A);
}

/* The pages of COMMON and the ways to DATA, in both roots */
static void make_ways(void)
{
	u64 *root = (u64 *)start_info->pt_base;
	u64 *l2 = way[NOTHING].l2, *l1 = way[NOTHING].l1;
	u32 i;

	memcpy(code_page, look, CODE_SIZE(look));
	common_l3[0] = link(l2);
	l2[0] = link(l1);
	l1[0] = link(code_page);
	l1[1] = link((const void *)&comm);
	for (i = PAGE_A; i < STATES; i++) {
		pages[i][0] = i == PAGE_A ? 0xa : 0xb;
		way[i].l3[0] = link(way[i].l2);
		way[i].l2[0] = link(way[i].l1);
		way[i].l1[0] = link(pages[i]);
		CHECK(make_ro(way[i].l3), 0);
		CHECK(make_ro(way[i].l2), 0);
		CHECK(make_ro(way[i].l1), 0);
	}
	CHECK(make_ro(common_l3), 0);
	CHECK(make_ro(l2), 0);
	CHECK(make_ro(l1), 0);
	CHECK(mmu_update(va_maddr(&root[6]), link(common_l3)), 0);
	CHECK(mmu_update(va_maddr(&user_root.l4[6]), link(common_l3)), 0);
	CHECK(mmu_update(va_maddr(&root[7]), link(way[PAGE_A].l3)), 0);
	CHECK(mmu_update(va_maddr(&user_root.l4[7]), link(way[PAGE_A].l3)), 0);
}

void test_main(void)
{
	u32 user, level;

	user_init();
	make_ways();
	set_trap_handler(X86_TRAP_PF, on_page_fault);
	for (user = 0; user < 2; user++) {
		start(user + 1, user);
		CHECK(found(), 0xa);
		for (level = 1; level <= 4; level++)
			test_level(user ? "user mode" : "kernel", level);
		if (user) {
			CHECK(user_use(NULL), 0);
			CHECK(mmuext(MMUEXT_UNPIN_TABLE, va_mfn(user_root.l4),
				     0), 0);
			CHECK(make_rw(user_root.l4), -XEN_EBUSY);
			CHECK(found(), 0xa);
		}
		end(user + 1);
	}
}
