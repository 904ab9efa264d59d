// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/sched.h, xen/vcpu.h, and Xen 4.17's common/sched/core.c,
 * common/domain.c, arch/x86/compat.c where they do not say it): every vCPU of a
 * PV guest begins with a timer of 100 Hz; its period may be set for another
 * vCPU, while single-shot timers are a vCPU's own; a watchdog that expires shuts
 * its domain down for that reason; Dom0 may pin a vCPU whatever its mask says;
 * poll looks at its ports in their order; and kernels of Xen 3.0 find the
 * hypercalls that they know.
 *
 * Test: schedops -c 2
 * Test: schedops-64 -w 64 -c 2
 */
#include "domu.h"

#define BAD		((void *)HYPERVISOR_PAGE)
#define LIST		0x8000u
#define DATA		0x9000u
#define DATA_BYTES	64u		/* of each call */
#define CODE_BYTES	0x100u		/* at most */
#define MAX_CALLS	4u
#define NO_PORT		40u
#define NO_OPERATION	99u
#define NO_DOMAIN	999u
#define VIRQ_PORTS	2u

PAGE_BUFFER(place);
static u8 stack1[4096];
static struct domu domu;
static volatile u32 upcalls, alive, ticks1;
static volatile u64 last_upcall;
static u32 timer_port[VIRQ_PORTS];

static void on_event(struct trap_frame *f)
{
	(void)f;
	upcalls++;
	last_upcall = time_now();
	clear_events(0);
}

static void spin_ms(u32 ms)
{
	u64 end = time_now() + ms * NS_PER_MS;

	while (time_now() < end)
		;
}

/*
 * So many ticks come, and no sooner than they are due; how much later depends on
 * the machine under this one. Ours need the vCPU to spin: a blocked one gets none.
 */
static void check_ticks(const char *what, const volatile u32 *ticks, u32 n,
			u32 period_ms)
{
	u64 start = time_now(), end = start + 20000 * NS_PER_MS;
	u32 before = *ticks, ms;

	while (*ticks - before < n && time_now() < end)
		if (ticks != &upcalls)
			sleep_ms(1);
	ms = (u32)((u32)((time_now() - start) >> 10) / 977);
	print("%s: %u ticks in %u ms, expected %u in %u\n", what,
	      *ticks - before, ms, n, n * period_ms);
	CHECK(*ticks - before >= n, 1);
	CHECK(ms >= (n - 2) * period_ms, 1);
}

static void check_stopped(const char *what, const volatile u32 *ticks)
{
	u32 before = *ticks;

	spin_ms(300);
	print("%s stopped: %u ticks\n", what, *ticks - before);
	CHECK(*ticks - before <= 1, 1);
}

static long periodic(u32 vcpu, u64 period)
{
	struct vcpu_set_periodic_timer op = { period };

	return HC3(vcpu_op, VCPUOP_set_periodic_timer, vcpu, &op);
}

static void test_default_timer(void)
{
	check_ticks("default", &upcalls, 50, 10);
	CHECK(HC3(vcpu_op, VCPUOP_stop_periodic_timer, 0, 0), 0);
	check_stopped("vCPU 0", &upcalls);
	CHECK(periodic(0, 50 * NS_PER_MS), 0);
	check_ticks("20 Hz", &upcalls, 20, 50);
	CHECK(HC3(vcpu_op, VCPUOP_stop_periodic_timer, 0, 0), 0);
	CHECK(periodic(0, 999999), -XEN_EINVAL);
	CHECK(periodic(0, 1ull << 63), -XEN_EINVAL);
	CHECK(periodic(0, 1ull << 62), -XEN_EINVAL);
	CHECK(HC3(vcpu_op, VCPUOP_set_periodic_timer, 0, BAD), -XEN_EFAULT);
}

/* Counts its own ticks, with upcalls masked. */
static void secondary(void)
{
	volatile ulong *pending =
		&shared->evtchn_pending[timer_port[1] / PORT_BITS];
	ulong bit = 1ul << timer_port[1] % PORT_BITS;

	alive = 1;
	for (;;)
		if (*pending & bit) {
			__asm__ volatile("lock and %1, %0" : "+m" (*pending)
					 : "r" (~bit));
			ticks1++;
		}
}

