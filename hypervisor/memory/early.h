/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory before the frame allocator: ranges taken out of the E820 map. All
 * addresses are physical; the boot processor alone calls these.
 */
#ifndef KRYPTON_EARLY_H
#define KRYPTON_EARLY_H

/* Never hand out [start, end). */
void early_reserve(u64 start, u64 end);
/*
 * Memory filled with a byte, permanently, at the highest address that the direct
 * map has; panics if there is none.
 */
paddr_t early_alloc_filled(u64 size, u64 align, int byte);

/* The same, page-aligned and filled with 0. */
static inline paddr_t early_alloc(u64 size)
{
	return early_alloc_filled(size, PAGE_SIZE, 0);
}

/* The direct map reaches to this address; at first to 4 GiB. */
void early_set_mapped(u64 end);
/* How many bytes of [start, end) are whole pages of RAM. */
u64 early_ram(u64 start, u64 end);
/* Whether all of [start, end) is RAM that nobody has taken. */
bool early_is_free(u64 start, u64 end);
/* Call fn for each page-aligned part of RAM nobody has taken, from the lowest. */
void early_for_each_free(void (*fn)(mfn_t first, u64 count));
/* First frame number above all RAM. */
u64 early_ram_end(void);

#endif
