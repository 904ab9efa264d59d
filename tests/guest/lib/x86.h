/* SPDX-License-Identifier: GPL-2.0-only */
/* Names for what the processor defines: vectors, error codes, flags, bits. */
#ifndef X86_H
#define X86_H

#define X86_TRAP_DE		0	/* divide */
#define X86_TRAP_DB		1	/* debug */
#define X86_TRAP_NMI		2
#define X86_TRAP_BP		3	/* int3 */
#define X86_TRAP_OF		4	/* into */
#define X86_TRAP_BR		5	/* bound */
#define X86_TRAP_UD		6	/* invalid opcode */
#define X86_TRAP_NM		7	/* no FPU at hand */
#define X86_TRAP_DF		8
#define X86_TRAP_TS		10	/* invalid TSS */
#define X86_TRAP_NP		11	/* segment not present */
#define X86_TRAP_SS		12	/* stack segment */
#define X86_TRAP_GP		13	/* general protection */
#define X86_TRAP_PF		14	/* page fault */
#define X86_TRAP_MF		16	/* x87 error */
#define X86_TRAP_AC		17	/* alignment */
#define X86_TRAP_MC		18
#define X86_TRAP_XF		19	/* SIMD error */
#define X86_TRAP_CP		21	/* control protection */
#define NO_TRAP			(-1)

/* Error code of a page fault */
#define X86_PF_PROT		1u	/* the page is there */
#define X86_PF_WRITE		2u
#define X86_PF_USER		4u

#define X86_EFLAGS_CF		0x1
#define X86_EFLAGS_FIXED	0x2
#define X86_EFLAGS_PF		0x4
#define X86_EFLAGS_AF		0x10
#define X86_EFLAGS_ZF		0x40
#define X86_EFLAGS_SF		0x80
#define X86_EFLAGS_TF		0x100
#define X86_EFLAGS_IF		0x200
#define X86_EFLAGS_DF		0x400
#define X86_EFLAGS_OF		0x800
#define X86_EFLAGS_IOPL		0x3000
#define X86_EFLAGS_NT		0x4000
#define X86_EFLAGS_RF		0x10000
#define X86_EFLAGS_VM		0x20000
#define X86_EFLAGS_AC		0x40000
#define X86_EFLAGS_ID		0x200000
/* What arithmetic changes, and what user mode may change. */
#define X86_EFLAGS_ARITHMETIC	(X86_EFLAGS_CF | X86_EFLAGS_PF | \
				 X86_EFLAGS_AF | X86_EFLAGS_ZF | \
				 X86_EFLAGS_SF | X86_EFLAGS_OF)
#define X86_EFLAGS_USER		(X86_EFLAGS_ARITHMETIC | X86_EFLAGS_DF | \
				 X86_EFLAGS_NT | X86_EFLAGS_AC | X86_EFLAGS_ID)

#define X86_CR0_PE		0x1u
#define X86_CR0_EM		0x4u
#define X86_CR0_TS		0x8u
#define X86_CR0_WP		0x10000u
#define X86_CR0_PG		0x80000000u
#define X86_CR4_TSD		0x4u
#define X86_CR4_DE		0x8u
#define X86_CR4_PAE		0x20u
#define X86_CR4_MCE		0x40u
#define X86_CR4_OSFXSR		0x200u
#define X86_CR4_OSXMMEXCPT	0x400u
#define X86_CR4_FSGSBASE	0x10000u
#define X86_CR4_OSXSAVE		0x40000u

/* Debug registers as they are at reset, and bits of theirs */
#define DR6_RESET		0xffff0ff0
#define DR6_HIT0		0x1u	/* of the breakpoint in DR0 */
#define DR6_STEP		0x4000u
#define DR7_RESET		0x400
#define DR7_DETECT		0x2000u	/* general detect */
#define DR7_RESERVED		0xd800u
#define DR7_LOCAL(n)		(1u << (n) * 2)
#define DR7_GLOBAL(n)		(2u << (n) * 2)
#define DR7_TYPE(n, type)	((u32)(type) << (16 + (n) * 4))
#define DR7_EXECUTE		0u
#define DR7_WRITE		1u
#define DR7_PORT		2u
#define DR7_ACCESS		3u
#define DR7_LENGTH(n, length)	((u32)(length) << (18 + (n) * 4))
#define DR7_1			0u
#define DR7_2			1u
#define DR7_8			2u
#define DR7_4			3u

