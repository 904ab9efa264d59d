// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (pv/processor.c, x86/traps.c): breakpoints never reach the hypervisor's
 * own memory (nothing of it lies in a 32-bit address space), nor is there
 * general detect. Those on ports need CR4.DE, and hit once the access is done;
 * without CR4.DE DR4 and DR5 are DR6 and DR7. One on memory that the hypervisor
 * reads or writes for the guest (frames, lists, buffers, GDT) stops nothing,
 * nor does TF, nor a MOV SS with a breakpoint on its operand before an entry. The guest gets the result that it would get without, and
 * its own #DB for its own accesses. Classes: XSA-260, 265, 444.
 *
 * Test: breakpoints
 * Test: breakpoints-intel -I
 */
#include "guest.h"

#define WRITE1		0x10401u	/* DR7: DR0, writes, one byte */
#define ACCESS4		0xf0401u	/* reads and writes, four bytes */
#define EXECUTE		0x00401u
#define F_TF		0x100u

static volatile u32 hits, last_eip, others;
static u32 word __attribute__((aligned(8)));
static char text[64] __attribute__((aligned(8)));
static u64 gdt[512] __attribute__((aligned(4096)));

static void debug_trap(struct trap_frame *f)
{
	hits++;
	last_eip = f->eip;
	f->eflags = (f->eflags | 0x10000) & ~F_TF;
}

static void count_others(struct trap_frame *f)
{
	others++;
	if (f->vector == 6)
		f->eip += 2;
	f->eflags &= ~F_TF;
}

static void count_and_skip1(struct trap_frame *f)
{
	others++;
	f->eip++;
	f->eflags &= ~F_TF;
}

static void off(void)
{
	CHECK(HC2(set_debugreg, 7, 0x400), 0);
	CHECK(HC2(set_debugreg, 6, 0xffff0ff0), 0);
}

static void set(const void *at, u32 control)
{
	hits = others = 0;
	CHECK(HC2(set_debugreg, 0, at), 0);
	CHECK(HC2(set_debugreg, 7, control), 0);
}

static void test_addresses(void)
{
	static const u32 good[] = {
		0, 0x1000, 0x100000, 0x80000000, 0xbfffffff,
	};
	static const u32 bad[] = {
		0xf5800000, 0xf5801000, 0xffc00000, 0xfffffff8, 0xffffffff,
	};
	u32 i, reg;
	long rc;

	for (reg = 0; reg < 4; reg++) {
		for (i = 0; i < ARRAY_SIZE(good); i++) {
			CHECK(HC2(set_debugreg, reg, good[i]), 0);
			CHECK(HC1(get_debugreg, reg), good[i]);
		}
		for (i = 0; i < ARRAY_SIZE(bad); i++) {
			rc = HC2(set_debugreg, reg, bad[i]);
			CHECK(rc, 0);
			CHECK(HC1(get_debugreg, reg), bad[i]);
			CHECK(HC2(set_debugreg, 7, 0x400 | 3u << reg * 2 |
				  0xfu << (16 + reg * 4)), 0);
			CHECK(HC2(xen_version, XENVER_version, 0), XEN_4_17);
			off();
			CHECK(HC2(set_debugreg, reg, 0xbfffffff), 0);
		}
		CHECK(HC2(set_debugreg, reg, 0), 0);
	}
	for (i = 8; i < 40; i++)
		CHECK(HC2(set_debugreg, i, 0) != 0, 1);
	/* By the instruction as well. */
	EXPECT_TRAP("movl $0xf5800000, %%eax; mov %%eax, %%db2", "i" (0));
	HC2(set_debugreg, 2, 0);
}

/* What DR7 may hold, and what stands there after. */
static void test_control(void)
{
	u32 i, v;

	for (i = 0; i < 32; i++) {
		HC2(set_debugreg, 7, 1u << i);
		v = HC1(get_debugreg, 7);
		CHECK(v & 0x2000, 0);
		CHECK(v & 0xd800, 0);
		off();
	}
	for (i = 0; i < 4; i++) {
		v = 0x400 | 2u << i * 2 | 2u << (16 + i * 4);
		CHECK(HC2(set_debugreg, 7, v), -XEN_EPERM);
		CHECK(HC1(get_debugreg, 7) & 0xff, 0);
	}
	CHECK(HC2(set_debugreg, 7, 0x2401) != 0 ||
	      !(HC1(get_debugreg, 7) & 0x2000), 1);
	off();
}

