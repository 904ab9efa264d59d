// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/arch-x86/xen-x86_64.h, struct iret_context; Xen's
 * create_bounce_frame() and load_segments(); guest/iret and guest/entry have those
 * that hold for both widths): a frame lies below its stack pointer, aligned down to
 * 16 bytes; its word of CS has the event mask of before in byte 4 and nothing else.
 * The iret hypercall restores RAX, RCX and R11, or does as SYSRET. The selector of a handler does not
 * count. A data selector that cannot be loaded is null then, and the failsafe
 * callback is entered with those that there were.
 *
 * Test: frames -w 64 -v 8
 */
#include "user.h"

#define SYSTEM_CALL	0x80u
#define FLAGS		X86_EFLAGS_FIXED

DEFINE_CODE(int80, "int $0x80");
DEFINE_CODE(ud2, "ud2");
DEFINE_CODE(fault, "movq %rax, 0xa0000000");
DEFINE_CODE(halt, "hlt");
#define CODE(name)	{ name, name##_end }

/* With an error code and without */
static const struct {
	struct code code;
	u32 vector, size;
} events[] = {
	{ CODE(int80), SYSTEM_CALL, 2 },
	{ CODE(ud2), X86_TRAP_UD, 0 },
	{ CODE(fault), X86_TRAP_PF, 0 },
	{ CODE(halt), X86_TRAP_GP, 0 },
};

/* From either mode, with each event mask and alignment */
static void test_places(void)
{
	const ulong top = (ulong)kernel_stack + KERNEL_STACK_SIZE;
	struct iret_context c;
	ulong end;
	u32 i, n, masked;

	for (i = 0; i < 2 * ARRAY_SIZE(events); i++) {
		for (n = 0; n <= 17; n++) {
			masked = n & 1;
			c = user_context(events[i / 2].code);
			if (masked)
				c.rflags &= ~(ulong)X86_EFLAGS_IF;
			if (i & 1)
				to_kernel(&c);
			c.rsp -= n;
			CHECK(HC2(stack_switch, FLAT_KERNEL_SS, top - n), 0);
			CHECK_TRAP(iret_to(&c), events[i / 2].vector);
			end = i & 1 ? c.rsp : top - n;
			CHECK((ulong)(came.at + 1), end & ~15ul);
			CHECK(came.frame.eip, c.rip + events[i / 2].size);
			CHECK(came.frame.cs, c.cs | (ulong)masked << 32);
			CHECK(came.frame.ss, FLAT_USER_SS64);
			CHECK(came.frame.esp, c.rsp);
			CHECK(came.frame.eflags & ~(ulong)X86_EFLAGS_RF,
			      c.rflags);
			CHECK(came.mask, masked);
		}
	}
	CHECK(HC2(stack_switch, FLAT_KERNEL_SS, top), 0);
}

/* RCX, R11 and RAX of a frame whose flags have all bits but VGCF_in_syscall's */
static void test_frame_flags(void)
{
	struct iret_context c = USER_CONTEXT("int $0x80");

	c.flags = ~(ulong)VGCF_in_syscall;
	c.rax = 0x1111111111111111;
	c.rcx = 0x2222222222222222;
	c.r11 = 0x3333333333333333;
	CHECK_TRAP(iret_to(&c), SYSTEM_CALL);
	CHECK(came.frame.eax, c.rax);
	CHECK(came.frame.ecx, c.rcx);
	CHECK(came.frame.r11, c.r11);
}

/* Entries of our GDT, and other selectors */
#define DATA		1u
#define CODE_64		2u
#define GDT_ENTRIES	512u
#define NO_LDT		LDT_SELECTOR(0, 3)
#define NO_ENTRY	0x2003
#define PAST_GDT	0xfff3
#define RING3(selector)	((selector) | 3)

static u64 gdt[GDT_ENTRIES] __attribute__((aligned(4096)));

static void set_gdt(void)
{
	xen_pfn_t frame = va_mfn(gdt);

	gdt[DATA] = FLAT_DATA(3);
	gdt[CODE_64] = (FLAT_CODE(3) & ~DESC_B) | DESC_L;
	CHECK(make_ro(gdt), 0);
	CHECK(HC2(set_gdt, &frame, GDT_ENTRIES), 0);
}

/*
 * With VGCF_in_syscall the return is a SYSRET, which leaves RIP in RCX and the flags,
 * with RF, in R11. That has 32 bits of RIP to compatibility mode, and two code
 * segments; what it could not do, IRET does with the frame's selectors.
 */
