/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries from a guest that runs on thin roots (cpu/xpti.c), and the return to it.
 *
 * While a CPU has such a vCPU loaded, all its vectors and fast entries lead here.
 * The thin root and the full one map all that this code uses at the same
 * addresses: the code itself (.xpti.text), the IDT, the TSS, and the vCPU's
 * struct xpti_page with the stacks that the processor switches to. An entry from
 * the guest loads the full root, moves its frame to the usual place in the CPU's
 * block and continues in entry.S.
 *
 * NMI, #DB, #MC and #DF may interrupt this very code, in either root. They then
 * run on the CPU's usual exception stack and in the full root, and return to the
 * root and the code that they interrupted. The only other trap from ring 0 with a
 * thin root is a fault of IRETQ; for any other, trap_entry() would panic.
 *
 * More often these four interrupt other code of the hypervisor, whose registers
 * this guest must not see: xpti_ist_entry wipes their frame from the vCPU's page.
 */
#include "machine/asm.h"
#include "asm-offsets.h"
#include "config.h"
#include "entry/entry.h"

	.section .xpti.text, "ax"
	.code64

	.globl xpti_stubs
	stubs	xpti_stubs, xpti_entry, xpti_ist_entry, xpti_entry, xpti_entry

/* Returns the address of the stack's page in rdi; clobbers rax. */
	.macro load_full_root
	movq	%rsp, %rdi
	andq	$-PAGE_SIZE, %rdi
	movq	XPTI_FULL(%rdi), %rax
	movq	%rax, %cr3
	.endm

	.globl xpti_entry
xpti_entry:
	save_regs
	testb	$3, REGS_CS(%rsp)
	jz	from_ring0
from_guest:
	load_full_root
	movq	%rsp, %rsi
	movq	XPTI_FRAME(%rdi), %rdi
	movq	%rdi, %rsp
	copy_frame
	jmp	enter_c

from_ring0:
	movq	%rsp, %rax
	shrq	$39, %rax
	andl	$511, %eax
	cmpl	$L4_DESC_SLOT, %eax
	jne	enter_c				# on a stack of the CPU's block
	testl	$FLAGS_VM, REGS_FLAGS(%rsp)	# the guest after all (traps.c)
	jnz	from_guest
	/*
	 * On the vCPU's page, so the thin root was loaded. Continue as if the
	 * usual return had failed: the five words of IRETQ are still in the
	 * guest's frame, and there is room for another frame below it.
	 */
	load_full_root
	movq	%rsp, %rsi
	movq	XPTI_FRAME(%rdi), %rdi
	subq	$REGS_SIZE, %rdi
	movq	%rdi, %rsp
	copy_frame
	leaq	xpti_iret(%rip), %rax
	cmpq	%rax, REGS_IP(%rsp)
	jne	enter_c
	leaq	guest_iret(%rip), %rax
	movq	%rax, REGS_IP(%rsp)
	jmp	enter_c

	.globl xpti_ist_entry
xpti_ist_entry:
	save_regs
	testb	$3, REGS_CS(%rsp)
	jnz	from_guest
	testl	$FLAGS_VM, REGS_FLAGS(%rsp)
	jnz	from_guest
	movq	%rsp, %rbx			# rbx: the frame here
	movq	%cr3, %r12			# r12: the thin root, if loaded
	movq	%rsp, %rdi
	andq	$-PAGE_SIZE, %rdi
	cmpq	XPTI_THIN(%rdi), %r12
	jne	1f
	load_full_root
	jmp	2f
1:	xorl	%r12d, %r12d
2:	movq	XPTI_FRAME(%rdi), %rdi
	andq	$-CPU_BLOCK_SIZE, %rdi
	movl	%esp, %ecx			# stacks of 0x100 bytes from 0xc00 on
	andl	$0x300, %ecx
	imull	$CPU_IST_SIZE / 0x100, %ecx, %ecx
	leaq	BLOCK_IST + CPU_IST_SIZE - REGS_SIZE(%rdi, %rcx), %rdi
	movq	%rsp, %rsi
	movq	%rdi, %rsp
	copy_frame
	call_c	trap_entry			# returns this frame
	movq	%rbx, %rdi
	testq	%r12, %r12
	jz	1f
	movq	%rsp, %rsi
	copy_frame
	movq	%rbx, %rsp
	/* An NMI at a following instruction would store these in the page. */
	.irp	reg, eax,edx,esi,edi,r8d,r9d,r10d,r11d
	xorl	%\reg, %\reg
	.endr
	movq	%r12, %cr3
	jmp	2f
1:	xorl	%eax, %eax			# wipe; return by the block's frame
	movl	$REGS_SIZE / 8, %ecx
	rep stosq
2:	restore_regs
	addq	$16, %rsp
	iretq

/* The fast entries, as in entry.S. SYSENTER uses the stack of other entries. */
	.globl xpti_sysenter
xpti_sysenter:
	from_sysenter xpti_sysenter_saved, xpti_entry

/* Between the two SWAPGS, the GS base is the address of the vCPU's page. */
	.macro from_syscall word, mov, sp, ss, cs, vector
	swapgs
	\mov	\sp, %gs:\word
	movq	%gs:XPTI_FULL, %rsp
	movq	%rsp, %cr3
	movq	%gs:XPTI_FRAME, %rsp
	leaq	REGS_SIZE(%rsp), %rsp
	pushq	$\ss
	pushq	%gs:\word
	swapgs
	pushq	%r11
	pushq	$\cs
	pushq	%rcx
	pushq	$0
	pushq	$\vector
	jmp	common_entry
	.endm

	.globl xpti_syscall
xpti_syscall:
	from_syscall XPTI_LONG_SP, movq, %rsp, SEL_64_DS, SEL_64_CS, VEC_SYSCALL

	.globl xpti_syscall_compat
xpti_syscall_compat:
	from_syscall XPTI_COMPAT_SP, movl, %esp, SEL_R3_DS, SEL_R3_CS, VEC_SYSCALL32

/*
 * Called by exit_to_guest(), which does not return to entry.S then. rdi is the
 * address of the vCPU's page: return to the guest by the frame in the CPU's block.
 */
	.globl xpti_leave
xpti_leave:
	movq	XPTI_FRAME(%rdi), %rsp
	orl	$0x200, REGS_FLAGS(%rsp)
	testb	$3, REGS_CS(%rsp)
	jz	ring0_frame
	.irp	n, 0, 8, 16, 24, 32		# RIP CS RFLAGS RSP SS
	movq	REGS_IP + \n(%rsp), %rax
	movq	%rax, XPTI_EXIT_END - 40 + \n(%rdi)
	.endr
	movq	REGS_DI(%rsp), %rax
	movq	%rax, XPTI_EXIT_END - 48(%rdi)
	movq	%rdi, REGS_DI(%rsp)
	restore_regs
	leaq	XPTI_EXIT_END - 48(%rdi), %rsp
	movq	XPTI_THIN(%rdi), %rdi
	movq	%rdi, %cr3
	popq	%rdi
	.globl xpti_iret
xpti_iret:
	iretq
