// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grant tables, version 1 (xen/grant_table.h): the frames that a domain's
 * entries lie in, what is asked about them, and the hypercall.
 *
 * A table begins with one frame and grows when its domain, or who builds it,
 * asks for more, never beyond the domain's limit. It shrinks only when the
 * domain's last reference is gone.
 *
 * Refused: version 2 (-ENOSYS, as before it existed), transfer (-EOPNOTSUPP),
 * cache_flush and dump_table (-ENOSYS).
 */
#include "domain.h"
#include "errno.h"
#include "grant.h"
#include "grant_table.h"
#include "guest.h"
#include "lib.h"
#include "paging.h"
#include "ptype.h"
#include "sched.h"

_Static_assert(sizeof(grant_entry_v1_t) == 8, "any bitness");
_Static_assert(sizeof(struct gnttab_query_size) == 16, "any bitness");
_Static_assert(sizeof(struct gnttab_swap_grant_ref) == 12, "any bitness");
_Static_assert(sizeof(struct gnttab_get_version) == 8, "any bitness");

static bool add_frame(struct domain *d, struct grant_table *t)
{
	void *active = frames_new(GRANT_ACTIVE_SIZE);
	void *shared = frames_new(PAGE_SIZE);

	if (!active || !shared) {
		frames_delete(active, GRANT_ACTIVE_SIZE);
		frames_delete(shared, PAGE_SIZE);
		return false;
	}
	t->active[t->frames] = active;
	t->shared[t->frames] = shared;
	ptype_share_hv(d, virt_to_mfn(shared));
	t->frames++;
	return true;
}

/* At least so many frames. 0, -EINVAL beyond the limit or dying, -ENOMEM. */
static int grow(struct domain *d, u32 frames)
{
	struct grant_table *t = d->grants;

	if (frames > t->max_frames || d->is_dying)
		return -EINVAL;
	while (t->frames < frames)
		if (!add_frame(d, t))
			return -ENOMEM;
	return 0;
}

int grant_init(struct domain *d)
{
	s32 frames = d->max_grant_frames < 0 ? (s32)GRANT_MAX_FRAMES :
		     d->max_grant_frames;
	s32 maptrack = d->max_maptrack_frames < 0 ? (s32)GRANT_MAX_MAPTRACK :
		       d->max_maptrack_frames;
	struct grant_table *t;

	if (!frames || frames > (s32)GRANT_MAX_FRAMES ||
	    maptrack > (s32)GRANT_MAX_MAPTRACK)
		return -EINVAL;
	t = d->grants = frames_new(sizeof(*t));
	if (!t)
		return -ENOMEM;
	spin_init(&t->lock, LOCK_GRANTS);
	spin_init(&t->maptrack_lock, LOCK_MAPTRACK);
	t->max_frames = (u32)frames;
	t->max_handles = (u32)maptrack * GRANT_MAPS_PER_PAGE;
	t->free_handle = GRANT_NO_HANDLE;
	return grow(d, 1);
}

/*
 * The domain is dying: what it has mapped of others is given back, and its own
 * frames are no longer shared with it. Others may still have mapped those, or
 * be granted something, until the last reference to the domain is gone.
 */
int grant_kill(struct domain *d)
{
	struct grant_table *t = d->grants;
	u32 i;

	if (!t)
		return 0;
	if (grant_map_kill(t))
		return -ERESTART;
	/* Whoever added a frame without seeing that it is dying is through. */
	spin_lock(&t->lock);
	for (i = 0; i < t->frames && !t->unshared; i++)
		ptype_put_ref(virt_to_mfn(t->shared[i]));
	t->unshared = true;
	spin_unlock(&t->lock);
	return 0;
}

/* After the last reference: nobody maps the frames or knows the table. */
void grant_free(struct domain *d)
{
	struct grant_table *t = d->grants;
	u32 i;

	if (!t)
		return;
	for (i = 0; i < t->frames; i++) {
		frames_delete(t->shared[i], PAGE_SIZE);
		frames_delete(t->active[i], GRANT_ACTIVE_SIZE);
	}
	grant_map_free(t);
	d->grants = NULL;
	frames_delete(t, sizeof(*t));
}

u32 grant_max_frames(const struct domain *d)
{
	return d->grants->max_frames;
}

int grant_get_frame(struct domain *d, u32 index, mfn_t *out)
{
	struct grant_table *t = d->grants;
	int rc;

	if (index >= t->max_frames)
		return -EINVAL;
	spin_lock(&t->lock);
	rc = grow(d, index + 1);
	if (!rc)
		*out = virt_to_mfn(t->shared[index]);
	spin_unlock(&t->lock);
	return rc;
}

/*
 * Whose table the caller may ask about: its own, or any if it is privileged.
 * A status, with a reference if it is GNTST_okay.
 */
static s16 get_subject(u16 domid, struct domain **d)
{
	*d = domain_get(domid);
	if (!*d)
		return GNTST_bad_domain;
	if (domain_may(current_domain(), *d))
		return GNTST_okay;
	domain_put(*d);
	return GNTST_permission_denied;
}

