// SPDX-License-Identifier: GPL-2.0-only
/*
 * The image of a vCPU's x87, SSE and AVX registers in memory: what a new vCPU
 * has, and copies to and from images that tools and guests give. context.c
 * saves and loads it.
 */
#include "domain/domain.h"

/* The image of a new vCPU: initial x87 control word and MXCSR. */
static const struct xsave_image fresh = {
	.fxsave = { 0x7f, 0x03, [24] = 0x80, 0x1f }, .parts = XCR0_START,
};

void context_reset_fpu(struct vcpu *v)
{
	v->proc.fpu = fresh;
}

/*
 * In an image from Xen, byte 511 gives the width of the x87 pointers (0: 8
 * bytes). Pointers of 4 bytes have selectors behind them, for which the
 * registers have no place.
 */
static void widen_pointers(u8 *fxsave, u8 width)
{
	if (width == 4 || width == 2) {
		memset(&fxsave[12], 0, 4);
		memset(&fxsave[20], 0, 4);
	}
	fxsave[511] = 0;
}

/*
 * Always copies MXCSR, since XRSTOR always loads it. None of its lower 16 bits
 * is reserved, so no value faults.
 */
void context_copy_fpu(struct xsave_image *to, const struct xsave_image *from,
		      u64 parts)
{
	static const struct { u32 part, at, size; } pieces[] = {
		{ XCR0_X87, 0, 24 }, { XCR0_X87, 32, 128 },
		{ XCR0_SSE, 160, 352 },
		{ XCR0_AVX, offsetof(struct xsave_image, avx), 256 },
	};
	u32 i;

	*to = fresh;
	memcpy(&to->fxsave[24], &from->fxsave[24], 2);
	for (i = 0; i < ARRAY_SIZE(pieces); i++)
		if (parts & pieces[i].part)
			memcpy((u8 *)to + pieces[i].at,
			       (const u8 *)from + pieces[i].at, pieces[i].size);
	widen_pointers(to->fxsave, from->fxsave[511]);
	to->parts |= parts & XCR0_AVX;
}
