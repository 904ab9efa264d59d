// SPDX-License-Identifier: GPL-2.0-only
/*
 * A buddy allocator over the frame table. A zone holds the frames
 * whose numbers have the same length in bits, so that memory below any power
 * of two is found without a search. Higher zones are used first: 32-bit
 * devices need what lies below 4 GiB, and 32-bit guests what their
 * machine-to-phys window can name. So a section (memory/sections.c) is woken
 * where no block of its zone or a higher one is left.
 *
 * A free block is on the list of its zone and order by its first frame; the
 * links are frame numbers, with 0 for none. Frame 0 is never given to the
 * allocator, and blocks are aligned, so that each lies within one zone.
 *
 * Processors may still have translations of a free frame. Whoever takes a
 * frame has them flushed first: one flush serves all frames freed before it.
 */
#include "lib/lib.h"
#include "machine/boot.h"
#include "machine/cpu_bits.h"
#include "machine/lock.h"
#include "machine/paging.h"
#include "machine/smp.h"
#include "memory/early.h"
#include "memory/maps.h"
#include "memory/sections.h"

#define ZONES		32

static u32 free_list[ZONES][FRAME_MAX_ORDER + 1];
u64 frames_total;
static u64 free_count, claimed;
static u32 waking;		/* sections roused, and not awake yet */
static u64 flush_due;		/* the first flush after the last free */
static struct spinlock alloc_lock = SPINLOCK(LOCK_ALLOC);

static u32 zone_of(u64 n)
{
	return n ? 63 - (u32)__builtin_clzll(n) : 0;
}

static void list_add(u64 n, u32 order)
{
	struct frame *f = &frame_table[n];

	f->kind = FRAME_FREE;
	f->order = (u8)order;
	f->flags = FRAME_VALID;		/* first frame of a free block */
	frames_link(&free_list[zone_of(n)][order], f);
}

static void list_del(u64 n)
{
	struct frame *f = &frame_table[n];

	frames_unlink(&free_list[zone_of(n)][f->order], f);
	f->flags = 0;
}

static bool is_free_block(u64 n, u32 order)
{
	const struct frame *f = &frame_table[n];

	return n && n < frame_count && f->kind == FRAME_FREE &&
	       f->flags == FRAME_VALID && f->order == order;
}

/* Frames that are FRAME_FREE, and nothing else: merge them with others. */
static void insert(u64 n, u32 order)
{
	u64 buddy;

	for (; order < FRAME_MAX_ORDER; order++) {
		buddy = n ^ (1ull << order);
		if (!is_free_block(buddy, order))
			break;
		list_del(buddy);
		n &= ~(1ull << order);
	}
	list_add(n, order);
}

static void free_locked(u64 n, u32 order)
{
	/* At boot those of a new table are zeroed. */
	if (frame_table[n].kind != FRAME_FREE)
		frames_fill(&frame_table[n], 1ull << order, FRAME_FREE);
	free_count += 1ull << order;
	insert(n, order);
}

/* Take the block at n and give back what is more than 2^order of it. */
static void split(u64 n, u32 order)
{
	u32 have = frame_table[n].order;

	list_del(n);
	while (have > order) {
		have--;
		list_add(n + (1ull << have), have);
	}
	free_count -= 1ull << order;
}

/* A limit that is no power of two counts as the next lower one. */
static u64 find_block(u32 order, u64 limit)
{
	u32 zone = limit ? MIN(zone_of(limit), (u32)ZONES) : ZONES, o;

	while (zone--)
		for (o = order; o <= FRAME_MAX_ORDER; o++)
			if (free_list[zone][o])
				return free_list[zone][o];
	return 0;
}

/* Only an allocation for a claim may use claimed frames. */
static bool may_take(u64 count, const u64 *claim)
{
	return free_count - claimed + (claim ? *claim : 0) >= count;
}

static void use_claim(u64 count, u64 *claim)
{
	count = claim ? MIN(count, *claim) : 0;
	if (!count)
		return;
	*claim -= count;
	claimed -= count;
}

/* Call fn for each aligned block of which [n, end) consists. */
static void for_each_block(u64 n, u64 end, void (*fn)(u64 n, u32 order))
{
	u32 order;

	for (n = n ? n : 1; n < end; n += 1ull << order) {
		order = MIN((u32)__builtin_ctzll(n), (u32)FRAME_MAX_ORDER);
		while (n + (1ull << order) > end)
			order--;
		spin_scoped_irqsave(&alloc_lock)
			fn(n, order);
	}
}

/* The frames of a section that sleeps are free, and counted as such. */
static void wake(u64 section)
{
	mfn_t first = section_wake(section);

	for_each_block(first.n, first.n + section_frames(section), insert);
	spin_guard_irqsave(&alloc_lock);
	waking--;
}

/* Take a block, or rouse the section that must wake first; the lock is held. */
static u64 take_block(u32 order, u64 limit, u64 *section)
{
	u64 n = find_block(order, limit);

	*section = section_highest(limit);
	if (*section && (!n || zone_of(*section << SECTION_SHIFT) > zone_of(n))) {
		section_rouse(*section);
		waking++;
		return 0;
	}
	*section = 0;
	if (n)
		split(n, order);
	return n;
}

