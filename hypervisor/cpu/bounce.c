// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bounce frames: the hypervisor writes one to the guest's stack when it enters one
 * of the guest's handlers. Each of these is a long:
 *
 *	SS, SP			in a 32-bit guest only if not from its kernel
 *	FLAGS			IF = events were not masked
 *	CS, and the old event mask from bit 16, or 32 of a 64-bit guest, on
 *	IP
 *	error code		if the exception has one; or selectors
 *	R11, RCX		in a 64-bit guest
 *
 * If the kernel was running, the frame goes to the current stack, otherwise to the
 * stack of the hypercall stack_switch. If the guest has no handler, or its stack
 * cannot be written, the domain crashes, because no other way is left to report
 * the exception. Stack segments are assumed to be flat, as all that the ABI
 * provides are.
 *
 * The kernel of a 64-bit guest runs in ring 3, as user mode does. CS.RPL in the
 * frame says which one was interrupted: 0 is the kernel. All its handlers have the
 * same code and stack segments.
 */
#include "domain/domain.h"
#include "entry/guest_trap.h"
#include "entry/traps.h"

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

/* Words between the usual ones and the bottom: an error code, or selectors. */
struct extra {
	u32 n;
	u64 word[4];
};

static inline bool put_long(u64 at, const struct regs *r,
			    const struct extra *x, u64 cs, u64 flags)
{
	u32 i;

	GUEST_PUT(u64, at, r->cx);
	GUEST_PUT(u64, at + 8, r->r11);
	for (i = 0, at += 16; i < x->n; i++, at += 8)
		GUEST_PUT(u64, at, x->word[i]);
	GUEST_PUT(u64, at, r->ip);
	GUEST_PUT(u64, at + 8, cs);
	GUEST_PUT(u64, at + 16, flags);
	GUEST_PUT(u64, at + 24, r->sp);
	GUEST_PUT(u64, at + 32, r->ss);
	return true;
fault:
	return false;
}

static inline bool put_narrow(u64 at, const struct regs *r,
			      const struct extra *x, u64 cs, u64 flags,
			      bool kernel)
{
	u32 i;

	for (i = 0; i < x->n; i++, at += 4)
		GUEST_PUT(u32, at, x->word[i]);
	GUEST_PUT(u32, at, r->ip);
	GUEST_PUT(u32, at + 4, cs);
	GUEST_PUT(u32, at + 8, flags);
	if (kernel)
		return true;
	GUEST_PUT(u32, at + 12, r->sp);
	GUEST_PUT(u32, at + 16, r->ss);
	return true;
fault:
	return false;
}

static noinline void no_stack(struct vcpu *v, u64 sp)
{
	domain_crash(v->d, "cannot write the guest's stack at %lx", sp);
}

/*
 * Enter a handler of a 64-bit guest. The frame always has SS and SP, and RCX
 * and R11 at its bottom.
 */
static __always_inline
void enter_long_from(struct vcpu *v, struct regs *r, const struct vcpu_trap *t,
		     const struct extra *x, bool kernel)
{
	bool masked = shared_upcall_mask(v);
	u64 size = (7 + x->n) * sizeof(u64);
	u64 sp = ((kernel ? r->sp : v->entry.kernel_sp) & ~15ull) - size;

	if (!kernel)
		context_toggle(v);
	if (!domain_range_ok(v->d, gva(sp), size) ||
	    !put_long(sp, r, x, (r->cs & (kernel ? 0xfffc : 0xffff)) |
		      (u64)masked << 32, frame_flags(v, r, masked))) {
		no_stack(v, sp);
		return;
	}
	if (t->flags & TRAP_MASKS)
		shared_set_upcall_mask(v, true);
	r->sp = sp;
	r->ss = SEL_64_DS;
	r->cs = SEL_64_CS;
	r->ip = t->ip;
	r->flags &= ~(u64)(HANDLER_CLEARS | FLAGS_AC);
}

static void enter_long(struct vcpu *v, struct regs *r,
		       const struct vcpu_trap *t, const struct extra *x)
{
	enter_long_from(v, r, t, x, vcpu_in_kernel(v, r));
}

/* The same for a 32-bit guest: SS and SP only if the ring changes. */
static void enter_narrow(struct vcpu *v, struct regs *r,
			 const struct vcpu_trap *t, const struct extra *x)
{
	bool masked = shared_upcall_mask(v), kernel = vcpu_in_kernel(v, r);
	u64 size = ((kernel ? 3 : 5) + x->n) * sizeof(u32);
	u64 sp = (kernel ? (u32)r->sp : v->entry.kernel_sp) - size;

	if (!domain_range_ok(v->d, gva(sp), size) ||
	    !put_narrow(sp, r, x, (r->cs & 0xffff) | (u64)masked << 16,
			frame_flags(v, r, masked), kernel)) {
		no_stack(v, sp);
		return;
	}
	if (t->flags & TRAP_MASKS)
		shared_set_upcall_mask(v, true);
	r->sp = sp;
	r->ss = kernel ? r->ss : v->entry.kernel_ss;
	r->cs = t->cs;
	r->ip = t->ip;
	r->flags = (r->flags & ~(u64)HANDLER_CLEARS) | FLAGS_IF;
}

