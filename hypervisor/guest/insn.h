/* SPDX-License-Identifier: GPL-2.0-only */
/* Instructions of the guest that the hypervisor carries out in its place. */
#ifndef KRYPTON_INSN_H
#define KRYPTON_INSN_H

enum insn_op {
	INSN_OTHER,		/* not one of these */
	INSN_INT, INSN_UD2,
	/* The guest's I/O privilege decides. */
	INSN_CLI, INSN_STI, INSN_IN, INSN_OUT, INSN_INS, INSN_OUTS,
	/* The guest's kernel alone may. */
	INSN_KERNEL,
	INSN_CLTS = INSN_KERNEL, INSN_WBINVD, INSN_RDTSC, INSN_RDTSCP,
	INSN_CPUID, INSN_RDMSR, INSN_WRMSR, INSN_XSETBV, INSN_READ_CR,
	INSN_READ_DR, INSN_WRITE_CR, INSN_WRITE_DR,
	/* They write to memory. */
	INSN_WRITES,
	INSN_MOV = INSN_WRITES, INSN_XCHG, INSN_AND, INSN_OR, INSN_BTR,
	INSN_BTS, INSN_CMPXCHG, INSN_CMPXCHG8B,
	INSN_OPS
};

struct insn {
	u8 op;			/* enum insn_op */
	u8 length;
	u8 width;		/* of the operand, in bytes */
	u8 address;		/* of an address, in bytes */
	bool long_code;		/* 64-bit code */
	u8 prefixes;
#define INSN_WIDTH	1u	/* the other width */
#define INSN_ADDRESS	2u	/* the other width of addresses */
#define INSN_LOCK	4u
#define INSN_REP	8u
	u8 rex;			/* in 64-bit code, 0 for none */
	bool memory;		/* there is an operand in memory: */
	u8 segment;		/* SEG_* */
	u64 offset;		/* in this segment */
	u8 reg, rm;		/* the register operands, by number */
	bool immediate;
	s64 imm;
	u64 next;		/* IP behind the instruction */
};

/*
 * Decode the instruction at r->ip. -EINVAL: there is none of at most 15 bytes
 * within the code segment; -EFAULT: the guest has unmapped it since it faulted,
 * and is to run it again, so that the processor raises the page fault.
 */
int insn_decode(const struct vcpu *v, struct regs *r, struct insn *i);
/*
 * The same in a code segment that the caller knows: its last byte is at
 * 'limit', and addresses have 2, 4 or 8 bytes. 64-bit code has no base.
 */
int insn_decode_in(u64 base, u64 limit, u32 mode, struct regs *r,
		   struct insn *i);

/* A general register by its number in instructions. */
u64 *insn_gpr(struct regs *r, u32 n);
/* As much of it as the operand has: it may be AH, CH, DH or BH. */
u64 insn_get_reg(struct regs *r, const struct insn *i, u32 n);
void insn_set_reg(struct regs *r, const struct insn *i, u32 n, u64 value);

/* Of an operand of at most eight bytes. */
static inline u64 insn_mask(const struct insn *i)
{
	return ~0ull >> (64 - i->width * 8);
}

#endif
