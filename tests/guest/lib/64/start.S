/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entry of a 64-bit test guest: a PV kernel linked at 0x100000 and mapped
 * there (VIRT_BASE 0). On entry rsi is start_info, rsp the builder's stack.
 */
	.section .text.start, "ax"
	.globl	start
start:
	cld
	rdtsc
	movl	%eax, start_tsc
	movl	%edx, start_tsc + 4
	movq	%rsp, start_regs
	pushfq
	popq	start_regs + 8
	at = start_regs + 16
	.irp	selector, cs, ss, ds, es, fs, gs
	movl	%\selector, %eax
	movl	%eax, at
	at = at + 4
	.endr
	movq	$boot_stack_end, %rsp
	movq	%rsi, %rdi
	call	guest_main
	ud2
