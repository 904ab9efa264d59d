// SPDX-License-Identifier: GPL-2.0-only
/*
 * Grant entries in use: pins.
 *
 * A grant entry lies in memory that its domain can write at any time. The
 * hypervisor reads it once, when it takes the first pin: it copies domain and
 * frame to the active entry, where they stay until the last pin is gone. The
 * reading and writing bits tell the domain that its entry is in use. A
 * compare-and-exchange of flags and domain sets them, so that what was checked
 * is what is announced.
 *
 * A pin marks the entry as in use. The references to the frame are separate:
 * they are taken with the pin and dropped by the user of the frame, that is the
 * page-table entry, the copy or the device mapping.
 */
#include "grant/grant_table.h"

#define TRIES	5	/* the granter can make each of them fail */

union entry_head {
	struct {
		u16 flags;
		u16 domid;
	};
	u32 raw;
};

static grant_entry_v1_t *shared_entry(struct grant_table *t, u32 ref)
{
	return &t->shared[ref / GRANT_PER_FRAME][ref % GRANT_PER_FRAME];
}

static struct grant_active *active_entry(struct grant_table *t, u32 ref)
{
	return &t->active[ref / GRANT_ACTIVE_PER_PAGE][ref % GRANT_ACTIVE_PER_PAGE];
}

static bool ref_ok(const struct grant_table *t, u32 ref)
{
	return ref < t->frames * GRANT_PER_FRAME;
}

static bool pinned(const struct grant_active *a)
{
	return a->pins[0] | a->pins[1] | a->pins[2] | a->pins[3];
}

static bool pinned_for_write(const struct grant_active *a)
{
	return a->pins[PIN_WRITE] | a->pins[PIN_WRITE | PIN_DEVICE];
}

/* Set the reading and writing bits of the entry, if it permits the use. */
static s16 announce(grant_entry_v1_t *e, bool first, bool write, u16 domid,
		    bool mapping)
{
	u16 type_mask = GTF_type_mask | (mapping ? GTF_sub_page : 0);
	union entry_head old, new;
	u32 i;

	old.raw = READ_ONCE(*(u32 *)e);
	for (i = 0; i < TRIES; i++) {
		if (first && ((old.flags & type_mask) != GTF_permit_access ||
			      old.domid != domid))
			return GNTST_general_error;
		if (write && (old.flags & GTF_readonly))
			return GNTST_general_error;
		new = old;
		new.flags |= write ? GTF_reading | GTF_writing : GTF_reading;
		if (atomic_cmpxchg((u32 *)e, &old.raw, new.raw))
			return GNTST_okay;
	}
	return GNTST_general_error;
}

/* After dropping a pin: clear the bits of uses that have ended. */
static void withdraw(grant_entry_v1_t *e, const struct grant_active *a)
{
	u16 clear = 0;

	if (!pinned(a))
		clear |= GTF_reading;
	if (!pinned_for_write(a))
		clear |= GTF_writing;
	if (clear)
		atomic_and(&e->flags, (u16)~clear);
}

static s16 pin_locked(struct grant_table *t, struct grant_pin *p, u16 domid,
		      bool mapping, bool *first)
{
	grant_entry_v1_t *e;
	struct grant_active *a;
	bool write = p->kind & PIN_WRITE;
	s16 rc;

	if (!ref_ok(t, p->ref))
		return GNTST_bad_gntref;
	e = shared_entry(t, p->ref);
	a = active_entry(t, p->ref);
	*first = !pinned(a);
	if (!*first && (a->domid != domid || a->pins[p->kind] >= PIN_LIMIT))
		return GNTST_general_error;
	if (*first || (write && !pinned_for_write(a))) {
		rc = announce(e, *first, write, domid, mapping);
		if (rc)
			return rc;
	}
	if (*first) {
		a->domid = domid;
		a->frame = READ_ONCE(e->frame);
	}
	a->pins[p->kind]++;
	p->frame = mfn(a->frame);
	return GNTST_okay;
}

s16 grant_pin(struct grant_pin *p, u16 domid, bool mapping)
{
	struct grant_table *t = p->granter->grants;
	bool write = p->kind & PIN_WRITE, first = false;
	s16 status;
	int rc;

	spin_lock(&t->lock);
	status = pin_locked(t, p, domid, mapping, &first);
	spin_unlock(&t->lock);
	if (status)
		return status;
	/*
	 * Needed even if the entry was pinned before: without a mapping left,
	 * its owner may have given the frame up.
	 */
	rc = mapping ? ptype_get_foreign(p->granter, p->frame, write) :
	     ptype_get_direct(p->granter, p->frame, write);
	if (!rc)
		return GNTST_okay;
	grant_unpin(p);
	return rc == -EINVAL && first ? GNTST_bad_page : GNTST_general_error;
}

void grant_put_frame(const struct grant_pin *p)
{
	ptype_put_foreign(p->frame, p->kind & PIN_WRITE);
}

void grant_unpin(const struct grant_pin *p)
{
	struct grant_table *t = p->granter->grants;
	struct grant_active *a;

	spin_guard(&t->lock);
	a = active_entry(t, p->ref);
	BUG_ON(!a->pins[p->kind]);
	a->pins[p->kind]--;
	withdraw(shared_entry(t, p->ref), a);
}

void grant_release(const struct grant_pin *p)
{
	grant_put_frame(p);
	grant_unpin(p);
}

mfn_t grant_pinned_frame(struct domain *granter, u32 ref)
{
	struct grant_table *t = granter->grants;

	spin_guard(&t->lock);
	BUG_ON(!pinned(active_entry(t, ref)));
	return mfn(active_entry(t, ref)->frame);
}

s16 grant_swap(struct grant_table *t, u32 a, u32 b)
{
	grant_entry_v1_t old;

	spin_guard(&t->lock);
	if (!ref_ok(t, a) || !ref_ok(t, b))
		return GNTST_bad_gntref;
	if (a == b)
		return GNTST_okay;
	if (pinned(active_entry(t, a)) || pinned(active_entry(t, b)))
		return GNTST_eagain;
	old = *shared_entry(t, a);
	*shared_entry(t, a) = *shared_entry(t, b);
	*shared_entry(t, b) = old;
	return GNTST_okay;
}
