/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Start of an application processor. The 16-bit part is copied to
 * TRAMPOLINE_PHYS; the rest runs in the image, by its physical address until
 * paging is on. One processor starts at a time, on start_stack.
 */
#include "config.h"

#define PHYS(sym)	((sym) - IMAGE_BASE)

	.section .rodata
	.globl trampoline_start
	.code16
trampoline_start:
	cli
	cld
	movw	%cs, %ax
	movw	%ax, %ds
	lgdtl	trampoline_gdtr - trampoline_start
	movl	$0x11, %eax			# ET, PE
	movl	%eax, %cr0
	ljmpl	$0x18, $PHYS(ap_protected)

	.balign 4
trampoline_gdtr:
	.short	31
	.long	PHYS(boot_gdt)
	.org	trampoline_start + TRAMPOLINE_SIZE

	.text
	.code32
ap_protected:
	movl	$0x10, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	jmp	enter_long_mode