static s16 grow_for(struct domain *d, u32 frames, mfn_t list[])
{
	struct grant_table *t = d->grants;
	s16 status = GNTST_okay;
	u32 i;

	if (frames > t->max_frames)
		return GNTST_general_error;
	spin_lock(&t->lock);
	if (grow(d, frames))
		status = GNTST_general_error;
	for (i = 0; i < frames && !status; i++)
		list[i] = virt_to_mfn(t->shared[i]);
	spin_unlock(&t->lock);
	return status;
}

static int setup_table(u64 at)
{
	const struct abi *abi = current_domain()->abi;
	mfn_t list[GRANT_MAX_FRAMES];
	struct abi_setup_table op;
	struct domain *d;
	s16 status;
	u32 i;

	if (abi->grant->get_setup_table(gva(at), &op))
		return -EFAULT;
	status = get_subject(op.domid, &d);
	if (!status) {
		status = grow_for(d, op.nr_frames, list);
		domain_put(d);
	}
	for (i = 0; !status && i < op.nr_frames; i++)
		if (abi_put_pfn(op.frame_list, i, list[i].n))
			status = GNTST_bad_virt_addr;
	return abi->grant->put_setup_status(gva(at), status);
}

static int query_size(u64 at)
{
	struct gnttab_query_size op;
	struct domain *d;

	if (guest_read(&op, gva(at), sizeof(op)))
		return -EFAULT;
	op.status = get_subject(op.dom, &d);
	if (!op.status) {
		op.nr_frames = READ_ONCE(d->grants->frames);
		op.max_nr_frames = d->grants->max_frames;
		domain_put(d);
	}
	return guest_write(gva(at), &op, sizeof(op));
}

static int set_version(u64 at)
{
	struct gnttab_set_version op;
	int rc;

	if (guest_read(&op, gva(at), sizeof(op)))
		return -EFAULT;
	rc = op.version == 1 ? 0 : op.version == 2 ? -ENOSYS : -EINVAL;
	op.version = 1;
	return guest_write(gva(at), &op, sizeof(op)) ? -EFAULT : rc;
}

static int get_version(u64 at)
{
	struct gnttab_get_version op;
	struct domain *d;
	s16 status;

	if (guest_read(&op, gva(at), sizeof(op)))
		return -EFAULT;
	status = get_subject(op.dom, &d);
	if (status)
		return status == GNTST_bad_domain ? -ESRCH : -EPERM;
	domain_put(d);
	op.version = 1;
	return guest_write(gva(at), &op, sizeof(op));
}

static int swap_refs(u64 *at, u64 *count)
{
	struct grant_table *t = current_domain()->grants;
	struct gnttab_swap_grant_ref op;

	while (*count) {
		if (guest_read(&op, gva(*at), sizeof(op)))
			return -EFAULT;
		op.status = grant_swap(t, op.ref_a, op.ref_b);
		if (guest_write(gva(*at), &op, sizeof(op)))
			return -EFAULT;
		*at += sizeof(op);
		--*count;
		if (*count && sched_preempt_needed())
			return -ERESTART;
	}
	return 0;
}

/* Operations on arrays; they leave in a[] what is still to be done. */
static int run_array(u32 cmd, u64 a[])
{
	switch (cmd) {
	case GNTTABOP_map_grant_ref:
		return grant_map_refs(&a[1], &a[2]);
	case GNTTABOP_unmap_grant_ref:
		return grant_unmap_refs(&a[1], &a[2], false);
	case GNTTABOP_unmap_and_replace:
		return grant_unmap_refs(&a[1], &a[2], true);
	case GNTTABOP_copy:
		return grant_copy(&a[1], &a[2]);
	default:
		return swap_refs(&a[1], &a[2]);
	}
}

static int run_single(u32 cmd, u64 at, u64 count)
{
	if (cmd == GNTTABOP_setup_table)
		return count > 1 ? -EINVAL : count ? setup_table(at) : 0;
	return count == 1 ? query_size(at) : -EINVAL;
}

static u32 element_size(const struct domain *d, u32 cmd)
{
	switch (cmd) {
	case GNTTABOP_map_grant_ref:
		return sizeof(struct gnttab_map_grant_ref);
	case GNTTABOP_swap_grant_ref:
		return sizeof(struct gnttab_swap_grant_ref);
	case GNTTABOP_copy:
		return d->abi->grant->copy_size;
	default:
		return sizeof(struct gnttab_unmap_grant_ref);
	}
}

long grant_table_op(u64 a[])
{
	struct domain *d = current_domain();
	u32 cmd = (u32)a[0];

	if ((s32)a[2] < 0 || cmd >> 12)
		return -EINVAL;
	a[2] = (u32)a[2];
	switch (cmd) {
	case GNTTABOP_map_grant_ref:
	case GNTTABOP_unmap_grant_ref:
	case GNTTABOP_unmap_and_replace:
	case GNTTABOP_copy:
	case GNTTABOP_swap_grant_ref:
		if (!guest_range_ok(gva(a[1]), a[2] * element_size(d, cmd)))
			return -EFAULT;
		return run_array(cmd, a);
	case GNTTABOP_setup_table:
	case GNTTABOP_query_size:
		return run_single(cmd, a[1], a[2]);
	case GNTTABOP_set_version:
		return set_version(a[1]);
	case GNTTABOP_get_version:
		return get_version(a[1]);
	case GNTTABOP_transfer:
		return -EOPNOTSUPP;
	default:
		return -ENOSYS;
	}
}
