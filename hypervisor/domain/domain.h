/* SPDX-License-Identifier: GPL-2.0-only */
/* Domains and virtual CPUs. */
#ifndef KRYPTON_DOMAIN_H
#define KRYPTON_DOMAIN_H

#include "cpu/callbacks.h"
#include "cpu/context.h"
#include "cpu/descriptors.h"
#include "cpu/processor.h"
#include "cpu/vcpu.h"
#include "cpu/xpti.h"
#include "device/devices.h"
#include "domain/life.h"
#include "event/evtchn.h"
#include "grant/grant.h"
#include "guest/shared.h"
#include "guest/width.h"
#include "machine/cpu.h"
#include "machine/lock.h"
#include "memory/frames.h"
#include "mmu/ptype.h"
#include "mmu/roots.h"
#include "sched/sched.h"

struct grant_table;

struct vcpu {
	struct domain *d;
	u32 id;
	struct vcpu_sched sched;
	struct vcpu_processor proc;
	struct vcpu_entry entry;
	struct vcpu_roots roots;
	struct vcpu_descriptors desc;
	struct vcpu_xpti xpti;
	struct vcpu_shared shared;
	struct vcpu_timers timers;
	u32 virq_port[24];		/* the event lock */
};

struct domain {
	/* Who it is: fixed once it is listed, but for 'refs' and 'next'. */
	u32 id;
	u32 refs;			/* atomic; see domain_get() */
	struct domain *next;		/* by number; the list lock */
	u8 handle[16];
	bool privileged;
	const struct width *width;
	u8 *shared;			/* shared_info */
	mfn_t shared_frame;
	u32 max_vcpus;
	struct vcpu *vcpu[MAX_DOMAIN_VCPUS];

	struct domain_life life;
	struct domain_sched sched;
	struct domain_memory mem;
	struct domain_tables tables;
	struct domain_events events;
	struct grant_table *grants;	/* it has locks of its own */
	struct domain_devices dev;
	struct domain_policy policy;
	struct domain_watchdogs watch;
};

extern struct domain *dom0;

/* NULL for a number that no vCPU of the domain has. */
static inline struct vcpu *domain_vcpu(const struct domain *d, u32 id)
{
	return id < d->max_vcpus ? d->vcpu[id] : NULL;
}

static inline struct domain *current_domain(void)
{
	return current_vcpu()->d;
}

/* Whether a range lies in the part of the address space that is the guest's. */
static inline bool domain_range_ok(const struct domain *d, gva_t at, u64 n)
{
	return (n <= d->tables.address_end &&
		at.a <= d->tables.address_end - n) ||
	       (at.a > d->width->hole_last && n <= -at.a);
}

/*
 * The two bytes of vcpu_info that decide about upcalls. The guest writes them at
 * any time: a byte is read or set once and never believed. Any context.
 */
static inline bool shared_event_pending(const struct vcpu *v)
{
	return READ_ONCE(v->shared.info[INFO_PENDING]);
}

static inline bool shared_upcall_mask(const struct vcpu *v)
{
	return READ_ONCE(v->shared.info[INFO_MASK]);
}

static inline void shared_set_upcall_mask(struct vcpu *v, bool masked)
{
	WRITE_ONCE(v->shared.info[INFO_MASK], masked);
}

static inline bool shared_events_deliverable(const struct vcpu *v)
{
	return shared_event_pending(v) && !shared_upcall_mask(v);
}

static inline bool nmi_deliverable(const struct vcpu *v)
{
	return READ_ONCE(v->entry.nmi_pending) && !v->entry.nmi_masked;
}

/* Whether r is of the guest's kernel. */
static inline bool vcpu_in_kernel(const struct vcpu *v, const struct regs *r)
{
	return (r->cs & 3) == v->d->width->kernel_ring && !v->proc.in_user;
}

/*
 * A domain by its number, DOMID_SELF included, with a reference that keeps
 * the structure (not the domain) alive. NULL if there is none, or if it is
 * dying. It may start to die right after: who adds something that dying must
 * undo (a port, a grant mapping, a page) does so under the lock that guards
 * it, and looks at is_dying with that lock held. Any context.
 */
struct domain *domain_get(u32 domid);
/* The same, but also gives one that is dying and not yet gone. */
struct domain *domain_get_any(u32 domid);
/* The first domain from this number up, dying or not; NULL: no more. */
struct domain *domain_get_from(u32 domid);
/* For all of them, dying or not. */
void domain_for_each(void (*fn)(struct domain *d));
/* One more reference for who holds one, or owns a frame of the domain. */
void domain_hold(struct domain *d);
/*
 * Give a reference back. After the last the domain is out of the list, and
 * domain_reap() frees it later: any lock of its own may still be held here.
 */
void domain_put(struct domain *d);
/* Free what has lost its last reference; with no lock held. */
void domain_reap(void);

struct domain_config {
	u32 id;
	bool privileged;
	const struct width *width;
	u32 max_vcpus;
	u32 max_evtchn_port;		/* 0: no limit but the ABI's */
	s32 max_grant_frames, max_maptrack_frames;	/* < 0: default */
	u8 handle[16];
};

/*
 * The domain has no page, no event channel and no vCPU with a root. The caller
 * holds its page and event locks, or nobody else knows the domain yet.
 */
void domain_set_width(struct domain *d, const struct width *w);
/* Listed, with one reference, and paused once; NULL without memory. */
struct domain *domain_create(const struct domain_config *config);
struct vcpu *domain_create_vcpu(struct domain *d, u32 id);
/*
 * Destroy: stop the domain's vCPUs and kill its parts, without a lock. -ERESTART:
 * call again; -EINVAL: somebody has done so already, or it is Dom0 or the
 * caller; else 0. The parts are freed when the last reference is gone.
 */
int domain_kill(struct domain *d);
/* The guest broke a rule that no error code can tell: it stops here. */
void domain_crash(struct domain *d, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void domain_shutdown(struct domain *d, u32 reason);
void domain_set_shutdown_code(struct domain *d, u32 reason);
/* Counted; pausing waits until no CPU runs the domain any more. Not of self. */
void domain_pause(struct domain *d);
void domain_unpause(struct domain *d);
/*
 * Have its vCPUs look whether they may still run. Returns when no CPU acts on
 * an older state, but does not wait until all have left their guests.
 */
void domain_stop(struct domain *d);
/* Let a domain that has shut down go on: a suspend that was cancelled. */
void domain_resume(struct domain *d);
/*
 * No vCPU's state is loaded in a processor. A snapshot, unless the domain is
 * paused, shut down or dying.
 */
bool domain_stopped(const struct domain *d);
/* After a vCPU's state was unloaded: tell the tools of a shutdown, once. */
void domain_tell_stopped(struct domain *d);
/* Who may act on whom: the privileged domain on all, others on themselves. */
static inline bool domain_may(const struct domain *by, const struct domain *d)
{
	return by->privileged || by == d;
}

/*
 * The domain that a caller names to act upon, with a reference: 0; -ESRCH if
 * there is none or it is dying, -EPERM if the caller may not.
 */
int domain_target(u32 domid, struct domain **d);
/* DOMID_SELF or the caller's own number; NULL for all else. */
struct domain *domain_find_self(u32 domid);

#endif
