/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Trap entries: 256 stubs that build struct trap_frame and call a C handler,
 * then return by the iret hypercall, which alone restores the event mask.
 * The old mask comes in bits 16-23 of the CS slot; IF in EFLAGS says the same.
 */
#define ERROR_VECTORS	((1 << 8) | (0x1f << 10) | (1 << 17) | (1 << 21))

	.text
	.balign 16
stubs:
	vec = 0
	.rept 256
	.balign 16
	has_error = 0
	.if vec < 32
	has_error = (ERROR_VECTORS >> vec) & 1
	.endif
	.if !has_error
	pushl	$0
	.endif
	pushl	$vec
	jmp	common
	vec = vec + 1
	.endr

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
leave:
	popl	%edi
	popl	%esi
	popl	%ebp
	popl	%ebx
	popl	%edx
	popl	%ecx
	popl	%eax
	addl	$8, %esp
	andl	$0xffff, 4(%esp)		# CS without the mask
	pushl	%eax
	movl	$23, %eax			# __HYPERVISOR_iret
	int	$0x82

	.globl event_entry
event_entry:
	pushl	$0
	pushl	$0x100
	jmp	common

	.globl failsafe_entry
failsafe_entry:
	/* ds, es, fs, gs lie below the frame */
	addl	$16, %esp
	pushl	$0
	pushl	$0x101
	movl	%eax, %cs:saved_eax
	movl	$0xe021, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	saved_eax, %eax
	jmp	common

	.data
	.balign 4
saved_eax:
	.long	0
	.section .rodata
	.balign 4
	.globl trap_entries
trap_entries:
	vec = 0
	.rept 256
	.long	stubs + vec * 16
	vec = vec + 1
	.endr
