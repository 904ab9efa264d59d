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

#define AUDITING	0xffffffff	/* all CPUs wait, and none may leave */

static volatile bool wanted;
/* The number of audits so far << 32 | how many CPUs wait, or AUDITING. */
static u64 waits;

void quiet_audit(void)
{
	u32 i;

	wanted = true;
	for (i = 0; i < cpu_count; i++)
		if (i != this_cpu()->id)
			smp_kick(i);
}

static bool change(u64 from, u64 to)
{
	return atomic_cmpxchg(&waits, &from, to);
}

static void audit(void)
{
	u32 faults;

	wanted = false;
	atomic_inc(&smp_slow);
	faults = audit_frames();
	atomic_dec(&smp_slow);
	if (faults)
		panic("BUG: frame audit: %u faults", faults);
	atomic_set(&waits, ((waits >> 32) + 1) << 32);
}

/* No audit can begin or end without this CPU, which is one of those that wait. */
void quiet_point(void)
{
	u64 before, now;

	stack_check();
	lockorder_check_none();
	if (!wanted)
		return;
	before = atomic_inc(&waits) >> 32;
	while ((now = READ_ONCE(waits)) >> 32 == before) {
		if ((u32)now == cpu_count && change(now, now | AUDITING))
			audit();
		else if (this_cpu()->work && (u32)now != AUDITING &&
			 change(now, now - 1))
			return;
		smp_flush_interrupt();
		cpu_relax();
	}
}
