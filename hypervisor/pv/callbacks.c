// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the guest wants to be entered: trap table and callbacks.
 *
 * A code selector of ring 0 is taken as ring 1's, since that is what a kernel
 * written for ring 0 means. The descriptor behind it is checked by the
 * processor when it is used; a failing entry is the guest's own failure.
 */
#include <xen/callback.h>
#include "asm.h"
#include "descriptors.h"
#include "domain.h"
#include "emulate.h"
#include "errno.h"
#include "guest.h"
#include "hypercall.h"
#include "lib.h"
#include "pv.h"
#include "traps.h"

#define MAX_TRAP_ENTRIES	256
#define TRAP_MASKS		4	/* events, on entry */

long pv_set_trap_table(u64 a[])
{
	struct vcpu *v = current_vcpu();
	u32 size = 2 * v->d->abi->long_size, i;	/* of an entry */
	struct trap_info t;

	if (!a[0]) {
		memset(v->traps, 0, sizeof(v->traps));
		return 0;
	}
	/* The end mark may never come: no table needs more entries. */
	for (i = 0; i <= MAX_TRAP_ENTRIES; i++) {
		if (abi_get(LAYOUT_TRAP, gva_index(gva(a[0]), i, size), &t,
			    sizeof(t)))
			return -EFAULT;
		if (!t.address)
			return 0;
		v->traps[t.vector] = (struct vcpu_trap){
			t.address, selector_ring1(t.cs), t.flags & 7
		};
	}
	return -EINVAL;
}

void vcpu_set_callback(struct vcpu *v, u32 kind, u32 cs, u64 ip, bool mask)
{
	v->callback[kind] = (struct vcpu_callback){
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
	case CALLBACKTYPE_sysenter_deprecated:
	case CALLBACKTYPE_sysenter:
		return cpuid_is_intel() ? CB_SYSENTER : -1;
	case CALLBACKTYPE_syscall32:
		return cpuid_is_intel() ? -1 : CB_SYSCALL32;
	default:
		return -1;
	}
}

long pv_callback_op(u64 a[])
{
	u32 cmd = (u32)a[0];
	struct vcpu *v = current_vcpu();
	struct abi_callback cb;
	int kind;

	if (cmd != CALLBACKOP_register && cmd != CALLBACKOP_unregister)
		return -ENOSYS;
	if (v->d->abi->get_callback(gva(a[1]), &cb))
		return -EFAULT;
	if (cb.type == CALLBACKTYPE_nmi) {
		v->traps[X86_NMI] = cmd == CALLBACKOP_unregister ?
			(struct vcpu_trap){ 0 } :
			(struct vcpu_trap){ cb.ip, SEL_R1_CS, TRAP_MASKS };
		return 0;
	}
	kind = callback_kind(cb.type);
	if (kind < 0)
		return -EINVAL;
	if (cmd == CALLBACKOP_register) {
		vcpu_set_callback(v, (u32)kind, cb.cs, cb.ip,
				  kind == CB_EVENT ||
				  (cb.flags & CALLBACKF_mask_events));
		return 0;
	}
	if (kind == CB_EVENT || kind == CB_FAILSAFE)
		return -EINVAL;
	vcpu_set_callback(v, (u32)kind, 0, 0, false);
	return 0;
}
