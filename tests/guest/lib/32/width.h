/* SPDX-License-Identifier: GPL-2.0-only */
/* A 32-bit PV guest with PAE (xen/arch-x86/xen-x86_32.h); see guest.h. */
#ifndef WIDTH_H
#define WIDTH_H

#define WIDTH		32
#define GUEST_MAGIC	"xen-3.0-x86_32p"

#define LEVELS		3
#define PIN_ROOT	MMUEXT_PIN_L3_TABLE
#define PTE_ADDED	0ull

/* The ring of a kernel as CS shows it in a frame */
#define KERNEL_RPL	1u

/* Hypercalls in the code of a test's own domains, and as one instruction */
#define HYPERCALL	"int $0x82"
#define ASM_HC2(nr, a, b)						\
	"movl $" nr ", %eax; movl " a ", %ebx; movl " b ", %ecx; "	\
	HYPERCALL "\n"

/* Tables of a domain that a test makes: page, entry, what it names, flags */
#define DOMU_LINKS							\
	{ 0, 0, 1, PTE_P }, { 0, 1, 2, PTE_P }, { 0, 2, 3, PTE_P },	\
	{ 0, 3, 4, PTE_P }, { 1, 0, 5, PTE_RWP }

struct trap_frame {
	ulong edi, esi, ebp, ebx, edx, ecx, eax;
	ulong vector, error;
	ulong eip, cs, eflags, esp, ss;	/* esp, ss from ring 3 only */
};

/* The event mask of before, which the hypervisor saves beside CS */
static inline u32 frame_mask(const struct trap_frame *f)
{
	return f->cs >> 16 & 0xff;
}

#endif
