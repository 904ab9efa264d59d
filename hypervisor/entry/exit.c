// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a CPU does before it returns to a guest. A CPU switches vCPUs only in
 * exit_to_guest(), where the guest's registers are in the CPU's block and the
 * stack holds nothing else. A CPU without a vCPU to run halts until one of its
 * timers fires or a vCPU that it may run wakes.
 *
 * A vCPU that sleeps (it has blocked, or polls) stays loaded while its CPU halts.
 * To everyone else it looks like a vCPU in a long hypercall: it is on_cpu, the CPU's
 * 'current' and among its domain's dirty_cpus; its registers, root, GDT and LDT are
 * in use, and the CPU answers flushes. So the rules for what a running vCPU uses
 * suffice, and nobody but this CPU changes or reads the registers. The CPU unloads
 * the vCPU before it runs another one, and
 *  - if the vCPU does not merely sleep: the tools stop it, its domain ends, or a
 *    sibling stopped it, perhaps in user mode, which does not map its kernel's
 *    memory; or it woke and another CPU must run it. Whoever changes that state
 *    then sets CPU_WORK_RESCHED; this CPU clears the work before it looks at the
 *    state. If it woke and may run here, this CPU is about to choose;
 *  - after a flush, so that an idle CPU answers one, not each.
 *
 * exit_to_guest() does not test whether its vCPU may still run. Code that stops
 * a vCPU or crashes its domain sets CPU_WORK_RESCHED for the CPU, which then
 * schedules again before it enters a guest.
 */
#include "cpu/nmi.h"
#include "domain/domain.h"
#include "entry/guest_trap.h"
#include "entry/traps.h"
#include "machine/log.h"

/* Do the work that CPU_WORK_* asks for. It needs a CPU without locks. */
static void do_work(struct cpu *c)
{
	u32 work = atomic_xchg(&c->work, 0);

	nmi_forward();
	if (!(work & CPU_WORK_HOUSEKEEPING))
		return;
	/* Interrupts on, as in a hypercall: freeing takes long. */
	irq_enable();
	domain_reap();
	irq_disable();
	if (log_news())
		evtchn_send_global_virq(VIRQ_CON_RING);
}

/* Unload 'prev', and load 'next'; NULL: none. */
static void switch_vcpus(struct vcpu *prev, struct vcpu *next)
{
	if (prev)
		context_save(prev);
	if (next)
		context_load(next);
	if (!prev)
		return;
	context_leave(prev);
	sched_release(prev);
}

/* Idle until there is a vCPU to run. It may be the one that is loaded. */
static struct vcpu *wait_for_vcpu(struct cpu *c)
{
	u64 flushed = c->flushed;
	struct vcpu *next, *v;

	do {
		/* Others' interrupts come in, even if there is always work. */
		irq_window();
		v = c->current;
		if (v && (v->proc.in_user || !sched_may_stay_loaded(v) ||
			  c->flushed != flushed))
			switch_vcpus(v, NULL);
		quiet_point();
		cpu_idle(&c->work);
		/* It must not wait for this work if it wakes. */
		if (c->current && (c->work & CPU_WORK_HOUSEKEEPING))
			switch_vcpus(c->current, NULL);
		do_work(c);
		next = sched_choose(c->current);
	} while (!next);
	return next;
}

static void schedule(void)
{
	struct cpu *c = this_cpu();
	struct vcpu *prev = c->current, *next;
	bool slept;

	do_work(c);
	next = sched_choose(prev);
	slept = !next;
	if (prev && next != prev)
		timer_stop(&prev->timers.periodic);
	if (slept)
		next = wait_for_vcpu(c);
	if (next != c->current)
		switch_vcpus(c->current, next);
	else if (slept)			/* in its kernel */
		vcpu_update_time(next);
	vcpu_tick(next);		/* its period may be new */
}

/*
 * The slow path to a guest: the CPU has work (it has no vCPU at first), an NMI
 * or an event is to be delivered, or the guest has XPTI and is entered from
 * here. Work comes first, because a delivery may have crashed the domain. Each
 * vCPU gets at most one event frame here: interrupts are off, and other CPUs
 * could keep the loop running by writing to its pending byte and mask.
 */
static noinline void attend(struct cpu *c, struct regs *r)
{
	bool told = false;	/* it has its event frame */

	for (;;) {
		quiet_point();
		if (c->work) {
			schedule();
			told = false;	/* it may be another vCPU now */
			if (c->work)	/* as in wait_for_vcpu() */
				irq_window();
		} else if (nmi_deliverable(c->current)) {
			irq_window();	/* one may follow the other */
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
