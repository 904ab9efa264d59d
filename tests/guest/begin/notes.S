/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The usual notes. A 64-bit guest also has an address for its p2m and takes a
 * ramdisk that is not mapped, as Linux.
 */
#include "../lib/notes.S"

#ifndef __i386__
	note XEN_ELFNOTE_INIT_P2M, .quad 1 << 39
	note XEN_ELFNOTE_MOD_START_PFN, .long 1
#endif
