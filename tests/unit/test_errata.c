// SPDX-License-Identifier: GPL-2.0-only
/*
 * Errors of AMD's processors: each model that has one gets its bit in addition to
 * what the register holds, if the register exists; others, and other vendors' with
 * the same number, get none. LFENCE serialises wherever DE_CFG exists. On the models
 * with erratum 121, 64-bit DomUs are forbidden, unless the command line allows them.
 * The models are those of Xen 4.17's arch/x86/cpu/amd.c, and of Linux where Xen goes
 * by a feature.
 */
#include "host.h"

#define DE_CFG	0xc0011029
#define HELD	0x4000000000000001ull	/* what each register holds before */

static bool there;
/* DE_CFG, and another register that was written (0: none). */
static u64 de_cfg, value;
static u32 other;

static bool test_read(u32 msr, u64 *v)
{
	*v = msr == DE_CFG ? de_cfg : HELD;
	return there;
}

static void test_write(u32 msr, u64 v)
{
	if (msr == DE_CFG) {
		de_cfg = v;
		return;
	}
	assert_int_equal(other, 0);
	other = msr;
	value = v;
}

#define rdmsr_safe	test_read
#define wrmsr_safe	test_write
#include "machine/errata.c"

static const struct {
	const char *vendor;
	u32 signature, model, msr;
	u64 bit;
	bool forbidden;
} processors[] = {
	{ "AuthenticAMD", 0x000006a0, 0x060a, 0, 0, false },
	{ "AuthenticAMD", 0x00000f58, 0x0f05, 0xc0010015, 0x40, true },
	{ "AuthenticAMD", 0x00020f32, 0x0f23, 0xc0010015, 0x40, true },
	{ "AuthenticAMD", 0x00030ff2, 0x0f3f, 0xc0010015, 0x40, true },
	{ "AuthenticAMD", 0x00040f12, 0x0f41, 0xc0010015, 0x40, false },
	{ "AuthenticAMD", 0x000c0f10, 0x0fc1, 0xc0010015, 0x40, false },
	{ "AuthenticAMD", 0x00100f42, 0x1004, 0, 0, false },
	{ "AuthenticAMD", 0x00200f31, 0x1103, 0, 0, false },
	{ "AuthenticAMD", 0x00300f10, 0x1201, 0xc0011029, 0x80000000, false },
	{ "AuthenticAMD", 0x00500f20, 0x1402, 0, 0, false },
	{ "AuthenticAMD", 0x00600f12, 0x1501, 0, 0, false },
	{ "AuthenticAMD", 0x00700f01, 0x1600, 0xc0011020, 0x8000, false },
	{ "AuthenticAMD", 0x00700ff1, 0x160f, 0xc0011020, 0x8000, false },
	{ "AuthenticAMD", 0x00730f01, 0x1630, 0, 0, false },
	{ "AuthenticAMD", 0x00800f12, 0x1701, 0, 0, false },	/* Zen 1 */
	{ "AuthenticAMD", 0x00820f01, 0x1720, 0, 0, false },
	{ "AuthenticAMD", 0x00830f10, 0x1731, 0xc0011029, 0x200, false },
	{ "AuthenticAMD", 0x00860f01, 0x1760, 0xc0011029, 0x200, false },
	{ "AuthenticAMD", 0x00870f10, 0x1771, 0xc0011029, 0x200, false },
	{ "AuthenticAMD", 0x008a0f00, 0x17a0, 0xc0011029, 0x200, false },
	{ "AuthenticAMD", 0x00a00f11, 0x1901, 0, 0, false },	/* Zen 3 */
	{ "AuthenticAMD", 0x00a20f10, 0x1921, 0, 0, false },
	{ "AuthenticAMD", 0x00a50f00, 0x1950, 0, 0, false },
	{ "AuthenticAMD", 0x00a10f11, 0x1911, 0xc001102e, 0x20, false },
	{ "AuthenticAMD", 0x00a60f12, 0x1961, 0xc001102e, 0x20, false },
	{ "AuthenticAMD", 0x00aa0f00, 0x19a0, 0xc001102e, 0x20, false },
	{ "AuthenticAMD", 0x00b40f40, 0x1a44, 0, 0, false },	/* Zen 5 */
	{ "GenuineIntel", 0x00000f41, 0, 0, 0, false },
	{ "HygonGenuine", 0x00900f01, 0, 0, 0, false },
};

static void test_bits(void **state)
{
	u64 own;
	u32 i;

	(void)state;
	host_cpuid = host_model;
	for (i = 0; i < ARRAY_SIZE(processors) * 2; i++) {
		host_vendor = processors[i / 2].vendor;
		host_signature = processors[i / 2].signature;
		assert_int_equal(errata_model(), processors[i / 2].model);
		there = i % 2;
		other = 0;
		de_cfg = HELD;
		errata_init_cpu();
		own = processors[i / 2].msr == DE_CFG ? processors[i / 2].bit : 0;
		assert_int_equal(de_cfg, there ? HELD | 2 | own : HELD);
		if (!there || own)
			assert_int_equal(other, 0);
		else
			assert_int_equal(other, processors[i / 2].msr);
		assert_true(!other || value == (HELD | processors[i / 2].bit));
	}
	host_cpuid = NULL;
}

static void test_forbidden(void **state)
{
	u32 i;

	(void)state;
	host_cpuid = host_model;
	for (i = 0; i < ARRAY_SIZE(processors); i++) {
		host_vendor = processors[i].vendor;
		host_signature = processors[i].signature;
		boot_words = 0;
		assert_int_equal(errata_forbid_long_domu(),
				 processors[i].forbidden);
		boot_words = 1;
		boot_word[0] = (struct boot_word){ "allow_unsafe", NULL, true };
		assert_false(errata_forbid_long_domu());
	}
	boot_words = 0;
	host_cpuid = NULL;
}

EXPORT_TESTS(errata, cmocka_unit_test(test_bits),
	     cmocka_unit_test(test_forbidden));
