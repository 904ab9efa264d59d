// SPDX-License-Identifier: GPL-2.0-only
/*
 * struct width of 64-bit guests: sizes, address ranges, offsets in shared_info
 * and vcpu_info, hypercall arguments, code of the hypercall page. The
 * public headers' structures have the same layout here and in the guest.
 */
#include "guest/width.h"
#include "machine/cpu.h"
#include "machine/paging.h"
#include "memory/frames.h"

_Static_assert(sizeof(struct shared_info) == 3136, "public ABI");
_Static_assert(sizeof(struct vcpu_info) == 64, "public ABI");
_Static_assert(sizeof(struct vcpu_guest_context) == 5168, "public ABI");
_Static_assert(offsetof(struct vcpu_info, arch.cr2) == 16, "public ABI");
_Static_assert(offsetof(struct vcpu_info, time) == 32, "public ABI");
_Static_assert(offsetof(struct shared_info, arch) == 3088, "public ABI");
_Static_assert(offsetof(struct shared_info, arch.nmi_reason) == 3104,
	       "public ABI");

static void get_args(const struct regs *r, u64 a[])
{
	a[0] = r->di;
	a[1] = r->si;
	a[2] = r->dx;
	a[3] = r->r10;
	a[4] = r->r8;
	a[5] = r->r9;
}

/* No call changes its sixth argument before it continues. */
static void put_args(struct regs *r, const u64 a[])
{
	r->di = a[0];
	r->si = a[1];
	r->dx = a[2];
	r->r10 = a[3];
	r->r8 = a[4];
}

const struct width width64 = {
	.is_long = true,
	.long_size = 8,
	.long_mask = ~0ull,
	.root_type = TYPE_L4,
	.page_added = PTE_US,
	.assists = WIDTH_ASSISTS | BIT(VMASST_TYPE_m2p_strict),
	.kernel_ring = 3,
	.start_cs = SEL_64_CS,
	.start_ss = SEL_64_DS,
	.magic = "xen-3.0-x86_64",
	.gdt_page = GDT_PAGE64,
	.kernel_cs = SEL_64_CS,
	.m2p_start = HYPERVISOR_VIRT_START,
	.m2p_end = HYPERVISOR_VIRT_START + BIT(38),
	.address_end = BIT(47),
	.hole_last = HYPERVISOR_VIRT_END - 1,
	.sel_bits = 64,
	.max_ports = 4096,
	WIDTH_OFFSETS(shared_info, vcpu_info),
	.wc_hi_offset = offsetof(struct shared_info, wc_sec_hi),
	.get_args = get_args,
	.put_args = put_args,
	/* push %rcx; push %r11; ... syscall; pop %r11; pop %rcx; ret */
	.hypercall = { "\x51\x41\x53", "\x0f\x05", "\x41\x5b\x59\xc3" },
	.context = context64,
};
