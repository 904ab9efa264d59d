// SPDX-License-Identifier: GPL-2.0-only
/*
 * Early memory: what the E820 map calls RAM, less a list of taken ranges.
 * Allocation goes top-down below 4 GiB, so that low memory stays for devices.
 */
#include "lib/lib.h"
#include "machine/boot.h"
#include "machine/paging.h"
#include "memory/early.h"

#define MAX_TAKEN	64

struct range {
	u64 start, end;
};

static struct range taken[MAX_TAKEN];
static u32 taken_count;

void early_reserve(u64 start, u64 end)
{
	if (taken_count == MAX_TAKEN)
		panic("too many reserved memory ranges");
	taken[taken_count++] = (struct range){
		ROUND_DOWN(start, PAGE_SIZE), ROUND_UP(end, PAGE_SIZE)
	};
}

static bool ram_range(u32 i, struct range *r)
{
	const struct e820_entry *e = &boot_info.e820[i];

	if (e->type != E820_RAM)
		return false;
	r->start = ROUND_UP(e->addr, PAGE_SIZE);
	r->end = ROUND_DOWN(e->addr + e->size, PAGE_SIZE);
	return r->start < r->end;
}

/* The taken range that overlaps [at, end) and begins first, or none. */
static const struct range *next_taken(u64 at, u64 end)
{
	const struct range *best = NULL;
	u32 i;

	for (i = 0; i < taken_count; i++)
		if (taken[i].end > at && taken[i].start < end &&
		    (!best || taken[i].start < best->start))
			best = &taken[i];
	return best;
}

/* From the top down: a lower place that clears what it hit ends below that. */
static u64 fit_below(const struct range *ram, u64 size, u64 align)
{
	u64 end = MIN(ram->end, 1ull << 32);
	const struct range *hit;
	u64 start;

	while (end >= size && end > ram->start) {
		start = ROUND_DOWN(end - size, align);
		if (start < ram->start)
			return 0;
		hit = next_taken(start, start + size);
		if (!hit)
			return start;
		end = hit->start;
	}
	return 0;
}

paddr_t early_alloc(u64 size, u64 align)
{
	struct range ram;
	u64 at, best = 0;
	u32 i;

	for (i = 0; i < boot_info.e820_count; i++) {
		if (!ram_range(i, &ram))
			continue;
		at = fit_below(&ram, size, align);
		best = MAX(best, at);
	}
	if (!best)
		panic("no room for %lu KiB below 4 GiB", size >> 10);
	early_reserve(best, best + size);
	memset(phys_to_virt(paddr(best)), 0, size);
	return paddr(best);
}

void early_for_each_free(void (*fn)(mfn_t first, u64 count))
{
	const struct range *t;
	struct range ram;
	u64 at, stop;
	u32 i;

	for (i = 0; i < boot_info.e820_count; i++) {
		if (!ram_range(i, &ram))
			continue;
		for (at = ram.start; at < ram.end; at = t ? t->end : ram.end) {
			t = next_taken(at, ram.end);
			stop = t ? MAX(t->start, at) : ram.end;
			if (stop > at)
				fn(paddr_to_mfn(paddr(at)),
				   (stop - at) >> PAGE_SHIFT);
		}
	}
}

u64 early_ram_end(void)
{
	struct range ram;
	u64 end = 0;
	u32 i;

	for (i = 0; i < boot_info.e820_count; i++)
		if (ram_range(i, &ram))
			end = MAX(end, ram.end);
	return end >> PAGE_SHIFT;
}
