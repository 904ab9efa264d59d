// SPDX-License-Identifier: GPL-2.0-only
/*
 * Shutting domains down: by their own hypercall, or because they broke a rule.
 * Their vCPUs stop. The tools then destroy the domain or resume it
 * (domain/pause.c). When Dom0 shuts down, so does the machine. The log shows the
 * registers and the stack of a vCPU that crashed its domain, and of Dom0's that
 * says that its kernel crashed.
 */
#include <xen/sched.h>
#include "domain/part.h"
#include "guest/get_few.h"
#include "machine/boot.h"
#include "machine/machine.h"
#include "machine/panic.h"

u64 domain_stack_lines = 20;

void domain_stop(struct domain *d)
{
	PARTS_CALL(stop, d);
}

static void end_machine(u32 reason)
{
	switch (reason) {
	case SHUTDOWN_poweroff:
		machine_power_off();
	case SHUTDOWN_reboot:
	case SHUTDOWN_watchdog:
	case SHUTDOWN_soft_reset:
		break;
	default:
		if (boot_flag("noreboot", false))
			panic_stop();
	}
	machine_reboot();
}

/*
 * Log the registers of the vCPU that runs here, if it is one of d, and what is
 * on its stack: its callers are among the words.
 */
static void show_vcpu(const struct domain *d)
{
	const struct regs *r = &this_block()->guest;
	u32 size = d->width->long_size;
	gva_t at = gva(r->sp);
	u64 words[4], i;

	if (!current_vcpu() || current_vcpu()->d != d)
		return;
	panic_dump(r);
	for (i = 0; i < domain_stack_lines; i++) {
		if (!guest_get_few(d, size, at, words, ARRAY_SIZE(words)))
			return;
		log_err("stack %lx: %lx %lx %lx %lx", at.a, words[0], words[1],
			words[2], words[3]);
		at.a += ARRAY_SIZE(words) * size;
	}
}

/* True for the first caller that shuts the domain down, or crashes it. */
static bool begin(struct domain *d, u32 reason, bool crash)
{
	bool first;

	spin_scoped_irqsave(&d->life.lock) {
		first = crash ? !d->life.crashed : !d->life.shut_down;
		if (first && d->life.shutdown_code == ~0u)
			d->life.shutdown_code = reason;
		d->life.crashed |= crash;
		d->life.shut_down = true;
	}
	if (current_vcpu() && current_vcpu()->d == d)
		cpu_add_work(CPU_WORK_RESCHED);
	if (first)
		domain_stop(d);
	return first;
}

static void shut_down(struct domain *d, u32 reason)
{
	if (d == dom0)
		end_machine(reason);
	domain_tell_stopped(d);
}

void domain_shutdown(struct domain *d, u32 reason)
{
	static const char *const names[] = {
		"power-off", "reboot", "suspend", "crash", "watchdog"
	};

	if (!begin(d, reason, false))
		return;
	log_info("domain %u: shutdown, reason %u (%s)", d->id, reason,
		 reason < ARRAY_SIZE(names) ? names[reason] : "?");
	/* Its last messages may be lost, and no tool can look at its memory. */
	if (d == dom0 && reason == SHUTDOWN_crash)
		show_vcpu(d);
	shut_down(d, reason);
}

void domain_set_shutdown_code(struct domain *d, u32 reason)
{
	spin_guard_irqsave(&d->life.lock);
	if (d->life.shutdown_code == ~0u)
		d->life.shutdown_code = reason;
}

void domain_crash(struct domain *d, const char *fmt, ...)
{
	char why[160];
	va_list ap;

	va_start(ap, fmt);
	vformat(why, sizeof(why), fmt, ap);
	va_end(ap);
	if (!begin(d, SHUTDOWN_crash, true))
		return;
	log_err("domain %u crashed: %s", d->id, why);
	show_vcpu(d);
	shut_down(d, SHUTDOWN_crash);
}

bool domain_stopped(const struct domain *d)
{
	const struct vcpu *v;

	domain_for_each_vcpu(d, v)
		if (v->sched.on_cpu)
			return false;
	return true;
}

void domain_tell_stopped(struct domain *d)
{
	bool tell;

	spin_scoped_irqsave(&d->life.lock) {
		tell = d->life.shut_down && !d->life.end_told &&
		       domain_stopped(d);
		d->life.end_told |= tell;
	}
	if (tell)
		evtchn_send_end(d, d->life.shutdown_code == SHUTDOWN_suspend ?
				   d->life.suspend_port : 0);
}
