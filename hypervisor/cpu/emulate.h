/* SPDX-License-Identifier: GPL-2.0-only */
/* Emulation of instructions that fault outside ring 0. */
#ifndef KRYPTON_EMULATE_H
#define KRYPTON_EMULATE_H

#include "guest/insn.h"

/* After #GP(0): true if it was carried out or answered, or is to run again. */
bool emulate_privileged(struct vcpu *v, struct regs *r);
/* After #UD: the forced-emulation prefix. */
bool emulate_forced(struct vcpu *v, struct regs *r);

/* An instruction that is being carried out. */
struct emulation {
	struct vcpu *v;
	struct regs *r;
	struct insn i;
	u32 debug;	/* bits of DR6: a #DB follows */
};

/* What a processor does after an instruction, or a part of one; true. */
bool emulate_done(struct emulation *e);
/* cpu/string_io.c */
bool string_io(struct emulation *e);
/* cpu/cpuid.c */
bool cpuid_is_intel(void);
#define CPUID_XSAVE	BIT(26)		/* leaf 1, ECX */
/* 'kernel': the guest's kernel asks, which sees more. */
void cpuid_emulate(const struct vcpu *v, bool kernel, u32 leaf, u32 sub,
		 u32 out[4]);
/* The same without what differs between vCPUs; NULL: of any domain. */
void cpuid_for_domain(const struct domain *d, u32 leaf, u32 sub, u32 out[4]);
/* Whether a vCPU of the domain may have it as XCR0. */
bool cpuid_xcr0_ok(const struct domain *d, u64 xcr0);
/* cpu/msr.c */
void msr_init_cpu(void);
/* False means #GP. The vCPU runs, or is paused and 'msr' is no base. */
bool msr_read(struct vcpu *v, u32 msr, u64 *value);
bool msr_write(struct vcpu *v, u32 msr, u64 value);
/* cpu/processor.c: what the guest may set of CR4, and is kept. */
u64 processor_cr4(const struct vcpu *v, u64 value);
/* a debug register; false: there is none of this number. */
bool processor_get_debug(const struct vcpu *v, u64 reg, u64 *value);
/* Breakpoints that an access to ports hits, as in DR6. */
u32 processor_match_ports(const struct vcpu *v, u32 port, u32 size);
/* The guest's own #DB after an emulated instruction. */
void processor_raise_debug(struct vcpu *v, struct regs *r, u64 dr6);
/* device/ioport.c */
bool ioport_iopl_allows(const struct vcpu *v, const struct regs *r);
bool ioport_allowed(struct vcpu *v, const struct regs *r, u32 port, u32 size);
u32 ioport_read(struct vcpu *v, u32 port, u32 size);
void ioport_write(struct vcpu *v, u32 port, u32 size, u32 value);

#endif
