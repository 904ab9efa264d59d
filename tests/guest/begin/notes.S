/* SPDX-License-Identifier: GPL-2.0-only */
/* The usual notes, with an address for the p2m of 64-bit guests, as Linux's. */
#include "../lib/notes.S"

#ifndef __i386__
	note XEN_ELFNOTE_INIT_P2M, .quad 1 << 39
#endif
