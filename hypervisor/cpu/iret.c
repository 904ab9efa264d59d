// SPDX-License-Identifier: GPL-2.0-only
/*
 * The hypercall iret. It pops AX, IP, CS, FLAGS and, if it returns to another
 * ring than the kernel's, SP and SS from the guest's stack, and sets the event
 * mask to the inverse of IF; exit_to_guest() then delivers pending events. The
 * frame of a 64-bit guest (struct iret_context) always has SP and SS, and after
 * AX also R11, CX and a word of flags. It returns to user mode if and only if
 * CS has RPL 3.
 *
 * The frame that the processor gets never names ring 0 or virtual-8086 mode,
 * and its flags have IF set and IOPL 0. Anything else wrong in it faults at
 * IRETQ, and the guest gets that fault as if the code it returns to had raised
 * it.
 */
#include "entry/traps.h"
#include "guest/get_few.h"
#include "hypercalls.h"

enum { W_AX, W_IP, W_CS, W_FLAGS, W_SP, W_SS, WORDS };
#define VM86_WORDS	(WORDS + 4)	/* also ES, DS, FS, GS */

/* The frame of a 64-bit guest; W_IP and the following begin at L_REST. */
enum { L_AX, L_R11, L_CX, L_VGCF, L_REST, L_WORDS = L_REST + WORDS - W_IP };

static inline void load_frame(struct vcpu *v, struct regs *r, const u64 w[])
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

/*
 * Xen returns by SYSRET if the guest sets VGCF_in_syscall and the address is
 * canonical. Krypton sets the registers to what SYSRET would leave and uses IRETQ,
 * because SYSRET to an address that is not canonical faults in ring 0.
 */
static void like_sysret(struct regs *r)
{
	bool compat = r->cs == SEL_64_CS32;

	r->cx = r->ip;
	r->r11 = r->flags;
	if (!cpu_canonical(r->ip))
		return;
	r->ip = compat ? (u32)r->ip : r->ip;
	r->flags &= ~(u64)FLAGS_RF;
	r->cs = compat ? SEL_64_CS32 : SEL_64_CS;
	r->ss = SEL_64_DS;
}

static void iret_long(struct vcpu *v, struct regs *r)
{
	u64 w[L_WORDS], *rest = &w[L_REST - W_IP];

	if (!guest_get_few(v->d, sizeof(u64), gva(r->sp), w, L_WORDS)) {
		domain_crash(v->d, "iret: no frame at %lx", r->sp);
		return;
	}
	if ((rest[W_CS] & 3) == 3) {
		if (mfn_eq(v->roots.user.table, INVALID_MFN)) {
			domain_crash(v->d, "iret to user mode without a root");
			return;
		}
		context_toggle(v);
	}
	rest[W_CS] |= 3;
	rest[W_SS] |= 3;
	load_frame(v, r, rest);
	r->ax = w[L_AX];
	r->cx = w[L_CX];
	r->r11 = w[L_R11];
	if (w[L_VGCF] & VGCF_in_syscall)
		like_sysret(r);
}

/*
 * No processor enters virtual-8086 mode from long mode. As on Xen, the kernel gets
 * #GP as if the first instruction there had raised it: the frame moves to the
 * kernel's stack, with an error code in place of EAX.
 */
static void refuse_vm86(struct vcpu *v, struct regs *r, u64 w[])
{
	const struct vcpu_trap *t = &v->entry.traps[X86_GP];
	gva_t from = gva((u32)r->sp + sizeof(u32));
	gva_t to = gva((u32)(v->entry.kernel_sp - VM86_WORDS * sizeof(u32)));
	u64 frame[VM86_WORDS] = { 0 };

	if (!(t->cs & ~3u) || guest_get_longs(from, &frame[1], VM86_WORDS - 1) ||
	    guest_put_longs(to, frame, VM86_WORDS)) {
		domain_crash(v->d, "iret to virtual-8086 mode");
		return;
	}
	w[W_IP] = t->ip;
	w[W_CS] = t->cs;
	w[W_FLAGS] &= ~(u64)HANDLER_CLEARS;
	if (t->flags & TRAP_MASKS)
		w[W_FLAGS] &= ~(u64)FLAGS_IF;
	w[W_SP] = to.a;
	w[W_SS] = v->entry.kernel_ss;
	load_frame(v, r, w);
}

static void iret_narrow(struct vcpu *v, struct regs *r)
{
	const struct width *width = v->d->width;
	u64 sp = (u32)r->sp, w[WORDS];

	if (!guest_get_few(v->d, sizeof(u32), gva(sp), w, W_SP)) {
		domain_crash(v->d, "iret: no frame at %lx", sp);
		return;
	}
	if (w[W_FLAGS] & FLAGS_VM) {
		refuse_vm86(v, r, w);
		return;
	}
	if (!(w[W_CS] & 3)) {
		domain_crash(v->d, "iret to ring 0");
		return;
	}
	sp += W_SP * width->long_size;
	w[W_SP] = sp;
	w[W_SS] = r->ss;
	if ((w[W_CS] & 3) != width->kernel_ring &&
	    !guest_get_few(v->d, sizeof(u32), gva(sp), &w[W_SP], 2)) {
		domain_crash(v->d, "iret: no outer frame at %lx", sp);
		return;
	}
	load_frame(v, r, w);
}

long do_iret(u64 a[])
{
	struct vcpu *v = current_vcpu();
	struct regs *r = &this_block()->guest;

	if (v->d->width->is_long)
		iret_long(v, r);
	else
		iret_narrow(v, r);
	return 0;
}
