/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ports of event channels, for event/ alone. The caller holds the domain's
 * event lock, unless a comment says otherwise.
 */
#ifndef KRYPTON_EVTCHN_PORT_H
#define KRYPTON_EVTCHN_PORT_H

#include <xen/event_channel.h>
#include "domain/domain.h"

#define PORTS_PER_PAGE	(PAGE_SIZE / sizeof(struct evtchn))
#define PORT_PAGES_PER_DIR	(PAGE_SIZE / sizeof(struct evtchn *))

/* NULL for a number that is out of range or was never used. */
struct evtchn *evtchn_port(const struct domain *d, u32 port);
static inline bool evtchn_is_open(const struct evtchn *e)
{
	return e && e->state != EVTCHN_FREE && e->state != EVTCHN_RESERVED;
}

/*
 * Allocate a port, in state EVTCHN_RESERVED and otherwise as new. -EINVAL if
 * the domain is dying, -ENOSPC, -ENOMEM.
 */
int evtchn_port_alloc(struct domain *d);
/* Close a port and clear its pending bit. */
void evtchn_port_free(struct domain *d, u32 port);
void evtchn_port_set_pending(struct domain *d, u32 port);
void evtchn_port_unmask(struct domain *d, u32 port);

/* event/evtchn_fifo.c; the domain uses the FIFO ABI. */
void evtchn_fifo_set_pending(struct domain *d, struct evtchn *e, u32 port);
void evtchn_fifo_clear_pending(struct domain *d, u32 port);
void evtchn_fifo_unmask(struct domain *d, struct evtchn *e, u32 port);
/*
 * Whether its word has this bit. While a port is LINKED, that is on a queue,
 * its number must not be used for anything else.
 */
bool evtchn_fifo_has(const struct domain *d, u32 port, u32 bit);
/* Without the lock: */
/* Close all ports of a dying domain; -ERESTART: call again. */
int evtchn_kill(struct domain *d);
long evtchn_fifo_init_control(struct domain *d, void *arg);
long evtchn_fifo_expand_array(struct domain *d, void *arg);
/* Calls fn with a pointer into each page that is held, or with NULL. */
void evtchn_fifo_for_each_page(const struct fifo *f,
			       void (*fn)(const void *page));
/* Back to the 2-level ABI; -EAGAIN while a port is open. */
int evtchn_fifo_destroy(struct domain *d);

#endif
