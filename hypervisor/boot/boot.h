/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the boot loader told us, copied out of its memory: one form for both
 * multiboot versions.
 */
#ifndef KRYPTON_BOOT_H
#define KRYPTON_BOOT_H

#include "types.h"

#define BOOT_MAX_MODULES	4
#define BOOT_MAX_E820		128
#define BOOT_CMDLINE_SIZE	1024

#define E820_RAM	1

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

struct boot_info {
	char cmdline[BOOT_CMDLINE_SIZE];
	struct boot_module module[BOOT_MAX_MODULES];
	u32 modules;
	struct e820_entry e820[BOOT_MAX_E820];
	u32 e820_count;
	u64 rsdp;		/* physical, 0 if the loader gave none */
};

extern struct boot_info boot_info;

/* Fill boot_info from the loader's structures; panics if they are not ours. */
void multiboot_parse(u32 magic, u64 info);

/*
 * Read the command line: the owner of each option takes its value. What is not
 * known, not done or has a bad value is named in the log.
 */
void options_init(void);
/* The last word "name", "no-name" or "name=BOOLEAN", or not given. */
bool boot_flag(const char *name, bool otherwise);
/* How many CPUs to use, and the address where RAM in use ends. */
extern u64 boot_max_cpus, boot_mem_end;
/* The tools may give devices to domains, though there is no IOMMU. */
#define UNSAFE_PASSTHROUGH	"unsafe-passthrough"
/* A size with suffix B, K, M, G or T; with none, in KiB. */
u64 parse_size(const char *s, const char **end);

/* Choose the compiler's canary; the caller must never return. */
void canary_init(void);
void boot_main(u32 magic, u64 info) __attribute__((noreturn));

#endif
