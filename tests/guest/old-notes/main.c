// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (xen/elfnote.h): a kernel need not name a hypercall page, nor where the
 * hypervisor may start; `int $0x82` makes hypercalls from its own code, and
 * nothing is written to it. Features that it names without "!" are what it can
 * do, not what it needs.
 *
 * Test: old-notes
 */
#include "guest.h"

extern const u8 hypercall_page[];

void test_main(void)
{
	u32 v = __HYPERVISOR_xen_version, i;

	__asm__ volatile("int $0x82" : "+a" (v) : "b" (XENVER_version), "c" (0)
			 : "memory");
	CHECK(v, XEN_4_17);
	v = 99;
	__asm__ volatile("int $0x82" : "+a" (v) : "b" (0), "c" (0) : "memory");
	CHECK(v, -XEN_ENOSYS);
	for (i = 0; i < 128; i++) {
		CHECK(hypercall_page[i * 32], 0xb8);
		CHECK(hypercall_page[i * 32 + 5], 0xcd);
	}
	CHECK(start_info->flags & SIF_INITDOMAIN, SIF_INITDOMAIN);
	CHECK(window != 0, 1);
	CHECK_INSN("ud2", X86_TRAP_UD);
	print("started without a hypercall page\n");
}
