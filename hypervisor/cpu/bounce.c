// SPDX-License-Identifier: GPL-2.0-only
/*
 * Bounce frames: what a 32-bit guest finds on its stack when the hypervisor
 * enters one of its handlers.
 *
 *	SS, ESP			only if it came from ring 3 (or 2)
 *	EFLAGS			IF = events were not masked
 *	CS | old mask << 16
 *	EIP
 *	error code		if the exception has one
 *
 * From ring 1 the frame goes onto the current stack, else onto the one that
 * stack_switch named. A handler that does not exist or a stack that cannot be
 * written crashes the domain: there is nothing left to tell it. Stack segments
 * are taken to be flat, which all that the ABI hands out are.
 */
#include "domain/domain.h"
#include "entry/guest_trap.h"
#include "entry/traps.h"
#include "event/evtchn.h"
#include "guest/guest.h"
#include "lib/lib.h"

#define MAX_WORDS	10

struct stack_frame {
	u32 word[MAX_WORDS];	/* highest address first */
	u32 count;
	u32 sp;
	u16 ss;
};

static void push(struct stack_frame *f, u64 v)
{
	f->word[f->count++] = (u32)v;
}

/* The part that every frame has, down to EIP. */
static void start_frame(const struct vcpu *v, const struct regs *r,
			struct stack_frame *f)
{
	bool mask = vcpu_upcall_mask(v);
	u32 flags = (u32)r->flags & ~(FLAGS_IF | FLAGS_IOPL);

	f->count = 0;
	if (guest_kernel_mode(r->cs)) {
		f->sp = (u32)r->sp;
		f->ss = (u16)r->ss;
	} else {
		f->sp = (u32)v->entry.kernel_sp;
		f->ss = v->entry.kernel_ss;
		push(f, r->ss);
		push(f, r->sp);
	}
	if (!mask)
		flags |= FLAGS_IF;
	if (v->d->policy.vm_assist & BIT(VMASST_TYPE_architectural_iopl))
		flags |= v->entry.iopl << 12;
	push(f, flags);
	push(f, (r->cs & 0xffff) | (u32)mask << 16);
	push(f, r->ip);
}

static int write_frame(const struct stack_frame *f)
{
	u32 out[MAX_WORDS], i;

	for (i = 0; i < f->count; i++)
		out[i] = f->word[f->count - 1 - i];
	return guest_write(gva(f->sp - f->count * 4u), out, f->count * 4u);
}

static void enter_handler(struct vcpu *v, struct regs *r,
			  const struct stack_frame *f, u16 cs, u64 ip)
{
	if (!(cs & ~3u)) {
		domain_crash(v->d, "no handler for vector %lu", r->vector);
		return;
	}
	if (write_frame(f)) {
		domain_crash(v->d, "cannot write the guest's stack at %x",
			     f->sp);
		return;
	}
	r->sp = f->sp - f->count * 4u;
	r->ss = f->ss;
	r->cs = cs;
	r->ip = ip;
	r->flags &= ~(u64)(FLAGS_TF | FLAGS_RF | FLAGS_NT | FLAGS_VM);
	r->flags |= FLAGS_IF;
}

void guest_bounce(struct vcpu *v, struct regs *r, u32 vector, s64 error)
{
	const struct vcpu_trap *t = &v->entry.traps[vector];
	struct stack_frame f;

	start_frame(v, r, &f);
	if (error != NO_ERROR_CODE)
		push(&f, (u64)error);
	if (t->flags & 4)
		vcpu_set_upcall_mask(v, true);
	enter_handler(v, r, &f, t->cs, t->ip);
}

void guest_page_fault(struct vcpu *v, struct regs *r, u64 address, u32 error)
{
	memcpy(v->shared.info + v->d->abi->cr2_offset, &address,
	       v->d->abi->cr2_size);
	guest_bounce(v, r, X86_PF, error);
}

static void enter_callback(struct vcpu *v, struct regs *r,
			   struct stack_frame *f, u32 kind)
{
	const struct vcpu_callback *cb = &v->entry.callback[kind];

	if (cb->mask_events)
		vcpu_set_upcall_mask(v, true);
	enter_handler(v, r, f, cb->cs, cb->ip);
}

void guest_deliver_event(struct vcpu *v, struct regs *r)
{
	struct stack_frame f;

	start_frame(v, r, &f);
	vcpu_set_upcall_mask(v, true);
	enter_callback(v, r, &f, CB_EVENT);
}

/*
 * The guest's selectors could not be loaded: it gets them below an otherwise
 * complete frame, and zeroes in the registers.
 */
void guest_failsafe(struct vcpu *v, struct regs *r)
{
	struct stack_frame f;

	start_frame(v, r, &f);
	push(&f, v->proc.gs);
	push(&f, v->proc.fs);
	push(&f, v->proc.es);
	push(&f, v->proc.ds);
	__asm__ volatile("mov %w0, %%ds; mov %w0, %%es; mov %w0, %%fs;"
			 "mov %w0, %%gs" :: "r" (0));
	enter_callback(v, r, &f, CB_FAILSAFE);
}

/*
 * As on Xen 4.17, the guest sees the fault as one of the code that it wanted
 * to return to. The failsafe callback is for data segments alone. Interrupts
 * are let in, as for any fault of the guest's: if its handler cannot be
 * entered either, it comes here again, and may do so for ever.
 */
void guest_return_failed(struct regs *r)
{
	struct vcpu *v = current_vcpu();

	if (!(r->cs & 3)) {
		domain_crash(v->d, "return to ring 0");
	} else if (r->vector == X86_PF) {
		guest_trap(r);
	} else {
		irq_enable();
		guest_bounce(v, r, (u32)r->vector, (s64)(u32)r->error);
	}
}

/* SYSENTER and SYSCALL: a callback if there is one, else a fault. */
void guest_fast_call(struct vcpu *v, struct regs *r, u32 kind)
{
	struct stack_frame f;

	if (!(v->entry.callback[kind].cs & ~3u)) {
		r->ip -= 2;
		guest_bounce(v, r, X86_GP, 0);
		return;
	}
	start_frame(v, r, &f);
	enter_callback(v, r, &f, kind);
}
