// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/arch-x86/xen-x86_64.h, SEGBASE_*; Xen's do_set_segment_base(),
 * toggle_guest_mode(), read_msr() and write_msr() of pv/emul-priv-op.c): a
 * 64-bit guest sets the bases of FS and of the GS of either mode by hypercall,
 * by MSR from its kernel, or by the instructions that CR4.FSGSBASE allows.
 * What is not canonical is refused and changes nothing. A change of mode
 * exchanges the bases of GS and keeps that of FS. They stay as they are over
 * events, faults and other vCPUs. The selector of the user's GS is loaded
 * without the kernel's base; a bad one becomes null.
 *
 * Test: segbase -w 64 -v 2
 * Test: segbase-intel -w 64 -v 2 -I
 */
#include "user.h"

#define SYSTEM_CALL	0x80u
#define NOT_CANONICAL	0x800000000000ul
#define FLAGS		(X86_EFLAGS_IF | X86_EFLAGS_FIXED)

enum { FS, USER_GS, KERNEL_GS, BASES };

/* How each base is set and read */
static const struct {
	const char *name;
	u32 which, msr;
} bases[BASES] = {
	[FS] = { "FS", SEGBASE_FS, MSR_FS_BASE },
	[USER_GS] = { "user GS", SEGBASE_GS_USER, MSR_KERNEL_GS_BASE },
	[KERNEL_GS] = { "kernel GS", SEGBASE_GS_KERNEL, MSR_GS_BASE },
};

static long set_base(u32 which, ulong base)
{
	return HC2(set_segment_base, which, base);
}

static ulong read_msr(u32 msr)
{
	u32 lo, hi;

	__asm__ volatile("rdmsr" : "=a" (lo), "=d" (hi) : "c" (msr));
	return (ulong)hi << 32 | lo;
}

static int write_msr(u32 msr, ulong value)
{
	trapped_error = ~0u;
	return EXPECT_TRAP("movl %0, %%ecx; movl %k1, %%eax;"
			   "movq %1, %%rdx; shrq $32, %%rdx; wrmsr",
			   "r" (msr), "r" (value));
}

static ulong get(u32 i)
{
	return read_msr(bases[i].msr);
}

static void check_bases(ulong fs, ulong user, ulong kernel)
{
	CHECK(get(FS), fs);
	CHECK(get(USER_GS), user);
	CHECK(get(KERNEL_GS), kernel);
}

static const struct {
	ulong base;
	bool good;
} values[] = {
	{ 0, true }, { 0x1000, true }, { 0x123456789, true },
	{ 0x7fffffffffff, true }, { NOT_CANONICAL, false },
	{ 0x8000000000000000, false }, { 0xffff7fffffffffff, false },
	{ HYPERVISOR_VIRT_START, true }, { HYPERVISOR_PAGE, true },
	{ 0xffff880000000000, true }, { ~0ul, true },
};

/* By hypercall, and by MSR: each base alone, and the others as they are */
static void test_values(void)
{
	ulong now[BASES] = { 0x1000, 0x2000, 0x3000 };
	u32 i, v, by_msr;

	for (i = 0; i < BASES; i++)
		CHECK(set_base(bases[i].which, now[i]), 0);
	check_bases(now[FS], now[USER_GS], now[KERNEL_GS]);
	for (v = 0; v < ARRAY_SIZE(values); v++) {
		for (i = 0; i < 2 * BASES; i++) {
			u32 b = i / 2;
			ulong base = values[v].base ^ (values[v].good ? i : 0);

			by_msr = i & 1;
			if (by_msr && values[v].good) {
				CHECK_TRAP(write_msr(bases[b].msr, base),
					   NO_TRAP);
			} else if (by_msr) {
				CHECK_TRAP(write_msr(bases[b].msr, base),
					   X86_TRAP_GP);
				CHECK(trapped_error, 0);
			} else {
				CHECK_AS(error_name, bases[b].name,
					 set_base(bases[b].which, base),
					 values[v].good ? 0 : -XEN_EINVAL);
			}
			if (values[v].good)
				now[b] = base;
			check_bases(now[FS], now[USER_GS], now[KERNEL_GS]);
		}
	}
	CHECK(set_base(4, 0), -XEN_EINVAL);
	CHECK(set_base(~0u, 0), -XEN_EINVAL);
}

