/* SPDX-License-Identifier: GPL-2.0-only */
/* A vCPU's state in and out of the processor. */
#ifndef KRYPTON_CONTEXT_H
#define KRYPTON_CONTEXT_H

#include "machine/cpu.h"

/* Parts of XSAVE's state. */
#define XCR0_X87	1u
#define XCR0_SSE	2u
#define XCR0_AVX	4u
#define XCR0_START	3u	/* until the guest sets its own */
#define XCR0_KNOWN	7u

/* XSAVE's image in its standard form; the first part is FXSAVE's as well. */
struct xsave_image {
	u8 fxsave[512];
	u64 parts;		/* XSTATE_BV: the others are in their initial state */
	u64 compact;		/* XCOMP_BV */
	u64 reserved[6];
	u8 avx[256];
};
_Static_assert(sizeof(struct xsave_image) == 832, "hardware format");

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
	 * Bases of a 64-bit guest, always canonical: FS and GS in this mode,
	 * stale while the vCPU runs, and GS in the other mode, always valid.
	 */
	u64 fs_base, gs_base, gs_other;
	struct regs regs;
	struct xsave_image fpu __attribute__((aligned(64)));
	u64 xcr0;			/* 0: the guest has not set it */
	u64 xcr0_all;			/* all that it ever was */
	u64 dr[8];
	u32 dr7_io;			/* enable bits of port breakpoints */
	u64 cr4;
	u64 msr[GUEST_MSRS];
};

/* What XCR0 may be on this machine; 0: it has no XSAVE. */
extern u64 context_xcr0;

/* Of an image with these parts, in bytes. */
static inline u64 context_image_size(u64 xcr0)
{
	return !xcr0 ? 0 : xcr0 & XCR0_AVX ? sizeof(struct xsave_image) :
	       offsetof(struct xsave_image, avx);
}

/* Turn XSAVE on, on a CPU that starts; before its first guest. */
void context_init_cpu(void);

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
/* Load a selector of GS for the other mode: its base, 0 if there is none. */
void context_set_other_gs(struct vcpu *v, u16 sel);
/* Floating-point state of a vCPU that does not run: as in a new one. */
void context_reset_fpu(struct vcpu *v);
/*
 * Into or out of a vCPU that does not run: copy these parts (XCR0_*), and make the
 * others those of a new one. A vCPU's own image may have old values of parts that it
 * does not name. The header of 'from' is not looked at.
 */
void context_copy_fpu(struct xsave_image *to, const struct xsave_image *from,
		      u64 parts);
/* Bits of CR4 that are the guest's. */
void context_load_cr4(const struct vcpu *v);
void context_load_tsc_aux(const struct vcpu *v);
/* XCR0 of the vCPU that runs: a value that cpuid_xcr0_ok() takes. */
void context_set_xcr0(struct vcpu *v, u64 xcr0);
/* Whether the guest wants #NM. */
void context_set_ts(struct vcpu *v, int set);
/* Leave a CPU's boot path for its first guest. */
void enter_guest_first(void) __attribute__((noreturn));

#endif