static void test_sysret(void)
{
	struct iret_context c = USER_CONTEXT("int $0x80");

	c.flags = VGCF_in_syscall;
	c.rflags |= X86_EFLAGS_RF | X86_EFLAGS_CF;
	CHECK_TRAP(iret_to(&c), SYSTEM_CALL);
	CHECK(came.frame.ecx, c.rip);
	CHECK(came.frame.r11, c.rflags);
	CHECK(came.frame.eflags & ~(ulong)X86_EFLAGS_RF,
	      c.rflags & ~(ulong)X86_EFLAGS_RF);
	c.cs = FLAT_USER_CS32;
	c.rip |= 1ul << 32;
	CHECK_TRAP(iret_to(&c), SYSTEM_CALL);
	CHECK_SELECTOR((u16)came.frame.cs, FLAT_USER_CS32);
	CHECK(came.frame.eip, USER_CODE + 2);
	CHECK(came.frame.ecx, c.rip);
	c.cs = SELECTOR(CODE_64, 3);
	c.rip = USER_CODE;
	CHECK_TRAP(iret_to(&c), SYSTEM_CALL);
	CHECK_SELECTOR((u16)came.frame.cs, FLAT_USER_CS64);
	c.rip = 1ul << 47;
	CHECK_TRAP(iret_to(&c), X86_TRAP_GP);
	CHECK_SELECTOR((u16)came.frame.cs, SELECTOR(CODE_64, 3));
	CHECK(came.frame.eip, c.rip);
	CHECK(came.frame.ecx, c.rip);
	CHECK(came.frame.r11, c.rflags);
}

/* The selector of a handler does not count; its address is all. */
static void test_handler_selectors(void)
{
	static const u16 codes[] = {
		0, 3, XEN_CS, FLAT_USER_DS32, FLAT_USER_CS32, NO_ENTRY, 0xffff,
	};
	trap_info_t t[2] = { trap_entry(SYSTEM_CALL, 3) };
	struct iret_context c = USER_CONTEXT("int $0x80");
	u32 i;

	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		t[0].cs = codes[i];
		CHECK(HC1(set_trap_table, t), 0);
		CHECK_TRAP(iret_to(&c), SYSTEM_CALL);
		CHECK_SELECTOR(came.cs, FLAT_KERNEL_CS);
		CHECK_SELECTOR(came.ss, FLAT_KERNEL_SS);
	}
}

/* The failsafe callback's frame, from its stack pointer up */
struct failsafe_frame {
	ulong rcx, r11, ds, es, fs, gs, rip, cs, rflags, rsp, ss;
};

static struct failsafe_frame failed;
static const struct failsafe_frame *volatile failed_at;
static volatile u32 failed_mask, failed_vcpu, failed_selectors[4];
static volatile u32 failsafes;

__asm__(".globl failsafe_raw\n"
	"failsafe_raw:\n"
	"	movq %rsp, %rdi\n"
	"	movl %ds, %esi; movl %es, %edx; movl %fs, %ecx; movl %gs, %r8d\n"
	"	andq $-16, %rsp\n"
	"	call on_failsafe\n"
	"	ud2");
void failsafe_raw(void);
void on_failsafe(const struct failsafe_frame *f, u32 ds, u32 es, u32 fs,
		 u32 gs);
void on_failsafe(const struct failsafe_frame *f, u32 ds, u32 es, u32 fs,
		 u32 gs)
{
	failed = *f;
	failed_at = f;
	failed_mask = shared->vcpu_info[failed_vcpu].evtchn_upcall_mask;
	failed_selectors[0] = ds;
	failed_selectors[1] = es;
	failed_selectors[2] = fs;
	failed_selectors[3] = gs;
	failsafes++;
	vcpu_down(failed_vcpu);
}

static const struct {
	u16 ds, es, fs, gs;
	bool user, masks, masked;
} loads[] = {
	{ NO_ENTRY, 0, 0, 0, false, false, false },
	{ 0, RING3(XEN_CS), FLAT_USER_DS32, 0, false, true, false },
	{ 0, FLAT_USER_DS32, NO_LDT, 0, false, false, true },
	{ FLAT_USER_DS32, 0, 0, PAST_GDT, true, false, false },
	{ NO_ENTRY, NO_ENTRY, NO_LDT, PAST_GDT, true, true, false },
};

static u8 stack[8192] __attribute__((aligned(4096)));

static void never(void)
{
	print("main.c: no failsafe callback\n");
	guest_exit("FAILURE");
}