static ulong words[8] __attribute__((aligned(4096)));

/* What an instruction with a prefix finds */
static void test_accesses(void)
{
	struct physdev_set_iopl iopl = { .iopl = 1 };
	ulong got_fs, got_gs;

	words[0] = 0xf5;
	words[1] = 0x65;
	CHECK(set_base(SEGBASE_FS, (ulong)&words[0]), 0);
	CHECK_TRAP(write_msr(MSR_GS_BASE, (ulong)&words[1]), NO_TRAP);
	CHECK(set_base(SEGBASE_GS_USER, NOWHERE), 0);
	__asm__ volatile("movq %%fs:0, %0; movq %%gs:0, %1"
			 : "=r" (got_fs), "=r" (got_gs));
	CHECK(got_fs, 0xf5);
	CHECK(got_gs, 0x65);
	/* An access that the hypervisor emulates: to a port */
	CHECK(HC2(physdev_op, PHYSDEVOP_set_iopl, &iopl), 0);
	__asm__ volatile("outsb %%fs:(%%rsi), %%dx" :: "d" (0x80), "S" (0ul)
			 : "memory");
}

static u32 cpuid_7b(void)
{
	u32 a = 7, b, c = 0, d;

	__asm__ volatile("cpuid" : "+a" (a), "=b" (b), "+c" (c), "=d" (d));
	return b;
}

#define READ_BASE(segment) ({						\
	ulong base_;							\
	__asm__ volatile("rd" segment "base %0" : "=r" (base_));	\
	base_;								\
})
#define WRITE_BASE(segment, base) \
	EXPECT_TRAP("wr" segment "base %0", "r" ((ulong)(base)))

static bool enable_fsgsbase(void)
{
	ulong cr4;

	if (!(cpuid_7b() & 1))
		return false;
	__asm__ volatile("movq %%cr4, %0" : "=r" (cr4));
	__asm__ volatile("movq %0, %%cr4" :: "r" (cr4 | X86_CR4_FSGSBASE));
	__asm__ volatile("movq %%cr4, %0" : "=r" (cr4));
	CHECK(!!(cr4 & X86_CR4_FSGSBASE), 1);
	return true;
}

/*
 * The hypervisor sees what the guest changed without it. These instructions
 * refuse what is not canonical, but not on QEMU 7.2: not tried.
 */
static void test_instructions(void)
{
	CHECK(set_base(SEGBASE_FS, 0x1000), 0);
	CHECK(set_base(SEGBASE_GS_KERNEL, 0x2000), 0);
	CHECK(set_base(SEGBASE_GS_USER, 0x3000), 0);
	CHECK(READ_BASE("fs"), 0x1000);
	CHECK(READ_BASE("gs"), 0x2000);
	CHECK_TRAP(WRITE_BASE("fs", 0xffff880000001000), NO_TRAP);
	CHECK_TRAP(WRITE_BASE("gs", 0xffff880000002000), NO_TRAP);
	check_bases(0xffff880000001000, 0x3000, 0xffff880000002000);
	/* No kernel has SWAPGS, nor user mode the MSRs. */
	CHECK_INSN("swapgs", X86_TRAP_GP);
	CHECK_TRAP(RUN_USER("movl $0xc0000101, %%ecx; rdmsr"), X86_TRAP_GP);
	CHECK_TRAP(RUN_USER("movl $0xc0000101, %%ecx; wrmsr"), X86_TRAP_GP);
	check_bases(0xffff880000001000, 0x3000, 0xffff880000002000);
}

