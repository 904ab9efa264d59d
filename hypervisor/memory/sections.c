// SPDX-License-Identifier: GPL-2.0-only
/*
 * What backs the arrays that have an element for each frame of the machine: the
 * frame table and the machine-to-phys arrays of 64- and of 32-bit guests. They
 * begin at fixed addresses, and memory lies behind them only where there is
 * RAM. A section is 2 GiB of the machine's memory, which need 22 MiB of arrays.
 * It is in one of three states:
 *
 *  hole    no RAM. The frame table reads as FRAME_IO.
 *  asleep  free RAM that nobody has used since the boot. The frame table reads
 *          as FRAME_FREE, from one page for all sections; its own part and that
 *          of the other arrays will be at the section's end.
 *  awake   has its parts of the arrays.
 *
 * So the boot takes no longer on a machine with more memory, and each 2 GiB of
 * it cost their time when they are first needed. Sections that are RAM only in
 * part, or used by the boot, are awake from the start, as is the highest one,
 * where the boot finds memory for the arrays.
 *
 * A 32-bit guest sees its array by entries that its own tables have copies of.
 * So the part that any of its windows can reach is there from the start.
 *
 * The alloc lock guards which sections are asleep.
 */
#include "lib/lib.h"
#include "machine/smp.h"
#include "memory/early.h"
#include "memory/maps.h"
#include "memory/sections.h"

#define SECTION		(1ull << SECTION_SHIFT)		/* frames */
#define SECTION_BYTES	(SECTION << PAGE_SHIFT)
#define TABLE_SIZE	(SECTION * sizeof(struct frame))
#define WIDE_SIZE	(SECTION * sizeof(u64))
#define NARROW_SIZE	(SECTION * sizeof(u32))
#define SECTIONS	(DIRECT_MAX / SECTION_BYTES)
#define FIRST_SLEEPER	((1ull << 32) / SECTION_BYTES)
/* Those whose frames a 32-bit guest's window can name */
#define NAMED	DIV_ROUND_UP((1ull << 32) - M2P_DEFAULT_START, NARROW_SIZE)

_Static_assert(NARROW_SIZE == LARGE_PAGE, "the smallest part is a large page");
_Static_assert(DIRECT_MAX % (SECTION_BYTES * 64) == 0, "whole words of bits");

struct frame *frame_table = (struct frame *)TABLE_BASE;
u32 *frame_m2p = (u32 *)M2P32_BASE;
u64 *frame_m2p64 = (u64 *)M2P64_BASE;
u64 frame_count;

static u64 asleep[SECTIONS / 64];
static u64 words;		/* of 'asleep' that are not all 0, at most */

static bool is_asleep(u64 s)
{
	return asleep[s / 64] >> s % 64 & 1;
}

/* The arrays take frames at the section's end. */
u64 section_frames(u64 s)
{
	u64 arrays = TABLE_SIZE + WIDE_SIZE + (s < NAMED ? 0 : NARROW_SIZE);

	return SECTION - (arrays >> PAGE_SHIFT);
}

u64 sections_asleep(void)
{
	u64 s, n = 0;

	for (s = 0; s < SECTIONS; s++)
		if (is_asleep(s))
			n += section_frames(s);
	return n;
}

u64 section_highest(u64 limit)
{
	u64 n = limit ? MIN(limit >> SECTION_SHIFT, SECTIONS) : SECTIONS;
	u64 i = MIN(DIV_ROUND_UP(n, 64), words), word;

	while (i--) {
		word = asleep[i];
		if (n < (i + 1) * 64)
			word &= BIT(n % 64) - 1;
		if (word)
			return i * 64 + 63 - (u64)__builtin_clzll(word);
	}
	return 0;
}

void section_rouse(u64 s)
{
	asleep[s / 64] &= ~BIT(s % 64);
	while (words && !asleep[words - 1])
		words--;
}

/* Put frames from *m on behind 'size' bytes of an array. */
static void back(void *array, mfn_t *m, u64 size)
{
	u64 va = (u64)array;

	for (; va < (u64)array + size; va += LARGE_PAGE) {
		maps_back(va, *m);
		*m = mfn_add(*m, LARGE_PAGE >> PAGE_SHIFT);
	}
}

/* At boot: 2 MiB of an array, filled with a byte. */
static void back_new(void *array, int byte)
{
	mfn_t m = paddr_to_mfn(early_alloc_filled(LARGE_PAGE, LARGE_PAGE, byte));

	back(array, &m, LARGE_PAGE);
}

/*
 * All contents are there before anybody can see them: a frame that reads as
 * FRAME_IO could be mapped as a device.
 */
