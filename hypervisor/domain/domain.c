// SPDX-License-Identifier: GPL-2.0-only
/*
 * Domains: creating, finding and freeing them, and counting references to them.
 * domain/destroy.c destroys them.
 *
 * A domain stays in the list until its last reference is gone. It has one
 * reference while it is alive, one while it owns any frame, one for each frame
 * of the hypervisor that it shares, and one from each caller that works on it.
 *
 * What the hypervisor keeps for domains is in single frames as far as possible: a
 * guest that owns every second frame leaves no two free ones side by side.
 */
#include "domain/part.h"

_Static_assert(sizeof(struct domain) <= PAGE_SIZE, "a frame");
_Static_assert(sizeof(struct vcpu) <= PAGE_SIZE, "a frame");

struct domain *dom0;

static struct domain *list;
static struct domain *dead;	/* to be freed: without references */
static struct spinlock list_lock = SPINLOCK(LOCK_LIST);

/* The caller chose the number under the domctl lock, so it is still free. */
static void add_to_list(struct domain *d)
{
	struct domain **p = &list;

	spin_guard_irqsave(&list_lock);
	while (*p && (*p)->id < d->id)
		p = &(*p)->next;
	BUG_ON(*p && (*p)->id == d->id);
	d->next = *p;
	*p = d;
}

struct domain *domain_get_from(u32 domid)
{
	struct domain *d;

	spin_guard_irqsave(&list_lock);
	for (d = list; d && d->id < domid;)
		d = d->next;
	if (d)
		domain_hold(d);
	return d;
}

/* Not the domain that the caller looks for: NULL. */
static struct domain *put_wrong(struct domain *d)
{
	domain_put(d);
	return NULL;
}

struct domain *domain_get_any(u32 domid)
{
	struct domain *d = domain_get_from(domid);

	return d && d->id != domid ? put_wrong(d) : d;
}

struct domain *domain_get(u32 domid)
{
	struct domain *d = domain_get_any(domid != DOMID_SELF ? domid :
					  current_domain()->id);

	return d && d->life.is_dying ? put_wrong(d) : d;
}

struct domain *domain_next(struct domain *d)
{
	u32 id = d->id + 1;

	domain_put(d);
	return domain_get_from(id);
}

void domain_for_each(void (*fn)(struct domain *d))
{
	struct domain *d;

	for (d = domain_get_from(0); d; d = domain_next(d))
		fn(d);
}

bool domain_exists(u32 domid)
{
	DOMAIN_REF(d) = domain_get_any(domid);

	return d;
}

void domain_hold(struct domain *d)
{
	atomic_inc(&d->refs);
}

static bool put_but_last(struct domain *d)
{
	u32 refs = READ_ONCE(d->refs);

	while (refs > 1)
		if (atomic_cmpxchg(&d->refs, &refs, refs - 1))
			return true;
	return false;
}

/*
 * The count reaches 0 only under the list lock, so a lookup, which takes a
 * reference under that lock, never finds a domain without one.
 */
void domain_put(struct domain *d)
{
	struct domain **p = &list;

	if (put_but_last(d))
		return;
	spin_guard_irqsave(&list_lock);
	if (atomic_dec(&d->refs))
		return;
	while (*p != d)
		p = &(*p)->next;
	*p = d->next;
	d->next = dead;
	WRITE_ONCE(dead, d);
	cpu_add_work(CPU_WORK_HOUSEKEEPING);
}

static struct domain *take_dead(void)
{
	struct domain *d;

	spin_guard_irqsave(&list_lock);
	d = dead;
	if (d)
		dead = d->next;
	return d;
}

static void free_vcpu(struct vcpu *v)
{
	const struct domain_part *p;

	parts_for_each_reverse(p, vcpu_free)
		p->vcpu_free(v);
	frames_delete(v, sizeof(*v));
}

static void free_domain(struct domain *d)
{
	const struct domain_part *p;
	struct vcpu *v;

	domain_for_each_vcpu(d, v)
		free_vcpu(v);
	parts_for_each_reverse(p, free)
		p->free(d);
	frames_delete(d, sizeof(*d));
}

void domain_reap(void)
{
	struct domain *d;

	if (!READ_ONCE(dead))
		return;
	while ((d = take_dead())) {
		log_info("domain %u is gone", d->id);
		free_domain(d);
		evtchn_send_end(NULL, 0);
	}
}

void domain_set_width(struct domain *d, const struct width *w)
{
	d->width = w;
	d->tables.m2p_start = w->m2p_start;
	d->tables.address_end = w->address_end;
}

static void init_identity(struct domain *d, const struct domain_config *config)
{
	d->id = config->id;
	d->max_vcpus = config->max_vcpus;
	d->privileged = config->privileged;
	domain_set_width(d, config->width);
	memcpy(d->handle, config->handle, sizeof(d->handle));
	d->refs = 1;
	d->life.pause_count = 1;
	spin_init(&d->life.lock, LOCK_SHUTDOWN);
	d->life.shutdown_code = ~0u;		/* not shut down */
}

struct domain *domain_create(const struct domain_config *config)
{
	struct domain *d = frames_new(sizeof(*d));
	const struct domain_part *p;

	if (!d)
		return NULL;
	init_identity(d, config);
	parts_for_each(p, create)
		if (p->create(d, config)) {
			free_domain(d);
			return NULL;
		}
	add_to_list(d);
	return d;
}

struct vcpu *domain_create_vcpu(struct domain *d, u32 id)
{
	struct vcpu *v = frames_new(sizeof(*v));
	const struct domain_part *p;

	if (!v)
		return NULL;
	v->d = d;
	v->id = id;
	parts_for_each(p, vcpu_create)
		if (p->vcpu_create(v)) {
			free_vcpu(v);
			return NULL;
		}
	d->vcpu[id] = v;
	return v;
}

int domain_target(u32 domid, struct domain **d)
{
	*d = domain_get(domid);
	if (!*d)
		return -ESRCH;
	if (domain_may(current_domain(), *d))
		return 0;
	*d = put_wrong(*d);
	return -EPERM;
}
