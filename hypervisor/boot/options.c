// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line. Options carry Xen's names where they mean the same; one
 * that is not known is ignored, as a boot loader's entry may be shared. Of one
 * that is there twice, the last counts.
 */
#include "boot.h"
#include "lib.h"

const char *boot_option(const char *name)
{
	const char *p = boot_info.cmdline, *found = NULL;
	size_t n = strlen(name);

	while (*p) {
		while (*p == ' ')
			p++;
		if (!strncmp(p, name, n)) {
			if (p[n] == '=')
				found = p + n + 1;
			else if (p[n] == ' ' || !p[n])
				found = p + n;
		}
		while (*p && *p != ' ')
			p++;
	}
	return found;
}

bool boot_flag(const char *name, bool otherwise)
{
	const char *v = boot_option(name);

	if (!v)
		return otherwise;
	return *v != '0' && *v != 'n' && *v != 'f' && strncmp(v, "off", 3);
}

u64 parse_size(const char *s, u64 unit)
{
	const char *end;
	u64 v = str_to_u64(s, &end);

	switch (*end | 0x20) {
	case 'g':
		return v << 30;
	case 'm':
		return v << 20;
	case 'k':
		return v << 10;
	case 'b':
		return v;
	default:
		return v * unit;
	}
}
