/* SPDX-License-Identifier: GPL-2.0-only */
/* References and types of a domain's frames. */
#ifndef KRYPTON_PTYPE_H
#define KRYPTON_PTYPE_H

#include "memory/frames.h"

/*
 * A domain's part: its page tables, and the types of its frames. The lock is
 * the domain's page lock.
 */
struct domain_tables {
	struct spinlock lock;
	mfn_t old_table[2];		/* L2, L3 being taken apart; 0: none */
	u64 flush_due;			/* since a table lost its type */
	u32 validated;			/* L1 tables so far; wraps */
	volatile u32 dirty_cpus;	/* may hold our translations; atomic */
	u64 m2p_start;			/* guest addresses end here; fixed */
};

#define HOLD_TABLES	2u	/* level-1 tables in one hold of the lock */

/* A general reference; false if the domain does not own the frame. No lock. */
bool ptype_get_ref(struct domain *d, mfn_t m);
void ptype_put_ref(mfn_t m);
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
 * The page's shared frames (grants, shared_info): a reference by any guest.
 * It is ours again when that of the domain, and all of others, are put.
 */
void ptype_share_hv(struct domain *d, mfn_t m);
/*
 * A type reference. 0; -EBUSY: it has another type; -EINVAL: it is not fit
 * for the type; -ERESTART: call again to go on validating.
 */
int ptype_get(struct domain *d, mfn_t m, enum frame_type type, bool top);
void ptype_put(struct domain *d, mfn_t m);
/* Give up a validation that stopped half-way and that nobody will finish. */
void ptype_drop_partial(struct domain *d, mfn_t m);
/*
 * Tables whose last user is gone are taken apart entry by entry. ptype_lock()
 * takes the page lock when none is left, or gives -ERESTART without the lock
 * if something else has to run first; meanwhile it gives the lock up again and
 * again. Every hypercall that may drop tables takes the lock by it, and ends
 * with ptype_drain(), which is the same but for the lock.
 */
int ptype_lock(struct domain *d);
int ptype_drain(struct domain *d);
/* The rest in one go; the page lock is held. Only for short trees. */
void ptype_finish(struct domain *d);
/* Both at once; the second gives false without telling why. */
int ptype_get_both(struct domain *d, mfn_t m, enum frame_type t, bool top);
bool ptype_get_page(struct domain *d, mfn_t m, enum frame_type type);
void ptype_put_both(struct domain *d, mfn_t m);

/*
 * A domain's memory grows in two steps, each with its page lock held: frames
 * are counted, where 'limited' only up to its limit; then it is given each of
 * them, if it is not dying. ptype_unreserve() is for those that it does not
 * get.
 */
bool ptype_reserve(struct domain *d, u64 count, bool limited);
void ptype_unreserve(struct domain *d, u64 count);
void ptype_assign(struct domain *d, mfn_t m);
/* The domain gives up the frame; -EINVAL if it does not own it. */
int ptype_release(struct domain *d, mfn_t m);

/* mmu/tables.c: what stands behind the table types. */
int tables_validate(struct domain *d, mfn_t m, enum frame_type type);
/* No use as a table any more: gives how many entries there are to undo. */
u32 tables_close(struct domain *d, mfn_t m, enum frame_type type);
/* Drop what some entries hold. */
void tables_undo(struct domain *d, mfn_t m, enum frame_type type, u32 first,
		 u32 count);
/* Replace one entry of a table that has a type. */
int tables_set_l1(struct domain *d, u64 *entry, u64 value, bool keep_ad);
/*
 * Put an entry whose references the caller has taken (of a page of another
 * domain) into d's level-1 table: they pass to the entry. d's page lock.
 */
int tables_install_l1(struct domain *d, u64 *entry, u64 value);
/* Only if it still is *old; -EAGAIN and *old updated if not. */
int tables_cmpxchg_l1(struct domain *d, u64 *entry, u64 *old, u64 value);
int tables_set_l2(struct domain *d, mfn_t table, u32 index, u64 value);
int tables_set_l3(struct domain *d, mfn_t table, u32 index, u64 value);
/* Nobody owns what is behind an entry for it, so there is nothing to count. */
bool tables_uncounted(mfn_t m);
/* How many slots of a table are the guest's. */
u32 tables_entries(const struct domain *d, const struct frame *f);
/* Device frames that no guest may map. */
bool tables_device_ours(u64 first, u64 end);
/* cpu/descriptors.c */
int descriptors_validate(mfn_t m);

/* Flush wherever this domain's translations may be cached. */
void domain_flush(struct domain *d);

#endif
