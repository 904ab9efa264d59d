// SPDX-License-Identifier: GPL-2.0-only
/* The images: which are refused, and what is got of those that are not. */
#include "extstate.h"

struct saved given, got;
u64 host_parts, host_size;

static long ext(const struct domu *u, u32 cmd, u32 vcpu, u64 parts, u64 size,
		void *buffer)
{
	memset(&domctl_op.u, 0, sizeof(domctl_op.u));
	domctl_op.u.vcpuextstate.vcpu = vcpu;
	domctl_op.u.vcpuextstate.xfeature_mask = parts;
	domctl_op.u.vcpuextstate.size = size;
	set_xen_guest_handle(domctl_op.u.vcpuextstate.buffer, buffer);
	return domu_ctl(u, cmd);
}

long get(u64 size)
{
	memset(&got, 0xee, sizeof(got));
	return ext(&domu, XEN_DOMCTL_getvcpuextstate, 0, host_parts, size, &got);
}

long set(u64 size)
{
	return ext(&domu, XEN_DOMCTL_setvcpuextstate, 0, 0, size, &given);
}

static void check_query(u64 parts, u64 size, void *buffer)
{
	CHECK(ext(&domu, XEN_DOMCTL_getvcpuextstate, 0, parts, size, buffer), 0);
	CHECK(domctl_op.u.vcpuextstate.xfeature_mask, host_parts);
	CHECK(domctl_op.u.vcpuextstate.size, host_size);
}

static void test_query(void)
{
	const struct domu self = { .id = 0 };

	CHECK(ext(&domu, XEN_DOMCTL_getvcpuextstate, 0, 0, 0, NULL), 0);
	host_parts = domctl_op.u.vcpuextstate.xfeature_mask;
	host_size = domctl_op.u.vcpuextstate.size;
	CHECK(host_parts & ALL, ALL);
	CHECK(host_size >= WHOLE && host_size <= sizeof(got), 1);
	check_query(1, 2, NULL);
	check_query(0, 0, &got);
	CHECK(ext(&domu, XEN_DOMCTL_getvcpuextstate, 1, 0, 0, NULL), -XEN_ESRCH);
	CHECK(ext(&domu, XEN_DOMCTL_setvcpuextstate, 1, 0, XCRS, &given),
	      -XEN_ESRCH);
	CHECK(ext(&self, XEN_DOMCTL_getvcpuextstate, 0, 0, 0, NULL), -XEN_EINVAL);
	CHECK(ext(&self, XEN_DOMCTL_setvcpuextstate, 0, 0, XCRS, &given),
	      -XEN_EINVAL);
}

/* No XCR0 yet, and so no image. */
static void test_new(void)
{
	CHECK(get(host_size), 0);
	CHECK(domctl_op.u.vcpuextstate.size, XCRS);
	CHECK(got.xcr0 | got.all, 0);
	CHECK(got.fxsave[0], 0xee);
	CHECK(get(XCRS), 0);
	CHECK(get(XCRS - 1), -XEN_EINVAL);
	CHECK(ext(&domu, XEN_DOMCTL_getvcpuextstate, 0, host_parts, host_size,
		  (void *)BAD_BUFFER), -XEN_EFAULT);
}

void fill(u32 seed)
{
	u8 *p = (u8 *)&given;
	u32 i;

	memset(&given, 0, sizeof(given));
	for (i = XCRS + 32; i < XCRS + 416; i++)
		if (i >= XCRS + 160 || (i & 15) < 10)
			p[i] = (u8)(i * 7 + seed);
	for (i = 0; i < 256; i++)
		given.avx[i] = (u8)(i * 5 + seed);
	FCW(&given) = OUR_FCW;
	MXCSR(&given) = OUR_MXCSR;
	given.xcr0 = given.all = given.parts = ALL;
}

u32 different(const void *a, const void *b, u32 size)
{
	u32 n = 0, i;

	for (i = 0; i < size; i++)
		n += ((const u8 *)a)[i] != ((const u8 *)b)[i];
	return n;
}

/* As given; "or 0" where that says that the part is in its initial state. */
static void check_parts(u64 parts)
{
	static const u8 zero[256];
	const struct saved *s = &given;
	u32 i;

	CHECK(MXCSR(&got), OUR_MXCSR);
	if (got.parts & X87) {
		CHECK(FCW(&got), parts & X87 ? OUR_FCW : 0x37f);
		for (i = 32; i < 160; i += 16)
			CHECK(different(got.fxsave + i, parts & X87 ?
					s->fxsave + i : zero, 10), 0);
	}
	if (got.parts & SSE)
		CHECK(different(XMM(&got, 0), parts & SSE ? XMM(s, 0) : zero,
				256), 0);
	if (got.parts & AVX)
		CHECK(different(got.avx, parts & AVX ? s->avx : zero, 256), 0);
	CHECK(got.parts & parts, parts);
}

