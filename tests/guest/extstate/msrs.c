// SPDX-License-Identifier: GPL-2.0-only
/* Model-specific registers: which are set, which are got, and the counts. */
#include "extstate.h"

xen_domctl_vcpu_msr_t msrs[8];

long msr_ctl(const struct domu *u, u32 cmd, u32 vcpu, u32 count,
		    void *list)
{
	memset(&domctl_op.u, 0, sizeof(domctl_op.u));
	domctl_op.u.vcpu_msrs.vcpu = vcpu;
	domctl_op.u.vcpu_msrs.msr_count = count;
	set_xen_guest_handle(domctl_op.u.vcpu_msrs.msrs, list);
	return domu_ctl(u, cmd);
}

void set_msr(u32 i, u32 index, u32 reserved, u64 value)
{
	msrs[i] = (xen_domctl_vcpu_msr_t){ index, reserved, value };
}

#define GET	XEN_DOMCTL_get_vcpu_msrs
#define SET	XEN_DOMCTL_set_vcpu_msrs
#define COUNT	(domctl_op.u.vcpu_msrs.msr_count)

#define MISC_FEATURES	0x140u
#define TEN		0x10u

static void test_get_msrs(void)
{
	const struct domu self = { .id = 0 };
	u32 ours;

	CHECK(msr_ctl(&domu, GET, 1, 0, NULL), -XEN_ESRCH);
	CHECK(msr_ctl(&domu, SET, 1, 0, msrs), -XEN_ESRCH);
	CHECK(msr_ctl(&self, GET, 0, 0, NULL), -XEN_EINVAL);
	CHECK(msr_ctl(&self, SET, 0, 0, msrs), -XEN_EINVAL);
	CHECK(msr_ctl(&domu, GET, 0, 0, NULL), 0);
	CHECK(COUNT, 7);
	CHECK(msr_ctl(&domu, GET, 0, 8, msrs), 0);
	CHECK(COUNT, 0);
	set_msr(0, MSR_TSC_AUX, 0, AUX);
	CHECK(msr_ctl(&domu, SET, 0, 1, msrs), 0);
	__asm__ volatile("rdtscp" : "=c" (ours) :: "eax", "edx");
	CHECK(ours, 0);
	memset(msrs, 0xee, sizeof(msrs));
	CHECK(msr_ctl(&domu, GET, 0, 0, msrs), -XEN_ENOBUFS);
	CHECK(COUNT, 1);
	CHECK(msrs[0].index, 0xeeeeeeee);
	CHECK(msr_ctl(&domu, GET, 0, 1, (void *)BAD_BUFFER), -XEN_EFAULT);
	CHECK(msr_ctl(&domu, GET, 0, 8, msrs), 0);
	CHECK(COUNT, 1);
	CHECK(msrs[0].index, MSR_TSC_AUX);
	CHECK(msrs[0].reserved, 0);
	CHECK(msrs[0].value, AUX);
	CHECK(msrs[1].index, 0xeeeeeeee);
}

/* The second of two is refused, or the only one. */
static void test_set_msrs(void)
{
	static const struct { u32 index, reserved; u64 value; } bad[] = {
		{ MSR_TSC_AUX, 1, 0 }, { MSR_TSC_AUX, 0, 1ull << 32 },
		{ MISC_FEATURES, 0, 1 }, { TEN, 0, 0 }, { 0x48, 0, 1 },
		{ 0xc0011027, 0, 1 }, { ~0u, 0, 0 },
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		set_msr(0, MISC_FEATURES, 0, 0);
		set_msr(1, bad[i].index, bad[i].reserved, bad[i].value);
		CHECK(msr_ctl(&domu, SET, 0, 2, msrs), -XEN_EINVAL);
		CHECK(COUNT, 1);
		CHECK(msr_ctl(&domu, SET, 0, 1, &msrs[1]), -XEN_EINVAL);
		CHECK(COUNT, 0);
	}
	CHECK(msr_ctl(&domu, SET, 0, 0, NULL), 0);
	CHECK(msr_ctl(&domu, SET, 0, 8, msrs), -XEN_EINVAL);
	CHECK(msr_ctl(&domu, SET, 0, 1, (void *)BAD_BUFFER), -XEN_EFAULT);
	CHECK(COUNT, 0);
	CHECK(msr_ctl(&domu, GET, 0, 8, msrs), 0);
	CHECK(msrs[0].value, AUX);
}

void test_msrs(void)
{
	test_get_msrs();
	test_set_msrs();
}