static void set_de(bool on)
{
	u32 cr4;

	__asm__ volatile("mov %%cr4, %0" : "=r" (cr4));
	cr4 = on ? cr4 | 8 : cr4 & ~8u;
	__asm__ volatile("mov %0, %%cr4" :: "r" (cr4));
}

/* Every rule of what a register takes: the answer, and what stands there. */
static void test_rules(void)
{
	static const struct {
		u32 reg, value;
		bool de;
		long rc;
		u32 then;
	} cases[] = {
		{ 6, 0, 0, 0, 0xffff0ff0 }, { 6, ~0u, 0, 0, 0xffffefff },
		{ 4, 0xe00f, 0, 0, 0xffffefff },
		{ 7, 0, 0, 0, 0x400 }, { 7, 0xd800, 0, 0, 0x400 },
		{ 7, 0x2400, 0, -XEN_EPERM, 0x400 },
		{ 5, 0x401, 0, 0, 0x401 }, { 5, 0, 0, 0, 0x400 },
		{ 7, 0x20401, 0, -XEN_EPERM, 0x400 },
		{ 7, 0x20400, 0, 0, 0x20400 },	/* not enabled */
		{ 7, 0x200401, 0, -XEN_EPERM, 0x20400 },	/* another is */
		{ 7, 0, 0, 0, 0x400 },
		{ 7, 0x20401, 1, 0, 0x20401 }, { 7, 0xe0055, 1, 0, 0xe0455 },
		{ 7, 0xaaaa04aa, 1, 0, 0xaaaa04aa },
		{ 7, 0x2401, 1, -XEN_EPERM, 0xaaaa04aa },
		{ 4, 0, 1, -XEN_ENODEV, -XEN_ENODEV },
		{ 5, 0, 1, -XEN_ENODEV, -XEN_ENODEV },
		{ 8, 0, 0, -XEN_ENODEV, -XEN_ENODEV },
		{ ~0u, 0, 1, -XEN_ENODEV, -XEN_ENODEV },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		set_de(cases[i].de);
		if (HC2(set_debugreg, cases[i].reg, cases[i].value) !=
		    cases[i].rc ||
		    (u32)HC1(get_debugreg, cases[i].reg) != cases[i].then)
			print("DR%u of %x\n", cases[i].reg, cases[i].value);
		CHECK(HC2(set_debugreg, cases[i].reg, cases[i].value),
		      cases[i].rc);
		CHECK(HC1(get_debugreg, cases[i].reg), cases[i].then);
	}
	CHECK_INSN("mov %%db4, %%eax", X86_TRAP_UD);
	CHECK_INSN("mov %%eax, %%db5", X86_TRAP_UD);
	off();
	set_de(false);
	CHECK_INSN("mov %%db4, %%eax", NO_TRAP);
	CHECK_INSN("movl $0x20401, %%eax; mov %%eax, %%db7", X86_TRAP_GP);
}

/* On ports that are not ours: what the hypervisor answers is a hit as well. */
static void test_ports(void)
{
	static const struct {
		u32 control, at, b81, l7e, string;
	} cases[] = {
		{ 0x20401, 1, 0, 1, 3 }, { 0x20402, 1, 0, 1, 3 },
		{ 0x60401, 1, 1, 1, 3 }, { 0xe0401, 1, 1, 1, 3 },
		{ 0xa0401, 1, 1, 1, 3 }, { 0x20400, 0, 0, 0, 0 },
	};
	struct physdev_set_iopl iopl = { .iopl = 1 };
	u32 i, n;
	char *to;

	CHECK(HC2(physdev_op, PHYSDEVOP_set_iopl, &iopl), 0);
	set_de(true);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		set((void *)0x80, cases[i].control);
		__asm__ volatile("outb %%al, $0x80" :: "a" (0));
		CHECK(hits, cases[i].at);
		if (hits)
			CHECK(HC1(get_debugreg, 6) & 15, 1);
		hits = 0;
		__asm__ volatile("outb %%al, $0x81" :: "a" (0));
		CHECK(hits, cases[i].b81);
		hits = 0;
		__asm__ volatile("inl %%dx" : "=a" (n) : "d" (0x7e));
		CHECK(hits, cases[i].l7e);
		hits = 0;
		n = 3;
		to = text;
		__asm__ volatile("cld; rep insb" : "+D" (to), "+c" (n)
				 : "d" (0x80) : "memory");
		CHECK(hits, cases[i].string);
		CHECK(n, 0);
		off();
	}
	set((void *)0x80, 0x20401);
	set_de(false);		/* it stays, and sleeps */
	__asm__ volatile("outb %%al, $0x80" :: "a" (0));
	CHECK(hits, 0);
	off();
	iopl.iopl = 0;
	CHECK(HC2(physdev_op, PHYSDEVOP_set_iopl, &iopl), 0);
}

