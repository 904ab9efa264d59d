// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/vcpu.h, arch-x86/xen.h vcpu_guest_context):
 * what VCPUOP_initialise takes of a context (a null CS, whose fault is the
 * guest's; debug registers), and that -EEXIST comes before what is wrong with
 * it; where vcpu_info, run state and time may be told to lie, and of whom; that
 * a run state is whole if the guest asked for XEN_RUNSTATE_UPDATE.
 *
 * Test: vcpu-state -c 2 -v 8
 * Test: vcpu-state-64 -w 64 -c 2 -v 8
 */
#include "guest.h"

#define DR6		0xffff4ff1u
#define DR7		0x00000402u	/* DR0, execution */
#define CHANGES		400u

static u8 stacks[5][8192] __attribute__((aligned(4096)));
static vcpu_guest_context_t ctx;
static volatile ulong debugregs[8];
static volatile u32 null_cs, got_debugregs, stop;
static volatile struct vcpu_runstate_info runstate;
static volatile struct vcpu_time_info times;
PAGE_BUFFER(info);

static long vcpu(u32 cmd, u32 id, void *arg)
{
	return HC3(vcpu_op, cmd, id, arg);
}

/* vCPU 1: its first return to the guest is its handler of #GP. */
static void on_null_cs(void)
{
	null_cs = 1;
	vcpu_down(1);
}

static void test_null_cs(void)
{
	vcpu_context(&ctx, NULL, stacks[2]);
	ctx.user_regs.cs = 0;
	ctx.trap_ctxt[X86_TRAP_GP] = trap_entry(X86_TRAP_GP, 0);
	ctx.trap_ctxt[X86_TRAP_GP].address = (ulong)on_null_cs;
	vcpu_start(1, &ctx);
	CHECK(vcpu_wait(&null_cs, 1), 1);
	ctx.gdt_ents = FIRST_RESERVED_GDT_ENTRY + 1;
	CHECK(vcpu(VCPUOP_initialise, 1, &ctx), -XEN_EEXIST);
}

/* vCPU 2 */
static void read_debugregs(void)
{
	u32 i;

	for (i = 0; i < 8; i++)
		debugregs[i] = HC1(get_debugreg, i);
	got_debugregs = 1;
	vcpu_down(2);
}

static void test_debugregs(void)
{
	static const ulong value[8] = {
		0x1234, 0x100, 0x200, 0x300, 0, 0, DR6, DR7,
	};
	u32 i;

	vcpu_context(&ctx, read_debugregs, stacks[3]);
	memcpy(ctx.debugreg, value, sizeof(value));
	vcpu_start(2, &ctx);
	CHECK(vcpu_wait(&got_debugregs, 1), 1);
	for (i = 0; i < 4; i++)
		CHECK(debugregs[i], value[i]);
	CHECK(debugregs[6], DR6);
	CHECK(debugregs[7], DR7);
}

static long register_info(u32 id, u32 offset)
{
	vcpu_register_vcpu_info_t r = { .mfn = va_mfn(info), .offset = offset };

	return vcpu(VCPUOP_register_vcpu_info, id, &r);
}

static void test_info(void)
{
	CHECK(register_info(0, PAGE_SIZE - 60), -XEN_ENXIO);
	CHECK(register_info(0, 0x10000), -XEN_ENXIO);
	CHECK(register_info(0, 2), -XEN_ENXIO);
	/* Of one that runs: nobody but itself. */
	CHECK(register_info(3, 0), -XEN_EINVAL);
	CHECK(register_info(1, 0), 0);
	/* The time is there at once, also of one that never ran. */
	CHECK(register_info(6, 64), 0);
	CHECK(((struct vcpu_info *)(info + 64))->time.system_time != 0, 1);
	CHECK(register_info(1, 64), -XEN_EINVAL);
	CHECK(register_info(1, 2), -XEN_ENXIO);
}

static long register_runstate(u32 id, ulong at)
{
	struct vcpu_register_runstate_memory_area r = { .addr.p = at };

	return vcpu(VCPUOP_register_runstate_memory_area, id, &r);
}

static long register_time(u32 id, ulong at)
{
	struct vcpu_register_time_memory_area r = { .addr.p = at };

	return vcpu(VCPUOP_register_vcpu_time_memory_area, id, &r);
}

static void test_time(void)
{
	u64 before = time_now();

	CHECK(register_time(0, HYPERVISOR_PAGE), -XEN_EFAULT);
	CHECK(vcpu(VCPUOP_register_vcpu_time_memory_area, 0,
		   (void *)HYPERVISOR_PAGE), -XEN_EFAULT);
	CHECK(register_time(0, (ulong)&times), 0);
	CHECK(times.version & 1, 0);
	CHECK(times.version != 0, 1);
	CHECK(times.tsc_to_system_mul,
	      shared->vcpu_info[0].time.tsc_to_system_mul);
	CHECK(times.tsc_shift, shared->vcpu_info[0].time.tsc_shift);
	CHECK(times.flags, shared->vcpu_info[0].time.flags);
	CHECK(times.system_time + 10 * NS_PER_MS * 1000 > before, 1);
	/* Of another one, that never ran: written at once as well. */
	times.system_time = 0;
	CHECK(register_time(5, (ulong)&times), 0);
	CHECK(times.version & 1, 0);
	CHECK(times.system_time + 10 * NS_PER_MS * 1000 > before, 1);
	CHECK(times.system_time != 0, 1);
	CHECK(register_time(5, NOWHERE), 0);
	/* Not mapped: nothing is written, and nothing breaks. */
	CHECK(register_time(0, NOWHERE), 0);
	HC2(sched_op, SCHEDOP_yield, 0);
}

/* vCPUs 3 and 4 leave their processor to each other. */
static void yielder(void)
{
	while (!stop)
		HC2(sched_op, SCHEDOP_yield, 0);
	vcpu_down(3);
}

static void yielder4(void)
{
	while (!stop)
		HC2(sched_op, SCHEDOP_yield, 0);
	vcpu_down(4);
}

static u64 entry_time(void)
{
	return runstate.state_entry_time;
}

/* The same for all whole states: all times together end with the last entry. */
static u64 unaccounted(u64 entry)
{
	return entry - runstate.time[0] - runstate.time[1] -
	       runstate.time[2] - runstate.time[3];
}

static void watch_runstate(u32 *changes, u32 *updating, u32 *torn)
{
	u64 first = 0, end = time_now() + 30000 * NS_PER_MS;
	u64 last = entry_time(), at, rest;

	while ((*changes < CHANGES || !*updating) && time_now() < end) {
		at = entry_time();
		if (at & XEN_RUNSTATE_UPDATE) {
			++*updating;
			continue;
		}
		barrier();
		rest = unaccounted(at);
		barrier();
		/* The hypervisor may have written the same state again meanwhile. */
		if (entry_time() != at)
			continue;
		*changes += at != last;
		last = at;
		/* The registration wrote as well: not before that is over. */
		if (*changes < 3)
			first = rest;
		*torn += rest != first;
	}
}

static void test_runstate(void)
{
	u32 changes = 0, updating = 0, torn = 0;

	CHECK(register_runstate(0, HYPERVISOR_PAGE), -XEN_EFAULT);
	CHECK(register_runstate(0, HYPERVISOR_PAGE + 0xfff), -XEN_EFAULT);
	CHECK(register_runstate(0, NOWHERE), 0);
	/* Of another one, that never ran. */
	runstate.state = -1;
	CHECK(register_runstate(5, (ulong)&runstate), 0);
	CHECK(runstate.state, RUNSTATE_offline);
	CHECK(entry_time() != 0, 1);
	CHECK(register_runstate(5, NOWHERE), 0);
	CHECK(HC2(vm_assist, VMASST_CMD_enable,
		  VMASST_TYPE_runstate_update_flag), 0);
	runstate.state = -1;
	CHECK(register_runstate(3, (ulong)&runstate), 0);
	CHECK(runstate.state != -1, 1);
	watch_runstate(&changes, &updating, &torn);
	print("run state: %u changes seen, %u times while it changed, %u torn\n",
	      changes, updating, torn);
	CHECK(changes > 20, 1);
	CHECK(updating != 0, 1);
	CHECK(torn, 0);
}

void test_main(void)
{
	mask_events(true);
	test_null_cs();
	test_debugregs();
	vcpu_run(3, yielder, stacks[4]);
	vcpu_run(4, yielder4, stacks[5]);
	test_info();
	test_runstate();
	stop = 1;
	test_time();
}
