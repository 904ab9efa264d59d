/* SPDX-License-Identifier: GPL-2.0-only */
/* The inner side of grant tables, for the files of grant/ alone. */
#ifndef KRYPTON_GRANT_TABLE_H
#define KRYPTON_GRANT_TABLE_H

#include <xen/grant_table.h>
#include "domain/domain.h"
#include "grant/grant.h"

#define GRANT_USUAL_FRAMES	64u	/* of a table, unless an option sets */
#define GRANT_PER_FRAME		(PAGE_SIZE / sizeof(grant_entry_v1_t))
#define GRANT_USUAL_MAPTRACK	1024u	/* pages of handles, likewise */

/* Kinds of pins on an entry. */
#define PIN_WRITE		1u
#define PIN_DEVICE		2u
#define PIN_KINDS		4u
#define PIN_LIMIT		128u	/* of each kind */

/* The hypervisor's copy of an entry that is in use. */
struct grant_active {
	u32 frame;
	u16 domid;		/* who uses it */
	u16 spare;
	u8 pins[PIN_KINDS];
	u32 spare2;
};
#define GRANT_ACTIVE_PER_PAGE	(PAGE_SIZE / sizeof(struct grant_active))
_Static_assert(GRANT_PER_FRAME == 2 * GRANT_ACTIVE_PER_PAGE, "no memory is lost");

/* A handle: a grant of another domain that this domain has mapped. */
struct grant_map {
	struct domain *granter;	/* a reference, while flags are set */
	u32 ref;		/* or the next free handle */
	u16 flags;		/* GNTMAP_*; 0: free, or not filled yet */
	u16 busy;		/* an unmap works on it */
};
_Static_assert(sizeof(struct grant_map) == 16, "256 handles a page");
#define GRANT_MAPS_PER_PAGE	(PAGE_SIZE / sizeof(struct grant_map))
#define GRANT_PAGES_PER_DIR	(PAGE_SIZE / sizeof(struct grant_map *))
#define GRANT_DIRS		(GRANT_MAX_MAPTRACK / GRANT_PAGES_PER_DIR)
#define GRANT_NO_HANDLE		(~0u)

struct grant_table {
	struct spinlock lock;		/* frames and active entries */
	bool unshared;			/* kill() has dropped the frames */
	u32 frames, max_frames;
	grant_entry_v1_t **shared;	/* max_frames pages, and twice as many; */
	struct grant_active **active;	/* after this, in one allocation */

	struct spinlock maptrack_lock;	/* the rest */
	u32 handles, max_handles, free_handle, killed;
	struct grant_map **dir[GRANT_DIRS];
};
#define GRANT_TABLE_SIZE(frames) \
	(sizeof(struct grant_table) + (frames) * 3ul * sizeof(void *))
_Static_assert(GRANT_TABLE_SIZE(GRANT_USUAL_FRAMES) <= PAGE_SIZE, "one page");

/* Of gnttab_copy in memory of a guest whose longs have long_size bytes. */
#define GRANT_COPY_SIZE(long_size)	(4 * (long_size) + 8)

/* grant/grant_entry.c: */

/* A pinned entry and the references to its frame that go with it. */
struct grant_pin {
	struct domain *granter;
	u32 ref;
	u32 kind;		/* PIN_* */
	mfn_t frame;
};

/*
 * Pin an entry for a domain and take the references to its frame that the
 * kind of use needs. No lock may be held. Returns a GNTST_* status; 'mapping'
 * is false for copies.
 */
s16 grant_pin(struct grant_pin *p, u16 domid, bool mapping);
/* Drop the references, unless a page-table entry has taken them over. */
void grant_put_frame(const struct grant_pin *p);
void grant_unpin(const struct grant_pin *p);
/* Drop the references and the pin. */
void grant_release(const struct grant_pin *p);
/* The frame of an entry that the caller knows to be pinned. */
mfn_t grant_pinned_frame(struct domain *granter, u32 ref);
s16 grant_swap(struct grant_table *t, u32 a, u32 b);

/* grant/grant_map.c: */

u32 grant_map_new(struct grant_table *t);
/* Fill a new handle, which takes over the reference to the granter. */
void grant_map_fill(struct grant_table *t, u32 handle, struct domain *granter,
		    u32 ref, u16 flags);
/*
 * Begin to unmap a handle and copy it to *m, with a reference to the granter.
 * No other CPU can do so until grant_map_end(). False: there is no such handle.
 */
bool grant_map_begin(struct grant_table *t, u32 handle, struct grant_map *m);
/*
 * 'flags' are the uses that are left; if there are none, the handle is freed. With
 * 0 also for a new handle that is not filled.
 */
void grant_map_end(struct grant_table *t, u32 handle, u16 flags);
/* Release all handles of a dying domain; -ERESTART: call again. */
int grant_map_kill(struct grant_table *t);
void grant_map_free(struct grant_table *t);

/*
 * grant/grant.c: n elements from address 'at' on, as run_array() of
 * grant/grant_table.c hands them out. 0 or -EFAULT.
 */
#define GRANT_UNMAP_BATCH	32u	/* to one flush of the TLBs */
typedef int grant_array_fn(struct domain *d, u64 at, u32 n, u32 cmd);
grant_array_fn grant_map_ref, grant_unmap_refs;
/*
 * grant/grant_copy.c: the whole array. -ERESTART: go on with what is left in
 * *at and *count; -EFAULT.
 */
int grant_copy(u64 *at, u64 *count);

#endif
