// SPDX-License-Identifier: GPL-2.0-only
/*
 * INS and OUTS of a guest: they move one element between a port and memory or,
 * if repeated, as many as RCX says. They access memory with the rights of the
 * mode that executes them, because the hypervisor's own rights would let user
 * mode reach kernel memory. The memory is checked before the port is accessed.
 */
#include "cpu/emulate.h"
#include "entry/guest_trap.h"
#include "entry/traps.h"
#include "guest/segment.h"
#include "mmu/walk.h"

#define MAX_ELEMENTS	512u	/* before the guest can get an event */

/* REFUSED: the guest gets #GP. STAYS: it runs the instruction again. */
enum outcome { DONE, REFUSED, STAYS };

struct element {
	u64 base, limit;	/* of the segment */
	u64 offset, mask;	/* mask: the bits of an offset and of a count */
	u32 port, size;
	bool out, first;
};

static bool segment_allows(u64 d, bool out)
{
	return out ? d && (!(d & DESC_CODE) || (d & DESC_RW)) :
		     !(d & DESC_CODE) && (d & DESC_RW);
}

static bool find_segment(const struct emulation *e, struct element *x)
{
	u64 d;

	if (e->i.long_code) {
		x->base = segment_get_base(e->v, e->i.segment);
		x->limit = ~0ull;
		return true;
	}
	d = segment_find(e->v, segment_selector(e->r, e->i.segment));
	x->base = segment_base(d);
	x->limit = segment_limit(d);
	return segment_allows(d, x->out);
}

/*
 * Whether the access to an element at 'at' faults. Raises the page fault of the
 * first element; the fault of a later one comes when the instruction runs
 * again.
 */
static bool faults(const struct emulation *e, const struct element *x, u64 at)
{
	u32 error = (x->out ? 0 : PF_WRITE) |
		    (vcpu_in_kernel(e->v, e->r) ? 0 : PF_USER);
	u64 last = at + x->size - 1;

	if (walk_allows(e->v, gva(at), error)) {
		if (walk_allows(e->v, gva(last), error))
			return false;
		at = last & PAGE_MASK;
	}
	if (walk_allows(e->v, gva(at), 0))
		error |= PF_PRESENT;
	if (x->first)
		bounce_page_fault(e->v, e->r, at, error);
	return true;
}

/* Move one element. STAYS also if another vCPU unmapped the page meanwhile. */
static enum outcome transfer(const struct emulation *e, const struct element *x)
{
	u64 at = x->base + x->offset;
	u32 value = 0;

	if (!e->i.long_code)
		at = (u32)at;
	if (x->offset + x->size - 1 > x->limit || !guest_address_ok(at))
		return REFUSED;
	if (faults(e, x, at))
		return STAYS;
	if (!guest_range_ok(gva(at), x->size))
		return REFUSED;
	if (!x->out) {
		value = ioport_read(e->v, x->port, x->size);
		return guest_write(gva(at), &value, x->size) ? STAYS : DONE;
	}
	if (guest_read(&value, gva(at), x->size))
		return STAYS;
	ioport_write(e->v, x->port, x->size, value);
	return DONE;
}

/* IP stays at the instruction until its last element is done. */
bool string_io(struct emulation *e)
{
	struct regs *r = e->r;
	struct element x = {
		.offset = e->i.offset, .port = (u16)r->dx, .size = e->i.width,
		.mask = ~0ull >> (64 - e->i.address * 8),
		.out = e->i.op == INSN_OUTS, .first = true,
	};
	u64 left = e->i.prefixes & INSN_REP ? r->cx & x.mask : 1, n, max;
	u64 *index = x.out ? &r->si : &r->di, upper = x.mask >> 16 ? 0 : ~x.mask;
	enum outcome outcome = DONE;

	/* As on Xen, nothing is checked if there is nothing to do. */
	if (!left)
		return emulate_done(e);
	if (!ioport_allowed(e->v, r, x.port, x.size) || !find_segment(e, &x))
		return false;
	e->debug = processor_match_ports(e->v, x.port, x.size);
	/* A single step is one element. */
	max = MIN(left, e->debug || r->flags & FLAGS_TF ? 1 : MAX_ELEMENTS);
	for (n = 0; n < max && (outcome = transfer(e, &x)) == DONE; n++) {
		x.offset += r->flags & FLAGS_DF ? -(u64)x.size : x.size;
		x.offset &= x.mask;
		x.first = false;
	}
	if (x.first && outcome != DONE)
		return outcome == STAYS;
	*index = (*index & upper) | x.offset;
	if (e->i.prefixes & INSN_REP)
		r->cx = (r->cx & upper) | (left - n);
	if (n < left)
		e->i.next = r->ip;
	return emulate_done(e);
}
