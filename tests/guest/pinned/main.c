// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen-command-line.pandoc dom0_vcpus_pin; xen/domctl.h vcpuaffinity): with
 * the option, each vCPU of the first domain may run on one processor alone, on
 * another one than those before it as long as there are more; without it, or if it
 * is off, on all. Our own command line says on how many. Setting both masks
 * changes neither of them if the soft one cannot be read.
 *
 * Test: pinned -c 4 -o dom0_vcpus_pin -a 1
 * Test: pinned-64 -w 64 -c 4 -o dom0_vcpus_pin -a 1
 * Test: pinned-more -c 2 -v 5 -o dom0_vcpus_pin=yes -a 1
 * Test: pinned-not -c 4 -o no-dom0_vcpus_pin -a 4
 */
#include "domu.h"

static const struct domu self = { .id = 0 };

/* The processors that the vCPU may run on, by the number of those that there are. */
static u32 processors(u32 vcpu, u32 there)
{
	struct xen_domctl_vcpuaffinity *a = &domctl_op.u.vcpuaffinity;
	u64 map = 0;

	memset(a, 0, sizeof(*a));
	a->vcpu = vcpu;
	a->flags = XEN_VCPUAFFINITY_HARD;
	a->cpumap_hard.nr_bits = 64;
	set_xen_guest_handle(a->cpumap_hard.bitmap, (u8 *)&map);
	CHECK(domu_ctl(&self, XEN_DOMCTL_getvcpuaffinity), 0);
	return (u32)map & ((1u << there) - 1);
}

/* Have vCPU 0 run on these, with a soft mask that cannot be read. */
static long set_both(u8 cpus)
{
	struct xen_domctl_vcpuaffinity *a = &domctl_op.u.vcpuaffinity;
	u8 map[8] = { cpus };

	memset(a, 0, sizeof(*a));
	a->flags = XEN_VCPUAFFINITY_HARD | XEN_VCPUAFFINITY_SOFT;
	a->cpumap_hard.nr_bits = a->cpumap_soft.nr_bits = 64;
	set_xen_guest_handle(a->cpumap_hard.bitmap, map);
	set_xen_guest_handle(a->cpumap_soft.bitmap, (u8 *)HYPERVISOR_PAGE);
	return domu_ctl(&self, XEN_DOMCTL_setvcpuaffinity);
}

static u32 there(void)
{
	static xen_sysctl_t op = {
		.cmd = XEN_SYSCTL_physinfo,
		.interface_version = XEN_SYSCTL_INTERFACE_VERSION,
	};

	CHECK(HC1(sysctl, &op), 0);
	return op.u.physinfo.nr_cpus;
}

static u32 count(u32 set)
{
	u32 n = 0;

	for (; set; set &= set - 1)
		n++;
	return n;
}

void test_main(void)
{
	const u32 cpus = there(), want = (u32)(start_info->cmd_line[0] - '0');
	u32 seen = 0, set, n;

	for (n = 0; HC3(vcpu_op, VCPUOP_is_up, n, 0) >= 0; n++) {
		set = processors(n, cpus);
		CHECK(count(set), want);
		CHECK(want == 1 && (seen & set), want == 1 && n >= cpus);
		seen |= set;
	}
	CHECK(n >= cpus, 1);
	CHECK(count(seen), cpus);
	set = processors(0, cpus);
	CHECK(set_both(want == 1 ? 0xff : 1), -XEN_EFAULT);
	CHECK(processors(0, cpus), set);
}