static void test_kept(void)
{
	u64 parts;

	for (parts = 0; parts <= ALL; parts++) {
		fill(parts);
		given.parts = parts;
		CHECK(set(WHOLE), 0);
		CHECK(get(host_size), 0);
		CHECK(domctl_op.u.vcpuextstate.size, WHOLE);
		CHECK(got.xcr0 == ALL && got.all == ALL, 1);
		CHECK(got.compact, 0);
		CHECK(got.reserved[0] | got.reserved[5], 0);
		check_parts(parts);
		CHECK(got.more[0], 0xee);
	}
	CHECK(get(WHOLE), 0);
	CHECK(get(WHOLE - 1), -XEN_EINVAL);
	CHECK(ext(&domu, XEN_DOMCTL_getvcpuextstate, 0, host_parts ^ AVX,
		  host_size, &got), -XEN_EINVAL);
	fill(1);
	given.xcr0 = given.all = given.parts = X87 | SSE;
	CHECK(set(SMALL), 0);
	CHECK(get(host_size), 0);
	CHECK(domctl_op.u.vcpuextstate.size, SMALL);
	CHECK(got.xcr0 == given.xcr0 && got.all == given.all, 1);
	check_parts(X87 | SSE);
	CHECK(got.avx[0], 0xee);
}

static const struct refused {
	u64 xcr0, all, parts, compact, reserved0, reserved5;
	u32 size;
	long error;
} refused[] = {
	/* Sizes: 0 is one more than the machine's */
	{ 7, 7, 7, 0, 0, 0, 15, -XEN_EINVAL },
	{ 7, 7, 7, 0, 0, 0, 0, -XEN_EINVAL },
	{ 7, 7, 7, 0, 0, 0, XCRS, -XEN_EINVAL },
	{ 7, 7, 7, 0, 0, 0, SMALL - 1, -XEN_EINVAL },
	{ 7, 7, 7, 0, 0, 0, SMALL, -XEN_EINVAL },
	{ 7, 7, 7, 0, 0, 0, WHOLE - 1, -XEN_EINVAL },
	{ 7, 7, 7, 0, 0, 0, WHOLE + 1, -XEN_EINVAL },
	{ 3, 3, 3, 0, 0, 0, WHOLE, -XEN_EINVAL },
	{ 1, 0, 0, 0, 0, 0, XCRS, -XEN_EINVAL },
	{ 0, 0, 0, 0, 0, 0, XCRS + 1, -XEN_EINVAL },
	{ 0, 0, 0, 0, 0, 0, SMALL, -XEN_EINVAL },
	/* Parts: XCR0, what it ever was, the image's */
	{ 0, 7, 7, 0, 0, 0, WHOLE, -XEN_EINVAL },
	{ 2, 7, 7, 0, 0, 0, WHOLE, -XEN_EINVAL },
	{ 5, 7, 7, 0, 0, 0, WHOLE, -XEN_EINVAL },
	{ 7, 3, 3, 0, 0, 0, SMALL, -XEN_EINVAL },
	{ 1, 5, 5, 0, 0, 0, WHOLE, -XEN_EINVAL },
	{ 2, 6, 6, 0, 0, 0, WHOLE, -XEN_EINVAL },
	{ 3, 3, 4, 0, 0, 0, SMALL, -XEN_EINVAL },
	{ 7, 7, 15, 0, 0, 0, WHOLE, -XEN_EINVAL },
	{ 7, 7, 7 | PKRU, 0, 0, 0, WHOLE, -XEN_EINVAL },
	{ 7, 7, 7 | COMPACT, 0, 0, 0, WHOLE, -XEN_EINVAL },
	{ 7, 7 | PKRU, 7, 0, 0, 0, WHOLE, -XEN_EINVAL },
	{ 7, 0x1f, 7, 0, 0, 0, WHOLE, -XEN_EINVAL },
	{ 7, 0xe7, 7, 0, 0, 0, WHOLE, -XEN_EINVAL },
	{ 7, 7 | 1ull << 62, 7, 0, 0, 0, WHOLE, -XEN_EINVAL },
	{ 7 | COMPACT, 7 | COMPACT, 7, 0, 0, 0, WHOLE, -XEN_EINVAL },
	/* The rest of the header */
	{ 7, 7, 7, COMPACT | 7, 0, 0, WHOLE, -XEN_EOPNOTSUPP },
	{ 7, 7, 7, 1, 1, 1, WHOLE, -XEN_EOPNOTSUPP },
	{ 7, 7, 7, 0, 1, 0, WHOLE, -XEN_EIO },
	{ 7, 7, 7, 0, 0, COMPACT, WHOLE, -XEN_EIO },
	{ 7, 7, 7, 0, 0, COMPACT, SMALL, -XEN_EIO },
};

static void test_refused(void)
{
	const struct refused *r;
	long rc;

	fill(3);
	CHECK(set(WHOLE), 0);
	for (r = refused; r < refused + ARRAY_SIZE(refused); r++) {
		memset(&given, 0x33, sizeof(given));
		given = (struct saved){
			.xcr0 = r->xcr0, .all = r->all, .parts = r->parts,
			.compact = r->compact,
			.reserved = { r->reserved0, 0, 0, 0, 0, r->reserved5 },
		};
		rc = set(r->size ? r->size : host_size + 1);
		if (rc != r->error)
			print("row %u\n", (u32)(r - refused));
		CHECK(rc, r->error);
	}
	CHECK(ext(&domu, XEN_DOMCTL_setvcpuextstate, 0, 0, WHOLE,
		  (void *)BAD_BUFFER), -XEN_EFAULT);
	/* Nothing to do, which leaves all as it is */
	memset(&given, 0, sizeof(given));
	CHECK(set(XCRS), 0);
	fill(3);
	CHECK(get(host_size), 0);
	CHECK(got.xcr0 == ALL && got.all == ALL, 1);
	check_parts(ALL);
}

void test_images(void)
{
	test_query();
	test_new();
	test_kept();
	test_refused();
}
