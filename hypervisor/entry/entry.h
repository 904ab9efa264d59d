/* SPDX-License-Identifier: GPL-2.0-only */
/* Macros for entry.S and xpti.S, which build the frame struct regs. */
#ifndef KRYPTON_ENTRY_H
#define KRYPTON_ENTRY_H

#define PAGE_SIZE	4096
#define IST_VECTORS	((1 << 1) | (1 << 2) | (1 << 8) | (1 << 18))

	.macro save_scratch
	.irp	reg, rdi,rsi,rdx,rcx,rax
	pushq	%\reg
	.endr
	.endm

	.macro save_rest
	.irp	reg, r8,r9,r10,r11,rbx,rbp,r12,r13,r14,r15
	pushq	%\reg
	.endr
	.endm

	.macro save_regs
	save_scratch
	save_rest
	.endm

	.macro restore_scratch
	.irp	reg, rax,rcx,rdx,rsi,rdi
	popq	%\reg
	.endr
	.endm

	.macro restore_regs
	.irp	reg, r15,r14,r13,r12,rbp,rbx,r11,r10,r9,r8
	popq	%\reg
	.endr
	restore_scratch
	.endm

/* Call a function of C for the frame at rsp. */
	.macro call_c function
	cld
	xorl	%ebp, %ebp
	movq	%rsp, %rdi
	call	\function
	.endm

/* Copy the frame at rsi to rdi. */
	.macro copy_frame
	movl	$REGS_SIZE / 8, %ecx
	cld
	rep movsq
	.endm

/*
 * The entry stubs of all vectors, 16 bytes apart. They jump to 'entry', those of
 * vectors with an IST stack to 'ist_entry'. VEC_GUEST_SYSCALL and VEC_HYPERCALL
 * to the last two.
 */
	.macro stubs name, entry, ist_entry, syscall, hypercall
	.balign 16
\name:
	vec = 0
	.rept 256
	.balign 16
	has_error = 0
	has_ist = 0
	.if vec < 32
	has_error = (ERROR_VECTORS >> vec) & 1
	has_ist = (IST_VECTORS >> vec) & 1
	.endif
	.if !has_error
	pushq	$0
	.endif
	pushq	$vec
	.if has_ist
	jmp	\ist_entry
	.elseif	vec == VEC_GUEST_SYSCALL
	jmp	\syscall
	.elseif	vec == VEC_HYPERCALL
	jmp	\hypercall
	.else
	jmp	\entry
	.endif
	vec = vec + 1
	.endr
	.endm

/*
 * SYSENTER (Intel): the processor has loaded rsp with the top of a stack and
 * cleared IF; the other flags and all registers are the user's. It does not say
 * where the user was: the ABI then gives the guest a null CS and EIP. SS is that
 * of a 32-bit guest's user mode.
 */
	.macro from_sysenter flags_saved, entry
	pushq	$SEL_R3_DS
	pushq	$0
	pushfq
	.globl \flags_saved
\flags_saved:
	orl	$0x200, (%rsp)
	pushq	$3
	pushq	$0
	pushq	$0
	pushq	$VEC_SYSENTER
	pushq	$2				# no NT, AC, TF here
	popfq
	jmp	\entry
	.endm

#endif
