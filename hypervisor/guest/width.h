/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The public ABI, as the hypervisor sees it: one internal form for every
 * guest. Struct width has everything that differs between 32- and 64-bit
 * guests; guest/width32.c and width64.c define it. guest/layout.c translates
 * structures by it.
 */
#ifndef KRYPTON_WIDTH_H
#define KRYPTON_WIDTH_H

#include <xen/xen.h>
#include <xen/memory.h>
#include <xen/vcpu.h>

/* One MMUEXT operation. */
struct mmuext {
	u32 cmd;
	u64 arg1;	/* mfn or linear address */
	u64 arg2;	/* number of entries, vcpumask or source mfn */
};

/* Longs of vcpu_guest_context that are in our own form in the same order. */
struct context_run {
	u16 first, longs;
};

/* What differs between guests: widths, offsets, what has no layout below. */
struct width {
	bool is_long;		/* a 64-bit guest */
	u32 long_size;		/* of a pointer and a frame number as well */
	u64 long_mask;		/* what a register holds */
	u32 pairs;		/* all ones: an argument of 64 bits is two */
	u32 root_type;		/* of a table that CR3 names */
	u64 page_added;		/* to level-1 entries; others: mmu/tables.c */
	u32 cr3_upper;		/* bits of CR3 that are an address's upper */
	u64 assists;		/* BIT(VMASST_TYPE_*) that exist */
	u32 callback_longs;	/* CS, in a 32-bit guest, and IP */
	u32 kernel_ring;	/* where a guest's kernel runs */
	u16 start_cs, start_ss, start_ds;	/* of Dom0's first vCPU */
	const char *magic;	/* in start_info */
	u32 gdt_page;		/* GDT_PAGE*: the hypervisor's in its GDT */
	u16 kernel_cs;		/* of all handlers; 0: as the guest says */
	u64 m2p_start;		/* default start of the machine-to-phys array */
	u64 m2p_end;		/* of the addresses that it may have */
	u64 address_end;	/* of the guest's lower addresses */
	u64 hole_last;		/* before its upper addresses; ~0: it has none */
	u32 mask_shift;		/* of the event mask in a frame's word of CS */
	u32 sel_bits;		/* ports per bit of evtchn_pending_sel */
	u32 max_ports;		/* of the 2-level event channels */
	u32 pending_offset, mask_offset, wc_offset, wc_hi_offset;
	u32 sel_offset, cr2_offset, time_offset;
	u32 max_pfn_offset, nmi_reason_offset;

	/* The arguments of a hypercall, from and to its registers. */
	void (*get_args)(const struct regs *r, u64 a[]);
	void (*put_args)(struct regs *r, const u64 a[]);
	void (*fill_hypercall_page)(u8 *page);
	const struct context_run *context;	/* vcpu_guest_context */
};

extern const struct width width32, width64;
extern const struct context_run context32[], context64[]; /* vcpu_context.c */

static inline bool width_is_long(const struct width *w)
{
	return w->is_long;
}

/* A 32-bit guest's CR3 has the upper 12 bits of an address at its bottom. */
static inline mfn_t width_cr3_to_mfn(const struct width *w, u64 cr3)
{
	return mfn((cr3 & w->long_mask) >> 12 | (cr3 & w->cr3_upper) << 20);
}

static inline u64 width_mfn_to_cr3(const struct width *w, mfn_t m)
{
	return (m.n << 12 & w->long_mask) | (m.n >> 20 & w->cr3_upper);
}

#endif
