// SPDX-License-Identifier: GPL-2.0-only
/*
 * A kernel may write to its level-1 tables as if they were memory: the write
 * faults, since they are mapped read-only, and is carried out here with the
 * checks of any other update. Known are the instructions that kernels use on
 * page-table entries: mov, xchg, cmpxchg, cmpxchg8b, and, or, btr, bts. The
 * address is the one that faulted; it must lie within one entry.
 *
 * PAE entries are written in two halves: a new upper half, put before the
 * lower one, may make an entry that was right before wrong for a moment. Such
 * an entry is made not present, until the lower half comes.
 */
#include "cpu/emulate.h"
#include "domain/domain.h"
#include "errno.h"
#include "guest/guest.h"
#include "machine/paging.h"
#include "mmu/ptwrite.h"
#include "mmu/ptype.h"
#include "mmu/walk.h"

enum op { OP_MOV, OP_XCHG, OP_AND, OP_OR, OP_BTR, OP_BTS, OP_CMPXCHG,
	  OP_CMPXCHG8B };

struct write {
	struct vcpu *v;
	struct regs *r;
	u32 base, ip, fetched;
	enum op op;
	u32 size;		/* of the operand in memory */
	u32 offset;		/* of the operand in its entry */
	u64 operand;		/* register or immediate, or bit number */
	u32 reg;
};

static bool fetch(struct write *w, u32 n, u32 *to)
{
	*to = 0;
	w->fetched += n;
	if (w->fetched > 15 || guest_read(to, gva(w->base + w->ip), n))
		return false;
	w->ip += n;
	return true;
}

static u64 reg_value(const struct write *w)
{
	u64 v;

	if (w->size == 1 && w->reg >= 4) {
		v = *emulate_gpr(w->r, w->reg - 4) >> 8;
		return v & 0xff;
	}
	v = *emulate_gpr(w->r, w->reg);
	return w->size == 1 ? v & 0xff : (u32)v;
}

static void set_reg(struct write *w, u32 reg, u64 value)
{
	u64 *to;

	if (w->size == 1 && reg >= 4) {
		to = emulate_gpr(w->r, reg - 4);
		*to = (*to & ~0xff00ull) | (value & 0xff) << 8;
	} else if (w->size == 1) {
		to = emulate_gpr(w->r, reg);
		*to = (*to & ~0xffull) | (value & 0xff);
	} else {
		*emulate_gpr(w->r, reg) = (u32)value;
	}
}

/* Skip ModRM's addressing bytes: the address is known from the fault. */
static bool skip_modrm(struct write *w)
{
	u32 modrm, sib = 0, mod, skipped;

	if (!fetch(w, 1, &modrm) || modrm >= 0xc0)
		return false;
	w->reg = modrm >> 3 & 7;
	mod = modrm >> 6;
	if ((modrm & 7) == 4 && !fetch(w, 1, &sib))
		return false;
	if (mod == 1)
		return fetch(w, 1, &skipped);
	if (mod == 2 || (modrm & 7) == 5 ||
	    ((modrm & 7) == 4 && (sib & 7) == 5))
		return fetch(w, 4, &skipped);
	return true;
}

/* Even opcodes work on bytes. */
static bool with_register(struct write *w, enum op op, u32 opcode)
{
	w->op = op;
	w->size = opcode & 1 ? 4 : 1;
	if (!skip_modrm(w))
		return false;
	w->operand = reg_value(w);
	return true;
}

/* Group 1 (80, 81, 83), c6 and c7: an immediate operand. */
static bool with_immediate(struct write *w, u32 opcode)
{
	u32 size = opcode & 1 ? 4 : 1, imm;
	u32 imm_size = opcode == 0x81 || opcode == 0xc7 ? 4 : 1;

	w->size = size;
	if (!skip_modrm(w) || !fetch(w, imm_size, &imm))
		return false;
	if (opcode == 0x83)
		imm = (u32)(s32)(s8)imm;
	w->operand = imm;
	if (opcode >= 0xc6) {
		w->op = OP_MOV;
		return w->reg == 0;
	}
	w->op = w->reg == 4 ? OP_AND : OP_OR;
	return w->reg == 4 || w->reg == 1;
}

static bool with_bit(struct write *w, u32 opcode)
{
	u32 imm;

	w->size = 4;
	if (!skip_modrm(w))
		return false;
	if (opcode == 0xba) {
		if (!fetch(w, 1, &imm) || (w->reg != 5 && w->reg != 6))
			return false;
		w->operand = imm & 31;
		w->op = w->reg == 6 ? OP_BTR : OP_BTS;
		return true;
	}
	w->operand = *emulate_gpr(w->r, w->reg) & 31;
	w->op = opcode == 0xb3 ? OP_BTR : OP_BTS;
	return true;
}

static bool decode_0f(struct write *w)
{
	u32 op;

	if (!fetch(w, 1, &op))
		return false;
	switch (op) {
	case 0xb0 ... 0xb1:
		return with_register(w, OP_CMPXCHG, op);
	case 0xb3:
	case 0xab:
	case 0xba:
		return with_bit(w, op);
	case 0xc7:
		w->op = OP_CMPXCHG8B;
		w->size = 8;
		return skip_modrm(w) && w->reg == 1;
	default:
		return false;
	}
}

