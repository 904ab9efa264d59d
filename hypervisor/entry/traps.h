/* SPDX-License-Identifier: GPL-2.0-only */
/* Exceptions and interrupts as the processor raises them. */
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
 * The fault-recovery table: an instruction, and where to go on; each address
 * relative to its own place in the table.
 */
struct extable_entry {
	s32 insn, fixup;
};

void traps_init(void);
/* Load IDT, GDT, TSS and entry MSRs of this CPU. */
void traps_init_cpu(void);
struct regs *trap_entry(struct regs *r);

static inline bool from_guest(const struct regs *r)
{
	return r->cs & 3;
}

/* exit.c: the last thing before each return to a guest; interrupts are off. */
void exit_to_guest(struct regs *r);
/* exit.c: a CPU's boot path ends here and runs guests; never returns. */
void exit_first(void) __attribute__((noreturn));

/* entry.S */
extern u8 trap_stubs[256][16];
void sysenter_entry(void);
void sysenter_flags_saved(void);
void syscall_entry(void);
void syscall_compat_entry(void);
/* xpti.S; the last is to leave by the page at this address, for good. */
extern u8 xpti_stubs[256][16];
void xpti_sysenter(void);
void xpti_sysenter_saved(void);
void xpti_syscall(void);
void xpti_syscall_compat(void);
void xpti_leave(u64 page) __attribute__((noreturn));
void reload_segments(void);
void guest_iret(void);

#endif
