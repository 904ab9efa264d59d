// SPDX-License-Identifier: GPL-2.0-only
/*
 * Early memory: what the E820 map calls RAM, less a list of taken ranges.
 * Allocation goes top-down, so that low memory stays for devices: below 4 GiB
 * as long as nothing else is mapped, then anywhere.
 */
#include "lib/lib.h"
#include "machine/boot.h"
#include "machine/paging.h"
#include "memory/early.h"

#define MAX_TAKEN	256

struct range {
	u64 start, end;
};

/* Sorted; ranges that touch are one. */
static struct range taken[MAX_TAKEN];
static u32 taken_count;
static u64 mapped_end = 1ull << 32;

/* Insert a range in place of 'gone' others. */
static void replace_taken(u32 at, u32 gone, struct range r)
{
	if (taken_count - gone == MAX_TAKEN)
		panic("too many reserved memory ranges");
	memmove(taken + at + 1, taken + at + gone,
		(taken_count - at - gone) * sizeof(*taken));
	taken[at] = r;
	taken_count += 1 - gone;
}

void early_reserve(u64 start, u64 end)
{
	struct range r = {
		ROUND_DOWN(start, PAGE_SIZE), ROUND_UP(end, PAGE_SIZE)
	};
	u32 at = 0, n;

	while (at < taken_count && taken[at].end < r.start)
		at++;
	for (n = at; n < taken_count && taken[n].start <= r.end; n++) {
		r.start = MIN(r.start, taken[n].start);
		r.end = MAX(r.end, taken[n].end);
	}
	replace_taken(at, n - at, r);
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

/* Each range of RAM, as r. */
#define for_each_ram(r)							\
	for (u32 _i = 0; _i < boot_info.e820_count; _i++)		\
		if (ram_range(_i, (r)))

/* The first taken range that overlaps [at, end), or none. */
static const struct range *next_taken(u64 at, u64 end)
{
	u32 i;

	for (i = 0; i < taken_count; i++)
		if (taken[i].end > at)
			return taken[i].start < end ? &taken[i] : NULL;
	return NULL;
}

/* Search from the top; if a taken range is in the way, go on below it. */
static u64 fit_below(const struct range *ram, u64 size, u64 align)
{
	u64 end = MIN(ram->end, mapped_end);
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

paddr_t early_alloc_filled(u64 size, u64 align, int byte)
{
	struct range ram;
	u64 at, best = 0;

	for_each_ram(&ram) {
		at = fit_below(&ram, size, align);
		best = MAX(best, at);
	}
	if (!best)
		panic("no room for %lu KiB below %lx", size >> 10, mapped_end);
	early_reserve(best, best + size);
	memset(phys_to_virt(paddr(best)), byte, size);
	return paddr(best);
}

void early_set_mapped(u64 end)
{
	mapped_end = end;
}

u64 early_ram(u64 start, u64 end)
{
	struct range ram;
	u64 sum = 0;

	for_each_ram(&ram)
		if (ram.start < end && ram.end > start)
			sum += MIN(ram.end, end) - MAX(ram.start, start);
	return sum;
}

bool early_is_free(u64 start, u64 end)
{
	return early_ram(start, end) == end - start && !next_taken(start, end);
}

void early_for_each_free(void (*fn)(mfn_t first, u64 count))
{
	const struct range *t;
	struct range ram;
	u64 at, stop;

	for_each_ram(&ram)
		for (at = ram.start; at < ram.end; at = t ? t->end : ram.end) {
			t = next_taken(at, ram.end);
			stop = t ? MAX(t->start, at) : ram.end;
			if (stop > at)
				fn(paddr_to_mfn(paddr(at)),
				   (stop - at) >> PAGE_SHIFT);
		}
}

u64 early_ram_end(void)
{
	struct range ram;
	u64 end = 0;

	for_each_ram(&ram)
		end = MAX(end, ram.end);
	return end >> PAGE_SHIFT;
}