static void enter_handler(struct vcpu *v, struct regs *r,
			  const struct vcpu_trap *t, const struct extra *x)
{
	if (!(t->cs & ~3u))
		domain_crash(v->d, "no handler for vector %lu", r->vector);
	else if (v->d->width->is_long)
		enter_long(v, r, t, x);
	else
		enter_narrow(v, r, t, x);
}

static const struct extra nothing;

void bounce_exception(struct vcpu *v, struct regs *r, u32 vector, s64 error)
{
	struct extra x;

	x.n = error != NO_ERROR_CODE;
	x.word[0] = (u64)error;
	enter_handler(v, r, &v->entry.traps[vector], &x);
}

void bounce_page_fault(struct vcpu *v, struct regs *r, u64 address, u32 error)
{
	u8 *cr2 = v->shared.info + v->d->width->cr2_offset;

	if (v->d->width->is_long)
		*(u64 *)cr2 = address;
	else
		*(u32 *)cr2 = (u32)address;
	bounce_exception(v, r, X86_PF, error);
}

void bounce_event(struct vcpu *v, struct regs *r)
{
	enter_handler(v, r, &v->entry.callback[CB_EVENT], &nothing);
}

/*
 * The processor refused some of the guest's data selectors, and these registers
 * are null now. The frame holds all four selectors below the usual words.
 */
void bounce_failsafe(struct vcpu *v, struct regs *r)
{
	struct extra x = {
		4, { v->proc.ds, v->proc.es, v->proc.fs, v->proc.gs }
	};

	enter_handler(v, r, &v->entry.callback[CB_FAILSAFE], &x);
}

/*
 * SYSENTER and SYSCALL in a 64-bit guest. As on Xen, the flag of the 64-bit
 * SYSCALL callback decides for both SYSCALL callbacks whether events are
 * masked, and SYSCALL clears DF.
 */
static void fast_call_long(struct vcpu *v, struct regs *r)
{
	bool sysenter = r->vector == VEC_SYSENTER;
	u32 kind = sysenter ? CB_SYSENTER :
		   r->vector == VEC_SYSCALL ? CB_SYSCALL : CB_SYSCALL32;
	struct vcpu_trap cb = v->entry.callback[kind];

	r->ss = SEL_64_DS;
	if (kind == CB_SYSCALL32)
		r->cs = SEL_64_CS32;
	if (sysenter && !cb.cs) {
		bounce_exception(v, r, X86_GP, 0);
	} else if (!cb.cs) {
		r->ip -= 2;
		bounce_exception(v, r, X86_UD, NO_ERROR_CODE);
	} else {
		if (!sysenter)
			cb.flags = v->entry.callback[CB_SYSCALL].flags;
		enter_long(v, r, &cb, &nothing);
		if (!sysenter)
			r->flags &= ~(u64)FLAGS_DF;
	}
}

/* SYSENTER, and on AMD processors SYSCALL, in a 32-bit guest. */
static void fast_call_narrow(struct vcpu *v, struct regs *r)
{
	const struct vcpu_trap *cb = &v->entry.callback[r->vector == VEC_SYSENTER ?
						  CB_SYSENTER : CB_SYSCALL32];

	if (cb->cs & ~3u) {
		enter_narrow(v, r, cb, &nothing);
		return;
	}
	r->ip -= r->vector == VEC_SYSENTER ? 0 : 2;	/* it saves no IP */
	bounce_exception(v, r, X86_GP, 0);
}

/* SYSCALL from 64-bit code by itself: each system call of a 64-bit guest. */
void bounce_syscall(struct vcpu *v, struct regs *r)
{
	const struct vcpu_trap *cb = &v->entry.callback[CB_SYSCALL];

	if (!cb->cs || !v->d->width->is_long) {
		bounce_fast_call(v, r);
		return;
	}
	enter_long_from(v, r, cb, &(struct extra){ 0 }, false);
	r->flags &= ~(u64)FLAGS_DF;
}

/* SYSENTER and SYSCALL enter the callback, or fault if there is none. */
void bounce_fast_call(struct vcpu *v, struct regs *r)
{
	if (v->d->width->is_long)
		fast_call_long(v, r);
	else
		fast_call_narrow(v, r);
}
