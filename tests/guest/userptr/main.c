// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/xen.h, MMUEXT_NEW_USER_BASEPTR; xen/arch-x86/xen-x86_64.h, struct
 * iret_context and VGCF_in_syscall; Xen's do_mmuext_op(), do_iret() and
 * create_bounce_frame()): a 64-bit vCPU has a root for its kernel and one for
 * user mode, which is a level-4 table of its domain or none. The iret hypercall
 * goes to user mode if CS in its frame has RPL 3; every trap, event and SYSCALL
 * comes back. Each mode sees what its own root maps, also just after a change
 * of mode or root, or, after a flush, of a table that roots share. A page
 * fault's code has the bit for user mode only if user mode ran. What the
 * hypervisor keeps at addresses that the kernel named (xen/vcpu.h) is right
 * when the kernel is back, also if user mode ran when it changed.
 *
 * Test: userptr -w 64 -v 2
 * Test: userptr-intel -w 64 -v 2 -I
 */
#include "domu.h"
#include "user.h"

#define SYSTEM_CALL	0x80u
#define SYSCALL_ENTRY	0x98u
#define TURNS		50u
#define X86_PF_INSTR	16u

PAGE_BUFFER(page_a);
PAGE_BUFFER(page_b);
PAGE_BUFFER(page_c);
PAGE_BUFFER(empty);
static struct user_root second, kernel_side;

static long use_mfn(ulong mfn)
{
	return mmuext(MMUEXT_NEW_USER_BASEPTR, mfn, 0);
}

static long use_for(u32 domid, ulong mfn)
{
	struct mmuext_op op = { .cmd = MMUEXT_NEW_USER_BASEPTR };

	op.arg1.mfn = mfn;
	return HC4(mmuext_op, &op, 1, 0, domid);
}

