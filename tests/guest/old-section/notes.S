/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * No ELF notes, but the section __xen_guest with a string, as XenLinux up to
 * 2.6.18 has it: addresses are numbers, and the hypercall page is a page's
 * number above VIRT_BASE (0x101 is 0x101000, see below).
 */
	.section __xen_guest, "a"
	.ascii	"GUEST_OS=linux,GUEST_VER=2.6,XEN_VER=xen-3.0,VIRT_BASE=0x0"
	.ascii	",ELF_PADDR_OFFSET=0x0,VIRT_ENTRY=0x100000"
	.ascii	",HYPERCALL_PAGE=0x101"
	.ascii	",FEATURES=writable_page_tables|writable_descriptor_tables"
	.ascii	"|auto_translated_physmap|pae_pgdir_above_4gb"
	.ascii	"|supervisor_mode_kernel"
	.asciz	",PAE=yes[extended-cr3],LOADER=generic,BSD_SYMTAB=yes"

	.section .text.hypercalls, "ax"
	.balign 4096
	.globl hypercall_page
hypercall_page:
	.skip	4096, 0xcc
