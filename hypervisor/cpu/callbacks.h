/* SPDX-License-Identifier: GPL-2.0-only */
/* Handlers that a guest registers; each hypercall is a hypercall_fn. */
#ifndef KRYPTON_CALLBACKS_H
#define KRYPTON_CALLBACKS_H

#include "types.h"

struct vcpu_trap {
	u64 ip;
	u16 cs;
	u8 flags;
};

struct vcpu_callback {
	u64 ip;
	u16 cs;
	bool mask_events;
};

enum vcpu_callback_kind {
	CB_EVENT, CB_FAILSAFE, CB_SYSENTER, CB_SYSCALL32, CB_COUNT
};

/* How the vCPU enters its kernel: it alone changes this, while it runs. */
struct vcpu_entry {
	struct vcpu_trap traps[256];
	struct vcpu_callback callback[CB_COUNT];
	u16 kernel_ss;
	u64 kernel_sp;
	u32 iopl;
	gva_t io_bitmap;
	u32 io_bitmap_ports;
	bool nmi_pending;		/* others set it: atomic */
	bool nmi_masked;
};

long pv_set_trap_table(u64 a[]);
long pv_set_callbacks(u64 a[]);
long pv_callback_op(u64 a[]);
long pv_nmi_op(u64 a[]);
/* One of enum vcpu_callback_kind; a code selector of ring 0 is ring 1's. */
void vcpu_set_callback(struct vcpu *v, u32 kind, u32 cs, u64 ip, bool mask);

#endif
