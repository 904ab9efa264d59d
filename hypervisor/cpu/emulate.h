/* SPDX-License-Identifier: GPL-2.0-only */
/* Emulation of instructions that fault outside ring 0, and its helpers. */
#ifndef KRYPTON_EMULATE_H
#define KRYPTON_EMULATE_H

#include "guest/insn.h"

/*
 * Emulate the instruction at r->ip after #GP(0). True: it was emulated, raised
 * another fault, or must run again. False: the guest gets the #GP.
 */
bool emulate_privileged(struct vcpu *v, struct regs *r);
/*
 * The same for one instruction, without the decoder: RDMSR of the GS base of user
 * mode, without a prefix. The kernel of a 64-bit guest uses it in each process
 * switch. False: it is another instruction.
 */
bool emulate_user_gs(struct vcpu *v, struct regs *r);
/* The same after #UD, for CPUID with the forced-emulation prefix. */
bool emulate_forced(struct vcpu *v, struct regs *r);

/* An instruction that is being emulated. */
struct emulation {
	struct vcpu *v;
	struct regs *r;
	struct insn i;
	u32 debug;	/* bits of DR6 for a #DB after it */
};

/*
 * Finish an instruction, or one step of a repeated one: set IP and flags, raise
 * #DB if due. Returns true.
 */
bool emulate_done(struct emulation *e);
/* cpu/string_io.c: INS and OUTS. Result as emulate_privileged(). */
bool string_io(struct emulation *e);
/* The last leaves of the two ranges, as Xen 4.17 shows them to guests. */
#define CPUID_MAX_BASIC		0xdu
#define CPUID_MAX_EXTENDED	0x80000021u
/* cpu/cpuid.c: by the processor's vendor. */
bool cpuid_is_intel(void);
/*
 * The result of CPUID, EAX to EDX, for the vCPU. 'kernel': the guest's kernel
 * asks, and sees more than user mode.
 */
void cpuid_emulate(const struct vcpu *v, bool kernel, u32 leaf, u32 sub,
		 u32 out[4]);
/* The same without vCPU state. d may be NULL: what any domain can have. */
void cpuid_for_domain(const struct domain *d, u32 leaf, u32 sub, u32 out[4]);
/*
 * Let the domain see only these bits of a leaf, EAX to EDX, as far as the
 * leaf's registers can be masked. Only before the domain has run.
 */
void cpuid_set_mask(struct domain *d, u32 leaf, u32 sub, const u32 keep[4]);
/* Whether a vCPU of the domain may set XCR0 to this value. */
bool cpuid_xcr0_ok(const struct domain *d, u64 xcr0);
/*
 * cpu/msr.c: RDMSR and WRMSR for a vCPU that runs here; or that is paused, if
 * 'msr' is not a segment base. False: the guest gets #GP.
 */
bool msr_read(struct vcpu *v, u32 msr, u64 *value);
bool msr_write(struct vcpu *v, u32 msr, u64 value);
/* 0; -EINVAL: it is no page of d; -EBUSY: a table, or it has descriptors. */
int msr_fill_hypercall_page(struct domain *d, mfn_t m);
/* cpu/processor.c: the bits of 'value' that the guest may set in CR4. */
u64 processor_cr4(const struct vcpu *v, u64 value);
/* Read a debug register. False: there is none of this number. */
bool processor_get_debug(const struct vcpu *v, u64 reg, u64 *value);
/* The breakpoints that an access to ports hits, as bits of DR6. */
u32 processor_match_ports(const struct vcpu *v, u32 port, u32 size);
/* Raise #DB in the guest, with these bits of DR6. */
void processor_raise_debug(struct vcpu *v, struct regs *r, u64 dr6);
/*
 * device/ioport.c: whether the virtual IOPL, or also the guest's bitmap, allows
 * the access; the access itself. 'size' is 1, 2 or 4 bytes.
 */
bool ioport_iopl_allows(const struct vcpu *v, const struct regs *r);
bool ioport_allowed(struct vcpu *v, const struct regs *r, u32 port, u32 size);
u32 ioport_read(struct vcpu *v, u32 port, u32 size);
void ioport_write(struct vcpu *v, u32 port, u32 size, u32 value);

#endif
