/* SPDX-License-Identifier: GPL-2.0-only */
/* Macros of the assembler files: how a frame of struct regs is built. */
#ifndef KRYPTON_ENTRY_H
#define KRYPTON_ENTRY_H

#define PAGE_SIZE	4096
#define IST_VECTORS	((1 << 1) | (1 << 2) | (1 << 8) | (1 << 18))
#define ERROR_VECTORS	((1 << 8) | (0x1f << 10) | (1 << 17) | (1 << 21) | \
			 (1 << 29) | (1 << 30))

	.macro save_regs
	.irp	reg, rdi,rsi,rdx,rcx,rax,r8,r9,r10,r11,rbx,rbp,r12,r13,r14,r15
	pushq	%\reg
	.endr
	.endm

	.macro restore_regs
	.irp	reg, r15,r14,r13,r12,rbp,rbx,r11,r10,r9,r8,rax,rcx,rdx,rsi,rdi
	popq	%\reg
	.endr
	.endm

/*
 * The entries of all vectors, 16 bytes apart, and where they go on; those of
 * VEC_GUEST_SYSCALL and VEC_HYPERCALL at call_entry, if that is given.
 */
	.macro stubs name, entry, ist_entry, call_entry
	.balign 16
\name:
	vec = 0
	.rept 256
	.balign 16
	has_error = 0
	has_ist = 0
	is_call = 0
	.ifnb	\call_entry
	is_call = vec == VEC_GUEST_SYSCALL || vec == VEC_HYPERCALL
	.endif
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
	.elseif	is_call
	jmp	\call_entry
	.else
	jmp	\entry
	.endif
	vec = vec + 1
	.endr
	.endm

/*
 * SYSENTER (Intel): rsp is the top of a stack, IF is clear, the other flags
 * and all registers are the user's. Where it came from is not known; the ABI
 * says null CS and EIP. SS is that of a 32-bit guest.
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
