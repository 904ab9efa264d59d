// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies of the public ABI's structures from and to guest memory. Here they have
 * the layout of the public headers in long mode; in a 32-bit guest their longs
 * are narrower.
 *
 * layout_get() copies a structure once and widens the copy. layout_put() narrows
 * each member; its callers have refused values that do not fit.
 */
#include "domain/domain.h"
#include "guest/layout.h"
#include "lib/members.h"

#define MAX_SIZE	96	/* of a structure in guest memory */

static u32 long_size(void)
{
	return current_domain()->width->long_size;
}

u32 layout_size(const char *layout)
{
	return members_size(layout, long_size());
}

int layout_get(const char *layout, gva_t at, void *to, u32 size)
{
	u32 n = layout_size(layout);
	u8 from[MAX_SIZE];
	int rc;

	BUG_ON(n > sizeof(from) || members_size(layout, OUR_LONG) > size);
	rc = guest_read(from, at, n);
	if (rc)
		return rc;
	memset(to, 0, size);
	members_convert(layout, to, OUR_LONG, from, long_size());
	return 0;
}

int layout_put(const char *layout, gva_t at, const void *from)
{
	u32 n = layout_size(layout);
	u8 to[MAX_SIZE] = { 0 };

	BUG_ON(n > sizeof(to));
	members_convert(layout, to, long_size(), from, OUR_LONG);
	return guest_write(at, to, n);
}

int layout_put_result(const char *layout, gva_t at, u64 value)
{
	struct member m = members_result(layout, long_size());

	return guest_write(gva(at.a + m.at), &value, m.size);
}