#define MSR_TSC			0x10
#define MSR_APIC_BASE		0x1b
#define MSR_MPERF		0xe7
#define MSR_APERF		0xe8
#define MSR_MPERF_RO		0xc00000e7
#define MSR_APERF_RO		0xc00000e8
#define APIC_DEFAULT_BASE	0xfee00000u
#define APIC_BASE_ENABLE	0x800u
#define APIC_BASE_BSP		0x100u

#define MSR_EFER		0xc0000080
#define EFER_NX			0x800u
#define MSR_LSTAR		0xc0000082
#define MSR_SYSENTER_EIP	0x176
#define MSR_FS_BASE		0xc0000100
#define MSR_GS_BASE		0xc0000101
#define MSR_KERNEL_GS_BASE	0xc0000102
#define MSR_TSC_AUX		0xc0000103

/* A selector: a descriptor's index, its table, the privilege asked for */
#define SELECTOR(index, rpl)	((index) << 3 | (rpl))
#define LDT_SELECTOR(index, rpl)	((index) << 3 | 4 | (rpl))

/* A segment's descriptor: flags, and flat ones of 32 bits */
#define DESC_A			(1ull << 40)	/* accessed */
#define DESC_RW			(1ull << 41)	/* data: writable */
#define DESC_CONFORMING		(1ull << 42)
#define DESC_EXPAND_DOWN	(1ull << 42)	/* data: the same bit */
#define DESC_CODE		(1ull << 43)
#define DESC_S			(1ull << 44)	/* code or data */
#define DESC_DPL(n)		((u64)(n) << 45)
#define DESC_P			(1ull << 47)
#define DESC_L			(1ull << 53)	/* code of 64 bits */
#define DESC_B			(1ull << 54)	/* 32 bits */
#define DESC_G			(1ull << 55)	/* the limit counts pages */
#define DESC_LIMIT(n)		((u64)((n) & 0xffff) | (u64)((n) >> 16) << 48)
#define DESC_BASE(a)		((u64)((a) & 0xffffff) << 16 | \
				 (u64)((a) >> 24) << 56)
#define DESC_FLAT		(DESC_G | DESC_B | DESC_LIMIT(0xfffffu))
#define FLAT_DATA(dpl) \
	(DESC_FLAT | DESC_P | DESC_DPL(dpl) | DESC_S | DESC_RW | DESC_A)
#define FLAT_CODE(dpl)		(FLAT_DATA(dpl) | DESC_CODE)

/* Other descriptors: of a type, and gates to a selector */
#define DESC_SYSTEM(type)	(DESC_P | (u64)(type) << 40)
#define DESC_GATE(type, dpl, selector) \
	(DESC_SYSTEM(type) | DESC_DPL(dpl) | (u64)(selector) << 16)
#define TYPE_LDT		2
#define TYPE_TASK_GATE		5
#define TYPE_TSS		9
#define TYPE_BUSY_TSS		11
#define TYPE_CALL_GATE		12
#define TYPE_INT_GATE		14
#define TYPE_TRAP_GATE		15

#define PTE_P			1ull
#define PTE_RW			2ull
#define PTE_US			4ull
#define PTE_PWT			8ull
#define PTE_PCD			0x10ull
#define PTE_A			0x20ull
#define PTE_D			0x40ull
#define PTE_PSE			0x80ull
#define PTE_PAT			0x80ull		/* of level 1 */
#define PTE_G			0x100ull
#define PTE_AVAIL		0xe00ull	/* three bits for the guest */
#define PTE_NX			(1ull << 63)

#endif
