// SPDX-License-Identifier: GPL-2.0-only
/* The table of parts, which the linker collects. */
#include "domain/part.h"

extern const struct domain_part __start_domain_parts[], __stop_domain_parts[];

const struct domain_part *part_at(u32 order)
{
	static const struct domain_part none;
	const struct domain_part *p;

	for (p = __start_domain_parts; p < __stop_domain_parts; p++)
		if (p->order == order)
			return p;
	return &none;
}
