/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The information from the boot loader, copied out of its memory into one form
 * for both multiboot versions; and the words of the command line.
 */
#ifndef KRYPTON_MACHINE_BOOT_H
#define KRYPTON_MACHINE_BOOT_H

#define BOOT_MAX_MODULES	4
#define BOOT_MAX_E820		1024
#define BOOT_CMDLINE_SIZE	1024

/* Of memory, in the order of precedence where entries overlap (boot/e820.c). */
enum { E820_RAM = 1, E820_RESERVED, E820_ACPI, E820_NVS, E820_UNUSABLE };

struct e820_entry {
	u64 addr;
	u64 size;
	u32 type;
} __attribute__((packed));
_Static_assert(sizeof(struct e820_entry) == 20, "public memory map format");

struct boot_module {
	u64 start;
	u64 size;
	char cmdline[BOOT_CMDLINE_SIZE];
};

/* Addresses are physical; table: 0 if the firmware is not 64-bit EFI. */
struct boot_efi {
	u64 table, map;
	u32 map_size, map_step;
};

/* The screen that the loader set up: its linear framebuffer, of RGB pixels. */
struct boot_screen {
	u64 address;		/* physical; 0: there is none */
	u32 pitch, width, height;
	u8 bits;		/* of a pixel */
	struct { u8 at, bits; } red, green, blue;
};

/* Filled by the boot processor alone; constant once Dom0 runs. */
struct boot_info {
	char cmdline[BOOT_CMDLINE_SIZE];
	struct boot_module module[BOOT_MAX_MODULES];
	u32 modules;
	struct e820_entry e820[BOOT_MAX_E820];
	u32 e820_count;
	u64 rsdp;		/* physical, 0 if the loader gave none */
	u64 loader, loader_size;	/* its information stays in use */
	struct boot_efi efi;
	struct boot_screen screen;
};

extern struct boot_info boot_info;

#define BOOT_MAX_WORDS	(BOOT_CMDLINE_SIZE / 2)

/* A word of the command line, for the boot processor alone. */
struct boot_word {
	const char *name, *value;	/* NULL: no '=' */
	bool done;			/* some code has asked for it */
};

extern struct boot_word boot_word[BOOT_MAX_WORDS];
extern u32 boot_words;

/* Split the command line into words. */
void boot_split(void);
/* The words that Xen takes for off and on: 0 or 1; -1 for other words. */
int boot_truth(const char *s);
/* The value of a word NAME, no-NAME or NAME=BOOLEAN: 0 or 1; -1: another. */
int boot_truth_of(const char *word, const char *name);
/* By the last of such words, or 'otherwise' if there is none. */
bool boot_flag(const char *name, bool otherwise);
/* The tools may assign devices to domains although there is no IOMMU. */
#define UNSAFE_PASSTHROUGH	"unsafe-passthrough"

#endif
