/* SPDX-License-Identifier: GPL-2.0-only */
/* The unit tests have a function instead. */
#ifndef KRYPTON_PREEMPT_H
#define KRYPTON_PREEMPT_H

/*
 * Whether a long hypercall should stop: this CPU has other work, or the guest
 * has an event to handle.
 */
static inline bool sched_preempt_needed(void)
{
	const struct vcpu *v = current_vcpu();

	return this_cpu()->work || (v && shared_events_deliverable(v));
}

#endif
