// SPDX-License-Identifier: GPL-2.0-only
/*
 * struct width of 32-bit guests: sizes, address ranges, offsets in shared_info
 * and vcpu_info, hypercall arguments, code of the hypercall page. The
 * structures x86_32 are those of gcc -m32, which aligns 64-bit members to 4.
 */
#include <xen/foreign/x86_32.h>
#include "guest/width.h"
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

/* No call changes its sixth argument before it continues. */
static void put_args(struct regs *r, const u64 a[])
{
	r->bx = (u32)a[0];
	r->cx = (u32)a[1];
	r->dx = (u32)a[2];
	r->si = (u32)a[3];
	r->di = (u32)a[4];
}

const struct width width32 = {
	.long_size = 4,
	.long_mask = ~0u,
	.pairs = ~0u,
	.root_type = TYPE_L3,
	.cr3_upper = 0xfff,
	.assists = WIDTH_ASSISTS,
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
	.sel_bits = 32,
	.max_ports = 1024,
	WIDTH_OFFSETS(shared_info_x86_32, vcpu_info_x86_32),
	.wc_hi_offset = offsetof(struct shared_info_x86_32, arch.wc_sec_hi),
	.get_args = get_args,
	.put_args = put_args,
	/* int $0x82; ret */
	.hypercall = { "", "\xcd\x82", "\xc3" },
	.context = context32,
};
