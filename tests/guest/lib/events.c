// SPDX-License-Identifier: GPL-2.0-only
/* Calls on event channels that several tests make (xen/event_channel.h). */
#include "guest.h"

u32 bind_ipi(void)
{
	struct evtchn_bind_ipi op = { .vcpu = 0 };

	CHECK(HC2(event_channel_op, EVTCHNOP_bind_ipi, &op), 0);
	return op.port;
}

long send_port(u32 port)
{
	struct evtchn_send op = { .port = port };

	return HC2(event_channel_op, EVTCHNOP_send, &op);
}

long close_port(u32 port)
{
	struct evtchn_close op = { .port = port };

	return HC2(event_channel_op, EVTCHNOP_close, &op);
}

long unmask_port(u32 port)
{
	struct evtchn_unmask op = { .port = port };

	return HC2(event_channel_op, EVTCHNOP_unmask, &op);
}

bool port_pending(u32 port)
{
	return shared->evtchn_pending[port / PORT_BITS] >> port % PORT_BITS & 1;
}

bool port_masked(u32 port)
{
	return shared->evtchn_mask[port / PORT_BITS] >> port % PORT_BITS & 1;
}

void mask_port(u32 port)
{
	shared->evtchn_mask[port / PORT_BITS] |= 1ul << port % PORT_BITS;
}

void mask_events(bool masked)
{
	shared->vcpu_info[0].evtchn_upcall_mask = masked;
}

void clear_events(u32 vcpu)
{
	u32 i;

	shared->vcpu_info[vcpu].evtchn_upcall_pending = 0;
	shared->vcpu_info[vcpu].evtchn_pending_sel = 0;
	for (i = 0; i < ARRAY_SIZE(shared->evtchn_pending); i++)
		shared->evtchn_pending[i] = 0;
}
