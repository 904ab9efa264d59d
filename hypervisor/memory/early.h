/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory before the frame allocator: ranges taken out of the E820 map. */
#ifndef KRYPTON_EARLY_H
#define KRYPTON_EARLY_H

/* Never hand out [start, end). */
void early_reserve(u64 start, u64 end);
/* Zeroed memory below 4 GiB, for ever; panics if there is none. */
paddr_t early_alloc(u64 size, u64 align);
/* Call fn for each page-aligned part of RAM nobody has taken. */
void early_for_each_free(void (*fn)(mfn_t first, u64 count));
/* First frame number above all RAM. */
u64 early_ram_end(void);

#endif
