// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bounce frames: what a guest finds on its stack when the hypervisor enters
 * one of its handlers. Each is a long.
 *
 *	SS, SP			only if it did not come from the guest's kernel
 *	FLAGS			IF = events were not masked
 *	CS | old mask << mask_shift
 *	IP
 *	error code		if the exception has one
 *
 * From the kernel the frame goes onto the current stack, else onto the one that
 * stack_switch named. A handler that does not exist or a stack that cannot be
 * written crashes the domain: there is nothing left to tell it. Stack segments
 * are taken to be flat, which all that the ABI hands out are.
 */
#include "domain/domain.h"
#include "entry/guest_trap.h"
#include "entry/traps.h"
#include "guest/guest.h"
#include "lib/lib.h"
#include "machine/asm.h"

#define MAX_WORDS	9

static u64 frame_flags(const struct vcpu *v, const struct regs *r, bool masked)
{
	u64 flags = (u32)r->flags & ~(FLAGS_IF | FLAGS_IOPL);

	if (!masked)
		flags |= FLAGS_IF;
	if (v->d->policy.vm_assist & BIT(VMASST_TYPE_architectural_iopl))
		flags |= v->entry.iopl << 12;
	return flags;
}

/* The frame begins with n words that lie below IP. */
static void enter_handler(struct vcpu *v, struct regs *r,
			  const struct vcpu_trap *t, u64 word[MAX_WORDS], u32 n)
{
	bool masked = shared_upcall_mask(v), kernel = vcpu_in_kernel(v, r);
	u64 sp = kernel ? r->sp & v->d->width->long_mask : v->entry.kernel_sp;
	u64 size;

	if (!(t->cs & ~3u)) {
		domain_crash(v->d, "no handler for vector %lu", r->vector);
		return;
	}
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
	if (t->flags & TRAP_MASKS)
		shared_set_upcall_mask(v, true);
	r->sp = sp - size;
	if (!kernel)
		r->ss = v->entry.kernel_ss;
	r->cs = t->cs;
	r->ip = t->ip;
	r->flags &= ~(u64)(FLAGS_TF | FLAGS_RF | FLAGS_NT | FLAGS_VM);
	r->flags |= FLAGS_IF;
}

void bounce_exception(struct vcpu *v, struct regs *r, u32 vector, s64 error)
{
	u64 word[MAX_WORDS];

	word[0] = (u64)error;
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
 * The guest's selectors could not be loaded: it gets them below an otherwise
 * complete frame, and zeroes in the registers.
 */
void bounce_failsafe(struct vcpu *v, struct regs *r)
{
	u64 word[MAX_WORDS] = { v->proc.ds, v->proc.es, v->proc.fs, v->proc.gs };

	__asm__ volatile("mov %w0, %%ds; mov %w0, %%es; mov %w0, %%fs;"
			 "mov %w0, %%gs" :: "r" (0));
	enter_handler(v, r, &v->entry.callback[CB_FAILSAFE], word, 4);
}

/* SYSENTER and SYSCALL: a callback if there is one, else a fault. */
void bounce_fast_call(struct vcpu *v, struct regs *r)
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
