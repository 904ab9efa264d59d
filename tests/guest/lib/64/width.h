/* SPDX-License-Identifier: GPL-2.0-only */
/* A 64-bit PV guest (xen/arch-x86/xen-x86_64.h); see guest.h. */
#ifndef WIDTH_H
#define WIDTH_H

#define WIDTH		64
#define GUEST_MAGIC	"xen-3.0-x86_64"

#define LEVELS		4
#define PIN_ROOT	MMUEXT_PIN_L4_TABLE
/* A kernel's pages are user pages to the processor; Xen marks them. */
#define PTE_ADDED	(PTE_US | 1ull << 52)

#define KERNEL_RPL	0u

#define HYPERCALL	"syscall"
#define ASM_HC2(nr, a, b)						\
	"movl $" nr ", %eax; movl " a ", %edi; movl " b ", %esi; "	\
	HYPERCALL "\n"

#define DOMU_LINKS							\
	{ 0, 0, 1, PTE_RWP }, { 1, 0, 2, PTE_RWP }, { 2, 0, 5, PTE_RWP }

/* The names of registers are those that cpu_user_regs has at both widths. */
struct trap_frame {
	ulong r15, r14, r13, r12, r11, r10, r9, r8;
	ulong edi, esi, ebp, ebx, edx, ecx, eax;
	ulong vector, error;
	ulong eip, cs, eflags, esp, ss;
};

static inline u32 frame_mask(const struct trap_frame *f)
{
	return f->cs >> 32 & 0xff;
}

#endif
