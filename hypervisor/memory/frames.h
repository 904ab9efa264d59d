/* SPDX-License-Identifier: GPL-2.0-only */
/* The frame table and the frame allocator. */
#ifndef KRYPTON_FRAMES_H
#define KRYPTON_FRAMES_H

#include "machine/lock.h"

enum frame_kind {
	FRAME_FREE,	/* 0, as a new table reads */
	FRAME_HV,	/* the hypervisor's own; no guest may map it */
	FRAME_GUEST,	/* has an owner */
	/* Those without owner that Dom0 may map, and no others, come last. */
	FRAME_IO,	/* not RAM: devices, firmware */
	FRAME_M2P,	/* of the machine-to-phys arrays; only to be read */
};

/* The first are page tables, by level. */
enum frame_type {
	TYPE_NONE,
	TYPE_L1,
	TYPE_L2,
	TYPE_L3,
	TYPE_L4,
	TYPE_L2_TOP,	/* an L2 whose upper slots are the hypervisor's */
	TYPE_SEGDESC,
	TYPE_WRITABLE,
};

#define FRAME_PINNED	0x01	/* the guest pinned its table type */
#define FRAME_VALID	0x02	/* type checked; meaningful with type_count */
#define FRAME_PARTIAL	0x04	/* not all of it is checked, or any more */
#define FRAME_NOT_WB	0x08	/* was mapped writable, and not write-back */
#define FRAME_ALLOCATED	0x10	/* one reference stands for being owned */
#define FRAME_XENHEAP	0x20	/* hypervisor page shared with its owner */
/* Others than the owner may have it in their TLBs, writable. */
#define FRAME_SHARED_W	0x40

#define LINEAR_MIN	(-0x8000)	/* of frame.linear */

/*
 * The owner's page lock guards type, flags, progress and type_count, its owned
 * lock the list links; refs, and the count of type WRITABLE, change atomically.
 */
struct frame {
	struct domain *owner;
	u32 refs;
	u32 type_count;
	u8 kind;
	u8 type;
	u8 flags;
	u8 order;		/* of a free block, in its first frame */
	u16 progress;		/* of a table: entries that hold something */
	s16 linear;		/* of a table: its linear entries, or < 0: those
				 * of other tables that point to it */
	u32 next, prev;		/* frame numbers; 0 ends a list */
};
_Static_assert(sizeof(struct frame) == 32, "a frame costs 32 bytes");

struct e820_entry;

/* A domain's part: which frames it owns. */
struct domain_memory {
	struct spinlock lock;		/* of the next three */
	u32 pages;			/* list of owned frames */
	u64 tot_pages, max_pages;
	u64 claim;			/* frames set aside; the alloc lock */
	struct e820_entry *e820;	/* map given by the tools; page lock */
	u32 e820_count;
};

#define FRAME_MAX_ORDER	10

extern struct frame *frame_table;
extern u64 frame_count;
extern u64 frames_total;	/* all RAM of the machine; constant */
/*
 * The machine-to-phys arrays of 32- and of 64-bit guests. page_set_m2p() writes
 * both. The frame table can be read at each valid frame number, these arrays
 * only at those of frames that are in use.
 */
extern u32 *frame_m2p;
extern u64 *frame_m2p64;
#define M2P_INVALID	(~0ull)

static inline bool mfn_valid(mfn_t m)
{
	return m.n < frame_count;
}

/* Of a table that has this type; 0: it is none of a table. */
static inline u32 type_level(enum frame_type type)
{
	return type == TYPE_L2_TOP ? 2 : type <= TYPE_L4 ? type : 0;
}

static inline struct frame *mfn_frame(mfn_t m)
{
	return &frame_table[m.n];
}

static inline mfn_t frame_mfn(const struct frame *f)
{
	return mfn((u64)(f - frame_table));
}

/*
 * Lists of frames, by their numbers: put one first, or take one out. The caller
 * holds the lock of the list.
 */
static inline void frames_link(u32 *first, struct frame *f)
{
	f->prev = 0;
	f->next = *first;
	*first = (u32)frame_mfn(f).n;
	if (f->next)
		frame_table[f->next].prev = *first;
}

static inline void frames_unlink(u32 *first, struct frame *f)
{
	if (f->prev)
		frame_table[f->prev].next = f->next;
	else
		*first = f->next;
	if (f->next)
		frame_table[f->next].prev = f->prev;
}

/* Frames as new, without owner or state. Returns the one behind them. */
static inline struct frame *frames_fill(struct frame *f, u64 count,
					enum frame_kind kind)
{
	while (count--)
		*f++ = (struct frame){ .kind = (u8)kind };
	return f;
}

/*
 * At boot: make the table. RAM that is taken is FRAME_HV, and RAM that is free has
 * yet to be given to the allocator.
 */
void frames_init(u64 ram_end);
void frames_give(mfn_t first, u64 count);

/* Whole frames for something of ours, zeroed; NULL if there are none. */
void *frames_new(size_t size);
void frames_delete(void *p, size_t size);
/* Let the pointer at 'at' have a page, if it has none. False: there are none. */
bool frames_make_page(void *at);

/*
 * 2^order frames below frame number 'limit' (0: anywhere), which is a power of
 * two. No TLB has a translation of them; their contents are those of their
 * last owner. The caller zeroes them before a guest may see them.
 */
mfn_t frame_alloc(u32 order, u64 limit);
void frame_free(mfn_t m, u32 order);
/*
 * A claim sets a number of frames aside for a domain: allocations of others
 * leave that many free, and its own use the claim up. -ENOMEM: not so many are
 * free.
 */
int frames_claim(u64 *claim, u64 count);
mfn_t frame_alloc_claimed(u32 order, u64 limit, u64 *claim);
u64 frames_free(void);
u64 frames_claimed(void);

#endif
