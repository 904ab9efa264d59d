// SPDX-License-Identifier: GPL-2.0-only
/*
 * The boot loader's information, multiboot 1 or 2, copied into boot_info.
 *
 * Layouts are those of the two published multiboot specifications. Everything
 * is copied but for the RSDP and the EFI memory map, which stay where version 2
 * has them: main.c reserves that. Addresses are physical and below 4 GiB, where
 * the boot page tables map them.
 */
#include "boot/boot.h"
#include "lib/lib.h"
#include "machine/paging.h"

#define MB1_BOOT_MAGIC	0x2badb002u
#define MB2_BOOT_MAGIC	0x36d76289u

#define MB1_CMDLINE	BIT(2)
#define MB1_MODS	BIT(3)
#define MB1_MMAP	BIT(6)
#define MB1_LOADER	BIT(9)

struct mb1_info {
	u32 flags, mem[2], boot_device, cmdline, mods_count, mods_addr, syms[4];
	u32 mmap_length, mmap_addr, drives[2], config, loader;
};

struct mb1_module {
	u32 start, end, cmdline, pad;
};

struct mb1_mmap {
	u32 size;
	struct e820_entry entry;
} __attribute__((packed));

struct mb2_tag {
	u32 type, size;
};

enum {
	MB2_END, MB2_CMDLINE, MB2_MODULE = 3, MB2_MMAP = 6, MB2_SCREEN = 8,
	MB2_EFI64 = 12, MB2_ACPI_OLD = 14, MB2_ACPI_NEW = 15, MB2_EFI_MAP = 17
};

#define MB2_RGB		1	/* the kind of a screen */

struct mb2_screen {
	u64 address;
	u32 pitch, width, height;
	u8 bits, kind;
	u16 reserved;
	u8 colours[6];		/* red, green, blue: position and size */
} __attribute__((packed));

/* Both versions have the public ABI's form of an entry. */
static void add_e820(const struct e820_entry *e)
{
	if (e->size && boot_info.e820_count < BOOT_MAX_E820)
		boot_info.e820[boot_info.e820_count++] = *e;
}

static void add_module(u64 start, u64 end, const char *cmdline)
{
	struct boot_module *m;

	if (boot_info.modules == BOOT_MAX_MODULES || end < start)
		return;
	m = &boot_info.module[boot_info.modules++];
	m->start = start;
	m->size = end - start;
	str_copy(m->cmdline, cmdline, sizeof(m->cmdline));
}

/* A command line, which the file's name may precede. */
static const char *words_at(u32 at, bool named)
{
	const char *s = phys_to_virt(paddr(at));
	size_t n = named ? str_until(s, ' ') : 0;

	return s + n + (named && s[n]);
}

/* GRUB 2 gives the words alone, as it does in version 2. */
static void parse_mb1(const struct mb1_info *info)
{
	const struct mb1_module *mod = phys_to_virt(paddr(info->mods_addr));
	bool named = !(info->flags & MB1_LOADER) ||
		     strncmp(phys_to_virt(paddr(info->loader)), "GRUB ", 5);
	const struct mb1_mmap *map;
	u64 i;

	if (info->flags & MB1_CMDLINE)
		str_copy(boot_info.cmdline, words_at(info->cmdline, named),
			 BOOT_CMDLINE_SIZE);
	for (i = 0; (info->flags & MB1_MODS) &&
	     i < MIN(info->mods_count, BOOT_MAX_MODULES); i++)
		add_module(mod[i].start, mod[i].end, words_at(mod[i].cmdline, named));
	for (i = 0; (info->flags & MB1_MMAP) && i < info->mmap_length;
	     i += 4ull + map->size) {
		map = phys_to_virt(paddr(info->mmap_addr + i));
		add_e820(&map->entry);
	}
}

static void parse_mb2_mmap(const struct mb2_tag *tag)
{
	/* entry size, version */
	const u32 *head = (const u32 *)(tag + 1);
	const u8 *p = (const u8 *)(head + 2);
	const u8 *end = (const u8 *)tag + tag->size;

	for (; head[0] && p + head[0] <= end; p += head[0])
		add_e820((const void *)p);
}

static void parse_mb2_screen(const struct mb2_tag *tag)
{
	const struct mb2_screen *s = (const void *)(tag + 1);
	const u8 *c = s->colours;

	if (tag->size < sizeof(*tag) + sizeof(*s) || s->kind != MB2_RGB)
		return;
	boot_info.screen = (struct boot_screen){
		.address = s->address, .pitch = s->pitch, .width = s->width,
		.height = s->height, .bits = s->bits, .red = { c[0], c[1] },
		.green = { c[2], c[3] }, .blue = { c[4], c[5] },
	};
}

/* The firmware's own map, whose attributes the other map lacks. */
static void parse_mb2_efi_map(const struct mb2_tag *tag, u64 tag_phys)
{
	const u32 *head = (const u32 *)(tag + 1);	/* entry size, version */

	if (tag->size < sizeof(*tag) + 8)
		return;
	boot_info.efi.map = tag_phys + sizeof(*tag) + 8;
	boot_info.efi.map_size = tag->size - (u32)sizeof(*tag) - 8;
	boot_info.efi.map_step = head[0];
}

static void parse_mb2_tag(const struct mb2_tag *tag, u64 tag_phys)
{
	const u32 *body = (const u32 *)(tag + 1);

	switch (tag->type) {
	case MB2_CMDLINE:
		str_copy(boot_info.cmdline, (const char *)body,
			 BOOT_CMDLINE_SIZE);
		break;
	case MB2_MODULE:
		add_module(body[0], body[1], (const char *)(body + 2));
		break;
	case MB2_MMAP:
		parse_mb2_mmap(tag);
		break;
	case MB2_SCREEN:
		parse_mb2_screen(tag);
		break;
	case MB2_EFI64:
		memcpy(&boot_info.efi.table, body, 8);
		break;
	case MB2_ACPI_OLD:	/* precedes the new one, if there are both */
	case MB2_ACPI_NEW:
		boot_info.rsdp = tag_phys + sizeof(*tag);
		break;
	case MB2_EFI_MAP:
		parse_mb2_efi_map(tag, tag_phys);
		break;
	}
}

static void parse_mb2(u64 info)
{
	const u32 *total = phys_to_virt(paddr(info));
	const struct mb2_tag *tag;
	u64 at = info + 8;

	boot_info.loader = info;
	boot_info.loader_size = *total;
	for (; at + sizeof(*tag) <= info + *total;
	     at = ROUND_UP(at + tag->size, 8)) {
		tag = phys_to_virt(paddr(at));
		if (tag->type == MB2_END || tag->size < sizeof(*tag) ||
		    tag->size > info + *total - at)
			break;
		parse_mb2_tag(tag, at);
	}
}

void multiboot_parse(u32 magic, u64 info)
{
	if (magic == MB1_BOOT_MAGIC)
		parse_mb1(phys_to_virt(paddr(info)));
	else if (magic == MB2_BOOT_MAGIC)
		parse_mb2(info);
	else
		panic("not started by a multiboot loader (magic %x)", magic);
	if (!boot_info.e820_count)
		panic("the boot loader gave no memory map");
}
