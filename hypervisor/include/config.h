/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The address map. Long mode, 4-level paging. Every root table that a CPU loads
 * holds the same entries in slots 257 to 271; the other slots belong to the
 * guest.
 *
 *  L4 slot  from                to                  what
 *  0        0000000000000000    00000000ffffffff    a 32-bit guest; the last part
 *                                                   is the read-only
 *                                                   machine-to-phys window
 *  0..255   0000000000000000    00007fffffffffff    a 64-bit guest
 *  256      ffff800000000000    ffff807fffffffff    machine-to-phys array, read-
 *                                                   only; in the roots of 64-bit
 *                                                   kernels alone
 *  257      ffff808000000000    ffff80ffffffffff    GDT and LDT of each vCPU,
 *                                                   2 MiB apiece
 *  258      ffff810000000000    ffff817fffffffff    device registers, uncached
 *  259      ffff818000000000    ffff81bfffffffff    the same array as in 256,
 *                                                   writable
 *  260      ffff820000000000    ffff820fffffffff    the frame table
 *           ffff824000000000    ffff82413fffffff    machine-to-phys array of
 *                                                   32-bit guests
 *           ffff827fc0000000    ffff827fffffffff    the screen's pixels
 *  261      ffff828000000000    ffff82803fffffff    this image (physical 0..1G)
 *  262..271 ffff830000000000    ffff87ffffffffff    all RAM below 5 TiB
 *  272..511 ffff880000000000    ffffffffffffffff    a 64-bit guest
 *
 * The ABI gives slots 256 to 271 to the hypervisor.
 *
 * A 32-bit guest runs in compatibility mode: no segment or instruction of
 * its can form an address above 4 GiB, so nothing of the hypervisor needs to
 * be hidden from it. Nothing secret may ever be mapped below 4 GiB. A 64-bit
 * guest can form all addresses, and the rights in the tables alone keep it
 * out: cpu/xpti.c says where that is not enough, and what is mapped then.
 */
#ifndef KRYPTON_CONFIG_H
#define KRYPTON_CONFIG_H

#define IMAGE_BASE	0xffff828000000000
#define IMAGE_PHYS	0x100000

#define L4_GUEST_SLOT	0	/* a 32-bit guest's part */
#define L4_M2P_SLOT	256	/* in the roots of 64-bit guests' kernels */
#define L4_HV_SLOT	257	/* the first of the hypervisor's slots */
#define L4_HV_END	272
#define L4_DESC_SLOT	257
#define L4_M2P_RW_SLOT	259
#define L4_TABLE_SLOT	260
#define L4_IMAGE_SLOT	261
#define L4_DIRECT_SLOT	262

#define DESC_BASE	0xffff808000000000
#define IOMAP_BASE	0xffff810000000000
#define DIRECT_BASE	0xffff830000000000
#define DIRECT_MAX	0x50000000000	/* slots 262 to 271 */
#define M2P64_BASE	0xffff818000000000
#define TABLE_BASE	0xffff820000000000
#define M2P32_BASE	0xffff824000000000
#define SCREEN_BASE	0xffff827fc0000000

/* One aligned block a CPU: exception stacks, main stack, struct cpu. */
#define CPU_BLOCK_SIZE	32768
#define CPU_IST_SIZE	2048
#define CPU_IST_COUNT	4

#define MAX_CPUS	256	/* a multiple of 64 */
#define MAX_DOMAIN_VCPUS	32

/* The default start of the compat machine-to-phys window. */
#define M2P_DEFAULT_START	0xf5800000u

/* Physical page that the AP trampoline is copied to, while APs start. */
#define TRAMPOLINE_PHYS	0x8000
#define TRAMPOLINE_SIZE	64

#endif
