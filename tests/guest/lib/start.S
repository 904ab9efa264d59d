/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entry of a test guest: a 32-bit PAE PV kernel linked at 0x100000 and mapped
 * there (VIRT_BASE 0). On entry esi is start_info, esp the builder's stack.
 * How its image describes itself is in notes.S: the library's, or its own.
 */
	.section .text.start, "ax"
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
