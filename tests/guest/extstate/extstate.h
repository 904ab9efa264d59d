/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts of the test extstate: see main.c. */
#ifndef EXTSTATE_H
#define EXTSTATE_H

#include "domu.h"

#define X87		1u
#define SSE		2u
#define AVX		4u
#define PKRU		0x200u
#define ALL		(X87 | SSE | AVX)
#define COMPACT		(1ull << 63)

#define XCRS		16u		/* bytes before the image */
#define SMALL		(XCRS + 576)	/* with the header alone */
#define WHOLE		(XCRS + 832)	/* with AVX */
#define BAD_BUFFER	HYPERVISOR_PAGE

/* xen/domctl.h, vcpuextstate.buffer; reference Xen has more parts */
struct saved {
	u64 xcr0, all;
	u8 fxsave[512];
	u64 parts, compact, reserved[6];
	u8 avx[256], more[2304];
};

#define YMM(s, n)	((s)->avx + 16 * (n))	/* its upper half */
#define XMM(s, n)	((s)->fxsave + 160 + 16 * (n))
#define MXCSR(s)	(*(u32 *)((s)->fxsave + 24))
#define FCW(s)		(*(u16 *)(s)->fxsave)
#define OUR_MXCSR	0x9fc0u
#define OUR_FCW		0x27fu

extern struct saved given, got;
extern u64 host_parts, host_size;
extern struct domu domu;	/* of this test; it need not run */
extern xen_domctl_vcpu_msr_t msrs[8];

/* image.c. Of the vCPU 0, from 'given' or to 'got': what the hypercall gave */
long get(u64 size);
long set(u64 size);
/* All parts, with values that depend on the seed */
void fill(u32 seed);
u32 different(const void *a, const void *b, u32 size);
/* Fills host_parts and host_size. */
void test_images(void);

/* msrs.c: a list of so many, with what a field of the structure says */
long msr_ctl(const struct domu *u, u32 cmd, u32 vcpu, u32 count, void *list);
void set_msr(u32 i, u32 index, u32 reserved, u64 value);
void test_msrs(void);

#define AUX		0x12345678u	/* a value of TSC_AUX */

#endif
