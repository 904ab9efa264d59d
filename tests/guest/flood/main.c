// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (xen-command-line.pandoc guest_loglvl): whatever loglvl is, messages
 * that a guest provokes have thresholds of their own, and a rate: thousands of
 * bad reads of an MSR, and of hypercalls that do not exist, leave a few lines in
 * the hypervisor's log. Class: work whose length a guest chooses, under a lock
 * that others wait for. Each time that there is news in the log, Dom0 gets
 * VIRQ_CON_RING (xen/xen.h).
 *
 * Test: flood -o loglvl=all
 * Test: flood-64 -w 64 -o loglvl=all
 */
#include "domu.h"

#define TIMES	3000u
#define NO_MSR	0x12345u
#define LINES	30u
#define NEWS	5u

static char text[16384] __attribute__((aligned(4096)));
static u32 position;

/* Lines of the log since the last call. */
static u32 new_lines(void)
{
	xen_sysctl_t s = { .cmd = XEN_SYSCTL_readconsole,
			   .interface_version = XEN_SYSCTL_INTERFACE_VERSION };
	u32 i, n = 0;

	s.u.readconsole.incremental = 1;
	s.u.readconsole.index = position;
	s.u.readconsole.count = sizeof(text);
	set_xen_guest_handle(s.u.readconsole.buffer, text);
	CHECK(HC1(sysctl, &s), 0);
	position = s.u.readconsole.index;
	for (i = 0; i < s.u.readconsole.count; i++)
		n += text[i] == '\n';
	return n;
}

static void test_news(void)
{
	struct evtchn_bind_virq b = { .virq = VIRQ_CON_RING };
	u32 i, waited;

	CHECK(HC2(event_channel_op, EVTCHNOP_bind_virq, &b), 0);
	for (i = 0; i < NEWS; i++) {
		sleep_ms(20);		/* for what was said before */
		clear_events(0);
		new_lines();
		press_key('h');	/* lines of the hypervisor's own */
		for (waited = 0; !port_pending(b.port) && waited < 1000;
		     waited++)
			sleep_ms(1);
		CHECK(port_pending(b.port), 1);
		CHECK(new_lines() > 0, 1);
	}
	CHECK(close_port(b.port), 0);
}

void test_main(void)
{
	u32 i, n;

	test_news();
	new_lines();
	for (i = 0; i < TIMES; i++) {
		hypercall(NO_HYPERCALL, 0, 0, 0, 0, 0);
		if (EXPECT_TRAP("mov %0, %%ecx; rdmsr", "r" (NO_MSR + i)) !=
		    X86_TRAP_GP)
			CHECK(i, TIMES);
	}
	n = new_lines();
	print("%u lines of %u calls and reads\n", n, 2 * TIMES);
	CHECK(n <= LINES, 1);
}
