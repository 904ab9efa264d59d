/* SPDX-License-Identifier: GPL-2.0-only */
/* A vCPU's processor state, saved and loaded by each context switch. */
#ifndef KRYPTON_CONTEXT_H
#define KRYPTON_CONTEXT_H

#include "machine/cpu.h"

/* Components of the XSAVE state: bits of XCR0. */
#define XCR0_X87	1u
#define XCR0_SSE	2u
#define XCR0_AVX	4u
#define XCR0_START	3u	/* until the guest sets XCR0 */
#define XCR0_KNOWN	7u

/* XSAVE's image in standard form. Its first part is also that of FXSAVE. */
struct xsave_image {
	u8 fxsave[512];
	u64 parts;		/* XSTATE_BV; other parts have initial values */
	u64 compact;		/* XCOMP_BV */
	u64 reserved[6];
	u8 avx[256];
};
_Static_assert(sizeof(struct xsave_image) == 832, "hardware format");

/* MSRs whose value the hypervisor stores for the guest (cpu/msr.c). */
enum guest_msr {
	GUEST_TSC_AUX, GUEST_MCG_STATUS, GUEST_MC0_CTL2, GUEST_MC1_CTL2,
	GUEST_MSRS
};

/*
 * A vCPU's registers. While the vCPU runs the processor has them, and otherwise
 * they are saved here. No lock guards them: other CPUs may access them only
 * while the vCPU does not run, because it is paused or not initialised.
 */
struct vcpu_processor {
	bool initialised;		/* the page lock */
	bool cr0_ts;
	bool in_user;			/* a 64-bit guest is in user mode */
	u16 ds, es, fs, gs;
	/*
	 * Segment bases of a 64-bit guest, always canonical. FS and GS in the
	 * present mode: stale while the vCPU runs. GS in the other mode: always
	 * valid.
	 */
	u64 fs_base, gs_base, gs_other;
	struct regs regs;
	struct xsave_image fpu __attribute__((aligned(64)));
	u64 xcr0;			/* 0: the guest has not set it */
	u64 xcr0_all;			/* all bits that xcr0 ever had */
	u64 dr[8];
	u32 dr7_io;			/* enable bits of port breakpoints */
	u64 cr4;
	u64 msr[GUEST_MSRS];
};

/* The bits that XCR0 may have on this machine; 0: it has no XSAVE. */
extern u64 context_xcr0;

/* The size of an XSAVE image with these parts, in bytes. */
static inline u64 context_image_size(u64 xcr0)
{
	return !xcr0 ? 0 : xcr0 & XCR0_AVX ? sizeof(struct xsave_image) :
	       offsetof(struct xsave_image, avx);
}

/* Find SMEP and enable XSAVE on a CPU that starts, before its first guest. */
void context_init_cpu(void);

/*
 * Save the state of the vCPU that this CPU has loaded; load that of another
 * one. Only the scheduling path calls these, with interrupts off. After
 * context_save() the CPU still uses the tables of this vCPU, until
 * context_leave(): that loads the hypervisor's, unless the CPU has loaded
 * another vCPU.
 */
void context_save(struct vcpu *v);
void context_load(struct vcpu *v);
void context_leave(const struct vcpu *v);
/* Load the vCPU's LDT or debug registers; it is the one that runs here. */
void context_load_ldt(const struct vcpu *v);
void context_load_debug(const struct vcpu *v);
/*
 * Change the 64-bit vCPU that runs here from kernel to user mode, or back: load
 * the other root and the other GS base.
 */
void context_toggle(struct vcpu *v);
/*
 * Load GS with this selector for the mode that is not running, which gets the
 * base of its descriptor, or 0 if there is none.
 */
void context_set_other_gs(struct vcpu *v, u16 sel);
/* Give a vCPU that does not run the floating-point state of a new vCPU. */
void context_reset_fpu(struct vcpu *v);
/*
 * Copy these parts (XCR0_*) of an image, and give the others their initial
 * values. This ignores the header of 'from'. Used to set or read the state of a
 * vCPU that does not run, whose image may hold old values of parts that its
 * header does not name.
 */
void context_copy_fpu(struct xsave_image *to, const struct xsave_image *from,
		      u64 parts);
/* Load the bits of CR4 that depend on the vCPU. */
void context_load_cr4(const struct vcpu *v);
/* Load TSC_AUX, which RDTSCP reads. */
void context_load_tsc_aux(const struct vcpu *v);
/*
 * Set XCR0 of the vCPU that runs here. cpuid_xcr0_ok() has accepted the value.
 */
void context_set_xcr0(struct vcpu *v, u64 xcr0);
/* Set CR0.TS of the vCPU that runs here: 1: the guest wants #NM. */
void context_set_ts(struct vcpu *v, int set);

#endif
