// SPDX-License-Identifier: GPL-2.0-only
/*
 * The iret hypercall: pops AX, IP, CS, FLAGS and, to another ring than the
 * kernel's, SP and SS from the guest's stack, sets the event mask to the
 * inverse of IF and looks for pending events on the way out.
 *
 * What must hold of the frame before the processor sees it: not ring 0, no
 * virtual-8086 mode, IF set and IOPL 0 in the real flags. All else may fault
 * at iretq and becomes a fault of what the guest wanted to return to.
 */
#include "domain/domain.h"
#include "entry/guest_trap.h"
#include "entry/traps.h"
#include "guest/guest.h"
#include "hypercalls.h"

enum { W_AX, W_IP, W_CS, W_FLAGS, W_SP, W_SS, WORDS };

static void load_frame(struct vcpu *v, struct regs *r, const u64 w[])
{
	r->ax = w[W_AX];
	r->ip = w[W_IP];
	r->cs = w[W_CS] & 0xffff;
	r->flags = (w[W_FLAGS] & FLAGS_GUEST) | FLAGS_IF | 2;
	r->sp = w[W_SP];
	r->ss = w[W_SS] & 0xffff;
	if (v->d->policy.vm_assist & BIT(VMASST_TYPE_architectural_iopl))
		v->entry.iopl = w[W_FLAGS] >> 12 & 3;
	shared_set_upcall_mask(v, !(w[W_FLAGS] & FLAGS_IF));
	v->entry.nmi_masked = false;
}

long do_iret(u64 a[])
{
	struct vcpu *v = current_vcpu();
	const struct width *width = v->d->width;
	struct regs *r = &this_block()->guest;
	u64 sp = r->sp & width->long_mask, w[WORDS];

	(void)a;
	if (guest_get_longs(gva(sp), w, W_SP)) {
		domain_crash(v->d, "iret: no frame at %lx", sp);
		return 0;
	}
	if (w[W_FLAGS] & FLAGS_VM) {
		bounce_exception(v, r, X86_GP, 0);
		return 0;
	}
	if (!(w[W_CS] & 3)) {
		domain_crash(v->d, "iret to ring 0");
		return 0;
	}
	sp += W_SP * width->long_size;
	w[W_SP] = sp;
	w[W_SS] = r->ss;
	if ((w[W_CS] & 3) != width->kernel_ring &&
	    guest_get_longs(gva(sp), &w[W_SP], 2)) {
		domain_crash(v->d, "iret: no outer frame at %lx", sp);
		return 0;
	}
	load_frame(v, r, w);
	return 0;
}