static void test_roots(void)
{
	const ulong kernel = va_mfn((void *)start_info->pt_base);
	struct domu other;
	u32 i;

	CHECK(make_ro(empty), 0);
	domu_empty(&other);
	const struct {
		const char *what;
		ulong mfn;
		long rc;
	} cases[] = {
		{ "none", 0, 0 },
		{ "none again", 0, 0 },
		{ "a pinned one", va_mfn(user_root.l4), 0 },
		{ "the same one", va_mfn(user_root.l4), 0 },
		{ "the kernel's", kernel, 0 },
		{ "a level-3 table", va_mfn(user_root.l3), -XEN_EINVAL },
		{ "a level-2 table", va_mfn(user_root.l2), -XEN_EINVAL },
		{ "a level-1 table", va_mfn(user_root.l1), -XEN_EINVAL },
		{ "a writable page", va_mfn(page_a), -XEN_EINVAL },
		{ "another domain's", (ulong)other.frames[0], -XEN_EINVAL },
		{ "no memory", 0xfffffffff, -XEN_EINVAL },
		{ "all bits", ~0ul, -XEN_EINVAL },
		{ "an empty one", va_mfn(empty), 0 },
		{ "back", va_mfn(user_root.l4), 0 },
	};

	for (i = 0; i < ARRAY_SIZE(cases); i++)
		CHECK_AS(error_name, cases[i].what, use_mfn(cases[i].mfn),
			 cases[i].rc);
	CHECK(use_for(other.id, va_mfn(user_root.l4)), -XEN_EPERM);
	CHECK(make_rw(empty), 0);
	CHECK(domu_ctl(&other, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_gone(&other), 1);
}

/* A user root keeps its type without a pin, and no longer. */
static void test_references(void)
{
	ulong mfn = va_mfn(user_root.l4);

	CHECK(mmuext(MMUEXT_UNPIN_TABLE, mfn, 0), 0);
	CHECK(make_rw(user_root.l4), -XEN_EBUSY);
	CHECK_TRAP(RUN_USER("int $0x80"), SYSTEM_CALL);
	CHECK(user_use(NULL), 0);
	CHECK(make_rw(user_root.l4), 0);
	CHECK(user_pin(&user_root), 0);
	CHECK(user_use(&user_root), 0);
}

/* One code, run in both modes: CS in the iret frame decides. */
static void test_modes(void)
{
	struct iret_context c = USER_CONTEXT("int $0x80");
	static ulong frame[5];

	CHECK_TRAP(iret_to(&c), SYSTEM_CALL);
	CHECK_SELECTOR((u16)came.frame.cs, FLAT_USER_CS64);
	to_kernel(&c);
	c.rip = USER_CODE;
	/* Nothing is at that place in the kernel's root. */
	CHECK_TRAP(iret_to(&c), X86_TRAP_PF);
	CHECK(came.frame.error & X86_PF_USER, 0);
	CHECK_SELECTOR((u16)came.frame.cs, FLAT_KERNEL_CS & ~3);
	CHECK(shared->vcpu_info[0].arch.cr2, USER_CODE);
	c.rip = (ulong)user_code;
	CHECK_TRAP(iret_to(&c), SYSTEM_CALL);
	CHECK_SELECTOR((u16)came.frame.cs, FLAT_KERNEL_CS & ~3);
	/* The instruction changes nothing but the processor's state. */
	memcpy(user_stack, (u8[]){ 0x48, 0xcf }, 2);	/* iretq */
	frame[0] = (ulong)user_code;
	frame[1] = FLAT_KERNEL_CS;
	frame[2] = X86_EFLAGS_FIXED | X86_EFLAGS_IF;
	frame[3] = (ulong)user_stack + PAGE_SIZE;
	frame[4] = FLAT_KERNEL_SS;
	c.rip = (ulong)user_stack;
	c.rsp = (ulong)frame;
	CHECK_TRAP(iret_to(&c), SYSTEM_CALL);
	CHECK(came.frame.eip, (ulong)user_code + 2);
	CHECK_SELECTOR((u16)came.frame.cs, FLAT_KERNEL_CS & ~3);
}

static ulong user_reads(const void *at)
{
	struct iret_context c = USER_CONTEXT("movq (%%rax), %%rax; int $0x80");

	c.rax = (ulong)at;
	CHECK_TRAP(iret_to(&c), SYSTEM_CALL);
	return came.frame.eax;
}

static void user_faults(ulong at, u32 error)
{
	CHECK_TRAP(came.frame.vector, X86_TRAP_PF);
	CHECK(came.frame.error, error);
	CHECK(shared->vcpu_info[0].arch.cr2, at);
}

static void test_faults(void)
{
	struct iret_context c = USER_CONTEXT("movq %%rax, (%%rax); int $0x80");
	static const ulong unseen[] = { 0x100000, NOWHERE };
	u32 i;

	CHECK(user_map(&user_root, 2, page_b, PTE_USER_RO), 0);
	c.rax = USER_DATA;
	iret_to(&c);
	user_faults(USER_DATA, X86_PF_USER | X86_PF_WRITE | X86_PF_PROT);
	for (i = 0; i < ARRAY_SIZE(unseen); i++) {
		c.rax = unseen[i];
		iret_to(&c);
		user_faults(unseen[i], X86_PF_USER | X86_PF_WRITE);
	}
	c.rip = NOWHERE;
	iret_to(&c);
	user_faults(NOWHERE, X86_PF_USER | X86_PF_INSTR);
	/* The same ones of the kernel */
	to_kernel(&c);
	c.rip = NOWHERE;
	iret_to(&c);
	user_faults(NOWHERE, X86_PF_INSTR);
	c.rip = (ulong)user_code;
	c.rax = NOWHERE;
	iret_to(&c);
	user_faults(NOWHERE, X86_PF_WRITE);
	c.rax = (ulong)user_root.l2;
	iret_to(&c);
	user_faults((ulong)user_root.l2, X86_PF_WRITE | X86_PF_PROT);
}

static volatile u32 events, event_rpl, event_masked;
static u32 timer;

/* An event comes to user mode, and user mode goes on. */
static void on_event(struct trap_frame *f)
{
	clear_events(0);
	/* A tick that finds the kernel, or comes after the last: no matter. */
	if (f->eip < USER_CODE || events == 3) {
		set_timer_op(events < 3 ? time_now() + 2 * NS_PER_MS : 0);
		return;
	}
	event_rpl = f->cs & 3;
	event_masked = shared->vcpu_info[0].evtchn_upcall_mask;
	if (++events < 3)
		set_timer_op(time_now() + 2 * NS_PER_MS);
	else
		*(u32 *)page_a = 1;
}

static void test_events(void)
{
	struct evtchn_bind_virq virq = { .virq = VIRQ_TIMER };

	CHECK(HC2(event_channel_op, EVTCHNOP_bind_virq, &virq), 0);
	timer = virq.port;
	CHECK(unmask_port(timer), 0);
	event_handler = on_event;
	*(u32 *)page_a = 0;
	CHECK(user_map(&user_root, 2, page_a, PTE_USER_RW), 0);
	CHECK(mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0), 0);
	CHECK(set_timer_op(time_now() + 2 * NS_PER_MS), 0);
	CHECK_TRAP(RUN_USER("1: cmpl $0, 0x40002000; je 1b; int $0x80"),
		   SYSTEM_CALL);
	CHECK(events, 3);
	CHECK(event_rpl, 3);
	CHECK(event_masked, 1);
	CHECK(close_port(timer), 0);
	clear_events(0);	/* of a tick that came meanwhile */
	event_handler = NULL;
}

