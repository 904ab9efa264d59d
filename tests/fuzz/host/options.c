// SPDX-License-Identifier: GPL-2.0-only
/*
 * The command line: the value of a flag is what a plain search of the words
 * gives; Dom0's size stays within bounds for all values; no word gives more
 * than one message.
 */
#include <string.h>
#include "machine/ap.h"
#include "boot/boot.h"
#include "boot/dom0.h"
#include "config.h"
#include "grant/grant.h"
#include "machine/efi.h"
#include "machine/log.h"
#include "machine/pci.h"
#include "machine/screen.h"
#include "machine/serial.h"
#include "parser.h"

struct log_levels log_own, log_guests;

u64 ap_max_cpus = MAX_CPUS, domain_stack_lines = 20;
u64 grant_frames_limit = 64, grant_maptrack_limit = 1024;

bool watchdog_set(const char *s)
{
	return boot_truth(s) >= 0;
}

bool watchdog_set_timeout(const char *s)
{
	return *s;
}

u16 pci_take_serial(u32 bus)
{
	return bus ? 0xc000 : 0;
}

bool efi_set_option(const char *s)
{
	return *s;
}

void screen_disable(void)
{
}

void screen_keep(void)
{
}

void serial_use(const struct serial_line *l)
{
	parser_check(!l->baud || l->base / l->baud, "the divisor");
}

/* On, off, or neither. */

static int meaning(const char *value)
{
	static const char *const words[] = {
		"0", "1", "no", "yes", "off", "on", "false", "true", "disable",
		"enable"
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(value, words[i]))
			return i & 1;
	return -1;
}

/* The last word that is the name, its negation, or "name=" and a boolean. */
static bool expected(const char *name, bool otherwise, u32 *words)
{
	static char copy[BOOT_CMDLINE_SIZE];
	char *word, *at = copy;
	size_t n = strlen(name);
	int v;

	memcpy(copy, boot_info.cmdline, sizeof(copy));
	for (*words = 0; (word = strsep(&at, " "));) {
		if (!*word)
			continue;
		++*words;
		v = -1;
		if (!strcmp(word, name))
			v = 1;
		else if (!strncmp(word, name, n) && word[n] == '=')
			v = meaning(word + n + 1);
		else if (!strncmp(word, "no-", 3) && !strcmp(word + 3, name))
			v = 0;
		if (v >= 0)
			otherwise = v;
	}
	return otherwise;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static const char *const names[] = {
		"noreboot", "x2apic", "nosmp", "x", "no-x", "sync_console"
	};
	u64 max, n;
	u32 i, words;

	if (size >= BOOT_CMDLINE_SIZE)
		return 0;
	memset(&boot_info, 0, sizeof(boot_info));
	memcpy(boot_info.cmdline, data, size);
	parser_messages = 0;
	if (!parser_run(options_init))
		return 0;
	console_apply();
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		n = expected(names[i], i & 1, &words);
		parser_check(words > 128 || boot_flag(names[i], i & 1) == n,
			     names[i]);
	}
	parser_check(parser_messages <= words, "one message a word");
	n = dom0_pages(100000, ~0ull, &max);
	parser_check(max && n <= max && n <= 100000, "Dom0's memory");
	n = dom0_vcpus(7);
	parser_check(n && n <= MAX_DOMAIN_VCPUS, "Dom0's vCPUs");
	parser_check(ap_max_cpus && ap_max_cpus <= MAX_CPUS, "CPUs");
	parser_check(domain_stack_lines <= 1000, "lines");
	return 0;
}
