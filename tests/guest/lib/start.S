/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entry of a test guest: a 32-bit PAE PV kernel linked at 0x100000 and mapped
 * there (VIRT_BASE 0). On entry esi is start_info, esp the builder's stack.
 */
#define __ASSEMBLY__
#include <xen/elfnote.h>

	.macro note type, value:vararg
	.pushsection .note.Xen, "a", @note
	.balign 4
	.long	4, 2f - 1f, \type
	.asciz	"Xen"
1:	\value
2:	.balign 4
	.popsection
	.endm

#ifdef LEGACY
	.section __xen_guest
	.ascii	"GUEST_OS=krypton-test,XEN_VER=xen-3.0,LOADER=generic,"
	.ascii	"PAE=yes[extended-cr3],FEATURES=pae_pgdir_above_4gb,"
	.ascii	"VIRT_BASE=0x0,ELF_PADDR_OFFSET=0x0,VIRT_ENTRY=0x100000,"
	.asciz	"HYPERCALL_PAGE=0x101,BSD_SYMTAB=yes"
#else
	note XEN_ELFNOTE_GUEST_OS, .asciz "krypton-test"
	note XEN_ELFNOTE_XEN_VERSION, .asciz "xen-3.0"
	note XEN_ELFNOTE_LOADER, .asciz "generic"
	note XEN_ELFNOTE_PAE_MODE, .asciz "yes"
	note XEN_ELFNOTE_FEATURES, .asciz "pae_pgdir_above_4gb"
	note XEN_ELFNOTE_VIRT_BASE, .long 0
	note XEN_ELFNOTE_PADDR_OFFSET, .long 0
	note XEN_ELFNOTE_ENTRY, .long start
	note XEN_ELFNOTE_HYPERCALL_PAGE, .long hypercall_page
	note XEN_ELFNOTE_HV_START_LOW, .long 0xf5800000
#endif

	.text
	.globl start
start:
	cld
	rdtsc
	movl	%eax, start_tsc
	movl	%edx, start_tsc + 4
	movl	%esp, start_stack
	movl	$stack_end, %esp
	pushl	%esi
	call	guest_main
	ud2

	.balign 4096
	.globl hypercall_page
hypercall_page:
	.skip	4096

	.bss
	.globl start_stack
start_stack:
	.skip	4
	.globl start_tsc
start_tsc:
	.skip	8
	.balign 4096
	.globl stack_start, stack_end
stack_start:
	.skip	16384
stack_end:
