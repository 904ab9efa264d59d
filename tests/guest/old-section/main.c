// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (Xen's libelf, "__xen_guest section"): a Dom0 kernel without ELF notes
 * starts by what the string in its section __xen_guest says, and finds its
 * hypercall page filled. All that other guests rely on is as with notes.
 *
 * Test: old-section
 */
#include "guest.h"

extern const u8 hypercall_page[];

void test_main(void)
{
	u16 cs;
	u32 i;

	__asm__ volatile("mov %%cs, %0" : "=r" (cs));
	CHECK(cs, FLAT_KERNEL_CS);
	CHECK((u32)hypercall_page, 0x101000);
	/* mov $n, %eax in each place but iret's */
	for (i = 0; i < 64; i++)
		if (i != __HYPERVISOR_iret) {
			CHECK(hypercall_page[i * 32], 0xb8);
			CHECK(*(const u32 *)(hypercall_page + i * 32 + 1), i);
		}
	CHECK(HC2(xen_version, XENVER_version, 0), 4 << 16 | 17);
	CHECK(start_info->flags & SIF_INITDOMAIN, SIF_INITDOMAIN);
	CHECK(start_info->nr_pages > 1000, 1);
	CHECK(EXPECT_TRAP("ud2", "i" (0)), 6);
	print("started by the section __xen_guest\n");
}
