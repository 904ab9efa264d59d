/* SPDX-License-Identifier: GPL-2.0-only */
/* A 32-bit PV guest with PAE (xen/arch-x86/xen-x86_32.h); see guest.h. */
#ifndef WIDTH_H
#define WIDTH_H

#define WIDTH		32
#define GUEST_MAGIC	"xen-3.0-x86_32p"

/* The last page that no guest may name */
#define HYPERVISOR_PAGE	0xfffff000ul

/* Page tables, and what the hypervisor adds to a kernel's level-1 entries */
#define LEVELS		3
#define PIN_ROOT	MMUEXT_PIN_L3_TABLE
#define PTE_ADDED	0ull

/* Selectors that guests have from the start, for lib/names.c */
#define FLAT_SELECTORS	\
	NAMED(FLAT_RING1_CS), NAMED(FLAT_RING1_DS),	\
	NAMED(FLAT_RING3_CS), NAMED(FLAT_RING3_DS)

/* The ring of a kernel as CS shows it in a frame */
#define KERNEL_RPL	1u

/* A whole register in an asm statement: R(sp) is %esp */
#define R(name)		"%%e" #name
/* To CS and an address, as wide as those, on the stack */
#define FAR_RETURN	"lretl"

/*
 * Hypercalls without the page: for code that runs in another domain, between
 * other instructions, and in assembly outside of functions.
 */
static inline __attribute__((always_inline)) long
raw_hypercall(u32 nr, ulong a, ulong b, ulong c, ulong d, ulong e)
{
	long rc = (long)nr;

	__asm__ volatile("int $0x82" : "+a" (rc), "+b" (a), "+c" (b), "+d" (c),
			 "+S" (d), "+D" (e) :: "memory");
	return rc;
}

/* update_va_mapping of such code */
static inline __attribute__((always_inline)) long
raw_set_pte(ulong at, u64 value, ulong flags)
{
	return raw_hypercall(__HYPERVISOR_update_va_mapping, at, (u32)value,
			     (u32)(value >> 32), flags, 0);
}

#define HYPERCALL_BETWEEN(before, nr, a, b, after) ({			\
	long rc_ = nr;							\
	__asm__ volatile(before "int $0x82\n" after : "+a" (rc_)	\
			 : "b" ((ulong)(a)), "c" ((ulong)(b))		\
			 : "memory", "cc");				\
	rc_;								\
})

#define ASM_HYPERCALL(nr, a, b)						\
	"movl $" STRING(nr) ", %eax; movl $" STRING(a) ", %ebx;"	\
	"movl $" STRING(b) ", %ecx; int $0x82\n"

/* Tables of a domain that a test makes: page, entry, what it names, flags */
#define DOMU_LINKS							\
	{ 0, 0, 1, PTE_P }, { 0, 1, 2, PTE_P }, { 0, 2, 3, PTE_P },	\
	{ 0, 3, 4, PTE_P }, { 1, 0, 5, PTE_RWP }

/* All pages that are tables then */
#define DOMU_TABLES	{ 0, 1, 2, 3, 4, 5 }

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
