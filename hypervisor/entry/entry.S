/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every way into the hypervisor, and the one way out.
 *
 * All entries build a struct regs (cpu.h). From a guest it lies at the top of
 * the CPU's block, since TSS.rsp0 and SYSENTER_ESP point there:
 *
 *	SS, RSP, RFLAGS, CS, RIP	by the processor
 *	error code, vector		by the stub, if not by the processor
 *	RDI RSI RDX RCX RAX R8..R11 RBX RBP R12..R15	by save_regs
 *
 * #DB, NMI, #DF and #MC have stacks of their own (IST), because they can come
 * before an entry has switched stacks. From a guest their frame is moved to
 * the usual place, so that only nested ones stay on an IST stack.
 *
 * trap_entry() returns the frame to leave through: the one it was given, or
 * the guest's if the return to the guest itself faulted. A frame is a guest's
 * by its place, whatever it holds: each return to a guest goes through
 * exit_to_guest(), which leaves a domain that has crashed, and is to a ring other
 * than 0 with interrupts on.
 */
#include "machine/asm.h"
#include "asm-offsets.h"
#include "config.h"
#include "entry/entry.h"

	.text
	.code64

	.globl trap_stubs
	stubs	trap_stubs, common_entry, ist_entry, call_entry

	.globl common_entry, enter_c, ring0_frame	# for xpti.S
common_entry:
	save_regs
enter_c:
	cld
	xorl	%ebp, %ebp
	movq	%rsp, %rdi
	call	trap_entry
	movq	%rax, %rsp
	cli
	leal	REGS_SIZE(%rax), %ecx		# a guest's frame ends the block
	testl	$(CPU_BLOCK_SIZE - 1), %ecx
	jnz	restore_guest
	jmp	leave

/* What a guest calls by: int $0x80 and $0x82, SYSCALL, SYSENTER. */
call_entry:
	save_regs
	testb	$3, REGS_CS(%rsp)
	jz	enter_c				# a device's, with such a vector
	cld
	xorl	%ebp, %ebp
	movq	%rsp, %rdi
	call	guest_trap_call
	cli
leave:
	movq	%rsp, %rdi
	call	exit_to_guest
	orl	$0x200, REGS_FLAGS(%rsp)	# IF: each CPU must answer a flush
	testb	$3, REGS_CS(%rsp)
	jz	ring0_frame
	.globl restore_guest
restore_guest:
	restore_regs
	addq	$16, %rsp			# vector, error code
	.globl guest_iret
guest_iret:
	iretq
ring0_frame:					# its domain ends, and is left
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
	movl	$REGS_SIZE / 8, %ecx
	cld
	rep movsq
	jmp	enter_c

	.globl sysenter_entry
sysenter_entry:					# on the top of the block
	from_sysenter sysenter_flags_saved, call_entry

/*
 * SYSCALL: rcx is the return address, r11 the flags, rsp still the guest's, and
 * so are all other registers. IF, TF, NT and AC are clear. The other GS base,
 * MSR_KERNEL_GS_BASE, points to cpu.stack_top and to nothing else, ever: no
 * guest can execute SWAPGS, nor write to that register.
 *
 * #DB (a breakpoint on the operand of MOV SS before the SYSCALL), NMI and #MC
 * may come at each of these instructions. They run on stacks of their own and
 * see CS of ring 0: what they interrupt is the hypervisor. They use no GS and no
 * word of struct cpu that is used here, and go back to where they came from.
 * Maskable interrupts do not come, and nothing here faults: the block is always
 * mapped. Compat code has no upper half of RSP; that of its word is always 0.
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
	jmp	call_entry
	.endm

/* From 64-bit code, which 64-bit guests alone have. */
	.globl syscall_entry
syscall_entry:
	from_syscall CPU_LONG_SP, movq, %rsp, SEL_64_DS, SEL_64_CS, VEC_SYSCALL

/* From compat code (AMD). The segments are those of a 32-bit guest. */
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
 * The entry to a guest that is not a return from it: scheduler and idle loop
 * come here with a complete frame in place. Never returns.
 */
	.globl enter_guest_first
enter_guest_first:
	movq	%rsp, %rdi
	andq	$-CPU_BLOCK_SIZE, %rdi
	leaq	BLOCK_GUEST(%rdi), %rsp
	jmp	leave
