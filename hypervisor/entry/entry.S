/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All entries to the hypervisor, and the return to a guest.
 *
 * Each entry builds a struct regs (machine/cpu.h). An entry from a guest builds
 * it at the top of the CPU's block, to which TSS.rsp0 and SYSENTER_ESP point:
 *
 *	SS, RSP, RFLAGS, CS, RIP	by the processor
 *	error code, vector		by the stub, if not by the processor
 *	RDI RSI RDX RCX RAX R8..R11 RBX RBP R12..R15	by save_regs
 *
 * #DB, NMI, #DF and #MC use stacks of their own (IST), because they may come
 * before an entry has switched stacks. If one interrupts a guest, ist_entry moves
 * its frame to the usual place; only those that interrupt the hypervisor stay on
 * an IST stack.
 *
 * trap_entry() returns the frame to return through: its argument, or the guest's
 * frame if the return to the guest faulted. A frame at the top of the block is a
 * guest's, whatever it contains. Each return through it first calls
 * exit_to_guest(), which schedules away from a crashed domain, unless it would find
 * nothing to do; and then goes to a ring other than 0 with interrupts on.
 * syscall.S has a shorter way from a guest's user mode to its kernel.
 */
#include "machine/asm.h"
#include "asm-offsets.h"
#include "config.h"
#include "entry/entry.h"

	.text
	.code64

	.globl trap_stubs
	stubs	trap_stubs, common_entry, ist_entry, syscall_int80, entry_call

	.globl common_entry, enter_c, ring0_frame	# for xpti.S
common_entry:
	save_regs
	cmpl	$31, REGS_VECTOR(%rsp)
	ja	enter_c
	testb	$3, REGS_CS(%rsp)
	jz	enter_c
	call_c	guest_trap			# an exception of a guest
	cli
	jmp	leave
enter_c:
	call_c	trap_entry
	movq	%rax, %rsp
	cli
	leal	REGS_SIZE(%rax), %ecx		# a guest's frame ends the block
	testl	$(CPU_BLOCK_SIZE - 1), %ecx
	jnz	restore_guest
	jmp	leave

/* Calls of a guest: int $0x80, int $0x82, SYSCALL, SYSENTER. */
	.globl entry_call, entry_call_rest	# for syscall.S
entry_call:
	save_scratch
entry_call_rest:
	save_rest
	testb	$3, REGS_CS(%rsp)
	jz	enter_c				# an interrupt with such a vector
	call_c	guest_trap_call
	cli
leave:
	.if	!DEBUG_EXIT			# the shortest way through it
	movq	%rsp, %rdi
	andq	$-CPU_BLOCK_SIZE, %rdi
	cmpq	$0, CPU_SPECIAL(%rdi)
	jne	1f
	movq	CPU_CURRENT(%rdi), %rax
	cmpb	$0, VCPU_NMI_PENDING(%rax)
	jne	1f
	movq	VCPU_INFO(%rax), %rax
	cmpb	$0, INFO_PENDING(%rax)
	je	leave_frame
	.endif
1:	movq	%rsp, %rdi
	call	exit_to_guest
leave_frame:
	orl	$0x200, REGS_FLAGS(%rsp)	# IF: a CPU must answer TLB flushes
	testb	$3, REGS_CS(%rsp)
	jz	ring0_frame
	.globl restore_guest
restore_guest:
	restore_regs
	.globl exit_iret
exit_iret:
	addq	$16, %rsp			# vector, error code
	.globl guest_iret
guest_iret:
	iretq
ring0_frame:					# crashes the guest's domain
	movq	%rsp, %rdi
	call	guest_trap_return_failed
	jmp	leave

ist_entry:
	save_regs
	testb	$3, REGS_CS(%rsp)
	jz	enter_c
	movq	%rsp, %rsi			# rsi: the frame here
	movq	%rsp, %rdi
	andq	$-CPU_BLOCK_SIZE, %rdi
	addq	$BLOCK_GUEST, %rdi		# rdi: where it belongs
	movq	%rdi, %rsp
	copy_frame
	jmp	enter_c

	.globl sysenter_entry
sysenter_entry:					# rsp: top of the CPU's block
	from_sysenter sysenter_flags_saved, syscall_sysenter

/*
 * SYSCALL: the processor has put the return address into rcx and the flags into
 * r11, and cleared IF, TF, NT and AC. All other registers, with rsp, are the
 * guest's. MSR_KERNEL_GS_BASE always points to cpu.stack_top, because no guest
 * can execute SWAPGS or write that MSR.
 *
 * #DB (a breakpoint on the operand of a MOV SS before the SYSCALL), NMI and #MC
 * may interrupt any instruction here. They run on IST stacks and find CS of ring
 * 0, so they count as interrupting the hypervisor; they use neither GS nor the
 * words of struct cpu that are used here, and return to this code. Maskable
 * interrupts are off. Nothing here faults, since the block is always mapped.
 * Compat code has only the lower half of RSP; the upper half of its word is 0.
 */
	.macro from_syscall word, mov, sp, ss, cs, vector
	swapgs
	\mov	\sp, %gs:\word - CPU_STACK_TOP
	movq	%gs:0, %rsp
	swapgs
	pushq	$\ss
	pushq	\word + 8 - CPU_BLOCK_SIZE(%rsp)
	pushq	%r11
	pushq	$\cs
	pushq	%rcx
	pushq	$0
	pushq	$\vector
	jmp	entry_call
	.endm

/* SYSCALL from 64-bit code, which only 64-bit guests have. */
	.globl syscall_entry
syscall_entry:
	from_syscall CPU_LONG_SP, movq, %rsp, SEL_64_DS, SEL_64_CS, VEC_SYSCALL

/* SYSCALL from compat code (AMD). The segments are those of a 32-bit guest. */
	.globl syscall_compat_entry
syscall_compat_entry:
	from_syscall CPU_COMPAT_SP, movl, %esp, SEL_R3_DS, SEL_R3_CS, VEC_SYSCALL32

/* Load CS and the null data segments from this CPU's GDT. */
	.globl reload_segments
reload_segments:
	popq	%rax
	pushq	$SEL_HV_CS
	pushq	%rax
	xorl	%eax, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	lretq

/*
 * The end of a CPU's boot path: drop the stack and enter the first
 * guest, for which exit_to_guest() fills the frame. Never returns.
 */
	.globl enter_guest_first
enter_guest_first:
	movq	%rsp, %rdi
	andq	$-CPU_BLOCK_SIZE, %rdi
	leaq	BLOCK_GUEST(%rdi), %rsp
	jmp	leave
