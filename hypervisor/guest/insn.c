// SPDX-License-Identifier: GPL-2.0-only
/*
 * The instruction decoder. It reads bytes of the guest's code segment and fills
 * a struct insn, by tables of opcodes and opcode groups. It knows only the
 * instructions that the hypervisor emulates, in 16-, 32- and 64-bit code. It
 * reads registers to compute the address of a memory operand, and changes no
 * guest state.
 *
 * The decoder never interprets more bytes than the processor fetched before the
 * fault: it stops behind an opcode that it does not know. The exception is ud2,
 * whose operand only the hypervisor interprets.
 *
 * Encoding: Intel's manual, volume 2, chapter 2 and appendix A.
 */
#include "guest/insn.h"
#include "guest/segment.h"

#define MAX_LENGTH	15
#define NO_SEGMENT	0xff

/* Numbers of the registers that occur in addresses. */
enum { BX = 3, SP, BP, SI, DI, NO_REG = 16 };
/* REX bits: the fourth bit of a register number, or a 64-bit operand. */
enum { REX_B = 1, REX_X = 2, REX_R = 4, REX_W = 8 };

/* The bytes that follow an opcode, and the kind of its operands. */
enum form {
	IMM_SIZE = 7,	/* mask: size of the immediate in bytes */
	IMM8 = 1,
	IMM = 4,	/* as wide as the operand, at most four */
	MARK = 5,	/* of the forced-emulation prefix */
	MODRM = 8,
	PAIR = 16,	/* the even opcode has a byte operand */
	REGS = 32,	/* ModRM names registers, whatever its mode is */
	BITS = 64,	/* the register operand is a bit offset in memory */
	PORT = 128,	/* the operand is at most four bytes wide */
};

/* Values of opcode.op that are no instruction. */
enum {
	/* a group: the reg field of ModRM selects one of eight instructions */
	GROUP1 = INSN_OPS, GROUP7, GROUP8, GROUP9, GROUP11,
	PREFIX,		/* opcode.form is its bit in insn.prefixes */
	OVERRIDE,	/* opcode.form is the segment */
};

static const u8 groups[][8] = {
	[GROUP1 - INSN_OPS] = { [1] = INSN_OR, [4] = INSN_AND },
	[GROUP7 - INSN_OPS] = { [2] = INSN_XSETBV, [7] = INSN_RDTSCP },
	[GROUP8 - INSN_OPS] = { [5] = INSN_BTS, [6] = INSN_BTR },
	[GROUP9 - INSN_OPS] = { [1] = INSN_CMPXCHG8B },
	[GROUP11 - INSN_OPS] = { [0] = INSN_MOV },
};

#define TWO	0x100		/* opcodes after the byte 0f */

static const struct opcode {
	u8 op, form;
} opcodes[512] = {
	[0x08 ... 0x09] = { INSN_OR, MODRM | PAIR },
	[0x20 ... 0x21] = { INSN_AND, MODRM | PAIR },
	[0x26] = { OVERRIDE, SEG_ES }, [0x2e] = { OVERRIDE, SEG_CS },
	[0x36] = { OVERRIDE, SEG_SS }, [0x3e] = { OVERRIDE, SEG_DS },
	[0x64] = { OVERRIDE, SEG_FS }, [0x65] = { OVERRIDE, SEG_GS },
	[0x66] = { PREFIX, INSN_WIDTH }, [0x67] = { PREFIX, INSN_ADDRESS },
	[0x6c ... 0x6d] = { INSN_INS, PAIR | PORT },
	[0x6e ... 0x6f] = { INSN_OUTS, PAIR | PORT },
	[0x80 ... 0x81] = { GROUP1, MODRM | PAIR | IMM },
	[0x83] = { GROUP1, MODRM | IMM8 },
	[0x86 ... 0x87] = { INSN_XCHG, MODRM | PAIR },
	[0x88 ... 0x89] = { INSN_MOV, MODRM | PAIR },
	[0xc6 ... 0xc7] = { GROUP11, MODRM | PAIR | IMM },
	[0xcd] = { INSN_INT, IMM8 },
	[0xe4 ... 0xe5] = { INSN_IN, PAIR | PORT | IMM8 },
	[0xe6 ... 0xe7] = { INSN_OUT, PAIR | PORT | IMM8 },
	[0xec ... 0xed] = { INSN_IN, PAIR | PORT },
	[0xee ... 0xef] = { INSN_OUT, PAIR | PORT },
	[0xf0] = { PREFIX, INSN_LOCK }, [0xf2 ... 0xf3] = { PREFIX, INSN_REP },
	[0xfa] = { INSN_CLI, 0 }, [0xfb] = { INSN_STI, 0 },
	[TWO | 0x01] = { GROUP7, MODRM },
	[TWO | 0x06] = { INSN_CLTS, 0 }, [TWO | 0x09] = { INSN_WBINVD, 0 },
	[TWO | 0x0b] = { INSN_UD2, MARK },
	[TWO | 0x20] = { INSN_READ_CR, MODRM | REGS },
	[TWO | 0x21] = { INSN_READ_DR, MODRM | REGS },
	[TWO | 0x22] = { INSN_WRITE_CR, MODRM | REGS },
	[TWO | 0x23] = { INSN_WRITE_DR, MODRM | REGS },
	[TWO | 0x30] = { INSN_WRMSR, 0 }, [TWO | 0x31] = { INSN_RDTSC, 0 },
	[TWO | 0x32] = { INSN_RDMSR, 0 }, [TWO | 0xa2] = { INSN_CPUID, 0 },
	[TWO | 0xab] = { INSN_BTS, MODRM | BITS },
	[TWO | 0xb0 ... TWO | 0xb1] = { INSN_CMPXCHG, MODRM | PAIR },
	[TWO | 0xb3] = { INSN_BTR, MODRM | BITS },
	[TWO | 0xba] = { GROUP8, MODRM | IMM8 },
	[TWO | 0xc7] = { GROUP9, MODRM },
};

