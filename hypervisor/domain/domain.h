/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Domains and virtual CPUs. Their structures bring the headers of all parts,
 * locks, frames, lib/lib.h and error numbers: who includes this names none of
 * these again.
 */
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
#include "guest/guest.h"
#include "guest/shared.h"
#include "guest/width.h"
#include "lib/lib.h"
#include "machine/cpu.h"
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
	/*
	 * Who it is: fixed once it is listed, but for refs and next; handle and
	 * vcpu, which the domctl lock guards; and width (domain_set_width()).
	 */
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

/* Each vCPU of the domain in turn, as 'v'. */
#define domain_for_each_vcpu(d, v)					\
	for (u32 _id = 0; _id < (d)->max_vcpus; _id++)			\
		if (!((v) = (d)->vcpu[_id]))				\
			continue;					\
		else

/* NULL for a number that no vCPU of the domain has. */
static inline struct vcpu *domain_vcpu(const struct domain *d, u32 id)
{
	return id < d->max_vcpus ? d->vcpu[id] : NULL;
}

static inline struct domain *current_domain(void)
{
	return current_vcpu()->d;
}

/* Whether a range lies in the guest's part of the address space. */
static inline bool domain_range_ok(const struct domain *d, gva_t at, u64 n)
{
	return (n <= d->tables.address_end &&
		at.a <= d->tables.address_end - n) ||
	       (at.a > d->width->hole_last && n <= -at.a);
}

/*
 * The two bytes of vcpu_info that decide about upcalls. The guest writes them
 * at any time: a byte is read or set once and never believed. Any context.
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

/* Whether the guest's kernel, not its user mode, was running. */
static inline bool vcpu_in_kernel(const struct vcpu *v, const struct regs *r)
{
	return (r->cs & 3) == v->d->width->kernel_ring && !v->proc.in_user;
}

/*
 * The domain with this number or DOMID_SELF, with a reference that keeps the
 * structure (not the domain) alive. NULL if there is none, or if it is dying.
 * It may start to die right after: a caller that adds something which
 * domain_kill() removes (a port, a grant mapping, a page) must test is_dying
 * under the lock that guards this. Any context.
 */
struct domain *domain_get(u32 domid);
/* The domain with this number alone, also if it is dying. */
struct domain *domain_get_any(u32 domid);
/* The domain with the lowest number >= domid, dying or not; or NULL. */
struct domain *domain_get_from(u32 domid);
/*
 * From one of these to the next, with the caller's reference; NULL at the end.
 */
struct domain *domain_next(struct domain *d);
/* Whether a domain, dying or not, has this number. */
bool domain_exists(u32 domid);
/* Call fn for each domain, dying or not, with a reference held. */
void domain_for_each(void (*fn)(struct domain *d));
/* Take another reference; the caller has one, or a frame of the domain. */
void domain_hold(struct domain *d);
/*
 * Drop a reference. The last one takes the domain off the list, but
 * domain_reap() frees it later, so the caller may hold a lock of the domain.
 */
void domain_put(struct domain *d);
/*
 * Declare a pointer to a domain. When its block ends, in whatever way it is
 * left, the reference that it then holds is dropped.
 */
#define DOMAIN_REF(d)							\
	struct domain *d __attribute__((cleanup(domain_put_ref)))

static inline void domain_put_ref(struct domain **d)
{
	if (*d)
		domain_put(*d);
}

/* Free the domains without references. The caller holds no lock. */
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
 * Only while the domain has no page, no event channel and no vCPU with a root.
 * The caller holds its page and event locks, or created the domain just now.
 */
void domain_set_width(struct domain *d, const struct width *w);
/* A listed domain with one reference and one pause; NULL: no memory. */
struct domain *domain_create(const struct domain_config *config);
struct vcpu *domain_create_vcpu(struct domain *d, u32 id);
/*
 * Destroy a domain: stop its vCPUs and kill its parts. The caller holds no lock
 * but the domctl lock. -ERESTART: call again. -EINVAL: the domain is destroyed
 * already, or it is Dom0 or the caller. Its parts are freed with the last
 * reference.
 */
int domain_kill(struct domain *d);
/* Of a crashed domain's stack, four longs each, that the log shows. */
extern u64 domain_stack_lines;
/* Stop a guest that broke a rule for which no error can be returned. */
__printf(2, 3) void domain_crash(struct domain *d, const char *fmt, ...);
void domain_shutdown(struct domain *d, u32 reason);
void domain_set_shutdown_code(struct domain *d, u32 reason);
/* Counted. Pausing waits until no CPU runs the domain: never the caller's. */
void domain_pause(struct domain *d);
void domain_unpause(struct domain *d);
/*
 * Make the domain's vCPUs test whether they may still run. Afterwards no CPU
 * starts one of them that may not, but some may not have left their guest yet.
 */
void domain_stop(struct domain *d);
/* Let a domain that has shut down run again: its suspend was cancelled. */
void domain_resume(struct domain *d);
/*
 * Whether no vCPU's state is loaded in a CPU. A snapshot, unless the domain is
 * paused, shut down or dying.
 */
bool domain_stopped(const struct domain *d);
/* After saving a vCPU's state: notify the tools of a shutdown, once. */
void domain_tell_stopped(struct domain *d);
/* The privileged domain may act on all domains, any other on itself. */
static inline bool domain_may(const struct domain *by, const struct domain *d)
{
	return by->privileged || by == d;
}

/*
 * The domain that the guest names to act upon: 0 with a reference in *d. *d is
 * NULL after an error: -ESRCH, there is none or it is dying; -EPERM, the guest
 * may not.
 */
int domain_target(u32 domid, struct domain **d);

#include "sched/preempt.h"	/* it uses the structures */

#endif
