/* SPDX-License-Identifier: GPL-2.0-only */
/* The decoder of guest instructions that the hypervisor emulates. */
#ifndef KRYPTON_INSN_H
#define KRYPTON_INSN_H

enum insn_op {
	INSN_OTHER,		/* none of the following */
	INSN_INT, INSN_UD2, INSN_XSETBV,
	/* allowed if the guest's I/O privilege level is high enough */
	INSN_CLI, INSN_STI, INSN_IN, INSN_OUT, INSN_INS, INSN_OUTS,
	/* allowed to the guest's kernel only */
	INSN_KERNEL,
	INSN_CLTS = INSN_KERNEL, INSN_WBINVD, INSN_RDTSC, INSN_RDTSCP,
	INSN_CPUID, INSN_RDMSR, INSN_WRMSR, INSN_READ_CR,
	INSN_READ_DR, INSN_WRITE_CR, INSN_WRITE_DR,
	/* write to memory */
	INSN_WRITES,
	INSN_MOV = INSN_WRITES, INSN_XCHG, INSN_AND, INSN_OR, INSN_BTR,
	INSN_BTS, INSN_CMPXCHG, INSN_CMPXCHG8B,
	INSN_OPS
};

struct insn {
	u8 op;			/* enum insn_op */
	u8 length;
	u8 width;		/* of the operand, in bytes */
	u8 address;		/* width of an address, in bytes */
	bool long_code;		/* 64-bit code */
	u8 prefixes;
#define INSN_WIDTH	1u	/* operand-size override */
#define INSN_ADDRESS	2u	/* address-size override */
#define INSN_LOCK	4u
#define INSN_REP	8u
	u8 rex;			/* the REX prefix; 0: none */
	bool memory;		/* an operand is in memory, at: */
	u8 segment;		/* SEG_* */
	u64 offset;		/* in this segment */
	u8 reg, rm;		/* numbers of the register operands */
	bool immediate;
	s64 imm;
	u64 next;		/* IP of the next instruction */
};

/*
 * Decode the instruction at r->ip of the vCPU that runs. 0; -EINVAL: it is longer
 * than 15 bytes or leaves the code segment; -EFAULT: the guest has unmapped it
 * since it faulted. After -EFAULT the guest must run the instruction again, so
 * that the processor raises the page fault.
 */
int insn_decode(const struct vcpu *v, struct regs *r, struct insn *i);
/*
 * The same in a given code segment: 'limit' is the offset of its last byte, and
 * 'mode' its address size in bytes: 2, 4 or 8. With 8, 'base' is ignored.
 */
int insn_decode_in(u64 base, u64 limit, u32 mode, struct regs *r,
		   struct insn *i);

/* The general register that has this number in instructions. */
u64 *insn_gpr(struct regs *r, u32 n);
/*
 * Read or write as much of register n as the operand is wide. A byte operand
 * may be AH, CH, DH or BH.
 */
u64 insn_get_reg(struct regs *r, const struct insn *i, u32 n);
void insn_set_reg(struct regs *r, const struct insn *i, u32 n, u64 value);

/* The bits of an operand of at most eight bytes. */
static inline u64 insn_mask(const struct insn *i)
{
	return ~0ull >> (64 - i->width * 8);
}

#endif
