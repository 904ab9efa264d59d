// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory map: the loader's list made sorted and disjoint, and cut to what
 * the hypervisor can use and Dom0 can read. Where entries overlap, the higher
 * type holds, as in Linux: what is RAM in one entry and something else in
 * another is not RAM.
 *
 * A 32-bit Linux kernel takes at most 131 entries, and crashes on more. The
 * hypervisor adds an entry for the APICs to the map that Dom0 gets, and Linux
 * splits some: so this map stays shorter.
 */
#include "boot/boot.h"
#include "lib/lib.h"

#define MAX_ENTRIES	120u

static struct e820_entry made[BOOT_MAX_E820];
static u32 count;

static u64 end_of(const struct e820_entry *e)
{
	return e->size > ~0ull - e->addr ? ~0ull : e->addr + e->size;
}

/* The highest type at an address, or 0; *next: the next start or end of any. */
static u32 type_at(u64 at, u64 *next)
{
	const struct e820_entry *e = boot_info.e820;
	u32 type = 0;
	u64 end;

	*next = ~0ull;
	for (; e < boot_info.e820 + boot_info.e820_count; e++) {
		end = end_of(e);
		if (e->addr > at)
			*next = MIN(*next, e->addr);
		else if (end > at)
			*next = MIN(*next, end);
		if (e->addr <= at && end > at)
			type = MAX(type, e->type);
	}
	return type;
}

void e820_append(struct e820_entry *list, u32 *n, u64 start, u64 end, u32 type)
{
	struct e820_entry *last = *n ? &list[*n - 1] : NULL;

	if (last && last->type == type && end_of(last) == start)
		last->size += end - start;
	else if (start < end && *n < BOOT_MAX_E820)
		list[(*n)++] = (struct e820_entry){ start, end - start, type };
}

/* Copy the result to boot_info, with neighbours of one type as one entry. */
static void publish(void)
{
	u32 i, n = count;

	for (i = count = 0; i < n; i++)
		e820_append(made, &count, made[i].addr, end_of(&made[i]),
			    made[i].type);
	memcpy(boot_info.e820, made, count * sizeof(*made));
	boot_info.e820_count = count;
}

static void sort(void)
{
	u64 at = 0, next;
	u32 type;

	for (count = 0; at != ~0ull; at = next) {
		type = type_at(at, &next);
		if (type)
			e820_append(made, &count, at, next, type);
	}
}

/* Returns how much RAM lies beyond 'limit' and is not used. */
static u64 cut(u64 limit)
{
	struct e820_entry *e = made;
	u64 keep, lost = 0;

	for (; e < made + count; e++) {
		if (e->type != E820_RAM || end_of(e) <= limit)
			continue;
		keep = limit - MIN(e->addr, limit);
		lost += e->size - keep;
		e->size = keep;
	}
	return lost;
}

/*
 * The smallest piece of RAM that has neighbours on both sides, with which it
 * can be one entry that is not RAM; or NULL.
 */
static struct e820_entry *smallest_piece(void)
{
	struct e820_entry *e, *best = NULL;

	for (e = made + 1; e + 1 < made + count; e++)
		if (e->type == E820_RAM && end_of(e - 1) == e->addr &&
		    end_of(e) == e[1].addr && (!best || e->size < best->size))
			best = e;
	return best;
}

/*
 * Make it short enough. First all that is not RAM becomes one type: Dom0 finds
 * ACPI's tables without their types.
 */
static void shorten(void)
{
	struct e820_entry *e;
	u64 lost = 0;
	u32 i;

	for (i = 0; count > MAX_ENTRIES && i < count; i++)
		if (made[i].type != E820_RAM)
			made[i].type = E820_RESERVED;
	publish();
	while (count > MAX_ENTRIES && (e = smallest_piece())) {
		lost += e->size;
		e->type = E820_RESERVED;
		publish();
	}
	if (lost)
		log_warn("memory: %lu KiB in small pieces are not used, because "
			 "Dom0 can take %u entries of a memory map", lost >> 10,
			 MAX_ENTRIES);
}

void e820_make(u64 limit, const char *why)
{
	u64 lost;

	if (boot_info.e820_count == BOOT_MAX_E820)
		log_warn("memory: the map has more than %u entries; the others "
			 "are ignored", BOOT_MAX_E820);
	sort();
	lost = cut(limit);
	if (lost)
		log_warn("memory: %lu MiB from %lx on are not used: %s",
			 lost >> 20, limit, why);
	shorten();
}
