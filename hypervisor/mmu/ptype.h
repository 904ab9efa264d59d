/* SPDX-License-Identifier: GPL-2.0-only */
/* Types of a domain's frames. */
#ifndef KRYPTON_PTYPE_H
#define KRYPTON_PTYPE_H

#include "machine/cpus.h"
#include "mmu/page.h"

#define KNOWN_ROOTS	64u

/*
 * A domain's part: its page tables, and the types of its frames. The lock is
 * the domain's page lock.
 */
struct domain_tables {
	struct spinlock lock;
	/* Being taken apart, two of each level from 2 on; 0: none. */
	mfn_t old_table[6];
	u32 old_places;			/* a bit for each of them that is taken */
	u64 flush_due;			/* since a table lost its type */
	u32 validated;			/* work in this hold of the lock */
	cpus_t dirty_cpus;		/* may hold our translations; atomic */
	struct known_root {
		mfn_t table;		/* an L4 of a 64-bit guest */
		u64 used;		/* eight slots each; 0: unknown */
	} known_roots[KNOWN_ROOTS];	/* by the frame's number */
	u64 m2p_start;			/* read-only window, in a 32-bit guest */
	u64 address_end;		/* of the guest's part: its start */
};

#define HOLD_TABLES	2u	/* level-1 tables in one hold of the lock */

/*
 * For a page of another domain: a general reference and, to write, a WRITABLE
 * type reference. Takes the owner's page lock, so that no page lock may be
 * held. 0; -EINVAL: not the owner's; -EBUSY: a table or descriptors.
 * What both give is put back by the last, in any context.
 */
int ptype_get_foreign(struct domain *owner, mfn_t m, bool write);
/* The same for ourselves, who cache no translations of it. */
int ptype_get_direct(struct domain *owner, mfn_t m, bool write);
void ptype_put_foreign(mfn_t m, bool write);
/*
 * A type reference. 0; -EBUSY: it has another type; -EINVAL: it is not fit
 * for the type; -ERESTART: call again to go on validating.
 */
int ptype_get(struct domain *d, mfn_t m, enum frame_type type);
void ptype_put(struct domain *d, mfn_t m);
/* Give up a validation that stopped half-way and that nobody will finish. */
void ptype_drop_partial(struct domain *d, mfn_t m);
/*
 * Tables whose last user is gone are taken apart entry by entry. ptype_lock()
 * takes the page lock when none is left, or gives -ERESTART without the lock
 * if something else has to run first; meanwhile it gives the lock up again and
 * again. Every hypercall that may validate or drop tables takes the lock by it,
 * and ends with ptype_drain(), which takes apart what the caller has dropped:
 * what other vCPUs drop meanwhile is for them.
 */
int ptype_lock(struct domain *d);
int ptype_drain(struct domain *d);
/* The rest in one go; the page lock is held. Only for short trees. */
void ptype_finish(struct domain *d);
/* With a general reference, which every type reference needs. */
int ptype_get_both(struct domain *d, mfn_t m, enum frame_type type);
void ptype_put_both(struct domain *d, mfn_t m);
/*
 * The same of a table that the caller is going to ask for again: it stays as one
 * whose validation stopped at its end.
 */
void ptype_put_resumable(struct domain *d, mfn_t m);

/*
 * What there is behind the types that have contents to check: whoever knows a
 * type fills in its row at boot. The owner's page lock is held.
 */
extern struct ptype_ops {
	/* Go on from 'progress'; as ptype_get(). */
	int (*validate)(struct domain *d, mfn_t m);
	/*
	 * Drop references, backwards from 'progress': those of all entries of a
	 * level-1 table, or of one present entry of a higher table. True: it
	 * dropped one of a higher table, and there may be more.
	 */
	bool (*undo)(struct domain *d, mfn_t m);
} ptype_ops[];
/* For mmu/ptype.c: the type's one use ends, or its contents are refused. */
void ptype_end(struct domain *d, mfn_t m);
/* A partial table gets a user again; if it is being taken apart, that stops. */
void ptype_keep(struct domain *d, mfn_t m);

/* Flush wherever this domain's translations may be cached. */
void ptype_flush(struct domain *d);

#endif
