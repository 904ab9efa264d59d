// SPDX-License-Identifier: GPL-2.0-only
/*
 * The first domain's memory at its entry, from VIRT_BASE and pfn 0 up:
 *
 *	kernel | initrd, if it wants it mapped | p2m | start_info |
 *	page tables, from the root to the lowest level | stack page | slack
 *
 * rounded up to 4 MiB with at least 512 KiB left. The page tables map all of
 * it, themselves as well. A 64-bit kernel may name another address for the p2m:
 * then its pages and the tables that map them, which are mapped nowhere, are
 * the last.
 */
#include <xen/xen.h>
#include "boot/dom0.h"
#include "boot/image.h"

#define SLACK		(512ull << 10)
#define ROUND		(4ull << 20)

/* How many address bits a table of this level maps. */
static u32 span(u32 level)
{
	return PAGE_SHIFT + 9 * level;
}

/* The slot of a 64-bit kernel's root. */
static u64 root_slot(u64 va)
{
	return va >> span(3);
}

/* Place the tables that map a range, from 'at' on; returns their end. */
static u64 place_tables(struct dom0_level *level, u32 levels, u64 at, u64 start,
			u64 end)
{
	u64 first, last;
	u32 i;

	for (i = levels; i; i--) {
		first = start >> span(i);
		last = (end - 1) >> span(i);
		level[i] = (struct dom0_level){
			at, last - first + 1, first << span(i)
		};
		at += level[i].count * PAGE_SIZE;
	}
	return at;
}

/* PAE's root has all of its four entries, and 3 levels map all addresses. */
static u64 place_main_tables(struct dom0_layout *l)
{
	struct dom0_level *level = l->level;
	u64 at = l->tables;

	if (l->levels == 4)
		return place_tables(level, 4, at, l->virt_base, l->end);
	level[3] = (struct dom0_level){ at, 1, 0 };
	level[2] = (struct dom0_level){ at + PAGE_SIZE, 4, 0 };
	return place_tables(level, 1, at + 5 * PAGE_SIZE, l->virt_base, l->end);
}

/* Move the p2m to where the kernel wants it; false: it cannot be there. */
static bool place_p2m(struct dom0_layout *l, u64 size)
{
	u64 end = l->init_p2m + size;

	l->p2m = l->init_p2m;
	l->p2m_pages = l->used;
	l->used = place_tables(l->p2m_level, 3, l->used + size, l->p2m, end);
	return end > l->p2m &&
	       (end <= IMAGE_LOWER_END || l->p2m >= HYPERVISOR_VIRT_END) &&
	       (root_slot(end - 1) < root_slot(l->virt_base) ||
		root_slot(l->p2m) > root_slot(l->end - 1));
}

bool dom0_layout_make(struct dom0_layout *l)
{
	u64 p2m_size = ROUND_UP(l->nr_pages * l->long_size, PAGE_SIZE);
	u64 initrd = ROUND_UP(l->initrd_size, PAGE_SIZE), n = 0, need = 1;
	u64 behind = l->map_initrd ? 0 : initrd;
	u64 kernel_end = ROUND_UP(l->kernel_end, PAGE_SIZE);

	l->levels = l->long_size == 4 ? 3 : 4;
	l->p2m = l->p2m_pages = kernel_end + initrd - behind;
	l->start_info = l->p2m + (l->init_p2m ? 0 : p2m_size);
	l->tables = l->start_info + PAGE_SIZE;
	/* More tables need more tables to map them. */
	while (need > n) {
		n = need;
		l->stack = l->tables + n * PAGE_SIZE;
		l->end = ROUND_UP(l->stack + PAGE_SIZE + SLACK, ROUND);
		if (l->end - l->virt_base > l->space_end - l->virt_base)
			return false;
		need = (place_main_tables(l) - l->tables) / PAGE_SIZE;
	}
	if (initrd)
		l->initrd = behind ? l->end : kernel_end;
	l->used = l->end + behind;
	if (l->init_p2m && !place_p2m(l, p2m_size))
		return false;
	return dom0_layout_pfn(l, l->used) <= l->nr_pages;
}

u64 dom0_layout_entry(const struct dom0_layout *l, u32 level, u64 va)
{
	const struct dom0_level *tables = &l->level[level];
	u64 index;

	if (level < 4 && root_slot(va) - root_slot(l->p2m) < l->p2m_level[3].count)
		tables = &l->p2m_level[level];
	index = (va - tables->first) >> span(level - 1);
	if (level == 4)
		index %= 512;
	return tables->at + index * sizeof(u64);
}
