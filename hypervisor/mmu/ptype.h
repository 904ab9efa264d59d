/* SPDX-License-Identifier: GPL-2.0-only */
/* Types of frames; mmu/ptype.c explains them. */
#ifndef KRYPTON_PTYPE_H
#define KRYPTON_PTYPE_H

#include "machine/cpus.h"
#include "mmu/page.h"

#define KNOWN_ROOTS	64u

/*
 * A domain's part: its page tables and the types of its frames. 'lock' is the
 * domain's page lock, which guards all of this unless a member says otherwise.
 */
struct domain_tables {
	struct spinlock lock;
	/* Tables being taken apart, two of each level from 2 on; 0: none. */
	mfn_t old_table[6];
	u32 old_places;			/* a bit for each place in use */
	u64 flush_due;			/* smp_next_flush() at the last loss
					   of a table's type */
	u32 validated;			/* work done in this hold of the lock */
	cpus_t dirty_cpus;		/* may cache its translations; atomic */
	struct known_root {
		mfn_t table;		/* an L4 of a 64-bit guest */
		u64 used;		/* a bit for eight slots; 0: unknown */
	} known_roots[KNOWN_ROOTS];	/* by the frame's number */
	u64 m2p_start;			/* of a 32-bit guest's read-only window */
	u64 address_end;		/* of the guest's lower addresses */
};

#define HOLD_TABLES	2u	/* level-1 tables in one hold of the lock */

/*
 * Whether d's frame m is a valid table in use. It then keeps its type, and a
 * reference with it, while d's page lock is held, which the caller does.
 *
 * The owner is tested after the type: d may lose a frame at any time, and its next
 * owner may make a table of it. But d gets no frame while its page lock is held. So
 * a frame that is d's now was d's when it had this type. A frame of the hypervisor
 * that d may map is never FRAME_VALID.
 */
static inline bool ptype_is_table(const struct domain *d, mfn_t m)
{
	const struct frame *f = mfn_frame(m);

	return mfn_valid(m) && type_level(READ_ONCE(f->type)) &&
	       READ_ONCE(f->type_count) && READ_ONCE(f->owner) == d &&
	       (READ_ONCE(f->flags) & FRAME_VALID);
}

/*
 * Both references to a table that has other users, as d's kernel tables have in
 * each process: count one more, or one less. The type is not TYPE_L2_TOP. False:
 * nothing happened, it is no such table. The caller holds d's page lock and, to
 * count one less, the references.
 */
static inline bool ptype_share(const struct domain *d, mfn_t m,
			       enum frame_type type)
{
	struct frame *f = mfn_frame(m);

	/* As ptype_is_table(), whose comment explains the order. */
	if (!mfn_valid(m) || READ_ONCE(f->type) != type ||
	    READ_ONCE(f->type_count) - 1 >= COUNT_LIMIT - 1 ||
	    READ_ONCE(f->owner) != d || !(READ_ONCE(f->flags) & FRAME_VALID) ||
	    READ_ONCE(f->refs) >= COUNT_LIMIT)
		return false;
	atomic_inc(&f->refs);
	f->type_count++;
	return true;
}

static inline bool ptype_unshare(mfn_t m, enum frame_type type)
{
	struct frame *f = mfn_frame(m);

	if (f->type != type || f->type_count <= 1)
		return false;
	f->type_count--;
	atomic_dec(&f->refs);
	return true;
}

/*
 * Get a page of another domain, to map it: a general reference and, to write, a
 * WRITABLE type reference. The caller holds no page lock; this takes the owner's.
 * 0; -EINVAL: the owner does not have it, or is dying; -EBUSY: it is a table or
 * has descriptors.
 */
int ptype_get_foreign(struct domain *owner, mfn_t m, bool write);
/*
 * The same for the hypervisor's own access, which needs no flush of other CPUs
 * later.
 */
int ptype_get_direct(struct domain *owner, mfn_t m, bool write);
/* Put a WRITABLE type reference. Any context. */
static inline void ptype_put_writable(mfn_t m)
{
	struct frame *f = mfn_frame(m);

	BUG_ON(!f->type_count || f->type != TYPE_WRITABLE);
	atomic_dec(&f->type_count);
}

/* Drop the references that one of the two took. Any context. */
static inline void ptype_put_foreign(mfn_t m, bool write)
{
	if (write)
		ptype_put_writable(m);
	page_put(m);
}

/*
 * Get and put a type reference. The caller holds d's page lock and a general
 * reference. 0; -EBUSY: the frame has another type; -EINVAL: its contents are
 * not allowed for the type; -ERESTART: call again to continue the validation.
 */
int ptype_get(struct domain *d, mfn_t m, enum frame_type type);
void ptype_put(struct domain *d, mfn_t m);
/*
 * Take apart a table whose validation stopped half-way and that nobody will ask
 * for again. The caller holds the page lock.
 */
void ptype_drop_partial(struct domain *d, mfn_t m);
/*
 * Tables whose last user is gone are taken apart entry by entry. ptype_lock()
 * (mmu/mmu.h) does this until none is left and returns 0 with the page lock held.
 * It releases the lock between steps, and returns -ERESTART without the lock when
 * the CPU has other work. Every hypercall that may validate or drop tables takes
 * the page lock by ptype_lock() and ends with ptype_drain(), which takes apart the
 * tables that the call dropped. (Other vCPUs do that for theirs.)
 */
int ptype_drain(struct domain *d);
/*
 * Take all such tables apart without releasing the page lock, which the caller
 * holds. Only for short trees.
 */
void ptype_finish(struct domain *d);
/*
 * Get and put a general and a type reference together: every type reference
 * needs a general one. The caller holds d's page lock. As ptype_get(), and
 * -EINVAL if d does not own the frame.
 */
int ptype_get_both(struct domain *d, mfn_t m, enum frame_type type);
void ptype_put_both(struct domain *d, mfn_t m);
/*
 * Put a valid table that the caller will ask for again soon: it stays, as a table
 * whose validation stopped at its end.
 */
void ptype_put_resumable(struct domain *d, mfn_t m);

/*
 * By type: how to check its contents and how to drop their references. Those of
 * tables are in mmu/tables.c, and descriptors_init() fills in its row at boot; a
 * row may lack a function. Called with the owner's page lock held.
 */
extern struct ptype_ops {
	/* Continue at frame->progress. Returns as ptype_get() does. */
	int (*validate)(struct domain *d, mfn_t m);
	/*
	 * Drop references, backwards from frame->progress: of all entries of a
	 * level-1 table; of a higher table up to one that was the last use of
	 * its table. True: the table may hold more.
	 */
	bool (*undo)(struct domain *d, mfn_t m);
} ptype_ops[];
/* For mmu/ptype.c: the type's last use ended, or its contents were refused. */
void ptype_end(struct domain *d, mfn_t m);
/* For mmu/ptype.c: stop taking apart a partial table that has a user again. */
void ptype_keep(struct domain *d, mfn_t m);

/* Flush the TLBs of all CPUs that may cache this domain's translations. */
void ptype_flush(struct domain *d);

#endif
