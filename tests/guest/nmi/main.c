// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rules (xen/domctl.h, sendtrigger; xen/callback.h): an NMI enters by the entry
 * of vector 2, or by the callback that took its place; not a second time
 * before the iret hypercall; by the callback with events masked.
 *
 * Test: nmi
 * Test: nmi-64 -w 64
 */
#define __XEN_TOOLS__
#include "guest.h"
#include <xen/domctl.h>

#define NO_VCPU		77u
#define NO_TRIGGER	99u

static volatile u32 taken, nested, mask;

static long send(u32 trigger, u32 vcpu)
{
	struct xen_domctl op = {
		.cmd = XEN_DOMCTL_sendtrigger, .domain = 0,
		.interface_version = XEN_DOMCTL_INTERFACE_VERSION,
		.u.sendtrigger = { trigger, vcpu },
	};

	return HC1(domctl, &op);
}

static void handler(struct trap_frame *f)
{
	u32 before = ++taken;

	CHECK_TRAP(f->vector, X86_TRAP_NMI);
	CHECK(f->cs & 3, KERNEL_RPL);
	mask = shared->vcpu_info[0].evtchn_upcall_mask;
	if (!nested)
		return;
	nested--;
	CHECK(send(XEN_DOMCTL_SENDTRIGGER_NMI, 0), 0);
	CHECK(taken, before);		/* held back */
}

static void test_entry(u32 masked)
{
	taken = 0;
	mask_events(false);
	CHECK(send(XEN_DOMCTL_SENDTRIGGER_NMI, 0), 0);
	CHECK(taken, 1);
	CHECK(mask, masked);
	CHECK(shared->vcpu_info[0].evtchn_upcall_mask, 0);
	nested = 2;
	CHECK(send(XEN_DOMCTL_SENDTRIGGER_NMI, 0), 0);
	CHECK(taken, 4);
}

void test_main(void)
{
	struct callback_register cb = {
		.type = CALLBACKTYPE_nmi,
		.address = callback_at(trap_entries[X86_TRAP_NMI]),
	};
	struct callback_unregister off = { .type = CALLBACKTYPE_nmi };

	set_trap_handler(X86_TRAP_NMI, handler);
	CHECK(send(XEN_DOMCTL_SENDTRIGGER_NMI, NO_VCPU), -XEN_ESRCH);
	CHECK(send(NO_TRIGGER, 0), -XEN_ENOSYS);
	test_entry(0);
	CHECK(HC2(callback_op, CALLBACKOP_register, &cb), 0);
	test_entry(1);
	CHECK(HC2(callback_op, CALLBACKOP_unregister, &off), 0);
	taken = 0;
	CHECK(send(XEN_DOMCTL_SENDTRIGGER_NMI, 0), 0);
	CHECK(taken, 0);		/* nowhere to go */
}
