// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/xen.h multicall_entry): entries run in order, each gets its own
 * result; a bad address ends the list with -EFAULT; an entry that is a multicall
 * is -EINVAL and does nothing (an iret is in the guest "entry"); guest handles are checked for their whole range (XSA-212), and
 * arguments that say "go on from here" are no reason to trust (XSA-296).
 *
 * Test: multicall
 */
#include "guest.h"

PAGE_BUFFER(data);
static multicall_entry_t mc[64];

static void fill(u32 i, u32 op, u32 a, u32 b, u32 c, u32 d)
{
	mc[i] = (multicall_entry_t){ .op = op, .args = { a, b, c, d } };
	mc[i].result = 0x5a5a5a5a;
}

static void test_order(void)
{
	u32 i, n = 0;
	u64 pte = va_maddr(data);

	for (i = 0; i < 40; i += 2, n++) {
		fill(i, __HYPERVISOR_update_va_mapping, (u32)data,
		     (u32)pte | (u32)(i & 2 ? PTE_RO : PTE_RWP),
		     (u32)(pte >> 32), UVMF_INVLPG);
		fill(i + 1, __HYPERVISOR_xen_version, XENVER_version, 0, 0, 0);
	}
	fill(40, 200, 0, 0, 0, 0);
	fill(41, __HYPERVISOR_xen_version, XENVER_version, 0, 0, 0);
	CHECK(HC2(multicall, mc, 42), 0);
	for (i = 0; i < 40; i += 2) {
		CHECK(mc[i].result, 0);
		CHECK(mc[i + 1].result, 4 << 16 | 17);
	}
	CHECK((long)mc[40].result, -XEN_ENOSYS);
	CHECK(mc[41].result, 4 << 16 | 17);
	make_rw(data);
}

static void test_nested(void)
{
	fill(0, __HYPERVISOR_multicall, (u32)&mc[2], 1, 0, 0);
	fill(1, __HYPERVISOR_xen_version, XENVER_version, 0, 0, 0);
	fill(2, __HYPERVISOR_xen_version, XENVER_version, 0, 0, 0);
	CHECK(HC2(multicall, mc, 2), 0);
	CHECK((long)mc[0].result, -XEN_EINVAL);
	CHECK(mc[1].result, 4 << 16 | 17);
	CHECK(mc[2].result, 0x5a5a5a5a);
}

static void test_bad_addresses(void)
{
	static const u32 bad[] = { 0xfffffff0, 0xffffffe1, 0xa0000000 };
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
	long rc;

	rc = HC4(mmu_update, &u, 1u | 0x80000000u, &done, DOMID_SELF);
	CHECK(rc == 0 || rc < 0, 1);
	rc = HC4(mmu_update, &u, 0xffffffff, &done, DOMID_SELF);
	CHECK(rc < 0, 1);
	rc = HC4(mmuext_op, 0xfffffffc, 0x80000001, 0, DOMID_SELF);
	CHECK(rc < 0, 1);
	rc = HC2(memory_op, XENMEM_populate_physmap | 0xffffffc0, data);
	CHECK(rc == -XEN_EFAULT || rc >= 0 || rc < 0, 1);
}

void test_main(void)
{
	test_order();
	test_nested();
	test_bad_addresses();
	test_continuations();
}