/* User mode has its own GS, changes it, and finds its change again. */
static void test_modes(void)
{
	u32 i;

	CHECK(set_base(SEGBASE_FS, 0x1000), 0);
	CHECK(set_base(SEGBASE_GS_KERNEL, 0x2000), 0);
	CHECK(set_base(SEGBASE_GS_USER, 0x3000), 0);
	for (i = 0; i < 20; i++) {
		CHECK_TRAP(RUN_USER("rdgsbase %%rax; rdfsbase %%rbx;"
				    "leaq 16(%%rax), %%rcx; wrgsbase %%rcx;"
				    "leaq 32(%%rbx), %%rcx; wrfsbase %%rcx;"
				    "int $0x80"), SYSTEM_CALL);
		CHECK(came.frame.eax, 0x3000 + 16 * i);
		CHECK(came.frame.ebx, 0x1000 + 32 * i);
		check_bases(0x1000 + 32 * (i + 1), 0x3000 + 16 * (i + 1),
			    0x2000);
	}
	/* A fault of user mode exchanges them as well; one of the kernel not. */
	CHECK_TRAP(RUN_USER("movl $0x7000, %%ecx; wrgsbase %%rcx; ud2"),
		   X86_TRAP_UD);
	CHECK(get(USER_GS), 0x7000);
	CHECK(get(KERNEL_GS), 0x2000);
	CHECK_INSN("ud2", X86_TRAP_UD);
	CHECK(get(KERNEL_GS), 0x2000);
}

static volatile u32 events;
static ulong in_handler[BASES];
static u8 flag_page[4096] __attribute__((aligned(4096)));

static void on_event(struct trap_frame *f)
{
	u32 i;

	clear_events(0);
	/* A tick that finds the kernel, or comes after the last: no matter. */
	if (f->eip < USER_CODE || events == 3) {
		set_timer_op(events < 3 ? time_now() + 2 * NS_PER_MS : 0);
		return;
	}
	for (i = 0; i < BASES; i++)
		in_handler[i] = get(i);
	if (++events == 3)
		*(u32 *)flag_page = 1;
	else
		set_timer_op(time_now() + 2 * NS_PER_MS);
}

static void test_events(void)
{
	struct evtchn_bind_virq virq = { .virq = VIRQ_TIMER };

	CHECK(HC2(event_channel_op, EVTCHNOP_bind_virq, &virq), 0);
	CHECK(unmask_port(virq.port), 0);
	CHECK(user_map(&user_root, 2, flag_page, PTE_USER_RW), 0);
	CHECK(set_base(SEGBASE_FS, 0x1000), 0);
	CHECK(set_base(SEGBASE_GS_KERNEL, 0x2000), 0);
	CHECK(set_base(SEGBASE_GS_USER, 0x3000), 0);
	event_handler = on_event;
	CHECK(set_timer_op(time_now() + 2 * NS_PER_MS), 0);
	CHECK_TRAP(RUN_USER("1: cmpl $0, 0x40002000; je 1b;"
			    "rdgsbase %%rax; rdfsbase %%rbx; int $0x80"),
		   SYSTEM_CALL);
	CHECK(events, 3);
	CHECK(in_handler[FS], 0x1000);
	CHECK(in_handler[USER_GS], 0x3000);
	CHECK(in_handler[KERNEL_GS], 0x2000);
	CHECK(came.frame.eax, 0x3000);
	CHECK(came.frame.ebx, 0x1000);
	check_bases(0x1000, 0x3000, 0x2000);
	CHECK(close_port(virq.port), 0);
	clear_events(0);	/* of a tick that came meanwhile */
	event_handler = NULL;
}

enum { DATA = 1, ABSENT, CODE };
#define GDT_ENTRIES	512u
#define DATA_BASE	0x12345000ul
static u64 gdt[GDT_ENTRIES] __attribute__((aligned(4096)));

