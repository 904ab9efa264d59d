// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grant tables, version 1 (xen/grant_table.h): the frames of a domain's
 * entries, queries about them, and the hypercall.
 *
 * A table begins with one frame. It grows up to the domain's limit when the
 * domain or its builder asks for more, and is freed with the domain's last
 * reference. gnttab_max_frames= and gnttab_max_maptrack_frames= are the limits
 * of a domain whose configuration has none, and the maximum for every
 * configuration.
 *
 * Refused: version 2 (-ENOSYS, as before it existed), transfer (-EOPNOTSUPP),
 * cache_flush and dump_table (-ENOSYS).
 */
#include "domain/part.h"
#include "grant/grant_table.h"
#include "guest/layout.h"
#include "guest/operation.h"
#include "hypercalls.h"

_Static_assert(sizeof(grant_entry_v1_t) == 8, "any bitness");
_Static_assert(sizeof(struct gnttab_query_size) == 16, "any bitness");
_Static_assert(sizeof(struct gnttab_swap_grant_ref) == 12, "any bitness");
_Static_assert(sizeof(struct gnttab_get_version) == 8, "any bitness");

/* What it cannot use for want of memory serves the next attempt. */
static bool add_frame(struct domain *d, struct grant_table *t)
{
	grant_entry_v1_t **shared = &t->shared[t->frames];
	struct grant_active **active = &t->active[t->frames * 2];

	if (!frames_make_page(active) || !frames_make_page(active + 1) ||
	    !frames_make_page(shared))
		return false;
	page_share(d, virt_to_mfn(*shared));
	t->frames++;
	return true;
}

/*
 * Grow to this number of frames. A guest can ask for it, so each hold of the
 * lock adds one frame only. 0; -EINVAL: beyond the limit, or dying; -ENOMEM;
 * -ERESTART: call again.
 */
static int grow(struct domain *d, u32 frames)
{
	struct grant_table *t = d->grants;
	int rc;

	if (frames > t->max_frames)
		return -EINVAL;
	do {
		spin_guard(&t->lock);
		rc = t->frames >= frames ? 0 : d->life.is_dying ? -EINVAL :
		     add_frame(d, t) ? -ERESTART : -ENOMEM;
	} while (rc == -ERESTART && !sched_preempt_needed());
	return rc;
}

u64 grant_frames_limit = GRANT_USUAL_FRAMES;
u64 grant_maptrack_limit = GRANT_USUAL_MAPTRACK;

bool grant_config_ok(u32 options, s32 frames, s32 maptrack)
{
	const char *wrong = NULL;

	if (options != 1)
		wrong = "grant tables have version 1 alone";
	else if (!frames || frames > (s64)grant_frames_limit)
		wrong = "max_grant_frames must be 1 to gnttab_max_frames";
	else if (maptrack > (s64)grant_maptrack_limit)
		wrong = "max_maptrack_frames is over gnttab_max_maptrack_frames";
	if (wrong)
		log_warn("no new domain: %s (version %u, frames %d of %lu, maptrack %d of %lu)",
			 wrong, options, frames, grant_frames_limit, maptrack,
			 grant_maptrack_limit);
	return !wrong;
}

static u32 limit(s32 asked, u64 usual)
{
	return asked < 0 ? (u32)usual : (u32)asked;
}

static int create(struct domain *d, const struct domain_config *config)
{
	u32 frames = limit(config->max_grant_frames, grant_frames_limit);
	u32 maptrack = limit(config->max_maptrack_frames,
			     grant_maptrack_limit);
	struct grant_table *t;

	t = d->grants = frames_new(GRANT_TABLE_SIZE(frames));
	if (!t)
		return -ENOMEM;
	spin_init(&t->lock, LOCK_GRANTS);
	spin_init(&t->maptrack_lock, LOCK_MAPTRACK);
	t->max_frames = frames;
	t->shared = (grant_entry_v1_t **)(t + 1);
	t->active = (struct grant_active **)(t->shared + frames);
	t->max_handles = maptrack * GRANT_MAPS_PER_PAGE;
	t->free_handle = GRANT_NO_HANDLE;
	return add_frame(d, t) ? 0 : -ENOMEM;
}

/*
 * The domain is dying: release its handles, and stop sharing the table's frames
 * with it. Until its last reference is gone, other domains may still map these
 * frames and use its grants.
 */
static int kill(struct domain *d)
{
	struct grant_table *t = d->grants;
	u32 i;

	if (!t)
		return 0;
	if (grant_map_kill(t))
		return -ERESTART;
	/* A CPU that is adding a frame tested is_dying under this lock. */
	spin_guard(&t->lock);
	for (i = 0; i < t->frames && !t->unshared; i++)
		page_put(virt_to_mfn(t->shared[i]));
	t->unshared = true;
	return 0;
}

/* After the last reference nothing maps the frames or uses the table. */
static void free_table(struct domain *d)
{
	struct grant_table *t = d->grants;
	u32 i;

	if (!t)
		return;
	for (i = 0; i < t->max_frames; i++) {
		frames_delete(t->shared[i], PAGE_SIZE);
		frames_delete(t->active[i * 2], PAGE_SIZE);
		frames_delete(t->active[i * 2 + 1], PAGE_SIZE);
	}
	grant_map_free(t);
	d->grants = NULL;
	frames_delete(t, GRANT_TABLE_SIZE(t->max_frames));
}

