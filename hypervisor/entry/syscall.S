/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The shortest way from the user mode of a 32-bit guest into its kernel: int $0x80
 * and SYSENTER. It produces the frame that cpu/bounce.c describes, and the same
 * registers. It leaves every unusual case to entry_call, above all a stack that it
 * cannot write; then it has changed nothing but words below the kernel's stack
 * pointer.
 *
 * Interrupts stay off. No event or NMI that the guest may get is pending, or
 * exit_to_guest() would have given it before; and for a new one, another CPU sends
 * an interrupt, which comes after the IRETQ. A NMI of the machine adds work for
 * this CPU, as it does behind exit_to_guest(). So only work is tested, once.
 * #DB, NMI and #MC run on IST stacks and return to this code.
 *
 * The stubs have pushed a vector as usual. User mode has IF set and IOPL 0.
 */
#include "asm-offsets.h"
#include "config.h"
#include "entry/entry.h"

#define FRAME_SIZE	20		/* IP, CS, FLAGS, SP, SS */
#define SAVED		REGS_AX		/* rsp is here in struct regs */

	.text
	.code64

/* Store a word of the frame at rdx. */
	.macro put offset, load, from
	\load	\from - SAVED(%rsp), %eax
.Lput\@:
	movl	%eax, \offset(%rdx)
	.pushsection .extable, "a"
	.long	.Lput\@ - ., entry_call_rest - .
	.popsection
	.endm

/* 'load' and 'from' give rcx the address of a struct vcpu_trap, less 'trap'. */
	.macro enter_kernel load, from, trap=0
	save_scratch
	movq	%rsp, %rdi
	andq	$-CPU_BLOCK_SIZE, %rdi
	cmpq	$0, CPU_SPECIAL(%rdi)
	jne	entry_call_rest
	movq	CPU_CURRENT(%rdi), %rdi		# rdi: the vCPU
	\load	\from(%rdi), %rcx
	cmpb	$0, \trap + TRAP_DIRECT(%rcx)	# 32-bit; has handler; it masks
	je	entry_call_rest
	movq	VCPU_INFO(%rdi), %rsi		# rsi: its vcpu_info
	cmpb	$0, INFO_MASK(%rsi)
	jne	entry_call_rest
	movq	VCPU_DOMAIN(%rdi), %rax
	testl	$ASSIST_IOPL, DOMAIN_VM_ASSIST(%rax)
	jnz	entry_call_rest			# the frame has the IOPL
	movq	VCPU_KERNEL_SP(%rdi), %rdx	# rdx: the frame on its stack
	cmpq	DOMAIN_ADDRESS_END(%rax), %rdx
	ja	entry_call_rest
	subq	$FRAME_SIZE, %rdx
	jb	entry_call_rest
	put	0, movl, REGS_IP
	put	4, movzwl, REGS_CS
	put	8, movl, REGS_FLAGS
	put	12, movl, REGS_SP
	put	16, movl, REGS_SS
	movb	$1, INFO_MASK(%rsi)
	movq	\trap + TRAP_IP(%rcx), %rax
	movq	%rax, REGS_IP - SAVED(%rsp)
	movzwl	\trap + TRAP_CS(%rcx), %eax
	movq	%rax, REGS_CS - SAVED(%rsp)
	andl	$~HANDLER_CLEARS, REGS_FLAGS - SAVED(%rsp)
	movq	%rdx, REGS_SP - SAVED(%rsp)
	movzwl	VCPU_KERNEL_SS(%rdi), %eax
	movq	%rax, REGS_SS - SAVED(%rsp)
	restore_scratch
	jmp	exit_iret
	.endm

	.globl syscall_int80
syscall_int80:
	btl	$1, REGS_CS - REGS_VECTOR(%rsp)	# not the kernel, in ring 1
	jnc	entry_call
	enter_kernel movq, VCPU_TRAPS, TRAPS_INT80

	.globl syscall_sysenter
syscall_sysenter:
	enter_kernel leaq, VCPU_SYSENTER
