// SPDX-License-Identifier: GPL-2.0-only
/*
 * Names of the image's functions, for back traces. hypervisor/symbols makes the
 * table from the linked image and puts it behind all else that is loaded:
 * addresses in order, relative to the image's base, then the names.
 */
#include "config.h"
#include "machine/log.h"
#include "machine/panic.h"

extern const u32 symbols_start[], symbols_end[];
extern const char symbols_names[];

static const char *find(u64 addr, u64 *offset)
{
	const char *name = symbols_names;
	const u32 *s = symbols_start;

	addr -= IMAGE_BASE;
	if (s == symbols_end || addr < *s || addr >> 32)
		return NULL;
	for (; s + 1 < symbols_end && s[1] <= addr; s++)
		name += strlen(name) + 1;
	*offset = addr - *s;
	return name;
}

void symbol_print(u64 addr)
{
	const char *name;
	char line[120];
	u64 offset;

	name = find(addr, &offset);
	if (name)
		format(line, sizeof(line), "(KR)   %016lx %s+0x%lx\n", addr,
		       name, offset);
	else
		format(line, sizeof(line), "(KR)   %016lx\n", addr);
	log_raw(line);
}
