// SPDX-License-Identifier: GPL-2.0-only
/*
 * The guest's exit: what a CPU does before it returns to a guest. Switching
 * happens only in exit_to_guest(), where the guest's registers lie in the CPU's
 * block and nothing of the hypervisor is on the stack. A CPU with nothing to
 * run halts, until a timer of its own or a vCPU that it may run wakes it.
 *
 * Here nobody asks whether the vCPU may still run: whoever takes that from a vCPU,
 * or crashes its domain, has its CPU look again, by CPU_WORK_RESCHED, before
 * it next enters a guest.
 */
#include "cpu/nmi.h"
#include "debug.h"
#include "domain/domain.h"
#include "entry/guest_trap.h"
#include "entry/traps.h"
#include "machine/log.h"

/* All that waits for a moment without locks: what CPU_WORK_* asks for. */
static void do_work(struct cpu *c)
{
	u32 work = atomic_xchg(&c->work, 0);

	nmi_forward();
	if (!(work & CPU_WORK_HOUSEKEEPING))
		return;
	/* As in a hypercall: freeing takes long. */
	irq_enable();
	domain_reap();
	irq_disable();
	if (log_news())
		evtchn_send_global_virq(VIRQ_CON_RING);
}

static void schedule(void)
{
	struct cpu *c = this_cpu();
	struct vcpu *prev = c->current, *next;

	do_work(c);
	next = sched_choose(prev);
	if (next == prev && next)
		return;
	if (prev) {
		timer_stop(&prev->timers.periodic);
		context_save(prev);
		sched_release(prev);
	}
	while (!next) {
		quiet_point();
		cpu_idle(&c->work);
		do_work(c);
		next = sched_choose(NULL);
	}
	context_load(next);
	vcpu_tick(next);
}

/*
 * What is no straight way to a guest: there is work, as at first, when there is
 * no guest; something to deliver; or a guest with XPTI, which is entered from
 * here. Work comes first: a delivery may have crashed the domain. A vCPU gets one
 * event frame here, whatever others write to its pending bit and mask meanwhile:
 * interrupts are off.
 */
static __attribute__((noinline)) void attend(struct cpu *c, struct regs *r)
{
	bool told = false;

	for (;;) {
		quiet_point();
		if (c->work) {
			schedule();
			told = false;	/* perhaps it is another vCPU */
		} else if (nmi_deliverable(c->current)) {
			nmi_deliver(c->current, r);
		} else if (!told && shared_events_deliverable(c->current)) {
			told = true;
			bounce_event(c->current, r);
		} else if (c->thin) {
			xpti_leave(xpti_ready(c->current));
		} else {
			return;
		}
	}
}

void exit_to_guest(struct regs *r)
{
	struct cpu *c = this_cpu();

	quiet_point();
	if (c->special || nmi_deliverable(c->current) ||
	    shared_events_deliverable(c->current))
		attend(c, r);
}

void exit_first(void)
{
	sched_init_cpu();
	enter_guest_first();
}
