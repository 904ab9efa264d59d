/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The parts of a kernel that Linux's decompressors need in the one place where
 * they run here. Each decompressor is compiled as one unit with the file that
 * includes it; none of its symbols is visible elsewhere.
 */
#ifndef KRYPTON_UNPACK_LINUX_H
#define KRYPTON_UNPACK_LINUX_H

#include "lib/lib.h"
#include "unpack/unpack.h"

#define STATIC		static
#define INIT
#define fallthrough	__attribute__((fallthrough))
#define likely(x)	__builtin_expect(!!(x), 1)
#define unlikely(x)	__builtin_expect(!!(x), 0)
#define EXPORT_SYMBOL(x)
#define EXPORT_SYMBOL_GPL(x)
#define MODULE_LICENSE(x)
#define MODULE_DESCRIPTION(x)
#define INT_MAX		__INT_MAX__
#define CONFIG_64BIT	1
#define CONFIG_HAVE_EFFICIENT_UNALIGNED_ACCESS	1
#ifndef __LITTLE_ENDIAN
#define __LITTLE_ENDIAN	1234
#endif

#define min(a, b)	((a) < (b) ? (a) : (b))
#define min_t(t, a, b)	((t)(a) < (t)(b) ? (t)(a) : (t)(b))
#define swab32(x)	__builtin_bswap32(x)
#define swab64(x)	__builtin_bswap64(x)
#define IS_ENABLED(x)	0
#define BUILD_BUG_ON(x)	_Static_assert(!(x), #x)

typedef unsigned char Byte;

/* Freed with everything else once the kernel is unpacked. */
#define malloc(n)		unpack_alloc((u64)(n))
#define large_malloc(n)		unpack_alloc((u64)(n))
#define vmalloc(n)		unpack_alloc((u64)(n))
#define kmalloc(n, how)		unpack_alloc((u64)(n))
#define free(p)			((void)(p))
#define large_free(p)		((void)(p))
#define vfree(p)		((void)(p))
#define kfree(p)		((void)(p))

#define UNALIGNED(p)	struct { __typeof__(*(p)) v; } __attribute__((packed))
#define get_unaligned(p)	(((const UNALIGNED(p) *)(const void *)(p))->v)
#define put_unaligned(x, p)	\
	((void)(((UNALIGNED(p) *)(void *)(p))->v = (x)))

#define GET(name, type, how)						\
static inline type get_unaligned_##name(const void *p)			\
{									\
	type v;								\
									\
	memcpy(&v, p, sizeof(v));					\
	return (type)how(v);						\
}
GET(le16, u16, )
GET(le32, u32, )
GET(le64, u64, )
GET(be16, u16, __builtin_bswap16)
GET(be32, u32, __builtin_bswap32)

#define PUT(name, type)							\
static inline void put_unaligned_##name(type v, void *p)		\
{									\
	memcpy(p, &v, sizeof(v));					\
}
PUT(le16, u16)
PUT(le32, u32)
PUT(le64, u64)

#endif
