/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trap entries of a 64-bit guest: build struct trap_frame, call trap_c(), and
 * return by the iret hypercall, which alone restores the event mask and
 * changes to user mode. The old mask comes in byte 4 of the CS slot.
 */
#define __ASSEMBLY__
#include <xen/xen.h>
#include "stubs.h"

	/* RCX and R11 lie below the processor's frame. */
	.macro	take_frame
	popq	%rcx
	popq	%r11
	.endm

	.text
	make_stubs

common:
	pushq	%rax
	pushq	%rcx
	pushq	%rdx
	pushq	%rbx
	pushq	%rbp
	pushq	%rsi
	pushq	%rdi
	pushq	%r8
	pushq	%r9
	pushq	%r10
	pushq	%r11
	pushq	%r12
	pushq	%r13
	pushq	%r14
	pushq	%r15
	cld
	movq	%rsp, %rdi
	call	trap_c
	popq	%r15
	popq	%r14
	popq	%r13
	popq	%r12
	popq	%r11
	popq	%r10
	popq	%r9
	popq	%r8
	popq	%rdi
	popq	%rsi
	popq	%rbp
	popq	%rbx
	popq	%rdx
	popq	%rcx
	popq	%rax
	addq	$16, %rsp			# vector and error code
	movl	$0, 12(%rsp)			# CS without the mask
	/* struct iret_context, from its flags down */
	pushq	$0
	pushq	%rcx
	pushq	%r11
	pushq	%rax
	movl	$__HYPERVISOR_iret, %eax
	syscall

	.globl	failsafe_entry
failsafe_entry:
	take_frame
	addq	$32, %rsp			# ds, es, fs, gs
	pushq	$0
	pushq	$ENTRY_FAILSAFE
	jmp	common
