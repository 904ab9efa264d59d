/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A multiboot image that prints the time stamp counter at its entry on COM1, as 16
 * hexadecimal digits: the time that firmware and boot loader took.
 */
	.code32
	.text
	.balign	4
	.long	0x1badb002, 0, -0x1badb002
	.globl	_start
_start:
	rdtsc
	movl	%eax, %ebx		# ebx: low half
	movl	%edx, %ecx		# ecx: the half that is printed
	call	hex
	movl	%ebx, %ecx
	call	hex
	movb	$'\n', %al
	call	put
1:	hlt
	jmp	1b

hex:	movl	$8, %esi
1:	roll	$4, %ecx
	movb	%cl, %al
	andb	$15, %al
	addb	$'0', %al
	cmpb	$'9', %al
	jbe	2f
	addb	$'a' - '9' - 1, %al
2:	call	put
	decl	%esi
	jnz	1b
	ret

put:	movw	$0x3f8, %dx
	outb	%al, %dx
	ret
