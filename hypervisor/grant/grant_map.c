// SPDX-License-Identifier: GPL-2.0-only
/*
 * Handles: the grants of other domains that a domain has mapped.
 *
 * A handle belongs to the domain that maps. It holds a reference to the
 * granter, which keeps the granter's table after the granter's death, until the
 * handle is released. Pages of handles are added when needed, up to the
 * domain's limit, and kept.
 *
 * An unmap marks the handle busy and works without the lock. A second unmap of
 * the handle at that time fails as if there were no such handle.
 */
#include "grant/grant_table.h"

static struct grant_map *lookup(struct grant_table *t, u32 handle)
{
	u32 page = handle / GRANT_MAPS_PER_PAGE;

	if (handle >= t->handles)
		return NULL;
	return &t->dir[page / GRANT_PAGES_PER_DIR]
		      [page % GRANT_PAGES_PER_DIR]
		      [handle % GRANT_MAPS_PER_PAGE];
}

static void push_free(struct grant_table *t, u32 handle)
{
	*lookup(t, handle) = (struct grant_map){ .ref = t->free_handle };
	t->free_handle = handle;
}

static bool add_page(struct grant_table *t)
{
	u32 page = t->handles / GRANT_MAPS_PER_PAGE, i;
	struct grant_map ***dir = &t->dir[page / GRANT_PAGES_PER_DIR];

	if (t->handles >= t->max_handles || !frames_make_page(dir) ||
	    !frames_make_page(&(*dir)[page % GRANT_PAGES_PER_DIR]))
		return false;
	t->handles += GRANT_MAPS_PER_PAGE;
	for (i = 1; i <= GRANT_MAPS_PER_PAGE; i++)
		push_free(t, t->handles - i);
	return true;
}

u32 grant_map_new(struct grant_table *t)
{
	u32 handle;

	spin_guard(&t->maptrack_lock);
	if (t->free_handle == GRANT_NO_HANDLE && !add_page(t))
		return GRANT_NO_HANDLE;
	handle = t->free_handle;
	t->free_handle = lookup(t, handle)->ref;
	return handle;
}

void grant_map_fill(struct grant_table *t, u32 handle, struct domain *granter,
		    u32 ref, u16 flags)
{
	spin_guard(&t->maptrack_lock);
	*lookup(t, handle) = (struct grant_map){
		.granter = granter, .ref = ref, .flags = flags,
	};
}

bool grant_map_begin(struct grant_table *t, u32 handle, struct grant_map *m)
{
	struct grant_map *found;

	spin_guard(&t->maptrack_lock);
	found = lookup(t, handle);
	if (!found || !found->flags || found->busy)
		return false;
	found->busy = true;
	*m = *found;
	domain_hold(m->granter);
	return true;
}

void grant_map_end(struct grant_table *t, u32 handle, u16 flags)
{
	DOMAIN_REF(granter) = NULL;
	struct grant_map *m;

	spin_guard(&t->maptrack_lock);
	m = lookup(t, handle);
	m->flags = flags;
	m->busy = false;
	if (!flags) {
		granter = m->granter;
		push_free(t, handle);
	}
}

/*
 * Release one handle of a dying domain. The references of a mapping belong to
 * the page-table entry, which drops them; those of a device mapping are dropped
 * here.
 */
static void kill_one(struct grant_map *m)
{
	struct grant_pin p = {
		.granter = m->granter, .ref = m->ref,
		.kind = m->flags & GNTMAP_readonly ? 0 : PIN_WRITE,
	};

	if (m->flags & GNTMAP_host_map)
		grant_unpin(&p);
	if (m->flags & GNTMAP_device_map) {
		p.kind |= PIN_DEVICE;
		p.frame = grant_pinned_frame(p.granter, p.ref);
		grant_release(&p);
	}
	domain_put(m->granter);
	*m = (struct grant_map){ 0 };
}

/* The domain's vCPUs have stopped, so nothing else uses its handles. */
int grant_map_kill(struct grant_table *t)
{
	struct grant_map *m;

	while (t->killed < t->handles) {
		m = lookup(t, t->killed++);
		if (m->flags)
			kill_one(m);
		if (t->killed % 64 == 0 && sched_preempt_needed())
			return -ERESTART;
	}
	return 0;
}

void grant_map_free(struct grant_table *t)
{
	u32 pages = t->handles / GRANT_MAPS_PER_PAGE, i;

	for (i = 0; i < pages; i++)
		frames_delete(t->dir[i / GRANT_PAGES_PER_DIR]
			      [i % GRANT_PAGES_PER_DIR], PAGE_SIZE);
	for (i = 0; i < GRANT_DIRS; i++)
		frames_delete(t->dir[i], PAGE_SIZE);
}
