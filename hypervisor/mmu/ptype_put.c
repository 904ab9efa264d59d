// SPDX-License-Identifier: GPL-2.0-only
/*
 * Dropping type references, and taking tables apart.
 *
 * A level-1 table is taken apart in one go. A higher table that lost its last
 * user, or was refused, becomes partial like one whose validation stopped: its
 * entries are dropped in small steps, backwards from 'progress'. The domain remembers
 * it in old_table, with a reference.
 *
 * old_table has two places for each level. One is for a table of the tree that
 * is taken apart, depth first. The other is for a table to which a linear entry
 * of that one pointed; it goes first and has no linear entries itself. Each
 * request begins with all places empty (ptype_lock()). A table that gets a user
 * again leaves its place. One hold of the lock drops one tree, or two if a vCPU's
 * second root is refused. A table that then finds both places taken stays partial,
 * like one whose validation stopped; to take it apart right here could recurse
 * without bound.
 */
#include "machine/smp.h"
#include "mmu/mmu.h"

/*
 * The last use of the frame's type has ended. Processors may still cache
 * translations through it; the flush waits until a change of type needs it.
 */
static void lose_type(struct domain *d, struct frame *f)
{
	f->type_count = 0;
	f->progress = 0;
	f->flags &= (u8)~(FRAME_VALID | FRAME_PARTIAL);
	d->tables.flush_due = smp_next_flush();
}

/* Make a table partial, and put it into old_table if there is a place. */
static void remember(struct domain *d, mfn_t m, u32 level)
{
	struct frame *f = mfn_frame(m);
	u32 place = (level - 2) * 2 + 1;

	if (d->tables.old_places >> place & 1)
		place--;
	atomic_inc(&f->refs);
	f->flags |= FRAME_PARTIAL;
	if (d->tables.old_places >> place & 1)
		return;
	atomic_inc(&f->refs);
	d->tables.old_table[place] = m;
	d->tables.old_places |= 1u << place;
}

static void leave_place(struct domain *d, u32 place)
{
	mfn_t m = d->tables.old_table[place];

	d->tables.old_table[place] = mfn(0);
	d->tables.old_places &= ~(1u << place);
	page_put(m);
}

void ptype_keep(struct domain *d, mfn_t m)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(d->tables.old_table); i++)
		if (mfn_eq(d->tables.old_table[i], m))
			leave_place(d, i);
}

void ptype_end(struct domain *d, mfn_t m)
{
	struct frame *f = mfn_frame(m);
	u32 level = type_level(f->type);

	f->flags &= (u8)~FRAME_VALID;
	if (level > 1) {
		remember(d, m, level);
		return;
	}
	if (ptype_ops[f->type].undo)
		ptype_ops[f->type].undo(d, m);
	lose_type(d, f);
}

void ptype_drop_partial(struct domain *d, mfn_t m)
{
	if (!(mfn_frame(m)->flags & FRAME_PARTIAL))
		return;
	ptype_end(d, m);
	page_put(m);
}

void ptype_put(struct domain *d, mfn_t m)
{
	struct frame *f = mfn_frame(m);

	BUG_ON(!f->type_count);
	if (f->type == TYPE_WRITABLE)
		ptype_put_writable(m);
	else if (f->type_count > 1)
		f->type_count--;
	else
		ptype_end(d, m);
}

void ptype_put_both(struct domain *d, mfn_t m)
{
	u8 type = mfn_frame(m)->type;

	if (type_level(type) && ptype_unshare(m, type))
		return;
	ptype_put(d, m);
	page_put(m);
}

void ptype_put_resumable(struct domain *d, mfn_t m)
{
	struct frame *f = mfn_frame(m);

	if (f->type_count > 1) {
		ptype_put_both(d, m);
		return;
	}
	/* The caller's reference becomes that of the partial table. */
	f->flags &= (u8)~FRAME_VALID;
	f->flags |= FRAME_PARTIAL;
}

/* Drop some entries of the lowest old table. False: there is no old table. */
static bool drain_step(struct domain *d)
{
	u32 place = (u32)__builtin_ctz(d->tables.old_places | BIT(31));
	struct frame *f;
	mfn_t m;

	if (!d->tables.old_places)
		return false;
	m = d->tables.old_table[place];
	f = mfn_frame(m);
	if (ptype_ops[f->type].undo(d, m))
		return true;
	lose_type(d, f);
	page_put(m);
	leave_place(d, place);
	return true;
}

int ptype_drain_old(struct domain *d)
{
	u32 i;

	while (d->tables.old_places) {
		for (i = 0; i < HOLD_TABLES && drain_step(d); i++)
			;
		spin_unlock(&d->tables.lock);
		if (sched_preempt_needed())
			return -ERESTART;
		spin_lock(&d->tables.lock);
	}
	return 0;
}

int ptype_drain(struct domain *d)
{
	int rc;

	if (!READ_ONCE(d->tables.old_places))
		return 0;
	rc = ptype_lock(d);
	if (!rc)
		spin_unlock(&d->tables.lock);
	return rc;
}

void ptype_finish(struct domain *d)
{
	ASSERT_HELD(&d->tables.lock);
	while (drain_step(d))
		;
}
