/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entry of a 32-bit test guest: a PAE PV kernel linked at 0x100000 and mapped
 * there (VIRT_BASE 0). On entry esi is start_info, esp the builder's stack.
 * notes.S describes its image: the library's, or the test's own.
 */
	.section .text.start, "ax"
	.globl	start
start:
	cld
	rdtsc
	movl	%eax, start_tsc
	movl	%edx, start_tsc + 4
	nopl	0x5452504b(%eax)	# tests/boot/progs/mark.h: the start-up ends
	movl	%esp, start_regs
	pushfl
	popl	start_regs + 4
	at = start_regs + 8
	.irp	selector, cs, ss, ds, es, fs, gs
	movl	%\selector, %eax
	movl	%eax, at
	at = at + 4
	.endr
	movl	$boot_stack_end, %esp
	pushl	%esi
	call	guest_main
	ud2
