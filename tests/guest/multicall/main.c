// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/xen.h multicall_entry): entries run in order, each gets its own
 * result; a bad address ends the list with -EFAULT; an entry that is a multicall
 * is -EINVAL and does nothing (the guest "entry" has an iret in a list); guest
 * handles are checked for their whole range (XSA-212), and arguments that say
 * "go on from here" are no reason to trust (XSA-296).
 *
 * Test: multicall
 * Test: multicall-64 -w 64
 */
#include "guest.h"

PAGE_BUFFER(data);
static multicall_entry_t mc[64];

#define UNTOUCHED	0x5a5a5a5a	/* a result that no call gives */
#define PREEMPTED	0x80000000u	/* in a count of entries */
#define EXTENTS_DONE	0x3ffffffu	/* above the number of an operation */

static void fill(u32 i, u32 op, ulong a, ulong b, ulong c, ulong d)
{
	mc[i] = (multicall_entry_t){ .op = op, .args = { a, b, c, d } };
	mc[i].result = UNTOUCHED;
}

static void fill_version(u32 i)
{
	fill(i, __HYPERVISOR_xen_version, XENVER_version, 0, 0, 0);
}

static void test_order(void)
{
	u32 i;

	for (i = 0; i < 40; i += 2) {
		mc[i] = va_mapping_call(data, va_maddr(data) |
					(i & 2 ? PTE_RO : PTE_RWP));
		fill_version(i + 1);
	}
	fill(40, NO_HYPERCALL, 0, 0, 0, 0);
	fill_version(41);
	CHECK(HC2(multicall, mc, 42), 0);
	for (i = 0; i < 40; i += 2) {
		CHECK(mc[i].result, 0);
		CHECK(mc[i + 1].result, XEN_4_17);
	}
	CHECK(mc[40].result, -XEN_ENOSYS);
	CHECK(mc[41].result, XEN_4_17);
	make_rw(data);
}

static void test_nested(void)
{
	fill(0, __HYPERVISOR_multicall, (ulong)&mc[2], 1, 0, 0);
	fill_version(1);
	fill_version(2);
	CHECK(HC2(multicall, mc, 2), 0);
	CHECK(mc[0].result, -XEN_EINVAL);
	CHECK(mc[1].result, XEN_4_17);
	CHECK(mc[2].result, UNTOUCHED);
}

static void test_bad_addresses(void)
{
	/* What begins there is longer than the rest of the address space. */
	static const ulong bad[] = { -16ul, -31ul, NOWHERE };
	u32 i;

	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		CHECK(HC2(multicall, bad[i], 2), -XEN_EFAULT);
		CHECK(HC2(xen_version, XENVER_extraversion, bad[i]),
		      -XEN_EFAULT);
		CHECK(HC3(console_io, CONSOLEIO_write, 64, bad[i]),
		      -XEN_EFAULT);
		CHECK(HC2(event_channel_op, EVTCHNOP_status, bad[i]),
		      -XEN_EFAULT);
		CHECK(HC2(sched_op, SCHEDOP_poll, bad[i]), -XEN_EFAULT);
		CHECK(HC1(set_trap_table, bad[i]), -XEN_EFAULT);
		/* Says how many extents it did: none. */
		CHECK(HC2(memory_op, XENMEM_increase_reservation, bad[i]), 0);
		CHECK(HC2(physdev_op, PHYSDEVOP_set_iopl, bad[i]),
		      -XEN_EFAULT);
		CHECK(HC2(callback_op, CALLBACKOP_register, bad[i]),
		      -XEN_EFAULT);
	}
	/* Output into the read-only window. */
	CHECK(HC2(xen_version, XENVER_extraversion, window), -XEN_EFAULT);
	CHECK(HC2(xen_version, XENVER_capabilities, window - 8), -XEN_EFAULT);
	/* A good pointer to a page that is read-only. */
	CHECK(make_ro(data), 0);
	CHECK(HC2(xen_version, XENVER_extraversion, data), -XEN_EFAULT);
	CHECK(make_rw(data), 0);
}

/* Arguments in the middle of a "continued" call. */
static void test_continuations(void)
{
	mmu_update_t u = { .ptr = va_maddr((void *)pte_of(data)),
			   .val = *pte_of(data) };
	u32 done = 5;

	CHECK(HC4(mmu_update, &u, 1 | PREEMPTED, &done, DOMID_SELF), 0);
	CHECK(HC4(mmu_update, &u, ~0u, &done, DOMID_SELF) < 0, 1);
	CHECK(HC4(mmuext_op, -4ul, 1 | PREEMPTED, 0, DOMID_SELF) < 0, 1);
	/* All these extents are done, so it says. */
	CHECK(HC2(memory_op, XENMEM_populate_physmap | EXTENTS_DONE << 6, data),
	      EXTENTS_DONE);
}

void test_main(void)
{
	test_order();
	test_nested();
	test_bad_addresses();
	test_continuations();
}
