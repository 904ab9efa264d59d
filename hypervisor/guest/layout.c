// SPDX-License-Identifier: GPL-2.0-only
/*
 * Structures of the public ABI in a guest's memory, whatever its bitness. Our
 * own form of one is what the public header makes of it here, in long mode. A
 * guest's differs in how wide a long is and how a 64-bit member is aligned, so
 * that the order and the kinds of its members (LAYOUT_* of layout.h) tell all.
 *
 * A structure is copied once and widened; what is written is narrowed: what
 * does not fit was refused before.
 */
#include "domain/domain.h"
#include "guest/guest.h"
#include "guest/layout.h"
#include "lib/lib.h"

#define MAX_SIZE	96	/* of a structure in guest memory */

static const struct width own = { .long_size = 8 };

struct member {
	u32 at, size;
};

static u32 kind_size(const struct width *w, char kind)
{
	switch (kind) {
	case 'b':
		return 1;
	case 'h':
		return 2;
	case 'i':
		return 4;
	case 'q':
		return 8;
	default:
		return w->long_size;
	}
}

/* The member behind 'last', or the place of the structure that begins there. */
static struct member next(const struct width *w, struct member last, char kind)
{
	u32 size = kind_size(w, kind), align = MIN(size, w->long_size);

	return (struct member){
		ROUND_UP(last.at + last.size, align), kind == '|' ? 0 : size
	};
}

static struct member last_member(const struct width *w, const char *layout)
{
	struct member m = { 0 };

	for (; *layout; layout++)
		m = next(w, m, *layout);
	return m;
}

/* Its end is aligned as its longs are. */
static u32 size_of(const struct width *w, const char *layout)
{
	struct member m = last_member(w, layout);

	return ROUND_UP(m.at + m.size, w->long_size);
}

/* Between the two forms; bytes that only one of them has stay as they are. */
static void convert(const char *layout, u8 *to, const struct width *to_width,
		    const u8 *from, const struct width *from_width)
{
	struct member t = { 0 }, f = { 0 };

	for (; *layout; layout++) {
		t = next(to_width, t, *layout);
		f = next(from_width, f, *layout);
		memcpy(to + t.at, from + f.at, MIN(t.size, f.size));
	}
}

int layout_get(const char *layout, gva_t at, void *to, u32 size)
{
	const struct width *w = current_domain()->width;
	u32 n = size_of(w, layout);
	u8 from[MAX_SIZE];
	int rc;

	BUG_ON(n > sizeof(from) || size_of(&own, layout) > size);
	rc = guest_read(from, at, n);
	if (rc)
		return rc;
	memset(to, 0, size);
	convert(layout, to, &own, from, w);
	return 0;
}

int layout_put(const char *layout, gva_t at, const void *from)
{
	const struct width *w = current_domain()->width;
	u32 n = size_of(w, layout);
	u8 to[MAX_SIZE] = { 0 };

	BUG_ON(n > sizeof(to));
	convert(layout, to, w, from, &own);
	return guest_write(at, to, n);
}

u32 layout_size(const char *layout)
{
	return size_of(current_domain()->width, layout);
}

int layout_put_last(const char *layout, gva_t at, u64 value)
{
	struct member m = last_member(current_domain()->width, layout);

	return guest_write(gva(at.a + m.at), &value, m.size);
}