static bool decode(struct write *w)
{
	u32 op;

	do {
		if (!fetch(w, 1, &op))
			return false;
	} while (op == 0xf0 || op == 0x3e || op == 0x26 || op == 0x64 ||
		 op == 0x65 || op == 0x36 || op == 0x2e);
	switch (op) {
	case 0x0f:
		return decode_0f(w);
	case 0x08 ... 0x09:
		return with_register(w, OP_OR, op);
	case 0x20 ... 0x21:
		return with_register(w, OP_AND, op);
	case 0x80:
	case 0x81:
	case 0x83:
	case 0xc6 ... 0xc7:
		return with_immediate(w, op);
	case 0x86 ... 0x87:
		return with_register(w, OP_XCHG, op);
	case 0x88 ... 0x89:
		return with_register(w, OP_MOV, op);
	default:
		return false;
	}
}

#define ZF	0x40u

static u64 operand_mask(const struct write *w)
{
	return w->size == 8 ? ~0ull : (1ull << w->size * 8) - 1;
}

/* What the operand becomes; false if a compare failed and nothing does. */
static bool compute(const struct write *w, u64 old, u64 *new)
{
	const struct regs *r = w->r;

	*new = w->operand;
	switch (w->op) {
	case OP_AND:
		*new = old & w->operand;
		break;
	case OP_OR:
		*new = old | w->operand;
		break;
	case OP_BTR:
		*new = old & ~BIT(w->operand);
		break;
	case OP_BTS:
		*new = old | BIT(w->operand);
		break;
	case OP_CMPXCHG:
		return old == (r->ax & operand_mask(w));
	case OP_CMPXCHG8B:
		*new = (u32)r->bx | r->cx << 32;
		return old == ((u32)r->ax | r->dx << 32);
	default:
		break;
	}
	return true;
}

static void set_flags(struct regs *r, u64 clear, bool zf, bool cf)
{
	r->flags &= ~clear;
	if (zf)
		r->flags |= ZF;
	if (cf)
		r->flags |= FLAGS_CF;
}

/* Registers and flags after the write, or after a failed compare. */
static void finish(struct write *w, u64 old, u64 new, bool stored)
{
	struct regs *r = w->r;

	r->ip = w->ip;
	switch (w->op) {
	case OP_XCHG:
		set_reg(w, w->reg, old);
		break;
	case OP_AND:
	case OP_OR:
		set_flags(r, 0x8d5, !new, false);
		if (new >> (w->size * 8 - 1))
			r->flags |= 0x80;
		break;
	case OP_BTR:
	case OP_BTS:
		set_flags(r, FLAGS_CF, false, old >> w->operand & 1);
		break;
	case OP_CMPXCHG:
		set_flags(r, ZF, stored, false);
		if (!stored)
			set_reg(w, 0, old);
		break;
	case OP_CMPXCHG8B:
		set_flags(r, ZF, stored, false);
		if (!stored) {
			r->ax = (u32)old;
			r->dx = old >> 32;
		}
		break;
	default:
		break;
	}
}

static bool carry_out(struct write *w, u64 *entry)
{
	u64 was = READ_ONCE(*entry), old, new, mask, value;
	int rc;

	do {
		old = was >> w->offset * 8 & operand_mask(w);
		if (!compute(w, old, &new)) {
			finish(w, old, new, false);
			return true;
		}
		mask = operand_mask(w) << w->offset * 8;
		value = (was & ~mask) | (new << w->offset * 8 & mask);
		rc = tables_cmpxchg_l1(w->v->d, entry, &was, value);
		if (rc && rc != -EAGAIN && w->size == 4 && w->offset == 4)
			rc = tables_cmpxchg_l1(w->v->d, entry, &was,
					       value & ~PTE_P);
	} while (rc == -EAGAIN);
	if (rc)
		return false;
	finish(w, old, new, true);
	return true;
}

/* The entry that the address lies in, if its page is a level-1 table. */
static u64 *find_entry(struct vcpu *v, gva_t at)
{
	u64 *pte = walk_l1_entry(v, at);
	struct frame *f;
	mfn_t m;

	if (!pte || !(*pte & PTE_P))
		return NULL;
	m = pte_mfn(*pte);
	if (!mfn_valid(m))
		return NULL;
	f = mfn_frame(m);
	if (f->kind != FRAME_GUEST || f->owner != v->d || !f->type_count ||
	    f->type != TYPE_L1)
		return NULL;
	return (u64 *)mfn_to_virt(m) + (at.a / 8 & 511);
}

bool ptwrite_emulate(struct vcpu *v, struct regs *r, gva_t at)
{
	struct write w = { .v = v, .r = r, .ip = (u32)r->ip,
			   .offset = at.a & 7 };
	u64 base, *entry;
	bool ok;

	if (!emulate_segment_base(v, (u16)r->cs, &base))
		return false;
	w.base = (u32)base;
	if (!decode(&w) || w.offset + w.size > 8)
		return false;
	spin_lock(&v->d->tables.lock);
	entry = find_entry(v, at);
	ok = entry && carry_out(&w, entry);
	spin_unlock(&v->d->tables.lock);
	return ok;
}
