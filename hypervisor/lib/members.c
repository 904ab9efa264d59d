// SPDX-License-Identifier: GPL-2.0-only
/* Structures whose layout depends on the size of a long. */
#include "lib/lib.h"
#include "lib/members.h"

/* The member after 'last'. '|' and '=' are members without a size. */
static struct member next(struct member last, char kind, u32 bytes)
{
	static const u8 sizes[128] = {
		['b'] = 1, ['h'] = 2, ['i'] = 4, ['q'] = 8,
	};
	u32 size = kind == 'l' ? bytes : sizes[kind & 127];
	u32 align = kind == '|' ? bytes : MIN(MAX(size, 1u), bytes);

	return (struct member){ ROUND_UP(last.at + last.size, align), size };
}

u32 members_size(const char *layout, u32 bytes)
{
	struct member m = { 0 };

	for (; *layout; layout++)
		m = next(m, *layout, bytes);
	return ROUND_UP(m.at + m.size, bytes);
}

struct member members_result(const char *layout, u32 bytes)
{
	struct member m = { 0 };

	for (; *layout != '='; layout++)
		m = next(m, *layout, bytes);
	return next(m, layout[1], bytes);
}

void members_convert(const char *layout, void *to, u32 to_bytes,
		     const void *from, u32 from_bytes)
{
	struct member t = { 0 }, f = { 0 };

	for (; *layout; layout++) {
		t = next(t, *layout, to_bytes);
		f = next(f, *layout, from_bytes);
		memcpy((u8 *)to + t.at, (const u8 *)from + f.at,
		       MIN(t.size, f.size));
	}
}