struct decoder {
	struct insn *i;
	struct regs *r;
	u8 mode;		/* address size of the code, in bytes */
	u8 max, got;		/* bytes: that it may have; that were read */
	bool relative;		/* the operand's offset counts from i->next */
	int error;		/* once it is set, fetch() returns 0 */
	u64 bytes[3];
};

/* By register number: its index in struct regs, in words. */
static const u8 places[NO_REG] = {
#define PLACE(reg)	(offsetof(struct regs, reg) / 8)
	PLACE(ax), PLACE(cx), PLACE(dx), PLACE(bx),
	PLACE(sp), PLACE(bp), PLACE(si), PLACE(di),
	PLACE(r8), PLACE(r9), PLACE(r10), PLACE(r11),
	PLACE(r12), PLACE(r13), PLACE(r14), PLACE(r15),
};

u64 *insn_gpr(struct regs *r, u32 n)
{
	return (u64 *)r + places[n];
}

/* Without REX, byte registers 4 to 7 are the second bytes of 0 to 3. */
static u32 high_byte(const struct insn *i, u32 n)
{
	return i->width == 1 && !i->rex && n >= 4 ? 8 : 0;
}

u64 insn_get_reg(struct regs *r, const struct insn *i, u32 n)
{
	u32 shift = high_byte(i, n);

	return *insn_gpr(r, n - shift / 2) >> shift & insn_mask(i);
}

void insn_set_reg(struct regs *r, const struct insn *i, u32 n, u64 value)
{
	u32 shift = high_byte(i, n);
	u64 *to = insn_gpr(r, n - shift / 2), mask = insn_mask(i) << shift;

	/* A write of four bytes clears the upper half. */
	*to = (value << shift & mask) | (i->width < 4 ? *to & ~mask : 0);
}

/*
 * Read up to d->max bytes: from the page of 'at', then from the next page if
 * the guest maps it. Code beyond the guest's part of the address space does not
 * count: d->max shrinks.
 */
static void read_code(struct decoder *d, u64 at)
{
	u32 first = MIN(d->max, (u32)(PAGE_SIZE - (at & ~PAGE_MASK)));

	if (guest_read(d->bytes, gva(at), first)) {
		if (!guest_range_ok(gva(at), 1))
			d->max = 0;
		return;
	}
	d->got = d->max;
	if (first == d->max || !guest_read((u8 *)d->bytes + first,
					   gva(at + first), d->max - first))
		return;
	d->got = (u8)first;
	if (!guest_range_ok(gva(at + first), 1))
		d->max = (u8)first;
}

/* Take the next 'size' bytes, 1 to 8, as a signed number. */
static s64 fetch(struct decoder *d, u32 size)
{
	u32 from = d->i->length, unused = 64 - size * 8;

	if (from + size > d->got)
		d->error = d->got < d->max ? -EFAULT : -EINVAL;
	if (d->error)
		return 0;
	d->i->length += (u8)size;
	return (s64)(*(u64 *)((u8 *)d->bytes + from) << unused) >> unused;
}

/* Skip the prefixes and note them; return the opcode's index in opcodes[]. */
static u32 fetch_opcode(struct decoder *d)
{
	bool wide = d->mode == 8;
	struct insn *i = d->i;
	const struct opcode *o;
	u8 b;

	for (;;) {
		b = (u8)fetch(d, 1);
		o = &opcodes[b];
		if (wide && b >> 4 == 4) {
			i->rex = b;
			continue;
		}
		if (o->op < PREFIX)
			return b == 0x0f ? TWO | (u8)fetch(d, 1) : b;
		i->rex = 0;	/* REX is valid only as the last prefix */
		if (o->op == PREFIX)
			i->prefixes |= o->form;
		else if (!wide || o->form >= SEG_FS)
			i->segment = o->form;
	}
}

