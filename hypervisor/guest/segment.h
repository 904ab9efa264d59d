/* SPDX-License-Identifier: GPL-2.0-only */
/* Segments of the guest that runs on this CPU. */
#ifndef KRYPTON_SEGMENT_H
#define KRYPTON_SEGMENT_H

#include "domain/domain.h"

/* Bits of a segment descriptor. */
#define DESC_RW		BIT(41)		/* data: writable, code: readable */
#define DESC_CODE	BIT(43)
#define DESC_S		BIT(44)
#define DESC_PRESENT	BIT(47)
#define DESC_LONG	BIT(53)
#define DESC_32BIT	BIT(54)
#define DESC_PAGES	BIT(55)		/* the limit is in pages */

/* The selector in a segment register (SEG_*). */
u16 segment_selector(const struct regs *r, u32 reg);
/* The descriptor that a selector names; 0: no present code or data segment. */
u64 segment_find(const struct vcpu *v, u16 sel);

/*
 * The base of a segment register of the 64-bit guest that runs on this CPU. The
 * guest may change it without a trap, so it is read from the processor. In
 * 64-bit code only FS and GS have a base. The caller of segment_set_base() has
 * checked that the value is canonical.
 */
static inline u64 segment_get_base(const struct vcpu *v, u32 reg)
{
	bool fast = v->proc.cr4 & CR4_FSGSBASE;

	return reg == SEG_FS ? read_fsbase(fast) :
	       reg == SEG_GS ? read_gsbase(fast) : 0;
}

static inline void segment_set_base(const struct vcpu *v, u32 reg, u64 value)
{
	bool fast = v->proc.cr4 & CR4_FSGSBASE;

	if (reg == SEG_FS)
		write_fsbase(fast, value);
	else
		write_gsbase(fast, value);
}

static inline u32 segment_base(u64 d)
{
	return (u32)((d >> 16 & 0xffffff) | (d >> 32 & 0xff000000));
}

/* The offset of the segment's last byte. */
static inline u32 segment_limit(u64 d)
{
	u32 limit = (u32)((d & 0xffff) | (d >> 32 & 0xf0000));

	return d & DESC_PAGES ? limit << PAGE_SHIFT | 0xfff : limit;
}

#endif