static void test_other_vcpu(void)
{
	struct vcpu_set_singleshot_timer shot = { time_now() + NS_PER_MS, 0 };

	CHECK(HC3(vcpu_op, VCPUOP_set_singleshot_timer, 1, &shot), -XEN_EINVAL);
	CHECK(HC3(vcpu_op, VCPUOP_stop_singleshot_timer, 1, 0), -XEN_EINVAL);
	CHECK(periodic(1, 20 * NS_PER_MS), 0);
	CHECK(periodic(1, 1000), -XEN_EINVAL);
	vcpu_run(1, secondary, stack1 + sizeof(stack1));
	while (!alive)
		sleep_ms(1);
	check_ticks("vCPU 1", &ticks1, 20, 20);
	CHECK(HC3(vcpu_op, VCPUOP_stop_periodic_timer, 1, 0), 0);
	check_stopped("vCPU 1", &ticks1);
	/* It spins, and nothing takes its CPU away. */
	CHECK(periodic(1, 20 * NS_PER_MS), 0);
	check_ticks("vCPU 1 again", &ticks1, 20, 20);
	HC3(vcpu_op, VCPUOP_down, 1, 0);
}

/* Far away, or in the past as a signed number: Xen takes it as 100 ms. */
static void test_huge_timeouts(void)
{
	static const u32 high[] = { 0x80000000, 0x7fffffff, 0xffffffff };
	u64 start;
	u32 i, soon = 0;

	for (i = 0; i < ARRAY_SIZE(high); i++) {
		upcalls = 0;
		start = time_now();
		CHECK(set_timer_op((u64)high[i] << 32), 0);
		while (!upcalls && time_now() < start + 20000 * NS_PER_MS)
			;
		spin_ms(200);
		CHECK(upcalls, 1);
		CHECK(last_upcall - start >= 99 * NS_PER_MS, 1);
		soon += last_upcall - start < 1000 * NS_PER_MS;
	}
	/* The machine under this one may stand still in one of them. */
	CHECK(soon + 1 >= i, 1);
}

static long poll(u32 n, void *ports, u64 timeout)
{
	struct sched_poll p = { .nr_ports = n, .timeout = timeout };

	p.ports.p = ports;
	return HC2(sched_op, SCHEDOP_poll, &p);
}

static void test_poll(void)
{
	u32 ipi = bind_ipi(), i;
	long rc;
	const struct {
		u32 port[2], n;
		long rc;
	} cases[] = {
		{ { NO_PORT }, 1, -XEN_EINVAL }, { { 5000 }, 1, -XEN_EINVAL },
		{ { 0 }, 1, -XEN_EINVAL }, { { ipi, NO_PORT }, 2, 0 },
		{ { NO_PORT, ipi }, 2, -XEN_EINVAL }, { { ipi }, 1, 0 },
	};

	mask_events(true);
	CHECK(send_port(ipi), 0);
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		rc = poll(cases[i].n, (void *)cases[i].port, 0);
		if (rc != cases[i].rc)
			print("poll, case %u\n", i);
		CHECK(rc, cases[i].rc);
	}
	CHECK(poll(129, (void *)cases, 0), -XEN_EINVAL);
	CHECK(poll(1, BAD, 0), -XEN_EFAULT);
	CHECK(HC2(sched_op, SCHEDOP_poll, BAD), -XEN_EFAULT);
	CHECK(HC2(sched_op, NO_OPERATION, 0), -XEN_ENOSYS);
	/* An event that can be delivered comes before all ports. */
	mask_events(false);
	shared->vcpu_info[0].evtchn_upcall_pending = 1;
	CHECK(poll(2, (void *)cases[4].port, 0), 0);
	on_event(0);
	CHECK(close_port(ipi), 0);
}

