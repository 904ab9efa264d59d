/* SPDX-License-Identifier: GPL-2.0-only */
/* Event channels: 2-level and FIFO ABI. */
#ifndef KRYPTON_EVTCHN_H
#define KRYPTON_EVTCHN_H

#include "machine/lock.h"

/* As the public EVTCHNSTAT_*, up to the last. */
enum evtchn_state {
	EVTCHN_FREE, EVTCHN_UNBOUND, EVTCHN_INTERDOMAIN, EVTCHN_PIRQ,
	EVTCHN_VIRQ, EVTCHN_IPI, EVTCHN_RESERVED
};

struct evtchn {
	u8 state;
	u8 priority;		/* FIFO ABI */
	u8 last_priority;	/* FIFO ABI: queue of its last event ... */
	bool pending;		/* FIFO ABI: while its word has no page */
	u16 vcpu;		/* the vCPU that it notifies */
	u16 last_vcpu;		/* ... and that queue's vCPU */
	u16 remote_domid;	/* unbound: who may bind */
	u32 peer;		/* remote port, pirq, virq, or next in list */
	/* Interdomain, without a reference; changes under both event locks. */
	struct domain *remote;
	u32 page_used;		/* in the first port of a page */
};
_Static_assert(sizeof(struct evtchn) == 32, "128 a page");

/* Directories of pages of ports, and the FIFO ABI's state, of a domain. */
#define EVTCHN_DIRS	2
#define EVTCHN_PAGES	1024u
struct fifo;

/* A domain's part. The lock is the domain's event lock. */
struct domain_events {
	struct spinlock lock;
	struct evtchn **ports[EVTCHN_DIRS];
	u64 full_pages[EVTCHN_PAGES / 64];	/* of ports: none is free */
	u32 max_port;			/* 0: no limit but the ABI's */
	u32 first_free_port, open_ports, next_reset;
	u32 first_linked_port, last_linked_port;	/* closed; 0: none */
	struct fifo *fifo;		/* NULL: 2-level */
};

void evtchn_send_pirq(struct domain *d, u32 pirq);
void evtchn_send_virq(struct vcpu *v, u32 virq);
/* To Dom0 as a whole, on vCPU 0: VIRQ_CONSOLE, VIRQ_CON_RING, VIRQ_DOM_EXC. */
void evtchn_send_global_virq(u32 virq);
/*
 * The tools hear of a domain's end: by the port of d to which they subscribed, or
 * if that is 0 or not open by VIRQ_DOM_EXC.
 */
void evtchn_send_end(struct domain *d, u32 port);
/* The number of ports that the domain's ABI can have. */
u32 evtchn_limit(const struct domain *d);
/* Whether a port above a 32-bit guest's limit was used. Event lock held. */
bool evtchn_used_many(const struct domain *d);
/* Whether the port is pending: 0 or 1; -EINVAL: it is not open. */
int evtchn_pending(const struct vcpu *v, u32 port);

/* Have the vCPU call its event handler soon. */
void evtchn_mark_pending(struct vcpu *v);

#endif
