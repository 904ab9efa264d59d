// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (xen/elfnote.h): a kernel need not name a hypercall page, nor where the
 * hypervisor may start; `int $0x82`, or SYSCALL of a 64-bit kernel, makes hypercalls
 * from its own code, and nothing is written to it. Features that it names without
 * "!" are what it can do, not what it needs.
 *
 * Test: old-notes
 * Test: old-notes-64 -w 64
 */
#include "guest.h"

#define STUBS		128u	/* of notes.S, with these opcodes */
#define MOVL_EAX	0xb8
#define CALL		(WIDTH == 32 ? 0xcd : 0x0f)	/* int, or SYSCALL */

extern const u8 hypercall_page[];

void test_main(void)
{
	u32 i;

	CHECK(raw_hypercall(__HYPERVISOR_xen_version, XENVER_version, 0, 0, 0,
			    0), XEN_4_17);
	CHECK(raw_hypercall(NO_HYPERCALL, 0, 0, 0, 0, 0), -XEN_ENOSYS);
	for (i = 0; i < STUBS; i++) {
		CHECK(hypercall_page[i * 32], MOVL_EAX);
		CHECK(hypercall_page[i * 32 + 5], CALL);
	}
	CHECK(start_info->flags & SIF_INITDOMAIN, SIF_INITDOMAIN);
	CHECK(window != 0, 1);
	CHECK_INSN("ud2", X86_TRAP_UD);
	print("started without a hypercall page\n");
}
