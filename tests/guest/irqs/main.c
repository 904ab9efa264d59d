// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/event_channel.h bind_vcpu): the event of an interrupt goes to the
 * vCPU that its port is bound to, and none is lost when that changes while
 * interrupts arrive. On Krypton, as on Xen, the machine's interrupt moves to the
 * processor of that vCPU: Krypton's key "i" says how many each processor had.
 *
 * The interrupt is that of the CMOS clock (Motorola MC146818), which is raised
 * once for each read of the clock's register C.
 *
 * Test: irqs -c 2
 * Test: irqs-64 -w 64 -c 2
 */
#include "domu.h"

#define RTC_GSI		8u
#define RTC_A		0x0a
#define RTC_B		0x0b
#define RTC_C		0x0c
#define RATE_128_HZ	0x29
#define PERIODIC	0x40
#define TURNS		6u
#define EVENTS		5u	/* in each turn */

static u8 stack1[8192] __attribute__((aligned(4096)));
static volatile bool stop;
static char ring[65536];
static u32 old_b;

static u8 rtc_read(u8 reg)
{
	u8 v;

	__asm__ volatile("outb %%al, $0x70" :: "a" (reg));
	__asm__ volatile("inb $0x71, %%al" : "=a" (v));
	return v;
}

static void rtc_write(u8 reg, u8 v)
{
	__asm__ volatile("outb %%al, $0x70" :: "a" (reg));
	__asm__ volatile("outb %%al, $0x71" :: "a" (v));
}

/* It stays on its processor, and interrupts of its own come to it there. */
static void vcpu1_main(void)
{
	while (!stop)
		__asm__ volatile("pause");
	vcpu_down(1);
}

static u32 bind(void)
{
	struct physdev_map_pirq m = {
		.domid = DOMID_SELF, .type = MAP_PIRQ_TYPE_GSI,
		.index = RTC_GSI, .pirq = RTC_GSI,
	};
	struct physdev_setup_gsi setup = { .gsi = RTC_GSI };
	struct evtchn_bind_pirq b = { .pirq = RTC_GSI };

	CHECK(HC2(physdev_op, PHYSDEVOP_map_pirq, &m), 0);
	HC2(physdev_op, PHYSDEVOP_setup_gsi, &setup);	/* it may be, by now */
	CHECK(HC2(event_channel_op, EVTCHNOP_bind_pirq, &b), 0);
	return b.port;
}

/* Wait for an interrupt, and let the clock raise the next one. */
static bool next_event(u32 port)
{
	volatile ulong *word = &shared->evtchn_pending[port / PORT_BITS];
	u32 i;

	for (i = 0; i < 1000000 && !port_pending(port); i++)
		HC2(sched_op, SCHEDOP_yield, 0);
	if (!port_pending(port))
		return false;
	__atomic_fetch_and(word, ~((ulong)1 << port % PORT_BITS),
			   __ATOMIC_SEQ_CST);
	rtc_read(RTC_C);
	return true;
}

/* Behind the last 'what' in the ring: a number; 0 if it is nowhere. */
static u32 number_behind(const char *what)
{
	u32 at = 0, i, n, v = 0;

	for (i = 0; i < sizeof(ring); i++) {
		for (n = 0; what[n] && i + n < sizeof(ring) - 1 &&
		     ring[i + n] == what[n];)
			n++;
		if (!what[n])
			at = i + n;
	}
	while (at && ring[at] >= '0' && ring[at] <= '9')
		v = v * 10 + (u32)(ring[at++] - '0');
	return v;
}

static void check_processors(void)
{
	xen_sysctl_t s = { .cmd = XEN_SYSCTL_readconsole,
			   .interface_version = XEN_SYSCTL_INTERFACE_VERSION };

	press_key('i');
	set_xen_guest_handle(s.u.readconsole.buffer, ring);
	s.u.readconsole.count = sizeof(ring) - 1;
	CHECK(HC1(sysctl, &s), 0);
	if (!number_behind("(KR) GSI "))
		return;			/* another hypervisor's ring */
	CHECK(number_behind("CPU 0's device interrupts: ") >= EVENTS, 1);
	CHECK(number_behind("CPU 1's device interrupts: ") >= EVENTS, 1);
}

void test_main(void)
{
	struct physdev_set_iopl iopl = { .iopl = 1 };
	struct evtchn_bind_vcpu b;
	u32 turn, i;

	HC2(physdev_op, PHYSDEVOP_set_iopl, &iopl);
	vcpu_run(1, vcpu1_main, stack1 + sizeof(stack1));
	b.port = bind();
	old_b = rtc_read(RTC_B);
	rtc_write(RTC_A, RATE_128_HZ);
	rtc_write(RTC_B, (u8)(old_b | PERIODIC));
	rtc_read(RTC_C);
	for (turn = 0; turn < TURNS; turn++) {
		b.vcpu = turn % 2;
		CHECK(HC2(event_channel_op, EVTCHNOP_bind_vcpu, &b), 0);
		for (i = 0; i < EVENTS && next_event(b.port); i++)
			;
		CHECK(i, EVENTS);
	}
	rtc_write(RTC_B, (u8)old_b);
	check_processors();
	stop = true;
}
