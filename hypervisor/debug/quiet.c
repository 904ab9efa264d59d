// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frame audit needs all CPUs to stop. Each is called to the last step
 * before a guest, or to the idle loop, where it holds no lock and no hypercall
 * is half done. It waits there with interrupts off, and the last CPU to arrive
 * audits. A waiting CPU still flushes its TLB for others, and it leaves if it
 * has to schedule, since another CPU may wait for that. So all CPUs arrive, and
 * none blocks the audit.
 */
#include "debug.h"
#include "lib/lib.h"
#include "machine/cpu.h"
#include "machine/smp.h"

#define AUDITING	(~0u)		/* no CPU may leave now */

static volatile bool wanted;
static u32 waiting;			/* how many CPUs; or AUDITING */
static u32 audits;			/* that were made: each ends the waits */

void quiet_audit(void)
{
	u32 i;

	wanted = true;
	for (i = 0; i < cpu_count; i++)
		if (i != this_cpu()->id)
			smp_kick(i);
}

static bool change(u32 from, u32 to)
{
	return atomic_cmpxchg(&waiting, &from, to);
}

static void audit(void)
{
	u32 faults;

	wanted = false;
	faults = audit_frames();
	if (faults)
		panic("BUG: frame audit: %u faults", faults);
	atomic_set(&waiting, 0);
	atomic_inc(&audits);
}

/* No audit can begin, or end, without this CPU: 'audits' is what it was. */
void quiet_point(void)
{
	u32 before = READ_ONCE(audits), now;

	stack_check();
	lockorder_check_none();
	if (!wanted)
		return;
	atomic_inc(&waiting);
	while (READ_ONCE(audits) == before) {
		now = READ_ONCE(waiting);
		if (now == cpu_count && change(now, AUDITING))
			audit();
		else if (this_cpu()->work && now && now != AUDITING &&
			 change(now, now - 1))
			return;
		smp_flush_interrupt();
		cpu_relax();
	}
}
