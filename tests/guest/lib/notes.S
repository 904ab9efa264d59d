/* SPDX-License-Identifier: GPL-2.0-only */
/* The ELF notes of a test guest, and the page for its hypercalls. */
#include "note.h"

	note XEN_ELFNOTE_GUEST_OS, .asciz "krypton-test"
	note XEN_ELFNOTE_XEN_VERSION, .asciz "xen-3.0"
	note XEN_ELFNOTE_LOADER, .asciz "generic"
	note XEN_ELFNOTE_FEATURES, .asciz "pae_pgdir_above_4gb"
	note XEN_ELFNOTE_VIRT_BASE, .dc.a 0
	note XEN_ELFNOTE_PADDR_OFFSET, .dc.a 0
	note XEN_ELFNOTE_ENTRY, .dc.a start
	note XEN_ELFNOTE_HYPERCALL_PAGE, .dc.a hypercall_page
#ifdef __i386__
	note XEN_ELFNOTE_PAE_MODE, .asciz "yes"
	note XEN_ELFNOTE_HV_START_LOW, .long 0xf5800000
#endif

	.section .text.hypercalls, "ax"
	.balign 4096
	.globl hypercall_page
hypercall_page:
	.skip	4096
