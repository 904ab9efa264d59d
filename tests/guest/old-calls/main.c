// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (xen/xen.h, xen/sched.h, xen/event_channel.h, xen/physdev.h): hypercalls
 * in the form that they had before Xen 3.0.2 work, as kernels of 2.6.18 and
 * before make them: sched_op_compat, event_channel_op_compat and
 * physdev_op_compat take one argument with the command inside, set_callbacks
 * names event and failsafe handlers, a trap table of NULL has no entries. An
 * AMD kernel reads and writes HWCR and the decode configuration at its start.
 *
 * Test: old-calls
 * Test: old-calls-64 -w 64
 */
#include "guest.h"

#define NO_OPERATION	99u
#define IO_APIC		0xfec00000u
#define IO_APIC_VERSION	1u
#define IO_APIC_QEMU	0x20
#define CPUID_AUTH	0x68747541u	/* "Auth", in leaf 0 */
#define MSR_HWCR	0xc0010015
#define HWCR_FFDIS	0x40
#define MSR_DE_CFG	0xc0011029
#define DE_CFG_LFENCE	2

static volatile u32 events;

static void on_event(struct trap_frame *f)
{
	events++;
	clear_events(0);
	f->eflags &= ~(ulong)X86_EFLAGS_IF;
}

static void test_events(void)
{
	evtchn_op_t op = { .cmd = EVTCHNOP_bind_ipi };
	u32 port;

	CHECK(HC1(event_channel_op_compat, &op), 0);
	port = op.u.bind_ipi.port;
	CHECK(port > 0, 1);
	op = (evtchn_op_t){ .cmd = EVTCHNOP_status };
	op.u.status.dom = DOMID_SELF;
	op.u.status.port = port;
	CHECK(HC1(event_channel_op_compat, &op), 0);
	CHECK(op.u.status.status, EVTCHNSTAT_ipi);
	op = (evtchn_op_t){ .cmd = EVTCHNOP_send };
	op.u.send.port = port;
	CHECK(HC1(event_channel_op_compat, &op), 0);
	CHECK(port_pending(port), 1);
	/* Blocks until an event is there, which is. */
	events = 0;
	CHECK(HC1(sched_op_compat, SCHEDOP_block), 0);
	CHECK(events, 1);
	op = (evtchn_op_t){ .cmd = EVTCHNOP_close };
	op.u.close.port = port;
	CHECK(HC1(event_channel_op_compat, &op), 0);
	CHECK(HC1(event_channel_op_compat, &op), -XEN_EINVAL);
	CHECK(HC1(sched_op_compat, SCHEDOP_yield), 0);
	CHECK(HC1(sched_op_compat, NO_OPERATION), -XEN_ENOSYS);
}

static void test_physdev(void)
{
	physdev_op_t op = { .cmd = PHYSDEVOP_set_iopl };

	op.u.set_iopl.iopl = 1;
	CHECK(HC1(physdev_op_compat, &op), 0);
	CHECK_INSN("inb $0x80, %%al", NO_TRAP);
	op.u.set_iopl.iopl = 0;
	CHECK(HC1(physdev_op_compat, &op), 0);
	CHECK_INSN("inb $0x80, %%al", X86_TRAP_GP);
	op = (physdev_op_t){ .cmd = PHYSDEVOP_apic_read };
	op.u.apic_op.apic_physbase = IO_APIC;
	op.u.apic_op.reg = IO_APIC_VERSION;
	CHECK(HC1(physdev_op_compat, &op), 0);
	CHECK(op.u.apic_op.value & 0xff, IO_APIC_QEMU);
}

static void test_callbacks(void)
{
	u32 port = bind_ipi();

	CHECK(set_kernel_callbacks(), 0);
	events = 0;
	CHECK(send_port(port), 0);
	CHECK(HC2(sched_op, SCHEDOP_block, 0), 0);
	CHECK(events, 1);
	CHECK(close_port(port), 0);
}

static void test_traps(void)
{
	trap_info_t one[2] = { trap_entry(X86_TRAP_UD, 0) };

	CHECK(HC1(set_trap_table, 0), 0);
	/* A later table adds to the empty one. */
	CHECK(HC1(set_trap_table, one), 0);
	CHECK_INSN("ud2", X86_TRAP_UD);
	traps_init();
}

static void test_amd(void)
{
	u32 a, b, c, d;

	__asm__ volatile("cpuid" : "=a" (a), "=b" (b), "=c" (c), "=d" (d)
			 : "a" (0));
	if (b != CPUID_AUTH)
		return;
	CHECK_TRAP(EXPECT_TRAP("movl %0, %%ecx; rdmsr; orl %1, %%eax; wrmsr;"
			       "rdmsr; andl %2, %%eax; wrmsr", "i" (MSR_HWCR),
			       "i" (HWCR_FFDIS), "i" (~HWCR_FFDIS)), NO_TRAP);
	CHECK_TRAP(EXPECT_TRAP("movl %0, %%ecx; rdmsr; orl %1, %%eax; wrmsr",
			       "i" (MSR_DE_CFG), "i" (DE_CFG_LFENCE)), NO_TRAP);
}

void test_main(void)
{
	event_handler = on_event;
	test_events();
	test_physdev();
	test_callbacks();
	test_traps();
	test_amd();
}
