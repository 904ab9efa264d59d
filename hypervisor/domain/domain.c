// SPDX-License-Identifier: GPL-2.0-only
/*
 * Domains: making them, finding them, and the references that keep them.
 * How one is taken apart is in domain/destroy.c.
 *
 * A domain stays in the list until its last reference is gone. References
 * are: one for being alive, one while it owns any frame, one for each frame
 * of the hypervisor's that it shares, and those of who works on it.
 */
#include "cpu/context.h"
#include "cpu/descriptors.h"
#include "cpu/vcpu.h"
#include "domain/domain.h"
#include "errno.h"
#include "event/evtchn.h"
#include "grant/grant.h"
#include "lib/lib.h"
#include "machine/paging.h"
#include "mmu/ptype.h"
#include "sched/sched.h"

#define DESC_AREAS	2048	/* vCPUs in the machine, at most */

struct domain *dom0;

static struct domain *list;
static struct domain *dead;	/* no reference left, to be freed */
static struct spinlock list_lock = SPINLOCK(LOCK_LIST);
static u64 desc_used[DESC_AREAS / 64];

/* The domctl lock is held, so that the free number is still free. */
static void add_to_list(struct domain *d)
{
	u64 f = spin_lock_irqsave(&list_lock);
	struct domain **p = &list;

	while (*p && (*p)->id < d->id)
		p = &(*p)->next;
	BUG_ON(*p && (*p)->id == d->id);
	d->next = *p;
	*p = d;
	spin_unlock_irqrestore(&list_lock, f);
}

struct domain *domain_get_from(u32 domid)
{
	u64 f = spin_lock_irqsave(&list_lock);
	struct domain *d = list;

	while (d && d->id < domid)
		d = d->next;
	if (d)
		domain_hold(d);
	spin_unlock_irqrestore(&list_lock, f);
	return d;
}

struct domain *domain_get_any(u32 domid)
{
	struct domain *d;

	if (domid == DOMID_SELF)
		domid = current_domain()->id;
	d = domain_get_from(domid);
	if (d && d->id != domid) {
		domain_put(d);
		return NULL;
	}
	return d;
}

void domain_for_each(void (*fn)(struct domain *d))
{
	struct domain *d;
	u32 id = 0;

	while ((d = domain_get_from(id))) {
		fn(d);
		id = d->id + 1;
		domain_put(d);
	}
}

struct domain *domain_get(u32 domid)
{
	struct domain *d = domain_get_any(domid);

	if (d && d->life.is_dying) {
		domain_put(d);
		return NULL;
	}
	return d;
}

void domain_hold(struct domain *d)
{
	__atomic_fetch_add(&d->refs, 1, __ATOMIC_SEQ_CST);
}

static bool put_but_last(struct domain *d)
{
	u32 refs = READ_ONCE(d->refs);

	while (refs > 1)
		if (__atomic_compare_exchange_n(&d->refs, &refs, refs - 1,
						false, __ATOMIC_SEQ_CST,
						__ATOMIC_SEQ_CST))
			return true;
	return false;
}

/* The count reaches 0 with the list locked only: who finds it, holds it. */
void domain_put(struct domain *d)
{
	struct domain **p = &list;
	u64 f;

	if (put_but_last(d))
		return;
	f = spin_lock_irqsave(&list_lock);
	if (__atomic_sub_fetch(&d->refs, 1, __ATOMIC_SEQ_CST) == 0) {
		while (*p != d)
			p = &(*p)->next;
		*p = d->next;
		d->next = dead;
		WRITE_ONCE(dead, d);
	}
	spin_unlock_irqrestore(&list_lock, f);
}

static struct domain *take_dead(void)
{
	u64 f = spin_lock_irqsave(&list_lock);
	struct domain *d = dead;

	if (d)
		dead = d->next;
	spin_unlock_irqrestore(&list_lock, f);
	return d;
}

/* start_info of a 32-bit guest has 32 bits for its machine address. */
static void *alloc_shared(void)
{
	mfn_t m = frame_alloc(0, 1ull << (32 - PAGE_SHIFT));

	if (mfn_eq(m, INVALID_MFN))
		return NULL;
	return memset(mfn_to_virt(m), 0, PAGE_SIZE);
}

static void put_desc_area(u64 at)
{
	u64 n = (at - DESC_BASE) / (32 * PAGE_SIZE), f;

	f = spin_lock_irqsave(&list_lock);
	desc_used[n / 64] &= ~BIT(n % 64);
	spin_unlock_irqrestore(&list_lock, f);
}

static u64 get_desc_area(void)
{
	u64 f = spin_lock_irqsave(&list_lock), n, at = 0;

	for (n = 0; n < DESC_AREAS && !at; n++) {
		if (desc_used[n / 64] >> n % 64 & 1)
			continue;
		desc_used[n / 64] |= BIT(n % 64);
		at = DESC_BASE + n * 32 * PAGE_SIZE;
	}
	spin_unlock_irqrestore(&list_lock, f);
	return at;
}

