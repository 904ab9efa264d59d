// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule: a PV32 kernel finds itself in ring 1 with the start_info that
 * xen/xen.h describes, and console_io, xen_version and sched_op work. As on Xen
 * its first level-2 entries let user mode pass, and its level-1 entries do not.
 *
 * Test: hello
 */
#include "guest.h"

static void test_tables(void)
{
	const u64 *l2 = (const u64 *)l2_of((u32)test_main >> 30);

	CHECK(l2[(u32)test_main >> 21 & 511] & PTE_US, PTE_US);
	CHECK(*pte_of(test_main) & PTE_US, 0);
}

void test_main(void)
{
	const char *magic = start_info->magic;
	const char want[] = "xen-3.0-x86_32p";
	u16 cs, ss;
	u32 i;

	__asm__ volatile("mov %%cs, %0; mov %%ss, %1" : "=r" (cs), "=r" (ss));
	CHECK(cs, 0xe019);
	CHECK(ss, 0xe021);
	for (i = 0; i < sizeof(want); i++)
		CHECK(magic[i], want[i]);
	CHECK(start_info->flags & (SIF_PRIVILEGED | SIF_INITDOMAIN),
	      SIF_PRIVILEGED | SIF_INITDOMAIN);
	CHECK(HC2(xen_version, XENVER_version, 0), 4 << 16 | 17);
	CHECK(hypercall(99, 0, 0, 0, 0, 0), -XEN_ENOSYS);
	CHECK(HC2(xen_version, 77, 0), -XEN_ENOSYS);
	test_tables();
	print("hello from a guest with %u pages\n", (u32)start_info->nr_pages);
}
