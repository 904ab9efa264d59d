/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Notes as kernels had them when they were new, with all feature strings of
 * xen-3.0 as "can do", and no hypercall page: the kernel has its own stubs.
 */
#include "note.h"

	note XEN_ELFNOTE_GUEST_OS, .asciz "linux"
	note XEN_ELFNOTE_GUEST_VERSION, .asciz "2.6"
	note XEN_ELFNOTE_XEN_VERSION, .asciz "xen-3.0"
	note XEN_ELFNOTE_LOADER, .asciz "generic"
	note XEN_ELFNOTE_PAE_MODE, .asciz "yes"
	note XEN_ELFNOTE_FEATURES, .asciz "writable_page_tables|writable_descriptor_tables|auto_translated_physmap|pae_pgdir_above_4gb|supervisor_mode_kernel"
	note XEN_ELFNOTE_VIRT_BASE, .dc.a 0
	note XEN_ELFNOTE_PADDR_OFFSET, .dc.a 0
	note XEN_ELFNOTE_ENTRY, .dc.a start
	note XEN_ELFNOTE_SUSPEND_CANCEL, .long 1

	.section .text.hypercalls, "ax"
	.balign 4096
	.globl hypercall_page
hypercall_page:
	nr = 0
	.rept	128
	.balign	32
	movl	$nr, %eax
#ifdef __i386__
	int	$0x82
#else
	syscall			/* RCX and R11 are lost, which its callers know */
#endif
	ret
	nr = nr + 1
	.endr
	.balign 4096
