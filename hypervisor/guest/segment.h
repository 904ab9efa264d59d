/* SPDX-License-Identifier: GPL-2.0-only */
/* The segments of the guest that runs on this CPU, by selector. */
#ifndef KRYPTON_SEGMENT_H
#define KRYPTON_SEGMENT_H

/* Bits of a segment descriptor. */
#define DESC_RW		BIT(41)		/* data: writable, code: readable */
#define DESC_CODE	BIT(43)
#define DESC_S		BIT(44)
#define DESC_PRESENT	BIT(47)
#define DESC_LONG	BIT(53)
#define DESC_32BIT	BIT(54)
#define DESC_PAGES	BIT(55)		/* the limit is in pages */

/* What a segment register (SEG_*) holds. */
u16 segment_selector(const struct regs *r, u32 reg);
/* The descriptor of a present code or data segment; 0 if it names none. */
u64 segment_find(const struct vcpu *v, u16 sel);

/*
 * The base of what a segment register holds, in 64-bit code: the processor does
 * not look at descriptors there.
 */
u64 segment_long_base(const struct vcpu *v, u32 reg);

static inline u32 segment_base(u64 d)
{
	return (u32)((d >> 16 & 0xffffff) | (d >> 32 & 0xff000000));
}

/* The offset of its last byte. */
static inline u32 segment_limit(u64 d)
{
	u32 limit = (u32)((d & 0xffff) | (d >> 32 & 0xf0000));

	return d & DESC_PAGES ? limit << PAGE_SHIFT | 0xfff : limit;
}

#endif
