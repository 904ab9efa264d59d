// SPDX-License-Identifier: GPL-2.0-only
/* The command line: options are found as a plain search over its words says. */
#include <string.h>
#include "boot.h"
#include "lib.h"
#include "parser.h"

struct boot_info boot_info;

/* The value of the last word that is the name, or begins with "name=". */
static const char *expected(const char *name)
{
	static char copy[BOOT_CMDLINE_SIZE];
	const char *found = NULL;
	size_t n = strlen(name);
	char *word, *at = copy;

	memcpy(copy, boot_info.cmdline, sizeof(copy));
	while ((word = strsep(&at, " "))) {
		if (strncmp(word, name, n) || (word[n] && word[n] != '='))
			continue;
		found = boot_info.cmdline + (word - copy) + n +
			(word[n] == '=');
	}
	return found;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const char *const names[] = {
		"loglvl", "com1", "dom0_mem", "x", "no-x", "sync_console"
	};
	const char *found;
	u32 i;

	if (size >= BOOT_CMDLINE_SIZE)
		return 0;
	memset(&boot_info, 0, sizeof(boot_info));
	memcpy(boot_info.cmdline, data, size);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		found = boot_option(names[i]);
		parser_check(found == expected(names[i]), names[i]);
		parser_check(found || boot_flag(names[i], true), "a flag");
		if (found)
			parse_size(found, 1024);
	}
	return 0;
}
