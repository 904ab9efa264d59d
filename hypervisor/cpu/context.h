/* SPDX-License-Identifier: GPL-2.0-only */
/* A vCPU's state in and out of the processor. */
#ifndef KRYPTON_CONTEXT_H
#define KRYPTON_CONTEXT_H

#include "machine/cpu.h"

/* What XSAVE may hold: x87, SSE, AVX; its header and AVX's part. */
#define XCR0_X87	1u
#define XCR0_SSE	2u
#define XCR0_KNOWN	7u
#define XCR0_START	3u	/* until the guest sets its own */
#define XSAVE_MORE	(64 + 256)

/* Registers that a guest writes and reads again: see cpu/msr.c. */
enum guest_msr {
	GUEST_TSC_AUX, GUEST_MCG_STATUS, GUEST_MC0_CTL2, GUEST_MC1_CTL2,
	GUEST_MSRS
};

/*
 * A vCPU's registers. They are loaded in the processor while it runs, and
 * saved here otherwise; no lock guards them. Others read and change them only
 * while it does not run: it is paused, or not initialised (the page lock).
 */
struct vcpu_processor {
	bool initialised;		/* the page lock */
	bool cr0_ts;
	bool in_user;		/* a 64-bit guest: in user mode */
	u16 ds, es, fs, gs;
	/*
	 * Of a 64-bit guest, canonical: of this mode, and GS's of the other one.
	 * While it runs it may change the first two itself: they are not here.
	 */
	u64 fs_base, gs_base, gs_other;
	struct regs regs;
	u8 fpu[512] __attribute__((aligned(64)));
	u8 fpu_more[XSAVE_MORE];	/* of XSAVE; directly behind */
	u64 xcr0;			/* 0: the guest does not use XSAVE */
	u64 dr[8];
	u32 dr7_io;			/* enable bits of port breakpoints */
	u64 cr4;
	u64 msr[GUEST_MSRS];
};
_Static_assert(offsetof(struct vcpu_processor, fpu_more) ==
	       offsetof(struct vcpu_processor, fpu) + 512, "one area of XSAVE");

void context_save(struct vcpu *v);
void context_load(struct vcpu *v);
/* After a change by the vCPU itself, while it runs. */
void context_load_ldt(const struct vcpu *v);
void context_load_debug(const struct vcpu *v);
/*
 * Between the kernel and the user mode of a 64-bit guest that runs: the other
 * root, and the other base of GS.
 */
void context_toggle(struct vcpu *v);
/*
 * The base of FS or GS (MSR_*) of the 64-bit guest's vCPU that runs; that of
 * MSR_KERNEL_GS_BASE is its other mode's. The value is canonical.
 */
u64 context_get_base(const struct vcpu *v, u32 msr);
void context_set_base(struct vcpu *v, u32 msr, u64 value);
/* Load a selector of GS for the other mode: its base, 0 if there is none. */
void context_set_other_gs(struct vcpu *v, u16 sel);
/* x87 and SSE state of a vCPU that does not run. */
void context_reset_fpu(struct vcpu *v);
void context_set_fpu(struct vcpu *v, const void *image);
/* Bits of CR4 that are the guest's. */
void context_load_cr4(const struct vcpu *v);
void context_load_tsc_aux(const struct vcpu *v);
/* XCR0 of the vCPU that runs; 0 turns XSAVE off. */
void context_set_xcr0(struct vcpu *v, u64 xcr0);
/* Whether the guest wants #NM. */
void context_set_ts(struct vcpu *v, int set);
/* Leave a CPU's boot path for its first guest. */
void enter_guest_first(void) __attribute__((noreturn));

#endif
