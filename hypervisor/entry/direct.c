// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fast path of system calls from a guest's user mode into its kernel: int
 * 0x80, SYSENTER, SYSCALL. It produces the frame that cpu/bounce.c describes and
 * the same registers. It leaves every unusual case to bounce.c, above all a
 * stack that it cannot write; then it has changed nothing but words below the
 * kernel's stack pointer.
 */
#include "cpu/frame.h"
#include "entry/direct.h"

#define NARROW_SIZE	20u	/* IP, CS, FLAGS, SP, SS */
#define LONG_SIZE	56u	/* RCX and R11 before them */

/* Store to a guest address that was range-checked; on a fault go to 'fault'. */
#define PUT(type, at, value)						\
	asm goto("1:	mov %1, %0\n"					\
		 EXTABLE("1b", "%l[fault]")				\
		 :: "m" (*(type *)(at)), "r" ((type)(value)) : "memory" : fault)

static inline bool put_narrow(u64 sp, const struct regs *r, u64 cs, u64 flags)
{
	PUT(u32, sp, r->ip);
	PUT(u32, sp + 4, cs);
	PUT(u32, sp + 8, flags);
	PUT(u32, sp + 12, r->sp);
	PUT(u32, sp + 16, r->ss);
	return true;
fault:
	return false;
}

static inline bool put_long(u64 sp, const struct regs *r, u64 cs, u64 flags)
{
	PUT(u64, sp, r->cx);
	PUT(u64, sp + 8, r->r11);
	PUT(u64, sp + 16, r->ip);
	PUT(u64, sp + 24, cs);
	PUT(u64, sp + 32, flags);
	PUT(u64, sp + 40, r->sp);
	PUT(u64, sp + 48, r->ss);
	return true;
fault:
	return false;
}

/* Not inline, or direct_enter() would save registers that only this needs. */
static __attribute__((noinline))
bool enter_long(struct vcpu *v, struct regs *r, const struct vcpu_trap *t)
{
	u64 sp = (v->entry.kernel_sp & ~15ull) - LONG_SIZE;
	bool masked = shared_upcall_mask(v);

	if (!v->proc.in_user || !domain_range_ok(v->d, gva(sp), LONG_SIZE))
		return false;
	context_toggle(v);
	if (!put_long(sp, r, (r->cs & 0xffff) | (u64)masked << 32,
		      frame_flags(v, r, masked))) {
		context_toggle(v);
		return false;
	}
	frame_enter_long(v, r, t, sp);
	return true;
}

bool direct_enter(struct vcpu *v, struct regs *r, const struct vcpu_trap *t)
{
	u64 sp = v->entry.kernel_sp - NARROW_SIZE;
	bool masked = shared_upcall_mask(v);

	if (!(t->cs & ~3u))
		return false;
	if (width_is_long(v->d->width))
		return enter_long(v, r, t);
	if ((r->cs & 3) != 3 || !domain_range_ok(v->d, gva(sp), NARROW_SIZE) ||
	    !put_narrow(sp, r, (r->cs & 0xffff) | (u64)masked << 16,
			frame_flags(v, r, masked)))
		return false;
	frame_enter_narrow(v, r, t, sp, v->entry.kernel_ss);
	return true;
}
