/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Entries of both widths: one for each vector, and those for events and
 * failsafe, which have numbers above them. A width's entry.S first defines the
 * macro take_frame, which removes what the hypervisor put below the
 * processor's frame, and then uses make_stubs. At "common" the stack has the
 * entry's number, an error code and the processor's frame.
 */
#ifndef STUBS_H
#define STUBS_H

#define ENTRY_EVENT	0x100
#define ENTRY_FAILSAFE	0x101

#ifdef __ASSEMBLY__
#define STUB_SIZE	16
/* Vectors with an error code: #DF, #TS to #PF, #AC, #CP. */
#define ERROR_VECTORS	((1 << 8) | (0x1f << 10) | (1 << 17) | (1 << 21))

	.macro	make_stubs
	.balign	STUB_SIZE
stubs:
	vec = 0
	.rept	256
	.balign	STUB_SIZE
	take_frame
	has_error = 0
	.if	vec < 32
	has_error = (ERROR_VECTORS >> vec) & 1
	.endif
	.if	!has_error
	push	$0
	.endif
	push	$vec
	jmp	common
	vec = vec + 1
	.endr

	.globl	event_entry
event_entry:
	take_frame
	push	$0
	push	$ENTRY_EVENT
	jmp	common

	.section .rodata
	.balign	8
	.globl	trap_entries
trap_entries:
	vec = 0
	.rept	256
	.dc.a	stubs + vec * STUB_SIZE
	vec = vec + 1
	.endr
	.text
	.endm
#endif

#endif
