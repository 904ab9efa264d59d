/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of calls, and what runs them. A row is one call: its words, which are
 * those of a 32-bit guest's structure, go to the start of the argument page, tokens among them and among the registers become
 * addresses and frames, and the line that comes out names all of it. The same
 * program runs as Dom0 and in the domain that Dom0 makes.
 */
#ifndef CONF_H
#define CONF_H

#include "domu.h"
#include <xen/nmi.h>
#include <xen/xenoprof.h>
#include <xen/hvm/hvm_op.h>
#include <xen/kexec.h>
#include <xen/argo.h>
#include <xen/hypfs.h>
#include <xen/pmu.h>
#include <xen/xsm/flask_op.h>
#include <xen/arch-x86/xen-mca.h>

/* Tokens: values that no call has otherwise. */
#define T_KIND(v)	((v) >> 24)
#define T_IS(v)		(T_KIND(v) >= 0x79 && T_KIND(v) <= 0x7e)
#define ARG		0x7e000000u		/* the argument page */
#define AT(word)	(ARG + 4 * (word))	/* a word of it */
#define VA(p)		(0x7d000000u | (p) << 12)	/* page p's address, */
#define VA_AT(p, o)	(VA(p) | (o))
#define ENTRY(p, f)	(0x7c000000u | (p) << 12 | (f))	/* entry for it, */
#define MFN(p)		(0x7b000000u | (p))		/* frame, */
#define PTE(p)		(0x7b010000u | (p))		/* address of its PTE */
#define CR3(p)		(0x7b020000u | (p))
#define BAD		0x7a000001u	/* an address of the hypervisor's */
#define HOLE		0x7a000002u	/* one where nothing is mapped */
#define READONLY	0x7a000003u	/* a page without the right to write */
#define ACROSS		0x7a000004u	/* 8 bytes before HOLE */
#define OTHER		0x7a000005u	/* another domain: DomU, Dom0 */
#define ME		0x7a000006u	/* one's own number */
#define CODE		0x7a000007u	/* some function of the kernel */
#define SELF_OTHER	0x7a000008u	/* DOMID_SELF, tables of OTHER */
/* Two words: the time of the row + n ms, n below 65536 */
#define NOW_MS(n)	(0x7a010000u | (n)), (0x7a020000u | (n))
#define AND_OTHER(n)	(0x7a030000u | (n))	/* n | OTHER << 16 */
#define AND_ME(n)	(0x7a040000u | (n))
#define OTHER_AND(n)	(0x7a050000u | (n))	/* OTHER | n << 16 */
#define SAVED(n)	(0x79000000u | (n))	/* what a row saved there */

#define SAVED_ENTRY(n, f)	(0x79100000u | (n) << 12 | (f))

/* Pages for VA(), ENTRY(), MFN(), PTE() */
#define PLAY		24u	/* 0 to 15 to play with, others to give up */
#define P_ROOT		24u
#define P_L2		25u
#define P_L1		26u		/* that maps the pages to play with */
#define P_SHARED	27u
#define P_OTHER		28u		/* a frame of the other domain's */
#define P_NONE		29u		/* a frame that is no memory */
#define P_XEN		30u		/* of the hypervisor's, mapped read-only */
#define P_VGA		31u
#define P_APIC		32u
#define P_CODE		33u
#define P_TOP_L2	34u		/* of a 32-bit guest */
#define P_L3		35u

struct row {
	const char *name, *note;
	u32 nr, flags;
	u32 a[5];
	const u32 *w;
	u32 n;
	u32 mask;		/* words of the answer that are not printed */
	u32 save;		/* SAVE(word, place) */
};
#define SAVE(word, place)	(0x80000000u | (word) << 8 | (place))

#define R_MASK_RC	1u	/* a good answer's value is not printed */
#define R_MASK_ALL	2u	/* nor what is in memory */
#define R_RESTORE	4u	/* put traps, tables and pages right after it */
#define R_DOM0		8u	/* not as a DomU */
#define R_DOMU		16u
#define R_QUIET		64u	/* words of the mask are not even named */
#define R_SAVE_RC	32u	/* what it gave is saved, not a word */

#define WORDS(...)	.w = (const u32[]){ __VA_ARGS__ }, \
			.n = sizeof((u32[]){ __VA_ARGS__ }) / 4
