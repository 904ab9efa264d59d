/* SPDX-License-Identifier: GPL-2.0-only */
/* The entry points that a guest registers. */
#ifndef KRYPTON_CALLBACKS_H
#define KRYPTON_CALLBACKS_H

/*
 * An entry point of the guest's kernel, with the flags of struct trap_info: the
 * DPL that may call it, and whether the entry masks events.
 */
#define TRAP_DPL	3u
#define TRAP_MASKS	4u

/* The flags that each of them clears, beside AC in a 64-bit guest. */
#define HANDLER_CLEARS	(FLAGS_TF | FLAGS_RF | FLAGS_NT | FLAGS_VM)

struct vcpu_trap {
	u64 ip;
	u16 cs;
	u8 flags;
	bool direct;		/* entry/syscall.S may enter it */
};
_Static_assert(256 * sizeof(struct vcpu_trap) == PAGE_SIZE, "a page of them");

enum vcpu_callback_kind {
	CB_EVENT, CB_FAILSAFE, CB_SYSCALL, CB_SYSENTER, CB_SYSCALL32,
	CB_COUNT
};

/*
 * How the vCPU enters its kernel. Only the vCPU itself changes this, while it
 * runs; no lock guards it.
 */
struct vcpu_entry {
	struct vcpu_trap *traps;	/* by vector: a page */
	struct vcpu_trap callback[CB_COUNT];
	u16 kernel_ss;
	u64 kernel_sp;
	u32 iopl;
	gva_t io_bitmap;
	u32 io_bitmap_ports;
	bool nmi_pending;		/* other CPUs set it: atomic */
	bool nmi_masked;
};

#endif
