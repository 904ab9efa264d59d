// SPDX-License-Identifier: GPL-2.0-only
/*
 * Where the first domain finds what at its entry: from VIRT_BASE up, pfn 0
 * first,
 *
 *	kernel | initrd, if it wants it mapped | p2m | start_info |
 *	page tables, from the root to the lowest level | stack page | slack
 *
 * rounded up to 4 MiB with at least 512 KiB left. The page tables map all of
 * it, themselves as well.
 */
#include "boot/dom0.h"

#define SLACK		(512ull << 10)
#define ROUND		(4ull << 20)

/* How many address bits a table of this level maps. */
static u32 span(u32 level)
{
	return PAGE_SHIFT + 9 * level;
}

/* What tables each level needs to map up to the end; how many in all. */
static u64 place_tables(struct dom0_layout *l)
{
	u64 at = l->tables, first, last;
	bool all;
	u32 i;

	for (i = l->levels; i; i--) {
		/* PAE's root has all of its four entries. */
		all = i == 2 && l->levels == 3;
		first = all ? 0 : l->virt_base >> span(i);
		last = all ? 3 : (l->end - 1) >> span(i);
		l->level[i] = (struct dom0_level){
			at, last - first + 1, first << span(i)
		};
		at += l->level[i].count * PAGE_SIZE;
	}
	return (at - l->tables) / PAGE_SIZE;
}

bool dom0_layout_make(struct dom0_layout *l)
{
	u64 initrd = ROUND_UP(l->initrd_size, PAGE_SIZE), n = 0, need = 1;
	u64 behind = l->map_initrd ? 0 : initrd;
	u64 kernel_end = ROUND_UP(l->kernel_end, PAGE_SIZE);

	l->levels = l->long_size == 4 ? 3 : 4;
	l->p2m = kernel_end + initrd - behind;
	l->start_info = l->p2m + ROUND_UP(l->nr_pages * l->long_size,
					  PAGE_SIZE);
	l->tables = l->start_info + PAGE_SIZE;
	/* The more tables there are, the more there is to map. */
	while (need > n) {
		n = need;
		l->stack = l->tables + n * PAGE_SIZE;
		l->end = ROUND_UP(l->stack + PAGE_SIZE + SLACK, ROUND);
		if (l->end - l->virt_base > l->space_end - l->virt_base)
			return false;
		need = place_tables(l);
	}
	if (initrd)
		l->initrd = behind ? l->end : kernel_end;
	return dom0_layout_pfn(l, l->end + behind) <= l->nr_pages;
}

u64 dom0_layout_entry(const struct dom0_layout *l, u32 level, u64 va)
{
	const struct dom0_level *tables = &l->level[level];

	return tables->at +
	       ((va - tables->first) >> span(level - 1)) * sizeof(u64);
}