static void test_selectors(void)
{
	static const struct {
		const char *what;
		ulong selector;
		u32 gs;
		ulong base;
	} cases[] = {
		{ "null", 0, 0, 0 },
		{ "null, RPL 3", 3, 3, 0 },
		{ "data", SELECTOR(DATA, 3), SELECTOR(DATA, 3), DATA_BASE },
		{ "data, RPL 0", SELECTOR(DATA, 0), SELECTOR(DATA, 3),
		  DATA_BASE },
		{ "of 64 bits", 0xabcdef0000 | SELECTOR(DATA, 3),
		  SELECTOR(DATA, 3), DATA_BASE },
		{ "absent", SELECTOR(ABSENT, 3), 0, 0 },
		{ "past the GDT", SELECTOR(GDT_ENTRIES + 8, 3), 0, 0 },
		{ "no LDT", LDT_SELECTOR(0, 3), 0, 0 },
		{ "ring 0", XEN_DS, 0, 0 },
		{ "flat", FLAT_USER_DS32, FLAT_USER_DS32, 0 },
	};
	xen_pfn_t frame = va_mfn(gdt);
	u32 i, gs;

	gdt[DATA] = FLAT_DATA(3) | DESC_BASE(DATA_BASE);
	gdt[ABSENT] = FLAT_DATA(3) & ~DESC_P;
	CHECK(make_ro(gdt), 0);
	CHECK(HC2(set_gdt, &frame, GDT_ENTRIES), 0);
	CHECK(set_base(SEGBASE_GS_KERNEL, 0x2000), 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		CHECK(set_base(SEGBASE_GS_USER, 0x3000), 0);
		CHECK(set_base(SEGBASE_GS_USER_SEL, cases[i].selector), 0);
		__asm__ volatile("movl %%gs, %0" : "=r" (gs));
		CHECK_AS(error_name, cases[i].what, gs, cases[i].gs);
		CHECK_AS(error_name, cases[i].what, get(USER_GS),
			 cases[i].base);
		CHECK(get(KERNEL_GS), 0x2000);
		CHECK_TRAP(RUN_USER("movl %%gs, %%eax; rdgsbase %%rbx;"
				    "int $0x80"), SYSTEM_CALL);
		CHECK(came.frame.eax, cases[i].gs);
		CHECK(came.frame.ebx, cases[i].base);
	}
	CHECK(set_base(SEGBASE_GS_USER_SEL, 0), 0);
}

#define SWITCHES	300u

static u8 stack[8192] __attribute__((aligned(4096)));
static volatile u32 turn, wrong, vcpu_done;
static volatile ulong started[BASES];

static void set_all(ulong n)
{
	u32 i;

	for (i = 0; i < BASES; i++)
		set_base(bases[i].which, n + i);
}

static u32 differ(ulong n)
{
	return (get(FS) != n + FS) + (get(USER_GS) != n + USER_GS) +
	       (get(KERNEL_GS) != n + KERNEL_GS) +
	       (READ_BASE("fs") != n + FS) + (READ_BASE("gs") != n + KERNEL_GS);
}

/* In turns: nobody but the other vCPU ran in between. */
static void take_turns(u32 me)
{
	u32 i;

	for (i = 0; i < SWITCHES; i++) {
		ulong n = (me + 1) * 0x10000000 + i * 0x100;

		if (i & 1) {
			WRITE_BASE("fs", n + FS);
			set_base(SEGBASE_GS_USER, n + USER_GS);
			WRITE_BASE("gs", n + KERNEL_GS);
		} else {
			set_all(n);
		}
		turn = !me;
		while (turn != me)
			HC2(sched_op, SCHEDOP_yield, 0);
		wrong += differ(n);
	}
	turn = !me;
}

/* vCPU 1: what its context gave it, then turns */
static void vcpu_main(void)
{
	ulong cr4;
	u32 i;

	for (i = 0; i < BASES; i++)
		started[i] = get(i);
	__asm__ volatile("movq %%cr4, %0" : "=r" (cr4));
	__asm__ volatile("movq %0, %%cr4" :: "r" (cr4 | X86_CR4_FSGSBASE));
	while (turn != 1)
		HC2(sched_op, SCHEDOP_yield, 0);
	take_turns(1);
	vcpu_done = 1;
	vcpu_down(1);
}

static void test_vcpus(void)
{
	static vcpu_guest_context_t c;

	vcpu_context(&c, vcpu_main, stack + sizeof(stack));
	c.fs_base = 0x5000;
	c.gs_base_user = 0x6000;
	c.gs_base_kernel = 0xffff880000007000;
	vcpu_start(1, &c);
	take_turns(0);
	CHECK(vcpu_wait(&vcpu_done, 1), 1);
	CHECK(started[FS], 0x5000);
	CHECK(started[USER_GS], 0x6000);
	CHECK(started[KERNEL_GS], 0xffff880000007000);
	CHECK(wrong, 0);
}

void test_main(void)
{
	user_init();
	test_values();
	test_accesses();
	if (!enable_fsgsbase()) {
		CHECK(cpuid_7b() & 1, 1);
		return;
	}
	test_instructions();
	test_modes();
	test_events();
	test_selectors();
	test_vcpus();
}
