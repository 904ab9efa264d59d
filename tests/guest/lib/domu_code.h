/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * For C code that runs in a domain that a test makes, from another address than it
 * was linked for: a function that calls nothing, but these, which are inlined. The
 * domain has its shared_info at 'shared', and its vCPUs mask events.
 */
#ifndef DOMU_CODE_H
#define DOMU_CODE_H

#include "guest.h"

#define INLINE	static inline __attribute__((always_inline))

INLINE long domu_call(u32 nr, u32 cmd, const void *arg)
{
	return raw_hypercall(nr, cmd, (ulong)arg, 0, 0, 0);
}

INLINE u32 domu_bind_ipi(u32 vcpu)
{
	struct evtchn_bind_ipi bind;

	bind.vcpu = vcpu;
	domu_call(__HYPERVISOR_event_channel_op, EVTCHNOP_bind_ipi, &bind);
	return bind.port;
}

INLINE void domu_send(u32 port)
{
	struct evtchn_send op;

	op.port = port;
	domu_call(__HYPERVISOR_event_channel_op, EVTCHNOP_send, &op);
}

INLINE bool domu_take_event(ulong shared, u32 port)
{
	bool was;

	__asm__ volatile("lock btrl %2, %1; setc %0" : "=q" (was)
			 : "m" (((shared_info_t *)shared)->evtchn_pending[0]),
			   "r" (port) : "memory");
	return was;
}

INLINE void domu_wait(ulong shared, u32 *port)
{
	struct sched_poll p;

	p.ports.p = port;
	p.nr_ports = 1;
	p.timeout = 0;
	while (!domu_take_event(shared, *port))
		domu_call(__HYPERVISOR_sched_op, SCHEDOP_poll, &p);
}

/*
 * vCPU 0 maps shared_info and masks the events of n vCPUs; each gets a port for its
 * IPI, and vCPU 0 waits until all have theirs.
 */
INLINE void domu_map_shared(ulong shared, u32 mfn, u32 n)
{
	u32 i;

	raw_set_pte(shared, (u64)mfn << 12 | PTE_RWP, UVMF_INVLPG | UVMF_ALL);
	for (i = 0; i < n; i++)
		((volatile shared_info_t *)shared)->
			vcpu_info[i].evtchn_upcall_mask = 1;
}

INLINE void domu_bind_ports(volatile u32 *port, u32 id, u32 n)
{
	u32 i;

	port[id] = domu_bind_ipi(id);
	for (i = 0; !id && i < n; i++)
		while (!port[i])
			;
}

#endif
