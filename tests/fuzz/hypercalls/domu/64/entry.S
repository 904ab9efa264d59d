/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where a vCPU starts, and where each of its exceptions, events, system calls
 * and failsafe calls goes: it forgets what it did, and does the next thing. An
 * entry for each vCPU tells who it is, whatever its registers are.
 */
#define __ASSEMBLY__
#include <xen/xen.h>
#include "fuzz.h"

	.section .start, "ax"
	.globl fuzz_entry
fuzz_entry:
	movl	$0, %edi
	movl	$FUZZ_STACK(0), %esp
	jmp	common
	.balign 16
	movl	$1, %edi
	movl	$FUZZ_STACK(1), %esp
common:
	xorl	%ecx, %ecx
	movl	%ecx, %ds
	movl	%ecx, %es
	movl	%ecx, %fs
	movl	%ecx, %gs
	pushq	%rcx
	popfq
	call	fuzz_loop
	ud2

	.text
/* ulong fuzz_call(u32 nr, const ulong a[6]) */
	.globl fuzz_call
fuzz_call:
	movl	%edi, %eax
	movq	%rsi, %rcx
	movq	0(%rcx), %rdi
	movq	8(%rcx), %rsi
	movq	16(%rcx), %rdx
	movq	24(%rcx), %r10
	movq	32(%rcx), %r8
	movq	40(%rcx), %r9
	syscall
	ret

/* void fuzz_iret(const ulong frame[9], const void *stub, u8 *was_user) */
	.globl fuzz_iret
fuzz_iret:
	movq	%rdi, %rcx
	movq	%rsi, %rbx
	movq	%rdx, %r12
	.set	at, 64
	.rept	9
	pushq	at(%rcx)
	.set	at, at - 8
	.endr
	movq	fuzz_register, %rdi
	movl	$23, %eax
	syscall

/*
 * What user mode does, one thing each: fuzz_stubs has their addresses. Its root
 * maps what the kernel's maps. RDI is an address of any kind.
 */
	.macro	stub
	.pushsection .rodata
	.quad	1f
	.popsection
1:
	.endm
	.macro	compat
	pushq	$FLAT_USER_CS32
	pushq	$1f
	lretq
	.code32
1:
	.endm

	.globl fuzz_user
fuzz_user:
	movb	$1, (%r12)
	jmp	*%rbx

	.pushsection .rodata
	.balign	8
	.globl fuzz_stubs, fuzz_stubs_end
fuzz_stubs:
	.popsection
	stub
	syscall
	ud2
	stub
	sysenter
	ud2
	stub
	int	$0x80
	ud2
	stub
	int	$0x82
	ud2
	stub
	int3
	stub
	int	$0xe
	ud2
	stub
	hlt
	stub
	movq	(%rdi), %rax
	syscall
	stub
	movq	%rax, (%rdi)
	syscall
	stub
	movl	%edi, %gs
	movl	%eax, %fs
	syscall
	stub
	wrgsbase %rdi
	wrfsbase %rdi
	syscall
	stub
	rdgsbase %rax
	xgetbv
	swapgs
	stub
	pushq	$0x302				# IF, TF
	popfq
	nop
	syscall
	stub
	compat
	syscall
	.code64
	stub
	compat
	sysenter
	.code64
	stub
	compat
	int	$0x80
	.code64
	stub
	compat
	movl	%edi, %ss
	movl	%edi, %ds
	int3
	.code64
	stub
	jmp	*%rdi
	stub
	movq	%rdi, %rsp
	syscall
	stub
	movq	%rdi, %rsp
	pushq	%rax
	int3
	stub
	pushq	$FLAT_USER_SS
	pushq	%rdi
	pushq	$0x10202
	pushq	$FLAT_USER_CS
	pushq	$fuzz_stubs_spin
	iretq
	stub
	movq	%rdi, %cr3
	stub
	movl	%edi, %eax
	cpuid
	rdtscp
	rdmsr
	stub
	fninit
	fldz
	movups	%xmm1, (%rsp)
	syscall
	stub
fuzz_stubs_spin:
	movl	$3000, %ecx
1:	loop	1b
	syscall
	.pushsection .rodata
fuzz_stubs_end:
	.popsection
