/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trap entries of a 32-bit guest: build struct trap_frame, call trap_c(), and
 * return by the iret hypercall, which alone restores the event mask. The old
 * mask comes in bits 16-23 of the CS slot; IF in EFLAGS says the same.
 */
#define __ASSEMBLY__
#include <xen/xen.h>
#include "stubs.h"

	/* The hypervisor adds nothing to the processor's frame. */
	.macro	take_frame
	.endm

	.text
	make_stubs

common:
	pushl	%eax
	pushl	%ecx
	pushl	%edx
	pushl	%ebx
	pushl	%ebp
	pushl	%esi
	pushl	%edi
	cld
	pushl	%esp
	call	trap_c
	addl	$4, %esp
	popl	%edi
	popl	%esi
	popl	%ebp
	popl	%ebx
	popl	%edx
	popl	%ecx
	popl	%eax
	addl	$8, %esp			# vector and error code
	andl	$0xffff, 4(%esp)		# CS without the mask
	pushl	%eax
	movl	$__HYPERVISOR_iret, %eax
	int	$0x82

	.globl	failsafe_entry
failsafe_entry:
	addl	$16, %esp			# ds, es, fs, gs
	pushl	$0
	pushl	$ENTRY_FAILSAFE
	movl	%eax, %cs:saved_eax
	movl	$FLAT_KERNEL_DS, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	saved_eax, %eax
	jmp	common

	.data
	.balign	4
saved_eax:
	.long	0
