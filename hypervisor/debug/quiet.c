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

#define AUDITING	(1u << 31)	/* no CPU may leave now */

static volatile bool wanted;
static u32 waiting;			/* a bit for each waiting CPU */

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
	return __atomic_compare_exchange_n(&waiting, &from, to, false,
					   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static void audit(void)
{
	u32 faults;

	wanted = false;
	faults = audit_frames();
	if (faults)
		panic("BUG: frame audit: %u faults", faults);
	__atomic_store_n(&waiting, 0, __ATOMIC_SEQ_CST);
}

void quiet_point(void)
{
	u32 me = 1u << this_cpu()->id, now;

	stack_check();
	lockorder_check_none();
	if (!wanted)
		return;
	__atomic_fetch_or(&waiting, me, __ATOMIC_SEQ_CST);
	while ((now = READ_ONCE(waiting)) & me) {
		if (now == smp_all() && change(now, now | AUDITING))
			audit();
		else if (this_cpu()->work && !(now & AUDITING))
			change(now, now & ~me);
		smp_flush_interrupt();
		cpu_relax();
	}
}
