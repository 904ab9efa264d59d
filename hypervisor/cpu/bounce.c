// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bounce frames: the hypervisor writes one to the guest's stack when it enters one
 * of the guest's handlers. Each of these is a long:
 *
 *	SS, SP			in a 32-bit guest only if not from its kernel
 *	FLAGS			IF = events were not masked
 *	CS | old mask << mask_shift
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
#include "cpu/frame.h"
#include "entry/guest_trap.h"
#include "entry/traps.h"
#include "guest/guest.h"

#define BELOW		2u	/* words for RCX and R11 at the bottom */
#define MAX_WORDS	(BELOW + 9)

/*
 * Enter a handler of a 64-bit guest. The frame always has SS and SP, and RCX and
 * R11 at its bottom.
 */
static void enter_long(struct vcpu *v, struct regs *r,
		       const struct vcpu_trap *t, u64 word[MAX_WORDS], u32 n)
{
	bool masked = shared_upcall_mask(v), kernel = vcpu_in_kernel(v, r);
	u64 sp = (kernel ? r->sp : v->entry.kernel_sp) & ~15ull;

	word[0] = r->cx;
	word[1] = r->r11;
	n += BELOW;
	word[n++] = r->ip;
	word[n++] = (r->cs & (kernel ? 0xfffc : 0xffff)) |
		    (u64)masked << v->d->width->mask_shift;
	word[n++] = frame_flags(v, r, masked);
	word[n++] = r->sp;
	word[n++] = r->ss;
	sp -= n * sizeof(*word);
	if (!kernel)
		context_toggle(v);
	if (guest_put_longs(gva(sp), word, n)) {
		domain_crash(v->d, "cannot write the guest's stack at %lx", sp);
		return;
	}
	frame_enter_long(v, r, t, sp);
}

/* The same for a 32-bit guest: SS and SP only if the ring changes. */
static void enter_narrow(struct vcpu *v, struct regs *r,
			 const struct vcpu_trap *t, u64 *word, u32 n)
{
	bool masked = shared_upcall_mask(v), kernel = vcpu_in_kernel(v, r);
	u64 sp = kernel ? (u32)r->sp : v->entry.kernel_sp, size;

	word += BELOW;
	word[n++] = r->ip;
	word[n++] = (r->cs & 0xffff) | (u64)masked << v->d->width->mask_shift;
	word[n++] = frame_flags(v, r, masked);
	if (!kernel) {
		word[n++] = r->sp;
		word[n++] = r->ss;
	}
	size = n * v->d->width->long_size;
	if (guest_put_longs(gva(sp - size), word, n)) {
		domain_crash(v->d, "cannot write the guest's stack at %lx", sp);
		return;
	}
	frame_enter_narrow(v, r, t, sp - size,
			   kernel ? r->ss : v->entry.kernel_ss);
}

/*
 * Enter handler t. 'word' holds n words of the frame from word[BELOW] on; the two
 * before are for RCX and R11.
 */
static void enter_handler(struct vcpu *v, struct regs *r,
			  const struct vcpu_trap *t, u64 word[MAX_WORDS], u32 n)
{
	if (!(t->cs & ~3u))
		domain_crash(v->d, "no handler for vector %lu", r->vector);
	else if (width_is_long(v->d->width))
		enter_long(v, r, t, word, n);
	else
		enter_narrow(v, r, t, word, n);
}

void bounce_exception(struct vcpu *v, struct regs *r, u32 vector, s64 error)
{
	u64 word[MAX_WORDS];

	word[BELOW] = (u64)error;
	enter_handler(v, r, &v->entry.traps[vector], word, error != NO_ERROR_CODE);
}

void bounce_page_fault(struct vcpu *v, struct regs *r, u64 address, u32 error)
{
	memcpy(v->shared.info + v->d->width->cr2_offset, &address,
	       v->d->width->long_size);
	bounce_exception(v, r, X86_PF, error);
}

void bounce_event(struct vcpu *v, struct regs *r)
{
	u64 word[MAX_WORDS];

	enter_handler(v, r, &v->entry.callback[CB_EVENT], word, 0);
}

/*
 * The processor refused some of the guest's data selectors, and these registers
 * are null now. The frame holds all four selectors below the usual words.
 */
void bounce_failsafe(struct vcpu *v, struct regs *r)
{
	u64 word[MAX_WORDS] = {
		[BELOW] = v->proc.ds, v->proc.es, v->proc.fs, v->proc.gs
	};

	enter_handler(v, r, &v->entry.callback[CB_FAILSAFE], word, 4);
}

/*
 * SYSENTER and SYSCALL in a 64-bit guest. As on Xen, the flag of the 64-bit SYSCALL
 * callback decides for both SYSCALL callbacks whether events are masked, and
 * SYSCALL clears DF.
 */
static void fast_call_long(struct vcpu *v, struct regs *r)
{
	bool sysenter = r->vector == VEC_SYSENTER;
	u32 kind = sysenter ? CB_SYSENTER :
		   r->vector == VEC_SYSCALL ? CB_SYSCALL : CB_SYSCALL32;
	struct vcpu_trap cb = v->entry.callback[kind];
	u64 word[MAX_WORDS];

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
		enter_handler(v, r, &cb, word, 0);
		if (!sysenter)
			r->flags &= ~(u64)FLAGS_DF;
	}
}

/* SYSENTER, and on AMD processors SYSCALL, in a 32-bit guest. */
static void fast_call_narrow(struct vcpu *v, struct regs *r)
{
	const struct vcpu_trap *cb = &v->entry.callback[r->vector == VEC_SYSENTER ?
						  CB_SYSENTER : CB_SYSCALL32];
	u64 word[MAX_WORDS];

	if (cb->cs & ~3u) {
		enter_handler(v, r, cb, word, 0);
		return;
	}
	r->ip -= 2;
	bounce_exception(v, r, X86_GP, 0);
}

/* SYSENTER and SYSCALL enter the callback, or fault if there is none. */
void bounce_fast_call(struct vcpu *v, struct regs *r)
{
	if (width_is_long(v->d->width))
		fast_call_long(v, r);
	else
		fast_call_narrow(v, r);
}
