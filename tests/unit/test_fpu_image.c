// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies of images of FXSAVE and XSAVE (cpu/fpu_image.c): the parts that are named
 * are copied, the others are those of a new vCPU, nothing else of the source gets
 * through, and x87 pointers of Xen's narrow form lose their selectors.
 */
#include <string.h>
#include "cpu/context.h"
#include "host.h"

/* Where the image of FXSAVE has its fields */
#define POINTERS	8u	/* of an instruction and of data, 8 bytes each */
#define MXCSR		24u
#define MXCSR_MASK	28u
#define X87		32u
#define XMM		160u
#define FORM		511u	/* Xen's, for the width of pointers */

static struct xsave_image from, to;

static void copy(u64 parts, u8 form)
{
	memset(&from, 0xa5, sizeof(from));
	memset(&to, 0x5a, sizeof(to));
	from.fxsave[FORM] = form;
	context_copy_fpu(&to, &from, parts);
}

static void check(u32 at, u32 size, bool copied, const u8 *otherwise)
{
	const u8 *got = (const u8 *)&to + at;

	assert_memory_equal(got, copied ? (const u8 *)&from + at : otherwise,
			    size);
}

static void test_parts(void **state)
{
	static const u8 fcw[4] = { 0x7f, 0x03 }, none[256];
	u64 parts;

	(void)state;
	for (parts = 0; parts < 8; parts++) {
		copy(parts, 0);
		check(0, sizeof(fcw), parts & XCR0_X87, fcw);
		check(X87, XMM - X87, parts & XCR0_X87, none);
		check(XMM, 256, parts & XCR0_SSE, none);
		check(offsetof(struct xsave_image, avx), 256, parts & XCR0_AVX,
		      none);
		/* MXCSR comes in any case; its mask is the processor's. */
		check(MXCSR, 2, true, NULL);
		check(MXCSR + 2, 2, false, none);
		check(MXCSR_MASK, 4, false, none);
		assert_int_equal(to.parts, XCR0_START | (parts & XCR0_AVX));
		assert_int_equal(to.compact, 0);
		assert_memory_equal(to.reserved, none, sizeof(to.reserved));
	}
}

static void test_pointers(void **state)
{
	static const struct {
		u8 form;
		u64 want;
	} cases[] = {
		{ 0, 0xa5a5a5a5a5a5a5a5 }, { 8, 0xa5a5a5a5a5a5a5a5 },
		{ 4, 0xa5a5a5a5 }, { 2, 0xa5a5a5a5 },
	};
	u64 got[2];
	u32 i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		copy(XCR0_START, cases[i].form);
		memcpy(got, &to.fxsave[POINTERS], sizeof(got));
		assert_true(got[0] == cases[i].want && got[1] == cases[i].want);
		assert_int_equal(to.fxsave[FORM], 0);
	}
}

EXPORT_TESTS(fpu_image, cmocka_unit_test(test_parts),
	     cmocka_unit_test(test_pointers));
