// SPDX-License-Identifier: GPL-2.0-only
/* The shared_info page. It begins with a vcpu_info for each vCPU. */
#include "domain/part.h"

/*
 * Below 4 GiB, because start_info of a 32-bit guest has 32 bits for its machine
 * address.
 */
static int create(struct domain *d, const struct domain_config *config)
{
	mfn_t m = frame_alloc(0, 1ull << (32 - PAGE_SHIFT));

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

DOMAIN_PART(SHARED,
	.create = create,
	.vcpu_create = vcpu_create_info,
	.free = free_shared);