static void decode_memory(struct decoder *d, u32 mod, u32 rm)
{
	static const u8 pairs[8][2] = {
		{ BX, SI }, { BX, DI }, { BP, SI }, { BP, DI },
		{ SI, NO_REG }, { DI, NO_REG }, { BP, NO_REG }, { BX, NO_REG }
	};
	struct insn *i = d->i;
	bool narrow = i->address == 2, direct;
	u32 base = narrow ? pairs[rm][0] : rm, scale = 0, size;
	u32 index = narrow ? pairs[rm][1] : NO_REG;

	if (!narrow && rm == SP) {
		base = (u8)fetch(d, 1);
		scale = base >> 6;
		index = (base >> 3 & 7) | (i->rex & REX_X) << 2;
		index = index == SP ? NO_REG : index;
		base &= 7;
	}
	direct = !mod && (narrow ? rm == 6 : base == BP);
	d->relative = direct && rm == BP && d->mode == 8;
	base = direct ? NO_REG : base | (i->rex & REX_B) << 3;
	size = mod == 1 ? 1 : !mod && !direct ? 0 : narrow ? 2 : 4;
	i->memory = true;
	if (size)
		i->offset = (u64)fetch(d, size);
	if (base != NO_REG)
		i->offset += *insn_gpr(d->r, base);
	if (index != NO_REG)
		i->offset += *insn_gpr(d->r, index) << scale;
	if (i->segment == NO_SEGMENT && (base == BP || base == SP))
		i->segment = SEG_SS;
}

/* A bit number in a register is signed: the byte offset of the bit's word. */
static u64 bit_offset(const struct decoder *d)
{
	u32 bits = d->i->width * 8;
	s64 n = (s64)(*insn_gpr(d->r, d->i->reg) << (64 - bits)) >> (64 - bits);

	return (u64)((n & -(s64)bits) >> 3);
}

static void decode_modrm(struct decoder *d, u32 form)
{
	struct insn *i = d->i;
	u8 modrm = (u8)fetch(d, 1);

	i->reg = (u8)((modrm >> 3 & 7) | (i->rex & REX_R) << 1);
	i->rm = (u8)((modrm & 7) | (i->rex & REX_B) << 3);
	if (modrm < 0xc0 && !(form & REGS))
		decode_memory(d, modrm >> 6, modrm & 7);
	if (form & BITS)
		i->offset += bit_offset(d);
	if (i->op < INSN_OPS)
		return;
	if (i->op == GROUP9)
		i->width = i->rex & REX_W ? 16 : 8;
	i->op = i->op == GROUP7 && (i->memory || i->rm != 1) ? INSN_OTHER :
		groups[i->op - INSN_OPS][i->reg & 7];
}

static void decode_operands(struct decoder *d, u32 form, bool bytes)
{
	u32 size = form & IMM_SIZE;
	struct insn *i = d->i;

	if (i->prefixes & INSN_ADDRESS)
		i->address = d->mode == 4 ? 2 : 4;
	if (i->prefixes & INSN_WIDTH)
		i->width = d->mode == 2 ? 4 : 2;
	if ((i->rex & REX_W) && !(form & PORT))
		i->width = 8;
	if ((form & PAIR) && bytes)
		i->width = 1;
	if (form & MODRM)
		decode_modrm(d, form);
	if (i->op == INSN_INS || i->op == INSN_OUTS) {
		i->memory = true;
		i->offset = *insn_gpr(d->r, i->op == INSN_INS ? DI : SI);
	}
	if (i->op == INSN_INS || i->segment == NO_SEGMENT)
		i->segment = i->op == INSN_INS ? SEG_ES : SEG_DS;
	i->immediate = size;
	if (size)
		i->imm = fetch(d, size == IMM ? MIN(i->width, 4u) : size);
}

int insn_decode_in(u64 base, u64 limit, u32 mode, struct regs *r,
		   struct insn *i)
{
	u64 ip = r->ip, at = mode == 8 ? ip : (u32)(base + ip);
	struct decoder d = {
		.i = i, .r = r, .mode = (u8)mode,
		.max = ip > limit ? 0 : (u8)MIN(limit - ip, MAX_LENGTH - 1u) + 1,
	};
	u32 opcode;

	*i = (struct insn){
		.segment = NO_SEGMENT, .address = (u8)mode,
		.long_code = mode == 8,
		.width = mode == 2 ? 2 : 4,
	};
	read_code(&d, at);
	opcode = fetch_opcode(&d);
	i->op = opcodes[opcode].op;
	decode_operands(&d, opcodes[opcode].form, !(opcode & 1));
	i->next = mode == 8 ? ip + i->length : (u32)(ip + i->length);
	if (d.relative)
		i->offset += i->next;
	if (i->address != 8)
		i->offset &= BIT(i->address * 8) - 1;
	if (d.error == -EFAULT)		/* the TLB may still have the page */
		invlpg(at + d.got);
	return d.error;
}

int insn_decode(const struct vcpu *v, struct regs *r, struct insn *i)
{
	u64 d = segment_find(v, (u16)r->cs);

	if (!(d & DESC_CODE))
		return -EINVAL;
	if ((d & DESC_LONG) && v->d->width->is_long)
		return insn_decode_in(0, ~0ull, 8, r, i);
	return insn_decode_in(segment_base(d), segment_limit(d),
			      d & DESC_32BIT ? 4 : 2, r, i);
}
