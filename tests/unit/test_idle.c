// SPDX-License-Identifier: GPL-2.0-only
/*
 * Before it halts, a processor that may enter C1E is kept from it, because that stops
 * the local APIC's timer (BIOS and Kernel Developer's Guide for family 10h, MSR
 * C001_0055, bits 27 and 28). Those are AMD's families 0fh to 11h; other processors
 * lack the register, or it means something else.
 */
#include "host.h"

static bool there;			/* the register */
static u64 pending;
static u32 reads, writes;

static bool test_read(u32 msr, u64 *v)
{
	assert_int_equal(msr, 0xc0010055);
	reads++;
	*v = pending;
	return there;
}

static void test_write(u32 msr, u64 v)
{
	assert_int_equal(msr, 0xc0010055);
	pending = v;
	writes++;
}

#define rdmsr_safe	test_read
#define wrmsr_safe	test_write
#include "machine/idle.c"

static void test_c1e(void **state)
{
	static const struct {
		const char *vendor;
		u32 signature;
		bool may;
	} processors[] = {
		{ "AuthenticAMD", 0x000006a0, false },	/* family 6 */
		{ "AuthenticAMD", 0x00020f10, true },	/* 0fh */
		{ "AuthenticAMD", 0x00100f42, true },	/* 10h */
		{ "AuthenticAMD", 0x00200f31, true },	/* 11h */
		{ "AuthenticAMD", 0x00300f10, false },	/* 12h */
		{ "AuthenticAMD", 0x00a20f10, false },	/* 19h */
		{ "GenuineIntel", 0x00000f41, false },
		{ "HygonGenuine", 0x00900f01, false },
	};
	u32 i;

	(void)state;
	host_cpuid = host_model;
	for (i = 0; i < ARRAY_SIZE(processors); i++) {
		host_vendor = processors[i].vendor;
		host_signature = processors[i].signature;
		has_c1e = false;
		cpu_idle_init();
		assert_int_equal(has_c1e, processors[i].may);
	}
	host_cpuid = NULL;
	/* The firmware may set either bit at any time. */
	for (i = 0; i < 4; i++) {
		there = true;
		pending = 0x123456789 | (u64)i << 27;
		reads = writes = 0;
		leave_c1e();
		assert_int_equal(pending, 0x123456789 & ~(3ull << 27));
		assert_int_equal(writes, i != 0);
		leave_c1e();
		assert_int_equal(writes, i != 0);
		assert_int_equal(reads, 2);
	}
	there = false;
	pending = ~0ull;
	leave_c1e();
	assert_int_equal(pending, ~0ull);
}

EXPORT_TESTS(idle, cmocka_unit_test(test_c1e));
