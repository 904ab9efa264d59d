// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen-command-line.pandoc dom0_mem, dom0_max_vcpus; xen/memory.h): the
 * first domain starts with the size that the hypervisor's options give, is told
 * so by start_info, and may grow to the maximum that they give, not further.
 * As many vCPUs exist as they say. Our own command line says what to expect:
 * pages, the maximum (2^31 - 1, at 64 bits 2^32 - 1: none), vCPUs.
 *
 * Test: size -o dom0_mem=min:100M,max:100M -a 25600/25600/1
 * Test: size-64 -w 64 -o dom0_mem=min:100M,max:100M -a 25600/25600/1
 * Test: size-grow -c 2 -o dom0_mem=100M,max:120M -o dom0_max_vcpus=1-16 -a 25600/30720/2
 * Test: size-free -c 2 -o dom0_mem=100M -o dom0_max_vcpus=3- -a 25600/2147483647/3
 * Test: size-free-64 -w 64 -c 2 -o dom0_mem=100M -o dom0_max_vcpus=3- -a 25600/4294967295/3 long
 */
#include "guest.h"

#define NO_MAXIMUM	0x7fffffffu	/* or more */

static u32 number(const char **s)
{
	u32 v = 0;

	while (**s && (**s < '0' || **s > '9'))
		++*s;
	for (; **s >= '0' && **s <= '9'; ++*s)
		v = v * 10 + (u32)(**s - '0');
	return v;
}

static long reservation(u32 op)
{
	domid_t self = DOMID_SELF;

	return HC2(memory_op, op, &self);
}

static bool grow(void)
{
	xen_pfn_t frame = 0;
	struct xen_memory_reservation r = { .nr_extents = 1,
					    .domid = DOMID_SELF };

	set_xen_guest_handle(r.extent_start, &frame);
	return HC2(memory_op, XENMEM_increase_reservation, &r) == 1;
}

static u32 vcpus(void)
{
	u32 n = 0;

	while (n < 64 && HC3(vcpu_op, VCPUOP_is_up, n, 0) >= 0)
		n++;
	return n;
}

void test_main(void)
{
	const char *s = (const char *)start_info->cmd_line;
	const u32 pages = number(&s), max = number(&s), cpus = number(&s);
	u32 i, more = max - pages;

	CHECK(start_info->nr_pages, pages);
	CHECK(reservation(XENMEM_current_reservation), pages);
	CHECK(reservation(XENMEM_maximum_reservation), max);
	CHECK(vcpus(), cpus);
	if (max >= NO_MAXIMUM)
		more = 1000;
	for (i = 0; i < more && grow(); i++)
		;
	CHECK(i, more);
	CHECK(reservation(XENMEM_current_reservation), pages + more);
	CHECK(grow(), max >= NO_MAXIMUM);
}
