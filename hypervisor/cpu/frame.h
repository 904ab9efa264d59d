/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions for the two files that make bounce frames, cpu/bounce.c and
 * entry/direct.c: the flags in a frame, and the registers of a handler.
 */
#ifndef KRYPTON_FRAME_H
#define KRYPTON_FRAME_H

#include "domain/domain.h"
#include "machine/asm.h"

#define HANDLER_CLEARS	((u64)(FLAGS_TF | FLAGS_RF | FLAGS_NT | FLAGS_VM))

/* The flags word of a frame: IF is set if events were not masked. */
static inline u64 frame_flags(const struct vcpu *v, const struct regs *r, bool masked)
{
	u64 flags = (u32)r->flags & ~(FLAGS_IF | FLAGS_IOPL);

	if (!masked)
		flags |= FLAGS_IF;
	if (v->d->policy.vm_assist & BIT(VMASST_TYPE_architectural_iopl))
		flags |= v->entry.iopl << 12;
	return flags;
}

/* Continue at handler t of a 64-bit guest, whose frame is complete at sp. */
static inline void frame_enter_long(struct vcpu *v, struct regs *r,
				    const struct vcpu_trap *t, u64 sp)
{
	if (t->flags & TRAP_MASKS)
		shared_set_upcall_mask(v, true);
	r->sp = sp;
	r->ss = SEL_64_DS;
	r->cs = SEL_64_CS;
	r->ip = t->ip;
	r->flags &= ~(HANDLER_CLEARS | FLAGS_AC);
}

/* The same for a 32-bit guest; ss is the segment of the frame's stack. */
static inline void frame_enter_narrow(struct vcpu *v, struct regs *r,
				      const struct vcpu_trap *t, u64 sp, u64 ss)
{
	if (t->flags & TRAP_MASKS)
		shared_set_upcall_mask(v, true);
	r->sp = sp;
	r->ss = ss;
	r->cs = t->cs;
	r->ip = t->ip;
	r->flags = (r->flags & ~HANDLER_CLEARS) | FLAGS_IF;
}

#endif
