// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's entry points: trap table and callbacks.
 *
 * A code selector of ring 0 becomes one of ring 1, where the kernel runs. The
 * processor checks its descriptor when it enters the handler; if that fails,
 * the guest gets the fault. The kernel of a 64-bit guest has one code segment,
 * so only addresses count. The hypervisor refuses an address that is not
 * canonical, because the return to it would fault.
 */
#include <xen/callback.h>
#include <xen/nmi.h>
#include "cpu/nmi.h"
#include "domain/domain.h"
#include "guest/layout.h"
#include "hypercalls.h"

/* The table may have any length: continue a long one later. */
long do_set_trap_table(u64 a[])
{
	struct vcpu *v = current_vcpu();
	u32 size = layout_size(LAYOUT_TRAP);
	struct trap_info t;

	if (!a[0]) {
		memset(v->entry.traps, 0, PAGE_SIZE);
		return 0;
	}
	for (;;) {
		if (layout_get(LAYOUT_TRAP, gva(a[0]), &t, sizeof(t)))
			return -EFAULT;
		if (!t.address)
			return 0;
		if (!cpu_canonical(t.address))
			return -EINVAL;
		v->entry.traps[t.vector] =
			vcpu_entry_point(v, t.cs, t.address,
					 t.flags & (TRAP_DPL | TRAP_MASKS));
		a[0] += size;
		if (sched_preempt_needed())
			return -ERESTART;
	}
}

struct vcpu_trap vcpu_entry_point(const struct vcpu *v, u32 cs, u64 ip,
				  u32 flags)
{
	u32 fixed = v->d->width->kernel_cs;

	return (struct vcpu_trap){
		ip, !fixed ? selector_ring1(cs) : ip ? (u16)fixed : 0, (u8)flags,
		.direct = !fixed && (cs & 0xfffc) && (flags & TRAP_MASKS),
	};
}

void vcpu_set_callback(struct vcpu *v, u32 kind, u32 cs, u64 ip, bool mask)
{
	v->entry.callback[kind] =
		vcpu_entry_point(v, cs, ip, mask ? TRAP_MASKS : 0);
}

/*
 * A 64-bit guest passes three addresses, and a bad one changes nothing. A
 * 32-bit guest passes two far pointers.
 */
long do_set_callbacks(u64 a[])
{
	struct vcpu *v = current_vcpu();
	u32 kind;

	if (v->d->width->is_long) {
		for (kind = CB_EVENT; kind <= CB_SYSCALL; kind++)
			if (cpu_canonical(a[kind]))
				vcpu_set_callback(v, kind, 0, a[kind],
						  kind == CB_EVENT);
		return 0;
	}
	vcpu_set_callback(v, CB_EVENT, (u16)a[0], a[1], true);
	vcpu_set_callback(v, CB_FAILSAFE, (u16)a[2], a[3], false);
	return 0;
}

/* The callback (CB_*) for a CALLBACKTYPE_* of this guest, or -1. */
static int callback_kind(const struct vcpu *v, u16 type)
{
	static const u8 kinds[] = {	/* plus 1 */
		[CALLBACKTYPE_event] = CB_EVENT + 1,
		[CALLBACKTYPE_failsafe] = CB_FAILSAFE + 1,
		[CALLBACKTYPE_syscall] = CB_SYSCALL + 1,
		[CALLBACKTYPE_sysenter] = CB_SYSENTER + 1,
		[CALLBACKTYPE_syscall32] = CB_SYSCALL32 + 1,
	};

	if (type == CALLBACKTYPE_syscall && !v->d->width->is_long)
		return -1;
	return type < ARRAY_SIZE(kinds) ? kinds[type] - 1 : -1;
}

static long register_callback(struct vcpu *v, gva_t at)
{
	u32 last = v->d->width->is_long ? 1 : 2;
	u64 cb[3];	/* type and flags; CS of a 32-bit guest; IP */
	u16 type;
	int kind;

	if (guest_get_longs(at, cb, last + 1))
		return -EFAULT;
	if (!cpu_canonical(cb[last]))
		return -EINVAL;
	type = (u16)cb[0];
	if (type == CALLBACKTYPE_nmi)
		return nmi_set_handler(v, cb[last]);
	kind = callback_kind(v, type);
	if (kind < 0)
		return -ENOSYS;
	vcpu_set_callback(v, (u32)kind, (u16)cb[1], cb[last],
			  kind == CB_EVENT ||
			  (cb[0] >> 16 & CALLBACKF_mask_events));
	return 0;
}

/* Only the callback for NMIs can be unregistered. */
static long unregister_callback(struct vcpu *v, gva_t at)
{
	struct callback_unregister cb;

	if (guest_read(&cb, at, sizeof(cb)))
		return -EFAULT;
	if (cb.type != CALLBACKTYPE_nmi)
		return callback_kind(v, cb.type) < 0 ? -ENOSYS : -EINVAL;
	nmi_clear_handler(v);
	return 0;
}

long do_callback_op(u64 a[])
{
	switch ((u32)a[0]) {
	case CALLBACKOP_register:
		return register_callback(current_vcpu(), gva(a[1]));
	case CALLBACKOP_unregister:
		return unregister_callback(current_vcpu(), gva(a[1]));
	default:
		/* As on Xen. */
		return current_domain()->width->is_long ? -ENOSYS : -EINVAL;
	}
}

/* The old way to name the handler of NMIs. */
long do_nmi_op(u64 a[])
{
	u64 cb[2];	/* address, padding */

	switch ((u32)a[0]) {
	case XENNMI_register_callback:
		return guest_get_longs(gva(a[1]), cb, ARRAY_SIZE(cb)) ? -EFAULT :
		       nmi_set_handler(current_vcpu(), cb[0]);
	case XENNMI_unregister_callback:
		nmi_clear_handler(current_vcpu());
		return 0;
	default:
		return -ENOSYS;
	}
}
