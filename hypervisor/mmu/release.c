// SPDX-License-Identifier: GPL-2.0-only
/*
 * The end of a domain's memory. When a domain dies, this order holds: tables
 * above level 1 are emptied, the vCPUs lose their roots (mmu/roots.c), pinned
 * tables lose their pins, and at last the frames lose their owner.
 */
#include "domain/part.h"
#include "mmu/mmu.h"
#include "mmu/tables.h"

/*
 * Clear one entry of a table above level 1, so that each hold of the lock takes
 * apart only a small tree. If the table may have more, kill_index is not 0.
 */
static void clear_table(struct domain *d, mfn_t m)
{
	const struct frame *f = mfn_frame(m);
	u64 *table = mfn_to_virt(m);
	u32 i = d->life.kill_index;

	if (!f->type_count || type_level(f->type) < 2 ||
	    !(f->flags & FRAME_VALID))
		i = 512;
	while (i < 512 && !(table[i] & PTE_P))
		i++;
	if (i < 512)
		tables_set(d, &table[i++], 0, false);
	d->life.kill_index = i % 512;
}

static void drop_pins(struct domain *d, mfn_t m)
{
	struct frame *f = mfn_frame(m);

	ptype_drop_partial(d, m);
	if (f->flags & FRAME_PINNED) {
		f->flags &= (u8)~FRAME_PINNED;
		ptype_put_both(d, m);
	}
}

static void give_up(struct domain *d, mfn_t m)
{
	page_release(d, m);
}

/* The frame that d owns after m (0: the first), with a reference; or 0. */
static mfn_t next_owned(struct domain *d, mfn_t m)
{
	u32 n;

	spin_guard_irqsave(&d->mem.lock);
	n = m.n ? mfn_frame(m)->next : d->mem.pages;
	/* Skip a frame that is just losing its last reference. */
	while (n && !page_get(d, mfn(n)))
		n = mfn_frame(mfn(n))->next;
	return mfn(n);
}

/*
 * Call visit() for each frame of d, with the page lock held, and again while it
 * leaves kill_index. d->life.kill_at is the frame that has been reached, with a
 * reference; 0: none yet. 0 or -ERESTART.
 */
static int walk_frames(struct domain *d,
		       void (*visit)(struct domain *d, mfn_t m))
{
	mfn_t m;
	int rc;

	if (!d->life.kill_at.n)
		d->life.kill_at = next_owned(d, mfn(0));
	while (d->life.kill_at.n) {
		m = d->life.kill_at;
		rc = ptype_lock(d);
		if (rc)
			return rc;
		visit(d, m);
		spin_unlock(&d->tables.lock);
		if (!d->life.kill_index) {
			d->life.kill_at = next_owned(d, m);
			page_put(m);
		}
		if (d->life.kill_at.n && sched_preempt_needed())
			return -ERESTART;
	}
	return ptype_drain(d);
}

static int create(struct domain *d, const struct domain_config *config)
{
	spin_init(&d->tables.lock, LOCK_PAGES);
	spin_init(&d->mem.lock, LOCK_OWNED);
	return 0;
}

static int kill_tables(struct domain *d)
{
	spin_lock(&d->tables.lock);
	spin_unlock(&d->tables.lock);
	return walk_frames(d, clear_table);
}

DOMAIN_PART(TABLES,
	.create = create,
	.kill = kill_tables);

static int kill_pins(struct domain *d)
{
	return walk_frames(d, drop_pins);
}

DOMAIN_PART(PINS, .kill = kill_pins);

static int create_pages(struct domain *d, const struct domain_config *config)
{
	page_share(d, d->shared_frame);
	return 0;
}

static int kill_pages(struct domain *d)
{
	int rc = walk_frames(d, give_up);

	if (rc)
		return rc;
	frames_claim(&d->mem.claim, 0);
	page_put(d->shared_frame);
	return 0;
}

static void free_map(struct domain *d)
{
	frames_delete(d->mem.e820, PAGE_SIZE);
}

DOMAIN_PART(PAGES,
	.create = create_pages,
	.kill = kill_pages,
	.free = free_map);