/*
 * Try once. True: try again, because a section was woken, or another CPU is
 * waking one, which counts itself off in 'waking' after its frames are in the
 * lists. A caller with interrupts off gets nothing instead of waiting for that
 * CPU: it may hold a lock that an interrupt handler there needs.
 */
static bool try_alloc(u32 order, u64 limit, u64 *claim, mfn_t *m)
{
	u64 flags = spin_lock_irqsave(&alloc_lock), n = 0, section = 0, due;
	bool again = waking && (flags & FLAGS_IF);

	if (may_take(1ull << order, claim))
		n = take_block(order, limit, &section);
	else
		again = false;
	if (n) {
		use_claim(1ull << order, claim);
		frames_fill(&frame_table[n], 1ull << order, FRAME_HV);
	}
	due = flush_due;
	spin_unlock_irqrestore(&alloc_lock, flags);
	if (section)
		wake(section);
	if (n)
		smp_flush_since(smp_all(), due);
	*m = n ? mfn(n) : INVALID_MFN;
	return !n && (section || again);
}

mfn_t frame_alloc_claimed(u32 order, u64 limit, u64 *claim)
{
	mfn_t m = INVALID_MFN;

	while (order <= FRAME_MAX_ORDER && try_alloc(order, limit, claim, &m))
		smp_flush_interrupt();	/* which the other CPU waits for */
	return m;
}

mfn_t frame_alloc(u32 order, u64 limit)
{
	return frame_alloc_claimed(order, limit, NULL);
}

int frames_claim(u64 *claim, u64 count)
{
	spin_guard_irqsave(&alloc_lock);
	if (count && !may_take(count, claim))
		return -ENOMEM;
	claimed = claimed - *claim + count;
	*claim = count;
	return 0;
}

u64 frames_claimed(void)
{
	return claimed;
}

void frame_free(mfn_t m, u32 order)
{
	spin_guard_irqsave(&alloc_lock);
	BUG_ON(!mfn_valid(m) || mfn_frame(m)->kind == FRAME_FREE);
	free_locked(m.n, order);
	flush_due = smp_next_flush();
}

static u32 order_for(size_t size)
{
	u32 order = 0;

	while (PAGE_SIZE << order < size)
		order++;
	return order;
}

void *frames_new(size_t size)
{
	u32 order = order_for(size);
	mfn_t m = frame_alloc(order, 0);

	return mfn_eq(m, INVALID_MFN) ? NULL :
	       memset(mfn_to_virt(m), 0, PAGE_SIZE << order);
}

bool frames_make_page(void *at)
{
	void **p = at;

	if (!*p)
		*p = frames_new(PAGE_SIZE);
	return *p;
}

void frames_delete(void *p, size_t size)
{
	if (!p)
		return;
	BUG_ON(mfn_frame(virt_to_mfn(p))->kind != FRAME_HV);
	frame_free(virt_to_mfn(p), order_for(size));
}

u64 frames_free(void)
{
	return free_count;
}

void frames_give(mfn_t first, u64 count)
{
	for_each_block(first.n, first.n + count, free_locked);
}

/* Say of new frames what they are, where the table has a part of their own. */
static void name_new(u64 n, u64 end, enum frame_kind kind)
{
	const u64 part = LARGE_PAGE / sizeof(struct frame);
	u64 stop;

	for (end = MIN(end, frame_count); n < end; n = stop) {
		stop = MIN(end, ROUND_UP(n + 1, part));
		if (mfn_eq(maps_backed_by((u64)&frame_table[n]), INVALID_MFN))
			continue;
		for (; n < stop; n++)
			if (frame_table[n].kind == FRAME_FREE)
				frame_table[n].kind = (u8)kind;
	}
}

/* What lies before a free range, behind the last one, and is no device. */
static void name_taken(mfn_t free, u64 count)
{
	static u64 from;

	name_new(from, free.n, FRAME_HV);
	from = count ? free.n + count : 0;
}

/*
 * What is not RAM. The first MiB is none, either: on a PC it holds data of the
 * firmware, which the hardware domain may read.
 */
static void name_devices(void)
{
	const struct e820_entry *e = boot_info.e820;
	u64 n = 0;

	for (; e < boot_info.e820 + boot_info.e820_count; e++) {
		if (e->type != E820_RAM)
			continue;
		name_new(n, MAX(DIV_ROUND_UP(e->addr, PAGE_SIZE), 256ull),
			 FRAME_IO);
		n = (e->addr + e->size) >> PAGE_SHIFT;
	}
}

void frames_init(u64 ram_end)
{
	memset(free_list, 0, sizeof(free_list));
	claimed = flush_due = 0;
	sections_init(ram_end);
	frames_total = early_ram(0, ~0ull) >> PAGE_SHIFT;
	name_devices();
	sections_name_arrays();
	early_for_each_free(name_taken);
	name_taken(mfn(frame_count), 0);	/* behind all of them */
	free_count = sections_asleep();
}