/* An error of it may come without its sign: Xen counts in 32 bits here. */
static int watchdog(u32 id, u32 timeout)
{
	struct sched_watchdog w = { id, timeout };

	return (int)HC2(sched_op, SCHEDOP_watchdog, &w);
}

static void test_watchdog(void)
{
	static const struct {
		u32 id, timeout;
		long rc;
	} cases[] = {
		{ 3, 1000, -XEN_EINVAL }, { 1, 1000, -XEN_EINVAL },
		{ 1, 0, -XEN_EINVAL }, { ~0u, 1000, -XEN_EINVAL },
		{ 0, 1000, 1 }, { 2, 1000, -XEN_EINVAL }, { 0, 1000, 2 },
		{ 0, 1000, -XEN_ENOSPC }, { 1, 1000, 0 }, { 1, 0, 0 },
		{ 1, 1000, -XEN_EINVAL }, { 0, 1000, 1 }, { 2, 0, 0 },
		{ 1, 0, 0 },
	};
	long rc;
	u32 i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		rc = watchdog(cases[i].id, cases[i].timeout);
		if (rc != cases[i].rc)
			print("watchdog, case %u\n", i);
		CHECK(rc, cases[i].rc);
	}
	CHECK(HC2(sched_op, SCHEDOP_watchdog, BAD), -XEN_EFAULT);
}

static long pin(int cpu)
{
	struct sched_pin_override p = { cpu };

	return HC2(sched_op, SCHEDOP_pin_override, &p);
}

static long set_mask(u8 cpus)
{
	static const struct domu dom0 = { .id = 0 };
	struct xen_domctl_vcpuaffinity *a = &domctl_op.u.vcpuaffinity;
	u8 map[8] = { cpus };

	memset(a, 0, sizeof(*a));
	a->flags = XEN_VCPUAFFINITY_HARD;
	a->cpumap_hard.nr_bits = 64;
	set_xen_guest_handle(a->cpumap_hard.bitmap, map);
	return domu_ctl(&dom0, XEN_DOMCTL_setvcpuaffinity);
}

static void test_pin(void)
{
	CHECK(pin(-1), -XEN_EINVAL);
	CHECK(pin(100), -XEN_EINVAL);
	CHECK(pin(0x7fffffff), -XEN_EINVAL);
	CHECK(pin(0), 0);
	CHECK(pin(0), -XEN_EBUSY);
	CHECK(set_mask(1), -XEN_EBUSY);
	CHECK(pin(-5), 0);
	CHECK(pin(-1), -XEN_EINVAL);
	CHECK(set_mask(1), 0);
	CHECK(set_mask(0xff), 0);
	CHECK(HC2(sched_op, SCHEDOP_pin_override, BAD), -XEN_EFAULT);
}

static long old_evtchn(u32 cmd, u32 arg, evtchn_op_t *op)
{
	*op = (evtchn_op_t){ .cmd = cmd };
	memcpy(&op->u, &arg, sizeof(arg));
	return HC1(event_channel_op_compat, op);
}

static long old_physdev(u32 cmd, u32 arg)
{
	physdev_op_t op = { .cmd = cmd, .u.set_iopl.iopl = arg };

	return HC1(physdev_op_compat, &op);
}

