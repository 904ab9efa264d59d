/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a vCPU starts, and where each of its exceptions, events and failsafe
 * calls goes: it forgets what it did, and does the next thing. An entry for
 * each vCPU tells who it is, whatever its registers are.
 */
#define __ASSEMBLY__
#include <xen/xen.h>
#include "fuzz.h"

	.section .start, "ax"
	.globl fuzz_entry
fuzz_entry:
	movl	$0, %eax
	movl	$FUZZ_STACK(0), %ebx
	jmp	common
	.balign 16
	movl	$1, %eax
	movl	$FUZZ_STACK(1), %ebx
common:
	movl	$FLAT_KERNEL_DS, %ecx
	movl	%ecx, %ds
	movl	%ecx, %es
	movl	%ecx, %ss
	movl	%ebx, %esp
	xorl	%ecx, %ecx
	movl	%ecx, %fs
	movl	%ecx, %gs
	pushl	%ecx
	popfl
	pushl	%eax
	call	fuzz_loop
	ud2

	.text
/* ulong fuzz_call(u32 nr, const ulong a[6]) */
	.globl fuzz_call
fuzz_call:
	pushl	%ebx
	pushl	%esi
	pushl	%edi
	pushl	%ebp
	movl	20(%esp), %eax
	movl	24(%esp), %ebp
	movl	0(%ebp), %ebx
	movl	4(%ebp), %ecx
	movl	8(%ebp), %edx
	movl	12(%ebp), %esi
	movl	16(%ebp), %edi
	movl	20(%ebp), %ebp
	int	$0x82
	popl	%ebp
	popl	%edi
	popl	%esi
	popl	%ebx
	ret

/* void fuzz_iret(const ulong frame[6]): eax, eip, cs, eflags, esp, ss */
	.globl fuzz_iret
fuzz_iret:
	movl	4(%esp), %ebp
	pushl	20(%ebp)
	pushl	16(%ebp)
	pushl	12(%ebp)
	pushl	8(%ebp)
	pushl	4(%ebp)
	pushl	0(%ebp)
	movl	$23, %eax
	int	$0x82
