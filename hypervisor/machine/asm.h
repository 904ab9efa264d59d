/* SPDX-License-Identifier: GPL-2.0-only */
/* Selectors of the hypervisor's GDT page and vectors, for C and assembler. */
#ifndef KRYPTON_ASM_H
#define KRYPTON_ASM_H

#define HV_GDT_BASE	0xe000	/* FIRST_RESERVED_GDT_BYTE of xen.h */
#define SEL_HV_CS	0xe008
#define SEL_R1_CS	0xe019
#define SEL_R1_DS	0xe021
#define SEL_R3_CS	0xe02b
#define SEL_R3_DS	0xe033
/* In the page that vCPUs of 64-bit guests have; kernel and user alike. */
#define SEL_64_CS32	0xe023
#define SEL_64_DS	0xe02b
#define SEL_64_CS	0xe033
#define SEL_TSS		0xe040
#define SEL_LDT		0xe050
#define HV_GDT_LIMIT	0xe05f

/* The exceptions that push an error code */
#define ERROR_VECTORS	((1 << 8) | (0x1f << 10) | (1 << 17) | (1 << 21) | \
			 (1 << 29) | (1 << 30))
#define VEC_GUEST_SYSCALL	0x80
#define VEC_HYPERCALL	0x82
#define VEC_SYSENTER	0x100	/* pseudo vectors of the fast entries */
#define VEC_SYSCALL32	0x101
#define VEC_SYSCALL	0x102		/* from 64-bit code */
#define VEC_TIMER	0xf0
#define VEC_EVENT_IPI	0xf1
#define VEC_FLUSH_IPI	0xf2
#define VEC_SPURIOUS	0xff

#endif
