/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * First instructions: from the boot loader's 32-bit protected mode to C in
 * long mode.
 *
 * Both multiboot headers lie here. The image is a flat binary, so both give
 * load addresses explicitly. On entry eax is the loader's magic and ebx the
 * physical address of its information, for either version. No header asks for
 * a framebuffer: for that, GRUB would leave text mode on BIOS machines. On UEFI
 * machines it sets a mode in any case, with a warning.
 *
 * The tables made here map physical 0..4 GiB at 0, at DIRECT_BASE and the
 * first GiB at IMAGE_BASE; C extends the direct map and drops the identity
 * map when the last AP is up.
 */
#include "asm-offsets.h"
#include "config.h"

#define PHYS(sym)	((sym) - IMAGE_BASE)
#define PTE_TABLE	0x03
#define PTE_LARGE	0x83

#define MB1_MAGIC	0x1badb002
#define MB1_FLAGS	0x00010003	/* addresses, map, modules */
#define MB2_MAGIC	0xe85250d6

	.section .head, "ax"
	.code32
	.balign 8
mb1_header:
	.long MB1_MAGIC, MB1_FLAGS, -(MB1_MAGIC + MB1_FLAGS)
	.long PHYS(mb1_header)
	.long PHYS(image_start)
	.long PHYS(image_load_end)
	.long PHYS(image_end)
	.long PHYS(start)

	.balign 8
mb2_header:
	.long MB2_MAGIC, 0, mb2_end - mb2_header
	.long -(MB2_MAGIC + (mb2_end - mb2_header))
	.short 2, 0			/* address tag */
	.long 24
	.long PHYS(mb2_header), PHYS(image_start)
	.long PHYS(image_load_end), PHYS(image_end)
	.short 3, 0			/* entry address tag */
	.long 12
	.long PHYS(start)
	.balign 8
	.short 6, 0			/* modules page aligned */
	.long 8
	.short 0, 0
	.long 8
mb2_end:

	.globl start
start:
	cld
	cli
	movl	$PHYS(boot_stack_end), %esp
	movl	%eax, %ebp			# ebp: magic
	movl	%ebx, %esi			# esi: information

	movl	$PHYS(no_lm_text), %edi
	movl	$0x80000000, %eax
	cpuid
	cmpl	$0x80000001, %eax
	jb	.Lrefuse
	movl	$0x80000001, %eax
	cpuid
	btl	$29, %edx
	jnc	.Lrefuse
	movl	$PHYS(no_nx_text), %edi
	btl	$20, %edx
	jnc	.Lrefuse

	/* Four tables of 2 MiB pages: physical 0..4 GiB. */
	movl	$PHYS(boot_l2), %edi
	movl	$PTE_LARGE, %eax
	movl	$2048, %ecx
1:	movl	%eax, (%edi)
	movl	$0, 4(%edi)
	addl	$8, %edi
	addl	$0x200000, %eax
	loop	1b

	movl	$PHYS(boot_l2) + PTE_TABLE, %eax
	movl	%eax, PHYS(image_l3)
	xorl	%ecx, %ecx
1:	movl	%eax, PHYS(boot_l3)(, %ecx, 8)
	addl	$0x1000, %eax
	incl	%ecx
	cmpl	$4, %ecx
	jne	1b
	movl	$PHYS(boot_l3) + PTE_TABLE, %eax
	movl	%eax, PHYS(boot_l4)
	movl	%eax, PHYS(boot_l4) + L4_DIRECT_SLOT * 8
	movl	$PHYS(image_l3) + PTE_TABLE, PHYS(boot_l4) + L4_IMAGE_SLOT * 8

	/* Any CPU; ebp and esi become the arguments of start_function. */
	.globl enter_long_mode
enter_long_mode:
	movl	$PHYS(boot_l4), %eax
	movl	%eax, %cr3
	movl	$0x620, %eax			# PAE, OSFXSR, OSXMMEXCPT
	movl	%eax, %cr4
	movl	$0xc0000080, %ecx
	rdmsr
	orl	$0x901, %eax			# NXE, LME, SCE
	wrmsr
	movl	$0x80050033, %eax		# PG, AM, WP, NE, ET, MP, PE
	movl	%eax, %cr0
	lgdt	PHYS(boot_gdtr)
	ljmp	$0x08, $PHYS(start_long)

.Lrefuse:
	movl	%edi, %esi
	movl	$0xb8000, %edi
1:	lodsb
	testb	%al, %al
	jz	2f
	movb	$0x0f, %ah
	stosw
	movw	$0x3f8, %dx
	outb	%al, %dx
	jmp	1b
2:	hlt
	jmp	2b
no_lm_text:
	.asciz	"krypton: this processor has no 64-bit mode\n"
no_nx_text:
	.asciz	"krypton: this processor has no NX, or firmware has disabled it\n"

	.code64
start_long:
	movabsq	$1f, %rax
	jmp	*%rax
1:
	xorl	%eax, %eax
	movl	%eax, %ds
	movl	%eax, %es
	movl	%eax, %ss
	movl	%eax, %fs
	movl	%eax, %gs
	movq	start_stack(%rip), %rsp
	movl	%ebp, %edi
	movl	%esi, %esi
	xorl	%ebp, %ebp
	call	*start_function(%rip)
	ud2

	.section .data
	.balign 8
	.globl boot_gdt
boot_gdt:
	.quad	0
	.quad	0x00af9a000000ffff		# 64-bit code
	.quad	0x00cf92000000ffff
	.quad	0x00cf9a000000ffff		# 32-bit code: trampoline
boot_gdt_end:
	.globl boot_gdtr
boot_gdtr:
	.short	boot_gdt_end - boot_gdt - 1
	.quad	PHYS(boot_gdt)

	.balign 8
	.globl start_stack, start_function
start_stack:
	.quad	boot_block + CPU_BLOCK_SIZE - REGS_SIZE
start_function:
	.quad	boot_main

	.section .bss
	.balign CPU_BLOCK_SIZE
	.globl boot_block
boot_block:
	.skip	CPU_BLOCK_SIZE
	.balign 4096
	.globl boot_l4
boot_l4:
	.skip	4096
boot_l3:
	.skip	4096
image_l3:
	.skip	4096
boot_l2:
	.skip	4 * 4096
	.skip	512
boot_stack_end:
