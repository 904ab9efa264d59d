// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a 32-bit guest has of its own: widths, offsets in what it shares with
 * us, and a structure with more members than a 64-bit guest's. Whoever needs to
 * know that a guest is a 32-bit one is in this file or, for the state of a
 * vCPU, in vcpu_context.c. For gcc -m32 64-bit members are aligned to 4.
 */
#include <xen/foreign/x86_32.h>
#include "errno.h"
#include "guest/width.h"
#include "guest/guest.h"

_Static_assert(sizeof(struct shared_info_x86_32) == 2344, "public ABI");
_Static_assert(sizeof(struct vcpu_info_x86_32) == 64, "public ABI");
_Static_assert(sizeof(struct start_info_x86_32) == 1112, "public ABI");
_Static_assert(sizeof(struct trap_info_x86_32) == 8, "public ABI");

static int get_callback(gva_t at, struct width_callback *cb)
{
	struct { u16 type, flags; u32 cs, eip; } in;

	if (guest_read(&in, at, sizeof(in)))
		return -EFAULT;
	*cb = (struct width_callback){ in.type, in.flags, (u16)in.cs, in.eip };
	return 0;
}

const struct width width32 = {
	.long_size = 4,
	.quad_align = 4,
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
	.sel_size = 4,
	.cr2_offset = offsetof(struct vcpu_info_x86_32, arch.cr2),
	.cr2_size = 4,
	.time_offset = offsetof(struct vcpu_info_x86_32, time),
	.get_callback = get_callback,
	.set_context = width32_set_context,
	.get_context = width32_get_context,
};