/* The GDT starts without the guest's entries, the LDT absent, faulting. */
static bool make_desc_area(struct vcpu *v)
{
	u64 *e;
	u32 i;

	v->desc.area = get_desc_area();
	for (i = 0; v->desc.area && i < 32; i++) {
		e = paging_entry(v->desc.area + i * PAGE_SIZE);
		if (!e)
			return false;
		*e = i < GDT_FRAMES ? descriptors_none() : 0;
	}
	return v->desc.area;
}

static void free_vcpu(struct vcpu *v)
{
	if (!v)
		return;
	frames_delete(v->roots.root, PAGE_SIZE);
	if (v->desc.area)
		put_desc_area(v->desc.area);
	frames_delete(v, sizeof(*v));
}

static void free_domain(struct domain *d)
{
	u32 i;

	evtchn_free(d);
	grant_free(d);
	for (i = 0; i < MAX_DOMAIN_VCPUS; i++)
		free_vcpu(d->vcpu[i]);
	frames_delete(d->shared, PAGE_SIZE);
	frames_delete(d->dev.pirqs, MAX_PIRQS * sizeof(*d->dev.pirqs));
	frames_delete(d->dev.ioports, 65536 / 8);
	frames_delete(d->mem.e820, PAGE_SIZE);
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
		evtchn_send_global_virq(VIRQ_DOM_EXC);
	}
}

static bool allocate_parts(struct domain *d)
{
	d->shared = alloc_shared();
	d->dev.pirqs = frames_new(MAX_PIRQS * sizeof(*d->dev.pirqs));
	return d->shared && d->dev.pirqs && grant_init(d) == 0;
}

static void init_fields(struct domain *d, const struct domain_config *config)
{
	d->id = config->id;
	d->abi = &abi32;
	d->max_vcpus = config->max_vcpus;
	d->privileged = config->privileged;
	d->events.max_port = config->max_evtchn_port;
	d->grants.max_frames = config->max_grant_frames;
	d->grants.max_maptrack_frames = config->max_maptrack_frames;
	memcpy(d->handle, config->handle, sizeof(d->handle));
	d->tables.m2p_start = M2P_DEFAULT_START;
	d->refs = 1;
	d->life.pause_count = 1;
	d->sched.weight = DEFAULT_WEIGHT;
	spin_init(&d->life.lock, LOCK_SHUTDOWN);
	d->life.shutdown_code = ~0u;		/* none yet */
	memset(d->policy.cpuid_mask, 0xff, sizeof(d->policy.cpuid_mask));
	timer_init(&d->sched.cap_timer, sched_period_over, d);
	watchdog_init(d);
	spin_init(&d->tables.lock, LOCK_PAGES);
	spin_init(&d->mem.lock, LOCK_OWNED);
	spin_init(&d->events.lock, LOCK_EVENTS);
}

struct domain *domain_create(const struct domain_config *config)
{
	struct domain *d = frames_new(sizeof(*d));

	if (!d)
		return NULL;
	init_fields(d, config);
	if (!allocate_parts(d)) {
		free_domain(d);
		return NULL;
	}
	d->shared_frame = virt_to_mfn(d->shared);
	ptype_share_hv(d, d->shared_frame);
	add_to_list(d);
	return d;
}

struct vcpu *vcpu_create(struct domain *d, u32 id)
{
	struct vcpu *v = frames_new(sizeof(*v));

	if (!v)
		return NULL;
	v->d = d;
	v->id = id;
	v->sched.cpu = id % cpu_count;
	v->sched.affinity = v->sched.soft_affinity = ~0u;
	v->roots.table = INVALID_MFN;
	v->roots.root = paging_new_root();
	if (!v->roots.root || !make_desc_area(v)) {
		free_vcpu(v);
		return NULL;
	}
	v->shared.info = d->shared + id * 64;
	vcpu_set_upcall_mask(v, true);
	v->proc.dr[6] = DR6_FIXED;
	v->proc.dr[7] = DR7_FIXED;
	v->sched.runstate.state = RUNSTATE_offline;
	v->sched.runstate.state_entry_time = time_now();
	context_reset_fpu(v);
	vcpu_init_timers(v);
	d->vcpu[id] = v;
	return v;
}

struct domain *domain_find_self(u32 domid)
{
	struct domain *d = current_domain();

	return domid == DOMID_SELF || domid == d->id ? d : NULL;
}

int domain_target(u32 domid, struct domain **d)
{
	*d = domain_get(domid);
	if (!*d)
		return -ESRCH;
	if (domain_may(current_domain(), *d))
		return 0;
	domain_put(*d);
	return -EPERM;
}