/* Own accesses are seen, so the breakpoints of the other tests are live. */
static void test_live(void)
{
	set(&word, WRITE1);
	*(volatile u32 *)&word = 1;
	CHECK(hits, 1);
	CHECK(HC1(get_debugreg, 6) & 1, 1);
	off();
}

/* int3 from a known stack, whose frame lies on the breakpoint. */
static void test_frames(void)
{
	static const u32 controls[] = { WRITE1, ACCESS4, 0xb0401 };
	static u32 stack[1024] __attribute__((aligned(64)));
	u32 i, k;

	for (i = 0; i < ARRAY_SIZE(controls); i++)
		for (k = 0; k < 8; k++) {
			/* EFLAGS, CS, EIP, then what our own stub pushes */
			set(&stack[(999 - k) & (i == 2 ? ~1u : ~0u)],
			    controls[i]);
			__asm__ volatile("movl %%esp, %%edi; movl %0, %%esp\n"
					 "int3; movl %%edi, %%esp"
					 :: "r" (&stack[1000]) : "edi", "memory");
			CHECK(others, 1);
			off();
			set(&stack[999 - k], controls[i] & ~0x80000u);
			__asm__ volatile("movl %%esp, %%edi; movl %0, %%esp\n"
					 "ud2; movl %%edi, %%esp"
					 :: "r" (&stack[1000]) : "edi", "memory");
			CHECK(others, 1);
			off();
		}
}

/* Buffers and lists of hypercalls, read and written under a breakpoint. */
static void test_buffers(void)
{
	static multicall_entry_t list[2] __attribute__((aligned(64)));
	u32 i;

	for (i = 0; i < 8; i++) {
		set(text + i, i & 3 ? WRITE1 : ACCESS4);
		CHECK(HC2(xen_version, XENVER_extraversion, text), 0);
		CHECK(hits, 0);
		off();
		list[0] = list[1] = (multicall_entry_t){
			.op = __HYPERVISOR_xen_version, .result = 7,
		};
		set((u32 *)list + i, ACCESS4);
		CHECK(HC2(multicall, list, 2), 0);
		CHECK(hits, 0);
		off();
		CHECK(list[0].result, XEN_4_17);
		CHECK(list[1].result, XEN_4_17);
	}
	/* Where the hypervisor keeps its own of ours: time, event mask. */
	set(&shared->vcpu_info[0].time, ACCESS4);
	HC2(sched_op, SCHEDOP_yield, 0);
	off();
	set(pte_of(text), ACCESS4);
	CHECK(make_ro(text), 0);
	CHECK(make_rw(text), 0);
	off();
}

/* Whether MOV SS under a breakpoint, then this, does what it does without. */
#define AFTER_MOV_SS(insn, ...)						\
	__asm__ volatile("movw %w[ss], %%ss\n" insn :			\
			 : [ss] "m" (word), __VA_ARGS__ : "memory", "cc")

