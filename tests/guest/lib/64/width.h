/* SPDX-License-Identifier: GPL-2.0-only */
/* A 64-bit PV guest (xen/arch-x86/xen-x86_64.h); see lib/32/width.h. */
#ifndef WIDTH_H
#define WIDTH_H

#define WIDTH		64
#define GUEST_MAGIC	"xen-3.0-x86_64"

#define HYPERVISOR_PAGE	0xffff87fffffff000ul

#define LEVELS		4
#define PIN_ROOT	MMUEXT_PIN_L4_TABLE
/* To the processor a kernel's pages are user pages; bit 52 tells them apart. */
#define PTE_ADDED	(PTE_US | 1ull << 52)

#define FLAT_SELECTORS	\
	NAMED(FLAT_RING3_CS32), NAMED(FLAT_RING3_DS32),	\
	NAMED(FLAT_RING3_CS64)

#define KERNEL_RPL	0u

#define R(name)		"%%r" #name
#define FAR_RETURN	"lretq"

static inline __attribute__((always_inline)) long
raw_hypercall(u32 nr, ulong a, ulong b, ulong c, ulong d, ulong e)
{
	register ulong r10 __asm__("r10") = d;
	register ulong r8 __asm__("r8") = e;
	long rc = (long)nr;

	__asm__ volatile("syscall" : "+a" (rc), "+D" (a), "+S" (b), "+d" (c),
			 "+r" (r10), "+r" (r8) :: "rcx", "r11", "memory");
	return rc;
}

static inline __attribute__((always_inline)) long
raw_set_pte(ulong at, u64 value, ulong flags)
{
	return raw_hypercall(__HYPERVISOR_update_va_mapping, at, value, flags,
			     0, 0);
}

#define HYPERCALL_BETWEEN(before, nr, a, b, after) ({			\
	long rc_ = nr;							\
	__asm__ volatile(before "syscall\n" after : "+a" (rc_)		\
			 : "D" ((ulong)(a)), "S" ((ulong)(b))		\
			 : "rcx", "r11", "memory", "cc");		\
	rc_;								\
})

#define ASM_HYPERCALL(nr, a, b)						\
	"movl $" STRING(nr) ", %eax; movl $" STRING(a) ", %edi;"	\
	"movl $" STRING(b) ", %esi; syscall\n"

#define DOMU_LINKS							\
	{ 0, 0, 1, PTE_RWP }, { 1, 0, 2, PTE_RWP }, { 2, 0, 5, PTE_RWP }

#define DOMU_TABLES	{ 0, 1, 2, 5 }

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