static void test_compat(void)
{
	evtchn_op_t op;
	u32 port;

	CHECK(old_evtchn(EVTCHNOP_bind_ipi, 0, &op), 0);
	port = op.u.bind_ipi.port;
	CHECK(port != 0, 1);
	mask_events(true);
	CHECK(old_evtchn(EVTCHNOP_send, port, &op), 0);
	CHECK(port_pending(port), 1);
	CHECK(old_evtchn(EVTCHNOP_send, NO_PORT, &op), -XEN_EINVAL);
	CHECK(old_evtchn(EVTCHNOP_close, port, &op), 0);
	CHECK(old_evtchn(EVTCHNOP_reset, DOMID_SELF, &op), -XEN_ENOSYS);
	CHECK(old_evtchn(~0u, 0, &op), -XEN_ENOSYS);
	CHECK(HC1(event_channel_op_compat, BAD), -XEN_EFAULT);
	on_event(0);
	mask_events(false);

	CHECK(old_physdev(PHYSDEVOP_set_iopl, 1), 0);
	CHECK(old_physdev(PHYSDEVOP_set_iopl, 4), -XEN_EINVAL);
	CHECK(old_physdev(~0u, 0), -XEN_ENOSYS);
	CHECK(HC1(physdev_op_compat, BAD), -XEN_EFAULT);

	CHECK(HC2(sched_op_compat, SCHEDOP_yield, 0), 0);
	mask_events(true);
	upcalls = 0;
	CHECK(set_timer_op(time_now() + 2 * NS_PER_MS), 0);
	CHECK(HC2(sched_op_compat, SCHEDOP_block, 0), 0);
	CHECK(upcalls, 1);
	CHECK(HC2(sched_op_compat, SCHEDOP_poll, 0), -XEN_ENOSYS);
	CHECK(HC2(sched_op_compat, SCHEDOP_watchdog, 0), -XEN_ENOSYS);
}

struct call {
	u32 nr, result;
	ulong a[2];
};
#define NO_CALL	(~0u)

/* What the domain runs: the calls of its list, and then it waits. */
static void __attribute__((noinline, noreturn)) make_calls(void)
{
	volatile struct call *c = (void *)(ulong)LIST;

	for (;; c++) {
		while (c->nr == NO_CALL)
			;
		c->result = (u32)raw_hypercall(c->nr, c->a[0], c->a[1], 0, 0,
					       0);
	}
}

/*
 * A domain's calls of sched_op, or of its old form, with what each gives; how
 * many of them return; for what reason the domain ends (NONE: it goes on).
 */
#define NONE	99u
#define OLD	0x80000000u		/* in the operation's number */
static const struct end {
	const char *what;
	u32 returns, reason;
	struct {
		u32 op, arg[2];
		int rc;
	} call[MAX_CALLS];
} ends[] = {
	{ "a watchdog", 1, SHUTDOWN_watchdog,
	  { { SCHEDOP_watchdog, { 0, 1 }, 1 } } },
	{ "a stopped watchdog", 2, NONE,
	  { { SCHEDOP_watchdog, { 0, 1 }, 1 },
	    { SCHEDOP_watchdog, { 1, 0 }, 0 } } },
	{ "the first code", 2, SHUTDOWN_suspend,
	  { { SCHEDOP_shutdown_code, { SHUTDOWN_suspend }, 0 },
	    { SCHEDOP_shutdown_code, { SHUTDOWN_reboot }, 0 },
	    { SCHEDOP_shutdown, { SHUTDOWN_poweroff }, 0 } } },
	{ "a code of 8 bits", 0, SHUTDOWN_crash,
	  { { SCHEDOP_shutdown, { 0x100 | SHUTDOWN_crash }, 0 } } },
	{ "the old shutdown", 0, SHUTDOWN_reboot,
	  { { OLD | SCHEDOP_shutdown, { 0x100 | SHUTDOWN_reboot }, 0 } } },
	{ "what others may", 3, NONE,
	  { { SCHEDOP_remote_shutdown, { 0, 0 }, -XEN_EPERM },
	    { SCHEDOP_remote_shutdown, { NO_DOMAIN, 0 }, -XEN_ESRCH },
	    { SCHEDOP_pin_override, { 0, 0 }, -XEN_EPERM } } },
};

