// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that a guest shares with the hypervisor: shared_info, and the two bytes
 * of each vcpu_info that decide about upcalls. The guest writes them at any
 * time: a byte is read or set once and never believed.
 */
#include "domain/part.h"
#include "guest/shared.h"

#define INFO_PENDING	0	/* vcpu_info.evtchn_upcall_pending */
#define INFO_MASK	1	/* vcpu_info.evtchn_upcall_mask */

bool shared_event_pending(const struct vcpu *v)
{
	return READ_ONCE(v->shared.info[INFO_PENDING]);
}

bool shared_upcall_mask(const struct vcpu *v)
{
	return READ_ONCE(v->shared.info[INFO_MASK]);
}

void shared_set_upcall_mask(struct vcpu *v, bool masked)
{
	WRITE_ONCE(v->shared.info[INFO_MASK], masked);
}

bool shared_events_deliverable(const struct vcpu *v)
{
	return shared_event_pending(v) && !shared_upcall_mask(v);
}

bool shared_set_event_pending(struct vcpu *v)
{
	return !__atomic_exchange_n(&v->shared.info[INFO_PENDING], 1,
				    __ATOMIC_SEQ_CST);
}

/* start_info of a 32-bit guest has 32 bits for its machine address. */
static int create(struct domain *d, const struct domain_config *config)
{
	mfn_t m = frame_alloc(0, 1ull << (32 - PAGE_SHIFT));

	(void)config;
	if (mfn_eq(m, INVALID_MFN))
		return -ENOMEM;
	d->shared = memset(mfn_to_virt(m), 0, PAGE_SIZE);
	d->shared_frame = m;
	return 0;
}

static int vcpu_create_info(struct vcpu *v)
{
	v->shared.info = v->d->shared + v->id * VCPU_INFO_SIZE;
	shared_set_upcall_mask(v, true);
	return 0;
}

static void free_shared(struct domain *d)
{
	frames_delete(d->shared, PAGE_SIZE);
}

DOMAIN_PART(shared) = {
	.order = PART_SHARED,
	.create = create,
	.vcpu_create = vcpu_create_info,
	.free = free_shared,
};
