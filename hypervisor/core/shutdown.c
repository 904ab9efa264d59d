// SPDX-License-Identifier: GPL-2.0-only
/*
 * A domain that stops: it shuts itself down, or breaks a rule. Its vCPUs do
 * not run any more; the tools then look at it and have it destroyed, or let
 * it go on (core/pause.c). The first domain's end is the machine's.
 */
#include <xen/sched.h>
#include "boot.h"
#include "domain.h"
#include "evtchn.h"
#include "lib.h"
#include "sched.h"
#include "traps.h"

void domain_stop(struct domain *d)
{
	u32 i;

	for (i = 0; i < d->max_vcpus; i++)
		if (d->vcpu[i])
			sched_stop(d->vcpu[i]);
}

static void end_machine(u32 reason)
{
	if (reason == SHUTDOWN_poweroff)
		machine_power_off();
	if (boot_flag("noreboot", false))
		machine_stop();
	machine_reboot();
}

static void shut_down(struct domain *d, u32 reason)
{
	if (d->shutdown_code == ~0u)
		d->shutdown_code = reason;
	d->shut_down = true;
	domain_stop(d);
	sched_barrier();
	if (d == dom0)
		end_machine(reason);
	domain_tell_stopped(d);
}

void domain_shutdown(struct domain *d, u32 reason)
{
	static const char *const names[] = {
		"power-off", "reboot", "suspend", "crash", "watchdog"
	};

	if (d->shut_down)
		return;
	log_info("domain %u: shutdown, reason %u (%s)", d->id, reason,
		 reason < ARRAY_SIZE(names) ? names[reason] : "?");
	shut_down(d, reason);
}

void domain_crash(struct domain *d, const char *fmt, ...)
{
	char why[160];
	va_list ap;

	va_start(ap, fmt);
	vformat(why, sizeof(why), fmt, ap);
	va_end(ap);
	if (d->crashed)
		return;
	d->crashed = true;
	log_err("domain %u crashed: %s", d->id, why);
	if (current_vcpu() && current_vcpu()->d == d)
		trap_dump(&this_block()->guest);
	shut_down(d, SHUTDOWN_crash);
}

bool domain_stopped(const struct domain *d)
{
	u32 i;

	for (i = 0; i < d->max_vcpus; i++)
		if (d->vcpu[i] && d->vcpu[i]->on_cpu)
			return false;
	return true;
}

void domain_tell_stopped(struct domain *d)
{
	if (!d->shut_down || !domain_stopped(d) ||
	    __atomic_exchange_n(&d->end_told, true, __ATOMIC_SEQ_CST))
		return;
	evtchn_send_global_virq(VIRQ_DOM_EXC);
}
