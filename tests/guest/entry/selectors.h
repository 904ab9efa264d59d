/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Selectors of an iret frame: those that no one may return to, with the fault that
 * this is, and some that are good. The entries of our GDT come first.
 */
enum { ABSENT_CODE = 1, ABSENT_DATA, READ_ONLY, CONFORMING, CODE, DATA };
#define GDT_ENTRIES	512u

#define RING3(selector)	((selector) | 3)
#define NAMES(selector)	((selector) & ~3)	/* as an error code */
#define NO_LDT		LDT_SELECTOR(0, 3)
#define NO_ENTRY	0x2003
#define PAST_GDT	0xfff3
#define GOOD_CS		FLAT_USER_CS
#define GOOD_SS		FLAT_USER_SS
/* QEMU raises #NP for a stack that is not present, a processor #SS. */
#define ABSENT_SS	99u

/* Code and data of user mode, and what is the kernel's alone */
#if WIDTH == 32
#define DATA_AS_CODE	FLAT_USER_DS
#define KERNELS								\
	{ RING3(FLAT_KERNEL_CS), GOOD_SS, X86_TRAP_GP,			\
	  NAMES(FLAT_KERNEL_CS) },					\
	{ GOOD_CS, RING3(FLAT_KERNEL_DS), X86_TRAP_GP,			\
	  NAMES(FLAT_KERNEL_DS) },					\
	{ GOOD_CS, FLAT_KERNEL_DS, X86_TRAP_GP, NAMES(FLAT_KERNEL_DS) }
#define UPPER_PARTS	0xabcd0000, 0x12340000
#else
#define DATA_AS_CODE	FLAT_USER_DS32
/* All segments are of ring 3, and an RPL below that counts as 3. */
#define KERNELS								\
	{ FLAT_USER_CS32, GOOD_SS, SYSTEM_CALL, 0 },			\
	{ GOOD_CS, SELECTOR(DATA, 0), SYSTEM_CALL, 0 }
#define UPPER_PARTS	0xabcdabcdabcd0000, 0x1234123412340000
#endif

static const struct {
	ulong cs, ss;
	u32 vector, error;
} selectors[] = {
	{ RING3(0), GOOD_SS, X86_TRAP_GP, 0 },
	{ DATA_AS_CODE, GOOD_SS, X86_TRAP_GP, NAMES(DATA_AS_CODE) },
	{ RING3(XEN_CS), GOOD_SS, X86_TRAP_GP, XEN_CS },
	{ RING3(XEN_TSS), GOOD_SS, X86_TRAP_GP, XEN_TSS },
	{ RING3(XEN_LDT), GOOD_SS, X86_TRAP_GP, XEN_LDT },
	{ NO_LDT, GOOD_SS, X86_TRAP_GP, NAMES(NO_LDT) },
	{ NO_ENTRY, GOOD_SS, X86_TRAP_GP, NAMES(NO_ENTRY) },
	{ PAST_GDT, GOOD_SS, X86_TRAP_GP, NAMES(PAST_GDT) },
	{ GOOD_CS, RING3(0), X86_TRAP_GP, 0 },
	{ GOOD_CS, 0, X86_TRAP_GP, 0 },
	{ GOOD_CS, GOOD_CS, X86_TRAP_GP, NAMES(GOOD_CS) },
	{ GOOD_CS, RING3(XEN_DS), X86_TRAP_GP, XEN_DS },
	{ GOOD_CS, RING3(XEN_TSS), X86_TRAP_GP, XEN_TSS },
	{ GOOD_CS, PAST_GDT, X86_TRAP_GP, NAMES(PAST_GDT) },
	{ SELECTOR(ABSENT_CODE, 3), GOOD_SS, X86_TRAP_NP,
	  SELECTOR(ABSENT_CODE, 0) },
	{ GOOD_CS, SELECTOR(ABSENT_DATA, 3), ABSENT_SS,
	  SELECTOR(ABSENT_DATA, 0) },
	{ GOOD_CS, SELECTOR(READ_ONLY, 3), X86_TRAP_GP,
	  SELECTOR(READ_ONLY, 0) },
	/* Conforming code of the kernel's ring: what asks for ring 3 gets it. */
	{ SELECTOR(CONFORMING, 3), GOOD_SS, SYSTEM_CALL, 0 },
	{ SELECTOR(CODE, 3), SELECTOR(DATA, 3), SYSTEM_CALL, 0 },
	KERNELS,
	/* The upper parts of the words do not count; see test_selectors(). */
	{ GOOD_CS, GOOD_SS, SYSTEM_CALL, 0 },
};
