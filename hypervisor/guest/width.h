/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All that differs between 32- and 64-bit guests is in struct width, which
 * guest/width32.c and guest/width64.c define. Other code handles both kinds of
 * guest in one form and asks the domain's width. guest/layout.c translates
 * structures by it.
 */
#ifndef KRYPTON_WIDTH_H
#define KRYPTON_WIDTH_H

#include <xen/xen.h>
#include <xen/memory.h>
#include <xen/vcpu.h>

/* One operation of mmuext_op: struct mmuext_op of xen.h, all of it longs. */
struct mmuext {
	u64 cmd;	/* 32 bits */
	u64 arg1;	/* mfn or linear address */
	u64 arg2;	/* number of entries, vcpumask or source mfn */
};

/*
 * Consecutive longs of vcpu_guest_context that are also consecutive in struct
 * context (cpu/vcpu_context.c): the offset of the first there, and their number.
 */
struct context_run {
	u16 first, longs;
};

struct width {
	bool is_long;		/* a 64-bit guest */
	u32 long_size;		/* bytes of a pointer or a frame number */
	u64 long_mask;		/* the bits of a register */
	u32 pairs;		/* ~0: two registers pass a 64-bit argument */
	u32 root_type;		/* type of a table that CR3 names */
	u64 page_added;		/* bits added to level-1 entries */
	u32 cr3_upper;		/* bits of CR3 that hold upper address bits */
	u64 assists;		/* BIT(VMASST_TYPE_*) that exist */
	u32 kernel_ring;	/* the ring that the guest's kernel runs in */
	u16 start_cs, start_ss, start_ds;	/* of Dom0's first vCPU */
	const char *magic;	/* in start_info */
	u32 gdt_page;		/* GDT_PAGE*: the hypervisor's page of its GDT */
	u16 kernel_cs;		/* of all handlers; 0: the guest chooses it */
	u64 m2p_start;		/* default start of the machine-to-phys array */
	u64 m2p_end;		/* end of the addresses that it may have */
	u64 address_end;	/* end of the guest's lower addresses */
	u64 hole_last;		/* last address below its upper ones; ~0: none */
	u32 sel_bits;		/* ports per bit of evtchn_pending_sel */
	u32 max_ports;		/* of the 2-level event channels */
	u32 pending_offset, mask_offset, wc_offset, wc_hi_offset;
	u32 sel_offset, cr2_offset, time_offset;
	u32 max_pfn_offset, nmi_reason_offset;

	/* Read and write a hypercall's arguments in the guest's registers. */
	void (*get_args)(const struct regs *r, u64 a[]);
	void (*put_args)(struct regs *r, const u64 a[]);
	/* The code of a slot of the hypercall page; see width_fill_page(). */
	struct {
		const char *before, *call, *after;
	} hypercall;
	const struct context_run *context;	/* of vcpu_guest_context */
};

/* The offsets in the given structures shared_info and vcpu_info. */
#define WIDTH_OFFSETS(shared, info)					\
	.pending_offset = offsetof(struct shared, evtchn_pending),	\
	.mask_offset = offsetof(struct shared, evtchn_mask),		\
	.wc_offset = offsetof(struct shared, wc_version),		\
	.max_pfn_offset = offsetof(struct shared, arch.max_pfn),	\
	.nmi_reason_offset = offsetof(struct shared, arch.nmi_reason),	\
	.sel_offset = offsetof(struct info, evtchn_pending_sel),	\
	.cr2_offset = offsetof(struct info, arch.cr2),			\
	.time_offset = offsetof(struct info, time)

/* The assists that guests of both widths have. */
#define WIDTH_ASSISTS (BIT(VMASST_TYPE_4gb_segments) |			\
		       BIT(VMASST_TYPE_4gb_segments_notify) |		\
		       BIT(VMASST_TYPE_writable_pagetables) |		\
		       BIT(VMASST_TYPE_pae_extended_cr3) |		\
		       BIT(VMASST_TYPE_architectural_iopl) |		\
		       BIT(VMASST_TYPE_runstate_update_flag))

extern const struct width width32, width64;
extern const struct context_run context32[], context64[]; /* vcpu_context.c */

/*
 * Fill a hypercall page: 128 slots of 32 bytes, each with 'before', mov $nr, %eax,
 * 'call' and 'after'. The slot of iret pushes RAX before the mov, which completes
 * the frame; as that call does not return, nothing follows it.
 */
void width_fill_page(const struct width *w, u8 *page);

/* CR3 of a 32-bit guest holds the upper 12 address bits in its lowest bits. */
static inline mfn_t width_cr3_to_mfn(const struct width *w, u64 cr3)
{
	return mfn((cr3 & w->long_mask) >> 12 | (cr3 & w->cr3_upper) << 20);
}

static inline u64 width_mfn_to_cr3(const struct width *w, mfn_t m)
{
	return (m.n << 12 & w->long_mask) | (m.n >> 20 & w->cr3_upper);
}

#endif
