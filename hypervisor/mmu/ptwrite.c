// SPDX-License-Identifier: GPL-2.0-only
/*
 * Emulation of writes to level-1 tables. A guest's kernel may write to them as to
 * memory: since they are mapped read-only, the write faults, and this file does
 * it with the checks of any other update. It knows the instructions that kernels
 * use on page-table entries: mov, xchg, cmpxchg, cmpxchg8b, and, or, btr, bts. The
 * operand begins at the address that faulted and must lie within one entry.
 *
 * 32-bit kernels write an entry in two halves. If they write the upper half
 * first, the mix of both values may be an entry that is not allowed. This file
 * then makes the entry not present, until the kernel writes the lower half.
 */
#include "guest/insn.h"
#include "guest/segment.h"
#include "mmu/ptwrite.h"
#include "mmu/tables.h"
#include "mmu/walk.h"

#define FLAGS_PF	0x04u
#define FLAGS_ZF	0x40u
#define FLAGS_SF	0x80u
#define FLAGS_RESULT	0x8d5u	/* flags that AND, OR set: also CF, AF, OF */

struct write {
	struct vcpu *v;
	struct regs *r;
	struct insn i;
	u32 offset;		/* of the memory operand in its entry, in bytes */
	u64 operand;		/* the other operand; for bts, btr a bit number */
};

static u64 operand(const struct write *w)
{
	const struct insn *i = &w->i;
	u64 value = i->op == INSN_CMPXCHG8B ? (u32)w->r->bx | w->r->cx << 32 :
		    i->immediate ? (u64)i->imm :
		    insn_get_reg(w->r, i, i->reg);

	return value & (i->op == INSN_BTR || i->op == INSN_BTS ?
			i->width * 8 - 1u : insn_mask(i));
}

static u64 combine(const struct write *w, u64 old)
{
	switch (w->i.op) {
	case INSN_AND:
		return old & w->operand;
	case INSN_OR:
		return old | w->operand;
	case INSN_BTR:
		return old & ~BIT(w->operand);
	case INSN_BTS:
		return old | BIT(w->operand);
	default:
		return w->operand;
	}
}

/* Whether this is a cmpxchg or cmpxchg8b that expects another old value. */
static bool compares_unequal(const struct write *w, u64 old)
{
	const struct regs *r = w->r;

	return (w->i.op == INSN_CMPXCHG && old != (r->ax & insn_mask(&w->i))) ||
	       (w->i.op == INSN_CMPXCHG8B &&
		old != ((u32)r->ax | r->dx << 32));
}

static void set_flags(struct regs *r, u64 which, u64 flags)
{
	r->flags = (r->flags & ~which) | flags;
}

/* Set registers and flags as after the write, or after a failed compare. */
static void finish(struct write *w, u64 old, u64 new, bool stored)
{
	struct insn *i = &w->i;
	struct regs *r = w->r;

	r->ip = i->next;
	switch (i->op) {
	case INSN_XCHG:
		insn_set_reg(r, i, i->reg, old);
		break;
	case INSN_AND:
	case INSN_OR:
		set_flags(r, FLAGS_RESULT, (new ? 0 : FLAGS_ZF) |
			  (__builtin_parity(new & 0xff) ? 0 : FLAGS_PF) |
			  (new >> (i->width * 8 - 1) ? FLAGS_SF : 0));
		break;
	case INSN_BTR:
	case INSN_BTS:
		set_flags(r, FLAGS_CF, old >> w->operand & FLAGS_CF);
		break;
	case INSN_CMPXCHG:
	case INSN_CMPXCHG8B:
		set_flags(r, FLAGS_ZF, stored ? FLAGS_ZF : 0);
		if (!stored && i->op == INSN_CMPXCHG) {
			insn_set_reg(r, i, 0, old);
		} else if (!stored) {
			r->ax = (u32)old;
			r->dx = old >> 32;
		}
	}
}

static bool carry_out(struct write *w, u64 *entry)
{
	u64 was = READ_ONCE(*entry), old, new, mask, value;
	int rc;

	do {
		old = was >> w->offset * 8 & insn_mask(&w->i);
		if (compares_unequal(w, old)) {
			finish(w, old, 0, false);
			return true;
		}
		new = combine(w, old);
		mask = insn_mask(&w->i) << w->offset * 8;
		value = (was & ~mask) | (new << w->offset * 8 & mask);
		rc = tables_cmpxchg_l1(w->v->d, entry, &was, value);
		if (rc && rc != -EAGAIN && !w->v->d->width->is_long &&
		    w->i.width == 4 && w->offset == 4)
			rc = tables_cmpxchg_l1(w->v->d, entry, &was,
					       value & ~PTE_P);
	} while (rc == -EAGAIN);
	if (rc)
		return false;
	finish(w, old, new, true);
	return true;
}

/* The page-table entry at address 'at', if its page is a level-1 table. */
static u64 *find_entry(struct vcpu *v, gva_t at)
{
	u64 *pte = walk_l1_entry(v, at);

	return pte && (*pte & PTE_P) ?
	       walk_entry_at(v->d, paddr((*pte & PTE_ADDR) | (at.a & 0xff8))) :
	       NULL;
}

/*
 * Whether the operand begins in the page before. There the write is allowed, so
 * the processor reported the start of this page as the faulting address.
 */
static bool begins_before(const struct write *w, gva_t at)
{
	u64 d;

	if (at.a & ~PAGE_MASK)
		return false;
	if (w->i.long_code)
		return segment_get_base(w->v, w->i.segment) + w->i.offset !=
		       at.a;
	d = segment_find(w->v, segment_selector(w->r, w->i.segment));
	return (u32)(segment_base(d) + w->i.offset) != at.a;
}

bool ptwrite_emulate(struct vcpu *v, struct regs *r, gva_t at)
{
	struct write w;
	int rc = insn_decode(v, r, &w.i);
	u64 *entry;

	if (rc)
		return rc == -EFAULT;
	w.v = v;
	w.r = r;
	w.offset = at.a & 7;
	if (w.i.op < INSN_WRITES || !w.i.memory || w.offset + w.i.width > 8)
		return false;
	if (begins_before(&w, at))
		return false;
	w.operand = operand(&w);
	spin_guard(&v->d->tables.lock);
	entry = find_entry(v, at);
	return entry && carry_out(&w, entry);
}
