// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the guest wants to be entered: trap table and callbacks.
 *
 * A code selector of ring 0 is taken as ring 1's, since that is what a kernel
 * written for ring 0 means. The descriptor behind it is checked by the
 * processor when it is used; a failing entry is the guest's own failure.
 */
#include <xen/callback.h>
#include <xen/nmi.h>
#include "cpu/callbacks.h"
#include "cpu/descriptors.h"
#include "cpu/nmi.h"
#include "domain/domain.h"
#include "errno.h"
#include "guest/guest.h"
#include "lib/lib.h"
#include "sched/sched.h"

/* The table has any length; a long one is read in parts. */
long pv_set_trap_table(u64 a[])
{
	struct vcpu *v = current_vcpu();
	u32 size = 2 * v->d->abi->long_size;	/* of an entry */
	struct trap_info t;

	if (!a[0]) {
		memset(v->entry.traps, 0, sizeof(v->entry.traps));
		return 0;
	}
	for (;;) {
		if (abi_get(LAYOUT_TRAP, gva(a[0]), &t, sizeof(t)))
			return -EFAULT;
		if (!t.address)
			return 0;
		v->entry.traps[t.vector] = (struct vcpu_trap){
			t.address, selector_ring1(t.cs), t.flags & 7
		};
		a[0] += size;
		if (sched_preempt_needed())
			return -ERESTART;
	}
}

void vcpu_set_callback(struct vcpu *v, u32 kind, u32 cs, u64 ip, bool mask)
{
	v->entry.callback[kind] = (struct vcpu_callback){
		.ip = ip, .cs = selector_ring1(cs), .mask_events = mask,
	};
}

long pv_set_callbacks(u64 a[])
{
	struct vcpu *v = current_vcpu();

	vcpu_set_callback(v, CB_EVENT, (u16)a[0], a[1], true);
	vcpu_set_callback(v, CB_FAILSAFE, (u16)a[2], a[3], false);
	return 0;
}

/* Which callback a registration means, or none. */
static int callback_kind(u16 type)
{
	switch (type) {
	case CALLBACKTYPE_event:
		return CB_EVENT;
	case CALLBACKTYPE_failsafe:
		return CB_FAILSAFE;
	case CALLBACKTYPE_sysenter:
		return CB_SYSENTER;
	case CALLBACKTYPE_syscall32:
		return CB_SYSCALL32;
	default:
		return -1;
	}
}

static long register_callback(struct vcpu *v, gva_t at)
{
	struct abi_callback cb;
	int kind;

	if (v->d->abi->get_callback(at, &cb))
		return -EFAULT;
	if (cb.type == CALLBACKTYPE_nmi) {
		nmi_set_handler(v, cb.ip);
		return 0;
	}
	kind = callback_kind(cb.type);
	if (kind < 0)
		return -ENOSYS;
	vcpu_set_callback(v, (u32)kind, cb.cs, cb.ip, kind == CB_EVENT ||
			  (cb.flags & CALLBACKF_mask_events));
	return 0;
}

/* Only the NMI's callback can be taken back. */
static long unregister_callback(struct vcpu *v, gva_t at)
{
	struct callback_unregister cb;

	if (guest_read(&cb, at, sizeof(cb)))
		return -EFAULT;
	if (cb.type != CALLBACKTYPE_nmi)
		return callback_kind(cb.type) < 0 ? -ENOSYS : -EINVAL;
	nmi_clear_handler(v);
	return 0;
}

long pv_callback_op(u64 a[])
{
	switch ((u32)a[0]) {
	case CALLBACKOP_register:
		return register_callback(current_vcpu(), gva(a[1]));
	case CALLBACKOP_unregister:
		return unregister_callback(current_vcpu(), gva(a[1]));
	default:
		return -EINVAL;
	}
}

/* The old way to name the handler of NMIs. */
long pv_nmi_op(u64 a[])
{
	u64 cb[2];	/* address, padding */

	switch ((u32)a[0]) {
	case XENNMI_register_callback:
		if (abi_get_longs(gva(a[1]), cb, ARRAY_SIZE(cb)))
			return -EFAULT;
		nmi_set_handler(current_vcpu(), cb[0]);
		return 0;
	case XENNMI_unregister_callback:
		nmi_clear_handler(current_vcpu());
		return 0;
	default:
		return -ENOSYS;
	}
}