/* A vCPU whose first selectors are bad */
static ulong start_bad(u32 i)
{
	static vcpu_guest_context_t c;
	ulong end = (ulong)stack + sizeof(stack) - 4;

	failed_vcpu = i + 1;
	vcpu_context(&c, never, (void *)end);
	c.user_regs.ds = loads[i].ds;
	c.user_regs.es = loads[i].es;
	c.user_regs.fs = loads[i].fs;
	c.user_regs.gs = loads[i].gs;
	c.user_regs.rcx = 0x1111;
	c.user_regs.r11 = 0x2222;
	c.user_regs.rflags |= X86_EFLAGS_NT | X86_EFLAGS_CF;
	c.failsafe_callback_eip = (ulong)failsafe_raw;
	if (loads[i].masks)
		c.flags |= VGCF_failsafe_disables_events;
	if (loads[i].user) {
		c.flags &= ~(u32)VGCF_in_kernel;
		c.ctrlreg[1] = xen_pfn_to_cr3(va_mfn(user_root.l4));
		c.user_regs.rip = USER_CODE;
		c.user_regs.rsp = USER_STACK;
	}
	shared->vcpu_info[i + 1].evtchn_upcall_mask = loads[i].masked;
	CHECK(HC3(vcpu_op, VCPUOP_initialise, i + 1, &c), 0);
	CHECK(HC3(vcpu_op, VCPUOP_up, i + 1, 0), 0);
	return end & ~15ul;
}

/* Bad ones are null; the others are as they were. */
static u32 loaded(u32 selector)
{
	return selector == FLAT_USER_DS32 ? selector : 0;
}

static void test_failsafe(void)
{
	ulong end;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(loads); i++) {
		end = start_bad(i);
		CHECK(vcpu_wait(&failsafes, i + 1), 1);
		CHECK((ulong)(failed_at + 1), end);
		CHECK(failed.rcx, 0x1111);
		CHECK(failed.r11, 0x2222);
		CHECK_SELECTOR(failed.ds, loads[i].ds);
		CHECK_SELECTOR(failed.es, loads[i].es);
		CHECK_SELECTOR(failed.fs, loads[i].fs);
		CHECK_SELECTOR(failed.gs, loads[i].gs);
		CHECK_SELECTOR(failed_selectors[0], loaded(loads[i].ds));
		CHECK_SELECTOR(failed_selectors[1], loaded(loads[i].es));
		CHECK_SELECTOR(failed_selectors[2], loaded(loads[i].fs));
		CHECK_SELECTOR(failed_selectors[3], loaded(loads[i].gs));
		CHECK(failed.rip, loads[i].user ? USER_CODE : (ulong)never);
		CHECK(failed.cs, (loads[i].user ? FLAT_USER_CS64 :
		      FLAT_KERNEL_CS & ~3ul) | (ulong)loads[i].masked << 32);
		CHECK(failed.rflags, FLAGS | X86_EFLAGS_NT | X86_EFLAGS_CF |
		      (loads[i].masked ? 0 : X86_EFLAGS_IF));
		CHECK(failed.rsp, loads[i].user ? USER_STACK :
		      (ulong)stack + sizeof(stack) - 4);
		CHECK_SELECTOR(failed.ss, FLAT_KERNEL_SS);
		CHECK(failed_mask, loads[i].masks || loads[i].masked);
	}
}

static volatile u32 stop, partner_runs, ours;

static void partner(void)
{
	while (!stop) {
		partner_runs++;
		HC2(sched_op, SCHEDOP_yield, 0);
	}
	vcpu_down(7);
}

static void count_failsafe(struct trap_frame *f)
{
	(void)f;
	ours++;
}

/* A selector whose descriptor goes away while another vCPU runs */
static void test_vanished(void)
{
	u32 ds, runs, i;

	vcpu_run(7, partner, stack + sizeof(stack));
	failsafe_handler = count_failsafe;
	__asm__ volatile("movl %0, %%ds" :: "r" (SELECTOR(DATA, 3)));
	CHECK(update_descriptor(va_maddr(&gdt[DATA]), 0), 0);
	runs = partner_runs;
	for (i = 0; i < 1000 && partner_runs == runs; i++)
		HC2(sched_op, SCHEDOP_yield, 0);
	CHECK(partner_runs != runs, 1);
	__asm__ volatile("movl %%ds, %0" : "=r" (ds));
	CHECK(ds, 0);
	CHECK(ours, 1);
	stop = 1;
	failsafe_handler = NULL;
}

void test_main(void)
{
	user_init();
	test_places();
	test_frame_flags();
	set_gdt();
	test_sysret();
	test_handler_selectors();
	test_failsafe();
	test_vanished();
}
