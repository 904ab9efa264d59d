// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rule (the multiboot specifications; Xen's cmdline_cook()): GRUB 2 gives words alone to
 * the hypervisor and to each module, by either version of multiboot. Other loaders of
 * version 1 put the file's name before them, and only that goes: a first word such as
 * root=/dev/sda is Dom0's.
 */
#include <stdio.h>
#include <string.h>
#include "boot/boot.h"
#include "host.h"
#include "machine/paging.h"

#define INFO	0x3000u
#define MODULE	0x4000u
#define LOADER	0x5000u
#define WORDS	0x6000u
#define MODWORDS	0x7000u
#define MAP	0x8000u
#define MB1	0x2badb002u
#define MB2	0x36d76289u
#define MAP_SIZE	24u		/* one entry, by version 1 */

static u8 *at(u32 phys)
{
	return phys_to_virt(paddr(phys));
}

static void put_text(u32 phys, const char *text)
{
	strcpy((char *)at(phys), text);
}

static void put_map(u8 *to)
{
	const struct e820_entry ram = { 0, 1 << 20, E820_RAM };

	memcpy(to, &ram, sizeof(ram));
}

/* Multiboot 0.6.96, 3.3. */
static void boot_old(const char *loader, const char *words, const char *module)
{
	const u32 flags = BIT(2) | BIT(3) | BIT(6) | (loader ? BIT(9) : 0);
	u32 info[17] = { [0] = flags, [4] = WORDS, [5] = 1, [6] = MODULE,
			 [11] = MAP_SIZE, [12] = MAP, [16] = LOADER };
	u32 mod[4] = { 0x100000, 0x101000, MODWORDS, 0 };
	u32 size = MAP_SIZE - 4;

	host_reset();
	memset(&boot_info, 0, sizeof(boot_info));
	memcpy(at(INFO), info, sizeof(info));
	memcpy(at(MODULE), mod, sizeof(mod));
	memcpy(at(MAP), &size, 4);
	put_map(at(MAP + 4));
	put_text(LOADER, loader ? loader : "GRUB 2.06");
	put_text(WORDS, words);
	put_text(MODWORDS, module);
	multiboot_parse(MB1, INFO);
}

static u32 filled;

static void add_tag(u32 type, const void *body, u32 size)
{
	u32 head[2] = { type, 8 + size };

	memcpy(at(INFO + filled), head, 8);
	memcpy(at(INFO + filled + 8), body, size);
	filled += ROUND_UP(8 + size, 8);
}

/* Multiboot 2.0, 3.6. */
static void boot_new(const char *words, const char *module)
{
	u8 body[200] = { 0 };
	u32 head[2] = { 20, 0 }, range[2] = { 0x100000, 0x101000 };

	host_reset();
	memset(&boot_info, 0, sizeof(boot_info));
	filled = 8;
	add_tag(1, words, (u32)strlen(words) + 1);
	memcpy(body, range, 8);
	strcpy((char *)body + 8, module);
	add_tag(3, body, 8 + (u32)strlen(module) + 1);
	memcpy(body, head, 8);
	put_map(body + 8);
	add_tag(6, body, 28);
	add_tag(0, body, 0);
	memcpy(at(INFO), &filled, 4);
	multiboot_parse(MB2, INFO);
}

static void expect(const char *words, const char *module)
{
	assert_string_equal(boot_info.cmdline, words);
	assert_int_equal(boot_info.modules, 1);
	assert_string_equal(boot_info.module[0].cmdline, module);
	assert_int_equal(boot_info.module[0].start, 0x100000);
	assert_int_equal(boot_info.module[0].size, 0x1000);
	assert_int_equal(boot_info.e820_count, 1);
	assert_int_equal(boot_info.e820[0].size, 1 << 20);
}

static void test_words(void **state)
{
	static const struct {
		const char *loader;
		bool named;
	} loaders[] = {
		{ "GRUB 2.06-13+deb12u2", false }, { "GRUB 1.98", false },
		{ "GNU GRUB 0.97", true }, { "qemu", true }, { "iPXE", true },
		{ "SYSLINUX 6.04", true }, { NULL, true },
	};
	static const char *const words[] = {
		"", "ro", "root=/dev/sda1 ro", "placeholder  a=b c",
	};
	char hypervisor[80], module[80];
	u32 i, n;

	(void)state;
	for (n = 0; n < ARRAY_SIZE(words); n++) {
		for (i = 0; i < ARRAY_SIZE(loaders); i++) {
			snprintf(hypervisor, sizeof(hypervisor), "%s%s",
				 loaders[i].named ? "/boot/xen " : "", words[n]);
			snprintf(module, sizeof(module), "%s%s",
				 loaders[i].named ? "(hd0)/vmlinuz " : "",
				 words[n]);
			boot_old(loaders[i].loader, hypervisor, module);
			expect(words[n], words[n]);
		}
		boot_new(words[n], words[n]);
		expect(words[n], words[n]);
	}
	boot_old("qemu", "/boot/xen", "");
	expect("", "");
}

EXPORT_TESTS(multiboot, cmocka_unit_test(test_words));
