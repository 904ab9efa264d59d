// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bounce frames: what a guest finds on its stack when the hypervisor enters
 * one of its handlers. Each is a long.
 *
 *	SS, SP			of a 32-bit guest, only if not from its kernel
 *	FLAGS			IF = events were not masked
 *	CS | old mask << mask_shift
 *	IP
 *	error code		if the exception has one; or selectors
 *	R11, RCX		of a 64-bit guest
 *
 * From the kernel the frame goes onto the current stack, else onto the one that
 * stack_switch named. A handler that does not exist or a stack that cannot be
 * written crashes the domain: there is nothing left to tell it. Stack segments
 * are taken to be flat, which all that the ABI hands out are.
 *
 * A 64-bit kernel runs in ring 3 like its user mode. Its frame says in CS.RPL
 * which of them it came from: 0 is the kernel. Code and stack segments of its
 * handlers are always the same.
 */
#include "cpu/frame.h"
#include "entry/guest_trap.h"
#include "entry/traps.h"
#include "guest/guest.h"

#define BELOW		2u	/* words for RCX and R11 */
#define MAX_WORDS	(BELOW + 9)

/*
 * Enter a handler of a 64-bit guest: the frame always has SS and SP, and RCX
 * and R11 at its bottom.
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

/* Of a 32-bit guest: SS and SP only to a more privileged ring. */
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
 * 'word' has n words of the frame from word[BELOW] on; the two before are for
 * RCX and R11.
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
 * Some of the guest's selectors could not be loaded, and the registers have
 * zeroes: it gets all four below an otherwise complete frame.
 */
void bounce_failsafe(struct vcpu *v, struct regs *r)
{
	u64 word[MAX_WORDS] = {
		[BELOW] = v->proc.ds, v->proc.es, v->proc.fs, v->proc.gs
	};

	enter_handler(v, r, &v->entry.callback[CB_FAILSAFE], word, 4);
}

/*
 * SYSENTER and SYSCALL of a 64-bit guest. As on Xen, one flag decides for both
 * SYSCALL callbacks whether events are masked, and SYSCALL clears DF.
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

/* SYSENTER, and SYSCALL on AMD's processors, of a 32-bit guest. */
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

/* SYSENTER and SYSCALL: a callback if there is one, else a fault. */
void bounce_fast_call(struct vcpu *v, struct regs *r)
{
	if (width_is_long(v->d->width))
		fast_call_long(v, r);
	else
		fast_call_narrow(v, r);
}