static void flush(void)
{
	CHECK(mmuext(MMUEXT_TLB_FLUSH_LOCAL, 0, 0), 0);
}

/* The kernel's root maps the same address to page_a. */
static void map_kernel_side(void)
{
	volatile u64 *l3 = entry_of((void *)USER_SPACE, 3);

	CHECK(*l3, 0);
	kernel_side.l2[0] = va_maddr(kernel_side.l1) | PTE_RWP;
	kernel_side.l1[2] = va_maddr(page_a) | PTE_RWP;
	CHECK(make_ro(kernel_side.l2), 0);
	CHECK(make_ro(kernel_side.l1), 0);
	CHECK(mmu_update(va_maddr((void *)l3),
			 va_maddr(kernel_side.l2) | PTE_RWP), 0);
	CHECK(*l3 & PTE_US, PTE_US);
}

static void test_tlb_of_modes(void)
{
	volatile u64 *at = (u64 *)USER_DATA;
	u32 i;

	CHECK(user_map(&user_root, 2, page_b, PTE_USER_RW), 0);
	flush();
	for (i = 0; i < TURNS && !failures; i++) {
		*at = 2 * i + 1;
		*(u64 *)page_b = 2 * i;
		CHECK(*(u64 *)page_a, 2 * i + 1);
		CHECK(user_reads((void *)USER_DATA), 2 * i);
		CHECK(*at, 2 * i + 1);
	}
}

static void test_tlb_of_roots(void)
{
	u32 i;

	user_tables(&second);
	second.l1[2] = va_maddr(page_c) | PTE_USER_RW;
	CHECK(user_pin(&second), 0);
	*(u64 *)page_b = 0xb;
	*(u64 *)page_c = 0xc;
	for (i = 0; i < TURNS && !failures; i++) {
		CHECK(user_use(i & 1 ? &second : &user_root), 0);
		CHECK(user_reads((void *)USER_DATA), i & 1 ? 0xc : 0xb);
	}
	CHECK(user_use(&user_root), 0);
}

