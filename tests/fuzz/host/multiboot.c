// SPDX-License-Identifier: GPL-2.0-only
/*
 * The loader's information. The first byte of the input is the version; the
 * rest lies at 64 KiB. Version 2 is as long as it claims to be. Other lengths
 * and pointers are trusted as the loader's, but the parser must end.
 */
#include <string.h>
#include "boot/boot.h"
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
