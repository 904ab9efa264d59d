/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Bits and numbers of registers: segments, flags, CR0, CR4, DR6, DR7, MSRs; and
 * of CPUID.
 */
#ifndef KRYPTON_CPU_BITS_H
#define KRYPTON_CPU_BITS_H

/* The segment registers, as instructions number them. */
enum { SEG_ES, SEG_CS, SEG_SS, SEG_DS, SEG_FS, SEG_GS };

#define FLAGS_CF	0x00000001u
#define FLAGS_TF	0x00000100u
#define FLAGS_IF	0x00000200u
#define FLAGS_DF	0x00000400u
#define FLAGS_IOPL	0x00003000u
#define FLAGS_NT	0x00004000u
#define FLAGS_RF	0x00010000u
#define FLAGS_VM	0x00020000u
#define FLAGS_AC	0x00040000u
/* What a guest may choose: ID, AC, RF, NT, OF DF TF SF ZF AF PF CF. */
#define FLAGS_GUEST	0x00254dd5u

#define CR0_PE		BIT(0)
#define CR0_MP		BIT(1)
#define CR0_TS		BIT(3)
#define CR0_ET		BIT(4)
#define CR0_NE		BIT(5)
#define CR0_WP		BIT(16)
#define CR0_AM		BIT(18)
#define CR0_PG		BIT(31)
/* As a guest reads it, but for TS. */
#define CR0_FIXED	(CR0_PE | CR0_MP | CR0_ET | CR0_NE | CR0_WP | \
			 CR0_AM | CR0_PG)
#define CR4_TSD		BIT(2)
#define CR4_DE		BIT(3)
#define CR4_PAE		BIT(5)
#define CR4_MCE		BIT(6)
#define CR4_OSFXSR	BIT(9)
#define CR4_OSXMMEXCPT	BIT(10)
#define CR4_FSGSBASE	BIT(16)
#define CR4_OSXSAVE	BIT(18)
#define CR4_SMEP	BIT(20)

/* Leaf 1, in ECX */
#define CPUID_XSAVE		BIT(26)
#define CPUID_HYPERVISOR	BIT(31)	/* there is one below */

#define DR6_FIXED	0xffff0ff0u
#define DR6_STEP	0x4000u
#define DR7_FIXED	0x400u

#define MSR_TSC		0x10
#define MSR_APIC_BASE	0x1b
#define MSR_PLATFORM_INFO	0xce
#define MSR_ARCH_CAPABILITIES	0x10a
#define MSR_SYSENTER_CS	0x174
#define MSR_SYSENTER_ESP	0x175
#define MSR_SYSENTER_EIP	0x176
#define MSR_PAT		0x277
#define MSR_EFER	0xc0000080
#define MSR_STAR	0xc0000081
#define MSR_LSTAR	0xc0000082
#define MSR_CSTAR	0xc0000083
#define MSR_SFMASK	0xc0000084
#define MSR_FS_BASE	0xc0000100
#define MSR_GS_BASE	0xc0000101
#define MSR_KERNEL_GS_BASE	0xc0000102	/* what SWAPGS gives */
#define MSR_TSC_AUX	0xc0000103

#endif
