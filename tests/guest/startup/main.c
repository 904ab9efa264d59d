// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/sysctl.h): physinfo tells how many frames are free. Not much of a
 * test; tests/bench/startup.py reads from it when Dom0 began to run, and how many
 * frames neither Dom0 nor anyone else can have.
 *
 * Test: startup
 * Test: startup-64 -w 64
 */
#define __XEN_TOOLS__
#include "guest.h"
#include <xen/sysctl.h>

extern u32 start_tsc[2];

static struct e820entry map[64];

/* Whole frames of RAM that the machine has. */
static u32 machine_frames(void)
{
	struct xen_memory_map m = { .nr_entries = ARRAY_SIZE(map) };
	u32 i, n = 0;

	set_xen_guest_handle(m.buffer, map);
	CHECK(HC2(memory_op, XENMEM_machine_memory_map, &m), 0);
	for (i = 0; i < m.nr_entries; i++)
		if (map[i].type == E820_RAM)
			n += (u32)(map[i].size >> 12);
	return n;
}

void test_main(void)
{
	struct xen_sysctl op = {
		.cmd = XEN_SYSCTL_physinfo,
		.interface_version = XEN_SYSCTL_INTERFACE_VERSION,
	};
	const struct xen_sysctl_physinfo *p = &op.u.physinfo;

	CHECK(HC1(sysctl, &op), 0);
	CHECK(p->total_pages > p->free_pages, 1);
	CHECK(start_info->nr_pages + p->free_pages <= p->total_pages, 1);
	print("BENCH tsc %x %x machine %u dom0 %u free %u\n", start_tsc[1],
	      start_tsc[0], machine_frames(), (u32)start_info->nr_pages,
	      (u32)p->free_pages);
}