DOMAIN_PART(GRANTS,
	.create = create,
	.kill = kill,
	.free = free_table);

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
	rc = grow(d, index + 1);
	if (!rc)
		*out = virt_to_mfn(t->shared[index]);
	return rc;
}

/*
 * The domain whose table the guest asks about, with a reference: its own, or
 * any if it is privileged. Returns a GNTST_* status.
 */
static s16 get_subject(u16 domid, struct domain **d)
{
	int rc = domain_target(domid, d);

	return !rc ? GNTST_okay : rc == -ESRCH ? GNTST_bad_domain :
	       GNTST_permission_denied;
}

/* Frames do not change while the caller has a reference: no lock needed. */
static long do_setup_table(struct domain *by, void *arg)
{
	struct gnttab_setup_table *op = arg;
	DOMAIN_REF(d);
	int rc;
	u32 i;

	op->status = get_subject(op->dom, &d);
	if (!guest_range_ok(HANDLE(op->frame_list), (u64)op->nr_frames *
			    by->width->long_size))
		return -EFAULT;
	if (op->status)
		return 0;
	rc = grow(d, op->nr_frames);
	if (rc == -ERESTART)
		return rc;
	if (rc)
		op->status = GNTST_general_error;
	for (i = 0; !rc && i < op->nr_frames; i++)
		if (guest_put_long(HANDLE(op->frame_list), i,
				   virt_to_mfn(d->grants->shared[i]).n))
			op->status = GNTST_bad_virt_addr;
	return 0;
}

static long do_query_size(struct domain *by, void *arg)
{
	struct gnttab_query_size *op = arg;
	DOMAIN_REF(d);

	op->status = get_subject(op->dom, &d);
	if (!op->status) {
		op->nr_frames = READ_ONCE(d->grants->frames);
		op->max_nr_frames = d->grants->max_frames;
	}
	return 0;
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

static long do_get_version(struct domain *d, void *arg)
{
	((struct gnttab_get_version *)arg)->version = 1;
	return 0;
}

#define OP(name, ...) [GNTTABOP_##name] = { do_##name, \
	OPERATION_SIZE(struct gnttab_##name), true, __VA_ARGS__ }
static const struct operation ops[] = {
	OP(setup_table, 0, LAYOUT_SETUP_TABLE),
	OP(query_size, 0),
	OP(get_version, OPERATION_TARGET),
};

static int swap_refs(struct domain *d, u64 at, u32 n, u32 cmd)
{
	struct gnttab_swap_grant_ref op;

	if (guest_read(&op, gva(at), sizeof(op)))
		return -EFAULT;
	op.status = grant_swap(d->grants, op.ref_a, op.ref_b);
	return guest_write(gva(at), &op, sizeof(op));
}

/* Operations on arrays; 'fn' takes at most 'batch' elements at a time. */
static const struct array_op {
	grant_array_fn *fn;
	u32 size, batch;
} array_ops[] = {
	[GNTTABOP_map_grant_ref] = { grant_map_ref,
		sizeof(struct gnttab_map_grant_ref), 1 },
	[GNTTABOP_unmap_grant_ref] = { grant_unmap_refs,
		sizeof(struct gnttab_unmap_grant_ref), GRANT_UNMAP_BATCH },
	[GNTTABOP_unmap_and_replace] = { grant_unmap_refs,
		sizeof(struct gnttab_unmap_and_replace), GRANT_UNMAP_BATCH },
	[GNTTABOP_swap_grant_ref] = { swap_refs,
		sizeof(struct gnttab_swap_grant_ref), 1 },
};

/* -ERESTART leaves in *at and *count what is still to be done. */
static int run_array(u32 cmd, u64 *at, u64 *count)
{
	const struct array_op *op = &array_ops[cmd];
	u32 n;
	int rc;

	if (!guest_range_ok(gva(*at), *count * op->size))
		return -EFAULT;
	while (*count) {
		n = (u32)MIN(*count, (u64)op->batch);
		rc = op->fn(current_domain(), *at, n, cmd);
		if (rc)
			return rc;
		*at += n * op->size;
		*count -= n;
		if (*count && sched_preempt_needed())
			return -ERESTART;
	}
	return 0;
}

long do_grant_table_op(u64 a[])
{
	u32 cmd = (u32)a[0];

	if ((s32)a[2] < 0 || cmd >> 12)
		return -EINVAL;
	a[2] = (u32)a[2];
	if (cmd < ARRAY_SIZE(array_ops) && array_ops[cmd].fn)
		return run_array(cmd, &a[1], &a[2]);
	switch (cmd) {
	case GNTTABOP_copy:
		return grant_copy(&a[1], &a[2]);
	case GNTTABOP_setup_table:
		/* As on Xen, a 32-bit guest may ask for nothing. */
		if (!a[2] && !current_domain()->width->is_long)
			return 0;
		/* fallthrough */
	case GNTTABOP_query_size:
		if (a[2] != 1)
			return -EINVAL;
		break;
	case GNTTABOP_set_version:
		return set_version(a[1]);
	case GNTTABOP_transfer:
		return -EOPNOTSUPP;
	}
	return operation_call(ops, ARRAY_SIZE(ops), a);
}
