/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The public ABI, as the hypervisor sees it: one internal form for every
 * guest. Struct width has everything that differs between 32- and 64-bit
 * guests; guest/width32.c defines it for 32 bits. guest/layout.c translates
 * structures by it.
 */
#ifndef KRYPTON_WIDTH_H
#define KRYPTON_WIDTH_H

#include <xen/xen.h>
#include <xen/memory.h>
#include <xen/vcpu.h>
#include "types.h"

/* One MMUEXT operation. */
struct mmuext {
	u32 cmd;
	u64 arg1;	/* mfn or linear address */
	u64 arg2;	/* number of entries, vcpumask or source mfn */
};

struct width_callback {
	u16 type, flags;
	u16 cs;
	u64 ip;
};

/* Longs of vcpu_guest_context that are in our own form in the same order. */
struct context_run {
	u16 first, longs;
};

/* What differs between guests: widths, offsets, what has no layout below. */
struct width {
	u32 long_size;		/* of a pointer and a frame number as well */
	u64 long_mask;		/* what a register holds */
	u32 quad_align;		/* of 64-bit members */
	u32 pairs;		/* all ones: 64-bit arguments are two longs */
	u32 kernel_ring;	/* where a guest's kernel runs */
	u32 mask_shift;		/* of the event mask in a frame's word of CS */
	u32 sel_bits;		/* ports per bit of evtchn_pending_sel */
	u32 max_ports;		/* of the 2-level event channels */
	u32 pending_offset, mask_offset, wc_offset, wc_hi_offset;
	u32 sel_offset, sel_size, cr2_offset, cr2_size, time_offset;
	u32 max_pfn_offset, nmi_reason_offset;

	/* The arguments of a hypercall, from and to its registers. */
	void (*get_args)(const struct regs *r, u64 a[]);
	void (*put_args)(struct regs *r, const u64 a[]);
	void (*fill_hypercall_page)(u8 *page);
	int (*get_callback)(gva_t at, struct width_callback *cb);
	const struct context_run *context;	/* vcpu_guest_context */
};

extern const struct width width32;
extern const struct context_run context32[];	/* cpu/vcpu_context.c */

/* A 32-bit guest's cr3 holds 44 bits of address, rotated. */
static inline mfn_t width32_cr3_to_mfn(u32 cr3)
{
	return mfn((u64)(cr3 >> 12 | cr3 << 20));
}

static inline u32 width32_mfn_to_cr3(mfn_t m)
{
	return (u32)(m.n << 12 | m.n >> 20);
}

#endif