mfn_t section_wake(u64 s)
{
	mfn_t first = mfn(s << SECTION_SHIFT);
	mfn_t m = mfn_add(first, section_frames(s)), arrays;
	struct frame *f = mfn_to_virt(m);

	arrays = mfn_add(m, TABLE_SIZE >> PAGE_SHIFT);
	memset(f, 0, section_frames(s) * sizeof(*f));
	f = frames_fill(f + section_frames(s), arrays.n - m.n, FRAME_HV);
	frames_fill(f, first.n + SECTION - arrays.n, FRAME_M2P);
	memset(mfn_to_virt(arrays), 0xff,
	       (first.n + SECTION - arrays.n) << PAGE_SHIFT);
	back(&frame_table[first.n], &m, TABLE_SIZE);
	back(&frame_m2p64[first.n], &m, WIDE_SIZE);
	if (s >= NAMED)
		back(&frame_m2p[first.n], &m, NARROW_SIZE);
	smp_flush_always();
	return first;
}

/* Let all sections sleep that may. Those below 4 GiB are for devices. */
static void put_to_sleep(void)
{
	u64 s = DIV_ROUND_UP(frame_count, SECTION), at;
	bool has_pool = false;

	while (s-- > FIRST_SLEEPER) {
		at = s * SECTION_BYTES;
		if (!early_is_free(at, at + SECTION_BYTES))
			continue;
		if (has_pool)
			asleep[s / 64] |= BIT(s % 64);
		has_pool = true;
	}
	for (s = words = 0; s < SECTIONS; s++) {
		if (!is_asleep(s))
			continue;
		early_reserve(s * SECTION_BYTES, (s + 1) * SECTION_BYTES);
		words = s / 64 + 1;
	}
}

/* Back 2 MiB of the frame table, from its element n on. */
static void back_table(u64 n, mfn_t holes, mfn_t sleepers)
{
	u64 at = n << PAGE_SHIFT, size = LARGE_PAGE / sizeof(struct frame);

	if (is_asleep(n >> SECTION_SHIFT))
		maps_back_repeated((u64)&frame_table[n], sleepers);
	else if (early_ram(at, at + (size << PAGE_SHIFT)))
		back_new(&frame_table[n], 0);
	else
		maps_back_repeated((u64)&frame_table[n], holes);
}

/*
 * Below 4 GiB guests may look up frames of devices, which read as no page. In a
 * hole each look-up would cost a fault, so there are no holes.
 */
static void back_section(u64 s)
{
	const u64 ratio = PAGE_SIZE / sizeof(u64);	/* of RAM to its array */
	u64 n = s << SECTION_SHIFT, at = s * SECTION_BYTES, i;
	bool ram = early_ram(at, at + SECTION_BYTES), low = s < FIRST_SLEEPER;

	if (!ram && !low)
		return;
	if (s < NAMED || !is_asleep(s))
		back_new(&frame_m2p[n], 0xff);
	if (is_asleep(s))
		return;
	for (i = 0; i < WIDE_SIZE && n + i / sizeof(u64) < frame_count;
	     i += LARGE_PAGE)
		if (low || early_ram(at + i * ratio,
				     at + (i + LARGE_PAGE) * ratio))
			back_new((u8 *)&frame_m2p64[n] + i, 0xff);
}

/* A table whose addresses read a page of frames of this kind. */
static mfn_t repeated_kind(enum frame_kind kind)
{
	mfn_t m = paddr_to_mfn(early_alloc(PAGE_SIZE));

	frames_fill(mfn_to_virt(m), PAGE_SIZE / sizeof(struct frame), kind);
	return maps_repeat(m);
}

void sections_init(u64 ram_end)
{
	mfn_t holes, sleepers;
	u64 i;

	memset(asleep, 0, sizeof(asleep));
	frame_count = ram_end;
	put_to_sleep();
	holes = repeated_kind(FRAME_IO);
	sleepers = repeated_kind(FRAME_FREE);
	for (i = 0; i < ram_end; i += LARGE_PAGE / sizeof(struct frame))
		back_table(i, holes, sleepers);
	for (i = 0; i << SECTION_SHIFT < ram_end; i++)
		back_section(i);
}

static void name_extent(void *array)
{
	mfn_t m = maps_backed_by((u64)array);

	if (!mfn_eq(m, INVALID_MFN))
		frames_fill(mfn_frame(m), LARGE_PAGE >> PAGE_SHIFT, FRAME_M2P);
}

void sections_name_arrays(void)
{
	u64 i;

	for (i = 0; i < frame_count; i += LARGE_PAGE / sizeof(u64))
		name_extent(&frame_m2p64[i]);
	for (i = 0; i < frame_count; i += LARGE_PAGE / sizeof(u32))
		name_extent(&frame_m2p[i]);
}
