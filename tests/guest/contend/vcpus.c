// SPDX-License-Identifier: GPL-2.0-only
/* vCPUs: initialised once, and told once where what they share lies. */
#include "contend.h"

static u8 infos[TARGETS][2][4096] __attribute__((aligned(4096)));
static u8 control[TARGETS][2][4096] __attribute__((aligned(4096)));
PAGE_BUFFER(eoi);
PAGE_BUFFER(eoi2);
static vcpu_guest_context_t contexts[2];

void setup_vcpus(void (*entry)(void), void *stack_end)
{
	vcpu_context(&contexts[0], entry, stack_end);
	vcpu_context(&contexts[1], entry, stack_end);
}

static long initialise(u32 round, u32 me)
{
	return HC3(vcpu_op, VCPUOP_initialise, 3 + round, &contexts[me]);
}

static long register_info(u32 round, u32 me)
{
	vcpu_register_vcpu_info_t r = { .mfn = va_mfn(infos[round][me]) };

	return HC3(vcpu_op, VCPUOP_register_vcpu_info, 3 + round, &r);
}

void check_page(u8 *p, bool used)
{
	memset(p, 0, 4096);
	CHECK(make_ro(p), 0);
	CHECK(mmuext(MMUEXT_PIN_L1_TABLE, va_mfn(p), 0) != 0, used);
	if (!used)
		CHECK(mmuext(MMUEXT_UNPIN_TABLE, va_mfn(p), 0), 0);
	CHECK(make_rw(p), 0);
}

static void check_infos(u32 round, u32 winner)
{
	check_page(infos[round][winner], true);
	check_page(infos[round][!winner], false);
}

static long init_control(u32 round, u32 me)
{
	struct evtchn_init_control c = {
		.control_gfn = va_mfn(control[round][me]), .vcpu = 3 + round,
	};

	return HC2(event_channel_op, EVTCHNOP_init_control, &c);
}

static void check_control(u32 round, u32 winner)
{
	check_page(control[round][winner], true);
	check_page(control[round][!winner], false);
}

static long eoi_frame(u32 round, u32 me)
{
	struct physdev_pirq_eoi_gmfn e = { .gmfn = va_mfn(me ? eoi2 : eoi) };

	(void)round;
	return HC2(physdev_op, PHYSDEVOP_pirq_eoi_gmfn_v2, &e);
}

static void check_eoi(u32 round, u32 winner)
{
	(void)round;
	check_page(eoi, winner == 0);
	check_page(eoi2, winner == 1);
}

const struct contest vcpu_contests[] = {
	{ "initialise a vCPU", "vcpu_context_set", SAME(initialise),
	  -XEN_EEXIST, .limit = TARGETS },
	{ "register a vcpu_info", "do_vcpu_op",
	  SAME(register_info), -XEN_EINVAL,
	  .after = check_infos, .limit = TARGETS },
	{ "name the EOI page", "do_physdev_op", SAME(eoi_frame), -XEN_EBUSY,
	  .after = check_eoi, .limit = 1 },
	{ "name a control block", "do_event_channel_op",
	  SAME(init_control), -XEN_EINVAL,
	  .after = check_control, .limit = TARGETS },
	{ .name = NULL }
};
