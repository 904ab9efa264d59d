/* SPDX-License-Identifier: GPL-2.0-only */
/* The boot, which runs on the boot processor alone. */
#ifndef KRYPTON_BOOT_H
#define KRYPTON_BOOT_H

#include "machine/boot.h"

/* Fill boot_info from the loader's structures; panics if they are unknown. */
void multiboot_parse(u32 magic, u64 info);

/* On EFI, take its memory map instead of what the loader made of it. */
void efi_map_use(void);

/*
 * Append [start, end) to a list of *n entries, or make the last entry longer if
 * that is of the same type and ends there. A full list stays as it is.
 */
void e820_append(struct e820_entry *list, u32 *n, u64 start, u64 end, u32 type);
/*
 * Sort the memory map and make it short enough for Dom0, without RAM from the
 * address 'limit' on; the log says why.
 */
void e820_make(u64 limit, const char *why);

/*
 * Parse the command line and set each option. The log names every option that
 * is unknown, ignored or has a bad value.
 */
void options_init(void);
/* RAM above this address is not used. */
extern u64 boot_mem_end;
/* A size with suffix B, K, M, G or T; with none, in KiB. */
u64 options_parse_size(const char *s, const char **end);

/* Options of the console; false: a bad value. */
bool console_set_com1(const char *s);
bool console_set_com2(const char *s);
bool console_set(const char *s);
bool console_set_vga(const char *s);
/* Use the devices that the options chose. */
void console_apply(void);

/*
 * The first C function; head.S calls it with the loader's magic and
 * information.
 */
void boot_main(u32 magic, u64 info) __attribute__((noreturn));

#endif
