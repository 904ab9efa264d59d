// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which errors raise #MC, in all banks of up to 32: all, but for bank 0 of Intel's
 * family 6 before model 1ah (SDM volume 3, "IA32_MCi_CTL MSRs"), and bit 10 of bank 4
 * on AMD's families 0fh and 10h. Both are as on Xen 4.17 (mce_firstbank(), mce_amd.c).
 */
#include "host.h"

#define BANKS	40u			/* as MCG_CAP says */
#define CONTROL	0x400u			/* of bank 0; four registers a bank */

static u64 controls[32];
static u32 written;			/* bit per bank */

static u64 test_rdmsr(u32 msr)
{
	assert_true(msr == 0x179 || msr == 0x17a || msr < CONTROL + 32 * 4);
	return msr == 0x179 ? BANKS : 0;
}

static void test_wrmsr(u32 msr, u64 v)
{
	if (msr < CONTROL || msr % 4)
		return;
	assert_true(msr < CONTROL + 32 * 4);
	controls[(msr - CONTROL) / 4] = v;
	written |= 1u << (msr - CONTROL) / 4;
}

#define rdmsr		test_rdmsr
#define wrmsr		test_wrmsr
#define write_cr4(v)	((void)(v))
#define poll		test_poll
#include "machine/mce.c"

static bool test_model(u32 leaf, u32 r[4])
{
	host_model(leaf, r);
	if (leaf == 1)
		r[3] = 0x4080;			/* MCE and MCA */
	return true;
}

static const struct {
	const char *vendor;
	u32 signature;
	u64 control0, control4;		/* 0: not written */
} processors[] = {
	{ "GenuineIntel", 0x000006f6, 0, ~0ull },	/* Core 2 */
	{ "GenuineIntel", 0x00010676, 0, ~0ull },
	{ "GenuineIntel", 0x000106a4, ~0ull, ~0ull },	/* Nehalem */
	{ "GenuineIntel", 0x000306c3, ~0ull, ~0ull },
	{ "GenuineIntel", 0x00000f41, ~0ull, ~0ull },	/* Pentium 4 */
	{ "AuthenticAMD", 0x00020f32, ~0ull, ~0x400ull },
	{ "AuthenticAMD", 0x00100f42, ~0ull, ~0x400ull },
	{ "AuthenticAMD", 0x00200f31, ~0ull, ~0ull },
	{ "AuthenticAMD", 0x00800f12, ~0ull, ~0ull },
	{ "CentaurHauls", 0x000006f2, ~0ull, ~0ull },
};

static void test_banks(void **state)
{
	u32 i, k;

	(void)state;
	host_reset();
	host_cpuid = test_model;
	for (i = 0; i < ARRAY_SIZE(processors); i++) {
		host_vendor = processors[i].vendor;
		host_signature = processors[i].signature;
		memset(controls, 0, sizeof(controls));
		written = 0;
		mce_init_cpu();
		timer_kill(&poll_timer[0]);
		assert_int_equal(controls[0], processors[i].control0);
		assert_int_equal(controls[4], processors[i].control4);
		assert_int_equal(written | 1, ~0u);
		for (k = 1; k < 32; k++)
			assert_true(k == 4 || controls[k] == ~0ull);
	}
	host_cpuid = NULL;
}

EXPORT_TESTS(mce, cmocka_unit_test(test_banks));
