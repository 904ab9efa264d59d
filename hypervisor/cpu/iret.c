// SPDX-License-Identifier: GPL-2.0-only
/*
 * The iret hypercall of 32-bit guests: pops EAX, EIP, CS, EFLAGS and, to an
 * outer ring, ESP and SS from the guest's stack, sets the event mask to the
 * inverse of IF and looks for pending events on the way out.
 *
 * What must hold of the frame before the processor sees it: not ring 0, no
 * virtual-8086 mode, IF set and IOPL 0 in the real flags. All else may fault
 * at iretq and becomes a fault of what the guest wanted to return to.
 */
#include "cpu/processor.h"
#include "domain/domain.h"
#include "entry/guest_trap.h"
#include "entry/traps.h"
#include "event/evtchn.h"
#include "guest/guest.h"

enum { W_EAX, W_EIP, W_CS, W_EFLAGS, W_ESP, W_SS };

static void load_frame(struct vcpu *v, struct regs *r, const u32 w[6])
{
	u32 cs = w[W_CS] & 0xffff;
	bool outer = (cs & 3) > 1;

	r->ax = w[W_EAX];
	r->ip = w[W_EIP];
	r->cs = cs;
	r->flags = (w[W_EFLAGS] & FLAGS_GUEST) | FLAGS_IF | 2;
	r->sp = outer ? w[W_ESP] : (u32)r->sp + 16;
	if (outer)
		r->ss = w[W_SS] & 0xffff;
	if (v->d->policy.vm_assist & BIT(VMASST_TYPE_architectural_iopl))
		v->entry.iopl = w[W_EFLAGS] >> 12 & 3;
	vcpu_set_upcall_mask(v, !(w[W_EFLAGS] & FLAGS_IF));
	v->entry.nmi_masked = false;
}

long pv_iret(u64 a[])
{
	struct vcpu *v = current_vcpu();
	struct regs *r = &this_block()->guest;
	u32 w[6] = { 0 };

	(void)a;
	if (guest_read(w, gva((u32)r->sp), 16)) {
		domain_crash(v->d, "iret: no frame at %lx", r->sp);
		return 0;
	}
	if (w[W_EFLAGS] & FLAGS_VM) {
		guest_bounce(v, r, X86_GP, 0);
		return 0;
	}
	if (!(w[W_CS] & 3)) {
		domain_crash(v->d, "iret to ring 0");
		return 0;
	}
	if ((w[W_CS] & 3) > 1 &&
	    guest_read(&w[W_ESP], gva((u32)r->sp + 16), 8)) {
		domain_crash(v->d, "iret: no outer frame at %lx", r->sp);
		return 0;
	}
	load_frame(v, r, w);
	return 0;
}
