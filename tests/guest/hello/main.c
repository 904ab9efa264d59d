// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (xen/xen.h start_info, xen/arch-x86): a PV kernel finds itself on the
 * flat selectors of its width with start_info, and console_io, xen_version and
 * sched_op work. As on Xen its first level-2 entries let user mode pass; its
 * level-1 entries do not at 32 bits, and at 64 have what the hypervisor added.
 *
 * Test: hello
 * Test: hello-64 -w 64
 */
#include "guest.h"

#define NO_VERSION	77u	/* of the operations of xen_version */

static void test_tables(void)
{
	CHECK(*entry_of(test_main, 2) & PTE_US, PTE_US);
	CHECK(*pte_of(test_main) & PTE_US, PTE_ADDED & PTE_US);
}

void test_main(void)
{
	static const char want[] = GUEST_MAGIC;
	const char *magic = start_info->magic;
	u16 cs, ss;
	u32 i;

	__asm__ volatile("mov %%cs, %0; mov %%ss, %1" : "=r" (cs), "=r" (ss));
	CHECK_SELECTOR(cs, FLAT_KERNEL_CS);
	CHECK_SELECTOR(ss, FLAT_KERNEL_SS);
	for (i = 0; i < sizeof(want) - 1; i++)
		CHECK(magic[i], want[i]);
	CHECK(start_info->flags & (SIF_PRIVILEGED | SIF_INITDOMAIN),
	      SIF_PRIVILEGED | SIF_INITDOMAIN);
	CHECK(HC2(xen_version, XENVER_version, 0), XEN_4_17);
	CHECK(hypercall(NO_HYPERCALL, 0, 0, 0, 0, 0), -XEN_ENOSYS);
	CHECK(HC2(xen_version, NO_VERSION, 0), -XEN_ENOSYS);
	test_tables();
	print("hello from a guest of %u bits with %lu pages\n", WIDTH,
	      start_info->nr_pages);
}
