// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a 32-bit guest has of its own: sizes and forms, offsets in what it
 * shares with the hypervisor, the registers of a hypercall's arguments. For
 * gcc -m32 64-bit members are aligned to 4.
 */
#include <xen/foreign/x86_32.h>
#include "guest/width.h"
#include "lib/lib.h"
#include "machine/asm.h"
#include "machine/cpu.h"
#include "memory/frames.h"

_Static_assert(sizeof(struct shared_info_x86_32) == 2344, "public ABI");
_Static_assert(sizeof(struct vcpu_info_x86_32) == 64, "public ABI");

static void get_args(const struct regs *r, u64 a[])
{
	a[0] = (u32)r->bx;
	a[1] = (u32)r->cx;
	a[2] = (u32)r->dx;
	a[3] = (u32)r->si;
	a[4] = (u32)r->di;
	a[5] = (u32)r->bp;
}

/* No call goes on with another sixth argument than it began with. */
static void put_args(struct regs *r, const u64 a[])
{
	r->bx = (u32)a[0];
	r->cx = (u32)a[1];
	r->dx = (u32)a[2];
	r->si = (u32)a[3];
	r->di = (u32)a[4];
}

/* 128 slots of 32 bytes: mov $nr, %eax; int $0x82; ret. */
static void fill_hypercall_page(u8 *page)
{
	u32 i;
	u8 *p;

	memset(page, 0xcc, PAGE_SIZE);
	for (i = 0; i < PAGE_SIZE / 32; i++) {
		p = page + i * 32;
		if (i == __HYPERVISOR_iret)
			*p++ = 0x50;	/* push %eax: part of the frame */
		*p++ = 0xb8;
		memcpy(p, &i, 4);
		p += 4;
		*p++ = 0xcd;
		*p++ = 0x82;
		*p = 0xc3;
	}
}

const struct width width32 = {
	.long_size = 4,
	.long_mask = ~0u,
	.pairs = ~0u,
	.root_type = TYPE_L3,
	.cr3_upper = 0xfff,
	.assists = BIT(VMASST_TYPE_4gb_segments) |
		   BIT(VMASST_TYPE_4gb_segments_notify) |
		   BIT(VMASST_TYPE_writable_pagetables) |
		   BIT(VMASST_TYPE_pae_extended_cr3) |
		   BIT(VMASST_TYPE_architectural_iopl) |
		   BIT(VMASST_TYPE_runstate_update_flag),
	.callback_longs = 2,
	.kernel_ring = 1,
	.start_cs = SEL_R1_CS,
	.start_ss = SEL_R1_DS,
	.start_ds = SEL_R1_DS,
	.magic = "xen-3.0-x86_32p",
	.gdt_page = GDT_PAGE32,
	.m2p_start = M2P_DEFAULT_START,
	.m2p_end = 0xffe00000,
	.address_end = M2P_DEFAULT_START,
	.hole_last = ~0ull,
	.mask_shift = 16,
	.sel_bits = 32,
	.max_ports = 1024,
	.pending_offset = offsetof(struct shared_info_x86_32, evtchn_pending),
	.mask_offset = offsetof(struct shared_info_x86_32, evtchn_mask),
	.wc_offset = offsetof(struct shared_info_x86_32, wc_version),
	.wc_hi_offset = offsetof(struct shared_info_x86_32, arch.wc_sec_hi),
	.max_pfn_offset = offsetof(struct shared_info_x86_32, arch.max_pfn),
	.nmi_reason_offset = offsetof(struct shared_info_x86_32,
				      arch.nmi_reason),
	.sel_offset = offsetof(struct vcpu_info_x86_32, evtchn_pending_sel),
	.cr2_offset = offsetof(struct vcpu_info_x86_32, arch.cr2),
	.time_offset = offsetof(struct vcpu_info_x86_32, time),
	.get_args = get_args,
	.put_args = put_args,
	.fill_hypercall_page = fill_hypercall_page,
	.context = context32,
};