/* One call: number, name of the operation, what is special, registers. */
#define CALL(nr_, name_, note_, ...) \
	.name = name_, .note = note_, .nr = __HYPERVISOR_##nr_, \
	.a = { __VA_ARGS__ }
/* The operation is the first register and its argument the second one. */
#define OP(nr_, op_, note_, ...) \
	CALL(nr_, #op_, note_, op_, ARG), WORDS(__VA_ARGS__)
#define OPN(nr_, name_, op_, note_, ...) \
	CALL(nr_, name_, note_, op_, ARG), WORDS(__VA_ARGS__)
/* The same with the argument somewhere else. */
#define OP_AT(nr_, op_, note_, at_)	CALL(nr_, #op_, note_, op_, at_)

/* form.c: where the words of a row are in the argument page */
struct place {
	u16 offset, size;	/* size 0: not in this guest's structure */
};
void form_places(const struct row *r, struct place *to, u32 n);
u32 form_pairs(u32 nr);	/* bit i: argument i is two registers of 32 bits */

/* run.c */
void run_rows(const struct row *r, u32 n);
#define RUN(table)	run_rows(table, ARRAY_SIZE(table))
ulong token_value(u32 token);
ulong saved_value(u32 n);
/* Line of output: pieces, then its end. */
void out_text(const char *s);
void out_number(ulong v, u32 base);
void out_word(u32 v);		/* a token's name, or the number */
void out_answer(long rc);	/* an error's name, or the number */
void out_entry(u64 e);		/* the flags of a page-table entry */
void out_begin(const char *name);
void out_end(void);
void restore(void);
extern bool is_domu;
extern u32 other_domain, other_frame;
extern u8 play[PLAY][PAGE_SIZE], argument_page[PAGE_SIZE];

/*
 * Code of a line of a table that is included twice: what defines it, and where
 * it is.
 */
#define CODE_OF_LINE(insns)	LINE_CODE(__LINE__, insns);
#define LINE_CODE(line, insns)	LINE_CODE_(line, insns)
#define LINE_CODE_(line, insns)	DEFINE_CODE(line_##line, insns)
#define THE_CODE		LINE_NAMES(__LINE__)
#define LINE_NAMES(line)	LINE_NAMES_(line)
#define LINE_NAMES_(line)	line_##line, line_##line##_end

/*
 * 32/user.c, 64/user.c: bytes of code in user mode, until a trap; what came.
 * Addresses are below 4 GiB.
 */
#define SYSTEM_CALL	0x80		/* whose trap is the end */
struct came {
	u32 vector, error, eip, cs, eflags, esp, ss, eax, ebx, ecx, edx;
	u32 at;		/* the address; eip is from the code's start on */
};
const struct came *run_in_user(const u8 *code, u32 n, u32 eflags);
/* The same in the kernel's mode, ended by int $0x80. */
const struct came *run_in_kernel(const u8 *code, u32 n, u32 eflags);
u32 code_address(bool user);
#define RETURN_PLACE	256u	/* from there: int $0x80 */
/* "ok", if 'n' bytes were run to their end; else what stopped them. */
void out_came(const struct came *c, u32 n);
void put_code(u8 *page, const u8 *code, u32 n);

/* Registers of the width in code: push, pop and control registers need them. */
#if WIDTH == 32
#define KERNEL_RING	1u
#define AX		"%eax"
#define CX		"%ecx"
#define DX		"%edx"
#define SP		"%esp"
#define IRET		"iret"
#define IRET_TO_0	"push $2; push $0; push $0; iret"
#define XEN_PLACE	"0xfffff000"
#else
#define KERNEL_RING	3u
#define AX		"%rax"
#define CX		"%rcx"
#define DX		"%rdx"
#define SP		"%rsp"
#define IRET		"iretq"
#define IRET_TO_0	"push $0; push $0; push $2; push $0; push $0; iretq"
#define XEN_PLACE	"0xffff87fffffff000"
#endif
long set_iopl(u32 iopl);
extern u32 user_eax, user_ebx, user_ecx, user_edx;	/* at the start */

/* One a family */
void conf_version(void), conf_sched(void), conf_events(void), conf_vcpu(void);
void conf_mmu(void), conf_memory(void), conf_grants(void), conf_physdev(void);
void conf_platform(void), conf_domctl(void), conf_sysctl(void);
void conf_others(void), conf_insn(void), conf_registers(void);
void conf_ports(void), conf_selectors(void), conf_exceptions(void);

#endif
