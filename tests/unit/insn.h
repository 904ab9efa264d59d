/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One instruction of a guest, carried out by the emulator. It ends where the
 * guest's memory does, so that whoever reads a byte too many cannot.
 */
#ifndef UNIT_INSN_H
#define UNIT_INSN_H

#include "host.h"

#define MEMORY_START	0x10000u
#define MEMORY_SIZE	0x2000u
#define MEMORY_END	(MEMORY_START + MEMORY_SIZE)

/* Code of ring 1 over 4 GiB: 32-bit, and 16-bit up to a limit of 20 bits. */
#define CODE32		0x00cfbb000000ffffull
#define CODE16(limit)	(0x0000bb0000000000ull | ((limit) & 0xffff) |	\
			 ((limit) & 0xf0000ull) << 32)

struct regs;

extern u8 *insn_memory;

/* A vCPU with virtual IOPL 1, XSAVE turned on, and a right to no port. */
struct vcpu *insn_setup(void);
/* How the guest's tables map a page of its memory: PTE_* but the frame. */
void insn_map(u32 page, u64 flags);
/* Flat segments of this ring; ESI and EDI point at the start of memory. */
struct regs insn_regs(u32 ring);
/* Make this a segment of the GDT: its selector for ring 1. */
u16 insn_segment(u64 descriptor);
/* It is carried out, or answered, and the saved EIP is behind it. */
void insn_done(struct regs *r, const void *bytes, u32 n);
/* It is carried out, or answered, and is still the next one. */
void insn_stays(struct regs *r, const void *bytes, u32 n);
/* The same, and nothing has changed: it is not to be found any more. */
void insn_gone(struct regs *r, const void *bytes, u32 n);
/* It is refused and nothing has changed: registers, vCPU, memory, ports. */
void insn_refused(struct regs *r, const void *bytes, u32 n);
/* Whatever comes of it; if it is refused, nothing has changed. */
bool insn_any(struct regs *r, const void *bytes, u32 n);
/* From now on the four above do as after #UD: the CPUID prefix. */
void insn_after_ud(void);

#endif