/* Entries of each level of the live user root, changed and flushed */
static void test_tlb_of_tables(void)
{
	u32 i;

	for (i = 0; i < TURNS && !failures; i++) {
		void *p = i & 1 ? page_c : page_b;
		u64 expected = i & 1 ? 0xc : 0xb;

		CHECK(user_map(&user_root, 2, p, PTE_USER_RW), 0);
		CHECK(mmuext(i & 2 ? MMUEXT_INVLPG_LOCAL : MMUEXT_TLB_FLUSH_ALL,
			     USER_DATA, 0), 0);
		CHECK(user_reads((void *)USER_DATA), expected);
	}
	CHECK(user_map(&user_root, 2, page_b, PTE_USER_RW), 0);
	flush();
	const struct {
		const char *what;
		u64 *entry, from, to;
	} cases[] = {
		{ "level 2", user_root.l2, va_maddr(user_root.l1),
		  va_maddr(second.l1) },
		{ "level 3", &user_root.l3[1], va_maddr(user_root.l2),
		  va_maddr(second.l2) },
		{ "level 4", user_root.l4, va_maddr(user_root.l3),
		  va_maddr(second.l3) },
	};
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		CHECK(mmu_update(va_maddr(cases[i].entry),
				 cases[i].to | PTE_USER_RW), 0);
		flush();
		CHECK_AS(error_name, cases[i].what,
			 user_reads((void *)USER_DATA), 0xc);
		CHECK(mmu_update(va_maddr(cases[i].entry), 0), 0);
		flush();
		CHECK_AS(trap_name, cases[i].what, RUN_USER("int $0x80"),
			 X86_TRAP_PF);
		user_faults(USER_CODE, X86_PF_USER | X86_PF_INSTR);
		CHECK(mmu_update(va_maddr(cases[i].entry),
				 cases[i].from | PTE_USER_RW), 0);
		CHECK(user_reads((void *)USER_DATA), 0xb);
	}
}

/* A level-3 table in slot 7 of both user roots and the kernel's root */
static void test_shared_table(void)
{
	static u64 l3[512] __attribute__((aligned(4096)));
	u64 *at = (u64 *)((7ul << 39) + 2 * PAGE_SIZE);
	u64 *kernel = entry_of(at, 4);
	u64 link = va_maddr(l3) | PTE_USER_RW;
	u32 i;

	CHECK(make_ro(l3), 0);
	CHECK(mmu_update(va_maddr(kernel), link), 0);
	CHECK(mmu_update(va_maddr(&user_root.l4[7]), link), 0);
	CHECK(mmu_update(va_maddr(&second.l4[7]), link), 0);
	for (i = 0; i < 8 && !failures; i++) {
		CHECK(mmu_update(va_maddr(l3), va_maddr(i & 1 ? second.l2 :
				 user_root.l2) | PTE_USER_RW), 0);
		flush();
		CHECK(*(volatile u64 *)at, i & 1 ? 0xc : 0xb);
		CHECK(user_use(i & 2 ? &second : &user_root), 0);
		CHECK(user_reads(at), i & 1 ? 0xc : 0xb);
	}
	CHECK(mmu_update(va_maddr(l3), 0), 0);
	flush();
	CHECK_TRAP(EXPECT_TRAP("movq (%0), %%rax", "r" (at)), X86_TRAP_PF);
	CHECK(user_use(&user_root), 0);
}

/*
 * RCX and R11 of the frame, or, with VGCF_in_syscall, what SYSRET leaves there,
 * which is nothing but RIP and the flags.
 */
static void test_in_syscall(void)
{
	struct iret_context c = USER_CONTEXT("int $0x80");
	u32 i;

	for (i = 0; i < 6; i++) {
		if (i == 2)
			c.cs = FLAT_USER_CS32;
		if (i == 4)
			to_kernel(&c);
		c.flags = i & 1 ? VGCF_in_syscall : 0;
		c.rax = 0x1111;
		c.rcx = 0x2222;
		c.r11 = 0x3333;
		CHECK_TRAP(iret_to(&c), SYSTEM_CALL);
		CHECK_SELECTOR((u16)came.frame.cs, c.cs);
		CHECK(came.frame.eip, c.rip + 2);
		CHECK(came.frame.esp, c.rsp);
		CHECK(came.frame.eax, c.rax);
		if (i & 1 && came.frame.ecx != c.rcx) {
			CHECK(came.frame.ecx, c.rip);
			CHECK(came.frame.r11, c.rflags);
			continue;
		}
		CHECK(came.frame.ecx, c.rcx);
		CHECK(came.frame.r11, c.r11);
	}
}

