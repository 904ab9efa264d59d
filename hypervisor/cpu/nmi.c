// SPDX-License-Identifier: GPL-2.0-only
/*
 * Non-maskable interrupts of guests. They come from the tools (sendtrigger),
 * from the guest's own vCPUs (send_nmi) and from the machine, whose NMIs go to
 * the first vCPU of Dom0. The guest's handler is entry 2 of its trap table,
 * which callback_op sets too. No second NMI comes until the hypercall iret ends
 * the first.
 *
 * An NMI of the machine may interrupt the hypervisor while it holds any lock.
 * So the hypervisor only records it then, and forwards it before the next
 * return to a guest. It does not find out the cause (memory, devices):
 * arch.nmi_reason says "unknown".
 */
#include <xen/nmi.h>
#include "cpu/nmi.h"
#include "domain/domain.h"
#include "entry/guest_trap.h"
#include "entry/traps.h"

static bool noted;

void nmi_raise(struct vcpu *v)
{
	if (!atomic_xchg(&v->entry.nmi_pending, true))
		sched_kick(v);
}

void nmi_note(void)
{
	noted = true;
	cpu_add_work(CPU_WORK_RESCHED);
}

void nmi_forward(void)
{
	if (!noted || !atomic_xchg(&noted, false))
		return;
	log_info("NMI of the machine");
	dom0->shared[dom0->width->nmi_reason_offset] |=
		XEN_NMIREASON_unknown;
	nmi_raise(dom0->vcpu[0]);
}

/* An NMI without a handler is dropped. Raise one of the machine's again now. */
int nmi_set_handler(struct vcpu *v, u64 ip)
{
	if (!cpu_canonical(ip))
		return -EINVAL;
	v->entry.traps[X86_NMI] = vcpu_entry_point(v, SEL_R1_CS, ip, TRAP_MASKS);
	if (!v->id && v->d->shared[v->d->width->nmi_reason_offset])
		nmi_raise(v);
	return 0;
}

void nmi_clear_handler(struct vcpu *v)
{
	v->entry.traps[X86_NMI] = (struct vcpu_trap){ 0 };
}

void nmi_deliver(struct vcpu *v, struct regs *r)
{
	v->entry.nmi_pending = false;
	if (!(v->entry.traps[X86_NMI].cs & ~3u))
		return;
	v->entry.nmi_masked = true;
	bounce_exception(v, r, X86_NMI, NO_ERROR_CODE);
}
