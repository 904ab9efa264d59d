// SPDX-License-Identifier: GPL-2.0-only
/*
 * The frame table, and a buddy allocator over it. A zone holds the frames
 * whose numbers have the same length in bits, so that memory below any power
 * of two is found without a search. Higher zones are used first: 32-bit
 * devices need what lies below 4 GiB.
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
#include "machine/lock.h"
#include "machine/paging.h"
#include "machine/smp.h"
#include "memory/early.h"
#include "memory/frames.h"

#define ZONES		32

struct frame *frame_table;
u64 frame_count;
u32 *frame_m2p;
u64 *frame_m2p64;
mfn_t frame_m2p_first;
u64 frame_m2p_count;

static u32 free_list[ZONES][FRAME_MAX_ORDER + 1];
static u64 free_count, claimed, total;
static u64 flush_due;		/* the first flush after the last free */
static struct spinlock alloc_lock = SPINLOCK(LOCK_ALLOC);

static u32 zone_of(u64 n)
{
	return n ? 63 - (u32)__builtin_clzll(n) : 0;
}

static void list_add(u64 n, u32 order)
{
	u32 *head = &free_list[zone_of(n)][order];
	struct frame *f = &frame_table[n];

	f->kind = FRAME_FREE;
	f->order = (u8)order;
	f->flags = FRAME_VALID;		/* first frame of a free block */
	f->prev = 0;
	f->next = *head;
	if (*head)
		frame_table[*head].prev = (u32)n;
	*head = (u32)n;
}

static void list_del(u64 n)
{
	struct frame *f = &frame_table[n];

	if (f->prev)
		frame_table[f->prev].next = f->next;
	else
		free_list[zone_of(n)][f->order] = f->next;
	if (f->next)
		frame_table[f->next].prev = f->prev;
	f->flags = 0;
}

static bool is_free_block(u64 n, u32 order)
{
	const struct frame *f = &frame_table[n];

	return n && n < frame_count && f->kind == FRAME_FREE &&
	       f->flags == FRAME_VALID && f->order == order;
}

static void free_locked(u64 n, u32 order)
{
	u64 i, buddy;

	for (i = 0; i < 1ull << order; i++)
		frame_table[n + i] = (struct frame){ .kind = FRAME_FREE };
	free_count += 1ull << order;
	for (; order < FRAME_MAX_ORDER; order++) {
		buddy = n ^ (1ull << order);
		if (!is_free_block(buddy, order))
			break;
		list_del(buddy);
		n &= ~(1ull << order);
	}
	list_add(n, order);
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

/* Of a limit that is no power of two only the largest one below it counts. */
static u64 find_block(u32 order, u64 limit)
{
	u32 zone = limit ? MIN(zone_of(limit), (u32)ZONES) : ZONES, o;

	while (zone--)
		for (o = order; o <= FRAME_MAX_ORDER; o++)
			if (free_list[zone][o])
				return free_list[zone][o];
	return 0;
}

/* The claim pays for what is taken; without one the claimed frames stay. */
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

mfn_t frame_alloc_claimed(u32 order, u64 limit, u64 *claim)
{
	u64 i, n = 0, flags, due;

	if (order > FRAME_MAX_ORDER)
		return INVALID_MFN;
	flags = spin_lock_irqsave(&alloc_lock);
	if (may_take(1ull << order, claim))
		n = find_block(order, limit);
	if (n) {
		split(n, order);
		use_claim(1ull << order, claim);
		for (i = 0; i < 1ull << order; i++)
			frame_table[n + i] = (struct frame){ .kind = FRAME_HV };
	}
	due = flush_due;
	spin_unlock_irqrestore(&alloc_lock, flags);
	if (n)
		smp_flush_since(smp_all(), due);
	return n ? mfn(n) : INVALID_MFN;
}

mfn_t frame_alloc(u32 order, u64 limit)
{
	return frame_alloc_claimed(order, limit, NULL);
}

int frames_claim(u64 *claim, u64 count)
{
	u64 flags = spin_lock_irqsave(&alloc_lock);
	int rc = -ENOMEM;

	if (!count || free_count - claimed + *claim >= count) {
		claimed = claimed - *claim + count;
		*claim = count;
		rc = 0;
	}
	spin_unlock_irqrestore(&alloc_lock, flags);
	return rc;
}

u64 frames_total(void)
{
	return total;
}

u64 frames_claimed(void)
{
	return claimed;
}

void frame_free(mfn_t m, u32 order)
{
	u64 flags = spin_lock_irqsave(&alloc_lock);

	BUG_ON(!mfn_valid(m) || mfn_frame(m)->kind == FRAME_FREE);
	free_locked(m.n, order);
	flush_due = smp_next_flush();
	spin_unlock_irqrestore(&alloc_lock, flags);
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
	u64 flags = spin_lock_irqsave(&alloc_lock);
	u64 n, end = first.n + count;

	for (n = first.n; n < end; n++)
		if (n)
			free_locked(n, 0);
	spin_unlock_irqrestore(&alloc_lock, flags);
}

/*
 * All RAM is ours until given away. The first MiB stays FRAME_IO, as on any
 * PC: firmware data that the hardware domain may look at.
 */
static void claim_ram(void)
{
	const struct e820_entry *e = boot_info.e820;
	u64 n, end;

	for (; e < boot_info.e820 + boot_info.e820_count; e++) {
		if (e->type != E820_RAM)
			continue;
		total += e->size >> PAGE_SHIFT;
		end = MIN((e->addr + e->size) >> PAGE_SHIFT, frame_count);
		n = MAX(e->addr >> PAGE_SHIFT, 256ull);
		for (; n < end; n++)
			frame_table[n].kind = FRAME_HV;
	}
}

void frames_init(u64 ram_end)
{
	u64 size = ROUND_UP(ram_end * sizeof(u32), 2ull << 20);
	u64 size64 = ROUND_UP(ram_end * sizeof(u64), 2ull << 20);
	paddr_t m2p;

	memset(free_list, 0, sizeof(free_list));
	free_count = claimed = total = flush_due = 0;
	frame_count = ram_end;
	frame_table = phys_to_virt(early_alloc(ram_end * sizeof(struct frame),
					       PAGE_SIZE));
	m2p = early_alloc(size64 + size, 2ull << 20);
	frame_m2p64 = phys_to_virt(m2p);
	frame_m2p = (u32 *)((u8 *)frame_m2p64 + size64);
	memset(frame_m2p64, 0xff, size64 + size);
	frame_m2p_first = paddr_to_mfn(m2p);
	frame_m2p_count = (size64 + size) >> PAGE_SHIFT;
	paging_map_m2p(m2p, size64);
	claim_ram();
}