#define RUNSTATE_AREA	(USER_DATA + 0x100)
#define TIME_AREA	(USER_DATA + 0x200)
#define CYCLES		200000000ul
#define ROUNDS		40u

static u8 stack[8192] __attribute__((aligned(4096)));
static volatile u32 stop;

static void spin(void)
{
	while (!stop)
		barrier();
	vcpu_down(1);
}

static struct vcpu_runstate_info runstate(void)
{
	struct vcpu_runstate_info info;

	CHECK(HC3(vcpu_op, VCPUOP_get_runstate_info, 0, &info), 0);
	return info;
}

/* The areas of who just came back, unless it lost the processor meanwhile */
static void check_areas(void)
{
	const volatile struct vcpu_runstate_info *area = (void *)RUNSTATE_AREA;
	const volatile struct vcpu_time_info *time = (void *)TIME_AREA;
	const volatile struct vcpu_time_info *mine = &shared->vcpu_info[0].time;
	u64 entry_time = area->state_entry_time;
	u64 runnable = area->time[RUNSTATE_runnable];
	u64 stamp = time->tsc_timestamp, my_stamp = mine->tsc_timestamp;
	struct vcpu_runstate_info info = runstate();

	if (area->state_entry_time != entry_time ||
	    my_stamp != mine->tsc_timestamp)
		return;
	CHECK(area->state, RUNSTATE_running);
	CHECK(entry_time, info.state_entry_time);
	CHECK(runnable, info.time[RUNSTATE_runnable]);
	CHECK(stamp, my_stamp);
}

/*
 * User mode, which has nothing at the areas' address, loses the processor.
 * (What it has there, reference Xen writes to.)
 */
static void test_areas(void)
{
	struct vcpu_register_runstate_memory_area state = {
		.addr.p = RUNSTATE_AREA,
	};
	struct vcpu_register_time_memory_area time = { .addr.p = TIME_AREA };
	struct iret_context c = USER_CONTEXT("1: rdtsc; shlq $32, %%rdx;"
					     "orq %%rdx, %%rax;"
					     "cmpq %%rcx, %%rax; jb 1b;"
					     "int $0x80");
	u64 before;
	u32 i, lo, hi;

	CHECK(user_map(&user_root, 2, NULL, 0), 0);
	flush();
	CHECK(HC3(vcpu_op, VCPUOP_register_runstate_memory_area, 0, &state), 0);
	CHECK(HC3(vcpu_op, VCPUOP_register_vcpu_time_memory_area, 0, &time), 0);
	vcpu_run(1, spin, stack + sizeof(stack));
	before = runstate().time[RUNSTATE_runnable];
	for (i = 0; i < ROUNDS; i++) {
		__asm__ volatile("rdtsc" : "=a" (lo), "=d" (hi));
		c.rcx = ((u64)hi << 32 | lo) + CYCLES / ROUNDS;
		CHECK_TRAP(iret_to(&c), SYSTEM_CALL);
		check_areas();
	}
	stop = 1;
	print("%lu us without the processor\n",
	      (runstate().time[RUNSTATE_runnable] - before) / 1000);
	CHECK(runstate().time[RUNSTATE_runnable] != before, 1);
}

void test_main(void)
{
	user_init();
	test_roots();
	test_references();
	test_modes();
	test_faults();
	test_events();
	map_kernel_side();
	test_tlb_of_modes();
	test_tlb_of_roots();
	test_tlb_of_tables();
	test_shared_table();
	test_in_syscall();
	test_areas();
}
