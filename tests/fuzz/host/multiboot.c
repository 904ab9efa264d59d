// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loader's information. The first byte of the input is the version; the
 * rest lies at 64 KiB. Version 2 is as long as it claims to be. Other lengths
 * and pointers are trusted as the loader's, but the parser must end. The map is
 * then made sorted and disjoint.
 */
#include <string.h>
#include "boot/boot.h"
#include "config.h"
#include "parser.h"

#define BASE		0x10000u
#define MB1		0x2badb002u
#define MB2		0x36d76289u
#define LENGTH_LIMIT	0xffffu

static u32 magic;

static void parse(void)
{
	multiboot_parse(magic, BASE);
	efi_map_use();
}

static void check_map(u64 limit)
{
	const struct e820_entry *e = boot_info.e820;
	u64 end = 0;
	u32 i;

	e820_make(limit, "");
	parser_check(boot_info.e820_count <= BOOT_MAX_E820, "the sorted map");
	for (i = 0; i < boot_info.e820_count; i++, e++) {
		parser_check(e->size && e->addr >= end, "the map's order");
		end = e->addr + e->size;
		parser_check(end > e->addr, "the map's ends");
		parser_check(e->type != E820_RAM || end <= limit, "the limit");
	}
}

static void check(void)
{
	u32 i;

	parser_check(boot_info.e820_count &&
		     boot_info.e820_count <= BOOT_MAX_E820, "the memory map");
	parser_check(boot_info.modules <= BOOT_MAX_MODULES, "the modules");
	parser_check(memchr(boot_info.cmdline, 0, BOOT_CMDLINE_SIZE),
		     "the end of the command line");
	for (i = 0; i < boot_info.modules; i++)
		parser_check(memchr(boot_info.module[i].cmdline, 0,
				    BOOT_CMDLINE_SIZE),
			     "the end of a module's command line");
	check_map(DIRECT_MAX);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	static u8 info[65536];
	u32 length;

	if (size < 1 + 64 || size > sizeof(info))
		return 0;
	memcpy(info, data + 1, --size);
	magic = data[0] & 2 ? MB2 : MB1;
	if (magic == MB2) {
		length = (u32)size;
		memcpy(info, &length, 4);
	} else {
		memcpy(&length, info + 44, 4);
		length &= LENGTH_LIMIT;
		memcpy(info + 44, &length, 4);
	}
	parser_forget();
	parser_put(BASE, info, size, false);
	memset(&boot_info, 0, sizeof(boot_info));
	if (parser_run(parse))
		check();
	return 0;
}
