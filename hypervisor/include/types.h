/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Basic types. Frame numbers and addresses of different kinds are distinct
 * struct types, so that mixing them is a compile error in every build. The build
 * includes this file before all others.
 */
#ifndef KRYPTON_TYPES_H
#define KRYPTON_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef uint8_t u8;
typedef uint16_t u16;
typedef uint32_t u32;
typedef uint64_t u64;
typedef int8_t s8;
typedef int16_t s16;
typedef int32_t s32;
typedef int64_t s64;

/* A machine frame number: which 4 KiB page of the machine. */
typedef struct { u64 n; } mfn_t;
/* A machine (physical) address. */
typedef struct { u64 a; } paddr_t;
/* An address in the address space of the guest that runs on this CPU. */
typedef struct { u64 a; } gva_t;

/* What most headers name and few look into. */
struct domain;
struct vcpu;
struct regs;

#define PAGE_SHIFT	12
#define PAGE_SIZE	4096ull
#define PAGE_MASK	(~(PAGE_SIZE - 1))

static inline mfn_t mfn(u64 n)
{
	return (mfn_t){ n };
}

static inline paddr_t paddr(u64 a)
{
	return (paddr_t){ a };
}

static inline gva_t gva(u64 a)
{
	return (gva_t){ a };
}

static inline bool mfn_eq(mfn_t a, mfn_t b)
{
	return a.n == b.n;
}

static inline mfn_t mfn_add(mfn_t m, u64 n)
{
	return (mfn_t){ m.n + n };
}

static inline paddr_t mfn_to_paddr(mfn_t m)
{
	return (paddr_t){ m.n << PAGE_SHIFT };
}

static inline mfn_t paddr_to_mfn(paddr_t p)
{
	return (mfn_t){ p.a >> PAGE_SHIFT };
}

#define INVALID_MFN	((mfn_t){ ~0ull })

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define DIV_ROUND_UP(n, d)	(((n) + (d) - 1) / (d))
#define ROUND_UP(n, a)	(((n) + (a) - 1) & ~((__typeof__(n))(a) - 1))
#define ROUND_DOWN(n, a)	((n) & ~((__typeof__(n))(a) - 1))
#define MIN(a, b)	((a) < (b) ? (a) : (b))
#define MAX(a, b)	((a) > (b) ? (a) : (b))
#define BIT(n)		(1ull << (n))

#define READ_ONCE(x)	(*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, v)	(*(volatile __typeof__(x) *)&(x) = (v))
#define barrier()	__asm__ volatile("" ::: "memory")

/* By Linux's names; the C library of the unit tests has the second, too. */
#define noinline	__attribute__((__noinline__))
#undef __always_inline
#define __always_inline	inline __attribute__((__always_inline__))
#define __printf(f, a)	__attribute__((__format__(printf, f, a)))

/* All sequentially consistent. These return the old value, */
#define atomic_xchg(p, v)	__atomic_exchange_n(p, v, __ATOMIC_SEQ_CST)
#define atomic_or(p, v)		__atomic_fetch_or(p, v, __ATOMIC_SEQ_CST)
#define atomic_and(p, v)	__atomic_fetch_and(p, v, __ATOMIC_SEQ_CST)
/* these the new one, */
#define atomic_inc(p)		__atomic_add_fetch(p, 1, __ATOMIC_SEQ_CST)
#define atomic_dec(p)		__atomic_sub_fetch(p, 1, __ATOMIC_SEQ_CST)
/* and these whether *p was *old; if not, *old becomes what it is. */
#define atomic_cmpxchg(p, old, v)					\
	__atomic_compare_exchange_n(p, old, v, false, __ATOMIC_SEQ_CST,	\
				    __ATOMIC_SEQ_CST)
#define atomic_set(p, v)	__atomic_store_n(p, v, __ATOMIC_SEQ_CST)

#endif
