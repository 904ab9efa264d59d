// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules, on a machine with more memory than a 32-bit domain can name: such a domain
 * gets frames that its machine-to-phys window has (xen-x86_32.h; Xen's
 * domain_set_alloc_bitsize()), a 64-bit one others first. Each frame's number is
 * in the array. Who asks for frames below an address gets them. A frame that
 * nobody has cannot be mapped, wherever it is.
 *
 * Test: far -m 614400 -o dom0_mem=5G krypton-debug
 * Test: far-60g -m 61440 -o dom0_mem=5G krypton-debug
 * Test: far-64 -w 64 -m 614400 -o dom0_mem=5G krypton-debug
 */
#define __XEN_TOOLS__
#include "guest.h"
#include <xen/sysctl.h>

/* What a window of 166 MiB can name, and the power of two below it */
#define WINDOW	((0xffe00000ul - 0xf5800000ul) / 4)
#define NAMED	(1ul << 25)
#define LOW	(1ul << (32 - PAGE_SHIFT))
#define ORDER	9u

PAGE_BUFFER(page);

static ulong frames;		/* of the machine */

/* Of krypton-debug: all counts of frames. It panics if one is wrong. */
static void audit(void)
{
	xen_sysctl_t s = { .cmd = XEN_SYSCTL_debug_keys,
			   .interface_version = XEN_SYSCTL_INTERFACE_VERSION };
	char key = 'a';

	s.u.debug_keys.nr_keys = 1;
	set_xen_guest_handle(s.u.debug_keys.keys, &key);
	CHECK(HC1(sysctl, &s), 0);
}

static bool may_have(ulong m)
{
	if (frames <= WINDOW)
		return m < frames;
	return WIDTH == 32 ? m < NAMED : m >= NAMED && m < frames;
}

static void test_own(void)
{
	ulong i, m, far = 0, wrong = 0;

	for (i = 0; i < start_info->nr_pages; i++) {
		m = *pfn_to_mfn(i);
		far += !may_have(m);
		wrong += mfn_to_pfn(m) != i;
	}
	CHECK(far, 0);
	CHECK(wrong, 0);
}

static void test_asked(u32 bits)
{
	xen_pfn_t frame = 0;
	struct xen_memory_reservation r = {
		.nr_extents = 1, .extent_order = ORDER, .domid = DOMID_SELF,
		.mem_flags = bits,
	};

	set_xen_guest_handle(r.extent_start, &frame);
	CHECK(HC2(memory_op, XENMEM_increase_reservation, &r), 1);
	CHECK(bits ? frame < LOW : may_have(frame), 1);
	CHECK(HC2(memory_op, XENMEM_decrease_reservation, &r), 1);
}

static bool is_own(ulong m)
{
	ulong i;

	for (i = 0; i < start_info->nr_pages; i++)
		if (*pfn_to_mfn(i) == m)
			return true;
	return false;
}

/* Frames of no domain, used before or never. */
static void test_others(void)
{
	ulong m, i;

	for (i = 1; i < 64; i++) {
		m = frames / 64 * i + 12345;
		if (m < LOW || is_own(m))
			continue;
		CHECK(set_pte_va(page, (u64)m << 12 | PTE_RWP, 0) < 0, 1);
		CHECK(set_pte_va(page, (u64)m << 12 | PTE_P, 0) < 0, 1);
	}
	CHECK(make_rw(page), 0);
}

void test_main(void)
{
	frames = (ulong)HC2(memory_op, XENMEM_maximum_ram_page, 0) + 1;
	print("%lu MiB, of which the domain has %lu\n", frames >> 8,
	      start_info->nr_pages >> 8);
	test_own();
	audit();
	test_asked(0);
	test_asked(32);
	test_others();
	audit();
}