static void make_caller(const struct end *e)
{
	static vcpu_guest_context_t ctx;
	struct call *c = (void *)place;
	u32 i, op;

	domu_empty(&domu);
	domu_fill(&domu, place, (const u8 *)make_calls, CODE_BYTES);
	CHECK(domu_map(&domu, place, domu.frames[DATA >> 12], PTE_RWP), 0);
	for (i = 0; i < MAX_CALLS; i++)
		memcpy(place + i * DATA_BYTES, e->call[i].arg, 8);
	CHECK(domu_map(&domu, place, domu.frames[LIST >> 12], PTE_RWP), 0);
	memset(place, 0xff, 4096);
	for (i = 0; i < MAX_CALLS; i++) {
		op = e->call[i].op;
		c[i].nr = op & OLD ? __HYPERVISOR_sched_op_compat :
				     __HYPERVISOR_sched_op;
		c[i].a[0] = op & ~OLD;
		c[i].a[1] = op & OLD ? e->call[i].arg[0] :
				       DATA + i * DATA_BYTES;
		if (op == SCHEDOP_yield)	/* no row: the list's end */
			c[i].nr = NO_CALL;
	}
	CHECK(set_pte_va(place, 0, UVMF_INVLPG), 0);
	CHECK(domu_pin(&domu, PIN_ROOT, domu.frames[0]), 0);
	domu_context(&domu, &ctx);
	CHECK(domu_set_context(&domu, &ctx), 0);
	CHECK(domu_map(&domu, place, domu.frames[LIST >> 12], PTE_RO), 0);
	CHECK(domu_ctl(&domu, XEN_DOMCTL_unpausedomain), 0);
}

/* After so many times 50 ms at most: why it ended. */
static u32 reason_in(u32 n)
{
	u32 flags;

	for (; n; n--) {
		sleep_ms(50);
		CHECK(domu_ctl(&domu, XEN_DOMCTL_getdomaininfo), 0);
		flags = domctl_op.u.getdomaininfo.flags;
		if (flags & XEN_DOMINF_shutdown)
			return flags >> XEN_DOMINF_shutdownshift &
			       XEN_DOMINF_shutdownmask;
	}
	return NONE;
}

static void end_caller(void)
{
	CHECK(set_pte_va(place, 0, UVMF_INVLPG), 0);
	CHECK(domu_ctl(&domu, XEN_DOMCTL_destroydomain), 0);
	CHECK(domu_gone(&domu), 1);
}

static void test_ends(void)
{
	const struct end *e;
	u32 reason, i;
	int rc;

	for (e = ends; e < ends + ARRAY_SIZE(ends); e++) {
		make_caller(e);
		reason = reason_in(e->reason == NONE ? 40 : 200);
		for (i = 0; i < e->returns; i++) {
			rc = (int)((struct call *)place)[i].result;
			if (rc != e->call[i].rc)
				print("%s, call %u\n", e->what, i);
			CHECK(rc, e->call[i].rc);
		}
		if (reason != e->reason)
			print("%s\n", e->what);
		CHECK(reason, e->reason);
		end_caller();
	}
}

static void test_remote(void)
{
	struct sched_remote_shutdown r = {
		.domain_id = NO_DOMAIN, .reason = 0x100 | SHUTDOWN_suspend,
	};

	CHECK(HC2(sched_op, SCHEDOP_remote_shutdown, &r), -XEN_ESRCH);
	r.domain_id = DOMID_SELF;
	CHECK(HC2(sched_op, SCHEDOP_remote_shutdown, &r), -XEN_ESRCH);
	CHECK(HC2(sched_op, SCHEDOP_remote_shutdown, BAD), -XEN_EFAULT);
	make_caller(&ends[5]);
	r.domain_id = (domid_t)domu.id;
	CHECK(HC2(sched_op, SCHEDOP_remote_shutdown, &r), 0);
	CHECK(reason_in(40), SHUTDOWN_suspend);
	end_caller();
}

void test_main(void)
{
	struct evtchn_bind_virq op = { .virq = VIRQ_TIMER };
	u32 i;

	event_handler = on_event;
	for (i = 0; i < VIRQ_PORTS; i++) {
		op.vcpu = i;
		CHECK(HC2(event_channel_op, EVTCHNOP_bind_virq, &op), 0);
		timer_port[i] = op.port;
	}
	mask_events(false);
	test_default_timer();
	test_other_vcpu();
	test_huge_timeouts();
	test_poll();
	test_watchdog();
	test_pin();
	test_compat();
	mask_events(true);
	test_remote();
	test_ends();
}
