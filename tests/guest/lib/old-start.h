/* SPDX-License-Identifier: GPL-2.0-only */
/* Entry and stack of a guest whose image describes itself in its own way. */
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
