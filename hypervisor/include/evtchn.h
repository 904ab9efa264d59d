/* SPDX-License-Identifier: GPL-2.0-only */
/* Event channels: 2-level ABI. */
#ifndef KRYPTON_EVTCHN_H
#define KRYPTON_EVTCHN_H

#include "types.h"

struct domain;
struct vcpu;

enum evtchn_state {
	EVTCHN_FREE, EVTCHN_UNBOUND, EVTCHN_INTERDOMAIN, EVTCHN_PIRQ,
	EVTCHN_VIRQ, EVTCHN_IPI, EVTCHN_RESERVED
};

struct evtchn {
	u8 state;
	u16 vcpu;		/* whom it notifies */
	u16 remote_domid;	/* unbound: who may bind; interdomain: peer */
	u32 peer;		/* remote port, pirq or virq */
};

long evtchn_op(u32 cmd, u64 arg);
void evtchn_send_pirq(struct domain *d, u32 pirq);
void evtchn_send_virq(struct vcpu *v, u32 virq);
/* To the domain as a whole: VIRQ_CONSOLE and the like, on vCPU 0. */
void evtchn_send_global_virq(u32 virq);
bool evtchn_pending(const struct vcpu *v, u32 port);

/* The upcall bytes of vcpu_info. */
bool vcpu_events_deliverable(const struct vcpu *v);
bool vcpu_event_pending(const struct vcpu *v);
void vcpu_set_upcall_mask(struct vcpu *v, bool masked);
bool vcpu_upcall_mask(const struct vcpu *v);
void vcpu_mark_pending(struct vcpu *v);

#endif
