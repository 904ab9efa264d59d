/* SPDX-License-Identifier: GPL-2.0-only */
/* Exceptions and interrupts that the processor raises. */
#ifndef KRYPTON_TRAPS_H
#define KRYPTON_TRAPS_H

#include "machine/cpu.h"

enum {
	X86_DE = 0, X86_DB = 1, X86_NMI = 2, X86_BP = 3, X86_OF = 4,
	X86_UD = 6, X86_NM = 7, X86_DF = 8, X86_TS = 10, X86_NP = 11,
	X86_SS = 12, X86_GP = 13, X86_PF = 14, X86_MF = 16, X86_AC = 17,
	X86_MC = 18, X86_XM = 19,
};

#define PF_PRESENT	1u
#define PF_WRITE	2u
#define PF_USER		4u
#define PF_RSVD		8u
#define PF_INSN		16u

/*
 * An entry of the fault-recovery table: if the instruction at 'insn' faults, the
 * hypervisor continues at 'fixup'. Each address is relative to the member that
 * holds it.
 */
struct extable_entry {
	s32 insn, fixup;
};

/* Fill both IDTs; once, on the boot CPU. */
void traps_init(void);
/* Load IDT, GDT, TSS and entry MSRs of this CPU. */
void traps_init_cpu(void);
/*
 * entry.S calls this for each trap or interrupt, with interrupts off. Returns the
 * frame to return through.
 */
struct regs *trap_entry(struct regs *r);

static inline bool from_guest(const struct regs *r)
{
	return r->cs & 3;
}

/*
 * exit.c: entry.S calls this before each return to a guest, with interrupts off.
 * r is the guest's frame in the CPU's block.
 */
void exit_to_guest(struct regs *r);

/* entry.S */
extern u8 trap_stubs[256][16];
void sysenter_entry(void);
void sysenter_flags_saved(void);
void syscall_entry(void);
void syscall_compat_entry(void);
/* xpti.S */
extern u8 xpti_stubs[256][16];
void xpti_sysenter(void);
void xpti_sysenter_saved(void);
void xpti_syscall(void);
void xpti_syscall_compat(void);
/* Return to the guest through the struct xpti_page at this address. */
void xpti_leave(u64 page) __attribute__((noreturn));
void reload_segments(void);
/* The end of a CPU's boot path; from here on the CPU runs guests. */
void enter_guest_first(void) __attribute__((noreturn));
void guest_iret(void);

#endif