static void test_mov_ss(void)
{
	u32 rc, tf;

	for (tf = 0; tf < 2; tf++) {
		word = FLAT_KERNEL_SS;
		set(&word, ACCESS4);
		if (tf)
			__asm__ volatile("pushf; orl $0x100, (%%esp); popf"
					 ::: "memory", "cc");
		AFTER_MOV_SS("int3", "i" (0));
		CHECK(others, 1);
		off();
		set(&word, ACCESS4);
		AFTER_MOV_SS("ud2", "i" (0));
		CHECK(others, 1);
		off();
		set(&word, ACCESS4);
		AFTER_MOV_SS("int $0x80", "i" (0));
		CHECK(others, 1);
		off();
		set(&word, ACCESS4);
		rc = __HYPERVISOR_xen_version;
		__asm__ volatile("movw %w1, %%ss; int $0x82"
				 : "+a" (rc) : "m" (word), "b" (0), "c" (0)
				 : "memory");
		CHECK(rc, XEN_4_17);
		off();
		set(&word, ACCESS4);
		set_trap_handler(X86_TRAP_GP, count_and_skip1);
		AFTER_MOV_SS("hlt", "i" (0));
		set_trap_handler(X86_TRAP_GP, 0);
		CHECK(others, 1);
		off();
		set(&word, ACCESS4);
		rc = 0x40000000;
		__asm__ volatile("movw %w1, %%ss; ud2; .ascii \"xen\"; cpuid"
				 : "+a" (rc) : "m" (word)
				 : "ebx", "ecx", "edx", "memory");
		CHECK(rc >= 0x40000002, 1);
		off();
	}
}

/* On handlers themselves, the hypercall page, and descriptors in use. */
static void test_code(void)
{
	xen_pfn_t frame = va_mfn(gdt);

	set((void *)trap_entries[3], EXECUTE);
	__asm__ volatile("int3");
	CHECK(others, 1);
	CHECK(hits, 1);
	CHECK(last_eip, trap_entries[3]);
	off();
	gdt[1] = 0x00cfb3000000ffffull;
	CHECK(make_ro(gdt), 0);
	CHECK(HC2(set_gdt, &frame, 512), 0);
	set(&gdt[1], ACCESS4);
	CHECK_INSN("movl $9, %%eax; movl %%eax, %%gs; int3;" "xorl %%eax, %%eax; movl %%eax, %%gs",
		   NO_TRAP);
	CHECK(others, 1);
	off();
	CHECK(HC2(set_gdt, &frame, 0), 0);
	CHECK(make_rw(gdt), 0);
}

/* TF where the instruction goes to the hypervisor. */
static void test_single_steps(void)
{
	u32 rc = __HYPERVISOR_xen_version, after;

	hits = others = 0;
	__asm__ volatile("pushf; orl $0x100, (%%esp); popf; int $0x82; nop"
			 : "+a" (rc) : "b" (0), "c" (0) : "memory", "cc");
	CHECK(rc, XEN_4_17);
	CHECK(hits, 1);
	hits = 0;
	__asm__ volatile("pushf; orl $0x100, (%%esp); popf; int3; nop"
			 ::: "memory", "cc");
	CHECK(others, 1);
	__asm__ volatile("pushf; orl $0x100, (%%esp); popf; ud2; nop"
			 ::: "memory", "cc");
	CHECK(others, 2);
	/* Emulated ones stop behind themselves. */
	hits = 0;
	rc = 0x40000000;
	__asm__ volatile("pushf; orl $0x100, (%%esp); popf; ud2; .ascii \"xen\";"
			 "cpuid\n1: nop; nop; movl $1b, %%edi"
			 : "+a" (rc), "=D" (after)
			 :: "ebx", "ecx", "edx", "memory", "cc");
	CHECK(hits, 1);
	CHECK(last_eip, after);
	CHECK(HC1(get_debugreg, 6) & 0x4000, 0x4000);
	hits = 0;
	__asm__ volatile("pushf; orl $0x100, (%%esp); popf; mov %%cr2, %0\n"
			 "1: nop; nop; movl $1b, %1"
			 : "=r" (rc), "=D" (after) :: "memory", "cc");
	CHECK(hits, 1);
	CHECK(last_eip, after);
}

void test_main(void)
{
	test_addresses();
	test_control();
	test_rules();
	set_trap_handler(X86_TRAP_DB, debug_trap);
	set_trap_handler(X86_TRAP_BP, count_others);
	set_trap_handler(X86_TRAP_UD, count_others);
	set_trap_handler(0x80, count_others);
	test_ports();
	test_live();
	test_frames();
	test_buffers();
	test_mov_ss();
	test_code();
	test_single_steps();
}
