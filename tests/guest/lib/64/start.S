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
	movq	$boot_stack_end, %rsp
	movq	%rsi, %rdi
	call	guest_main
	ud2
