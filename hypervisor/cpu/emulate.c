// SPDX-License-Identifier: GPL-2.0-only
/*
 * Privileged instructions of a guest. A 32-bit kernel in ring 1 faults with
 * #GP(0) on each of these; the ABI promises that they work as if it had the
 * privilege the hypervisor grants it: port access by its port rights, control
 * and debug registers as virtual ones, a few MSRs.
 *
 * cli and sti do nothing where virtual IOPL allows them, and hlt is not
 * emulated: events are masked in vcpu_info, waiting is a hypercall.
 */
#include "cpu/context.h"
#include "cpu/descriptors.h"
#include "cpu/emulate.h"
#include "cpu/processor.h"
#include "domain/domain.h"
#include "entry/guest_trap.h"
#include "entry/traps.h"
#include "errno.h"
#include "guest/guest.h"
#include "lib/lib.h"
#include "machine/paging.h"
#include "mmu/mmu.h"
#include "mmu/walk.h"

#define MAX_INSN	15
#define DR6_STEP	0x4000u

#define FLAT_CODE	0x00cf9b000000ffff	/* as in the hypervisor's GDT */

struct insn {
	struct vcpu *v;
	struct regs *r;
	u32 cs_base, cs_limit;
	u32 ip;			/* of the next byte to fetch */
	u32 fetched;
	u32 word;		/* of the segment: 2 or 4 bytes */
	u32 opsize;		/* the same, or the other by a prefix */
	bool rep, addr16, lock;
	u8 segment;		/* prefix byte, 0 for none */
	u32 base, limit;	/* of the data segment of ins and outs */
	bool faulted;		/* at an element of ins or outs */
	u32 fault_at, fault_error;
	bool again;		/* the element was taken away meanwhile */
	u32 debug;		/* bits of DR6: a #DB follows */
};

#define CR4_GUEST	(CR4_TSD | CR4_DE)

static bool find_descriptor(const struct vcpu *v, u16 sel, u64 *d)
{
	const u64 *page;
	u32 index = sel >> 3;

	if (index >= FIRST_RESERVED_GDT_ENTRY && !(sel & 4)) {
		*d = FLAT_CODE;
		return true;
	}
	if (sel & 4) {
		if (index >= v->desc.ldt_entries ||
		    guest_read(d, gva_index(v->desc.ldt_base, index, 8), 8))
			return false;
	} else {
		if (index >= v->desc.gdt_entries)
			return false;
		page = mfn_to_virt(v->desc.gdt[index / 512]);
		*d = page[index % 512];
	}
	return *d & DESC_PRESENT;
}

static u32 descriptor_base(u64 d)
{
	return (u32)((d >> 16 & 0xffffff) | (d >> 32 & 0xff000000));
}

/* Of the last byte. */
static u32 descriptor_limit(u64 d)
{
	u32 limit = (u32)((d & 0xffff) | (d >> 32 & 0xf0000));

	return d & DESC_PAGES ? limit << PAGE_SHIFT | 0xfff : limit;
}

bool emulate_segment_base(const struct vcpu *v, u16 sel, u64 *base)
{
	u64 d;

	*base = 0;
	if (!find_descriptor(v, sel, &d))
		return false;
	*base = descriptor_base(d);
	return true;
}

static bool fetch(struct insn *i, u8 *b)
{
	if (i->fetched++ >= MAX_INSN || i->ip > i->cs_limit ||
	    guest_read(b, gva(i->cs_base + i->ip), 1))
		return false;
	i->ip++;
	return true;
}

static bool decode_prefixes(struct insn *i, u8 *opcode)
{
	while (fetch(i, opcode)) {
		switch (*opcode) {
		case 0x66:
			i->opsize = i->word ^ 6;
			break;
		case 0x67:
			i->addr16 = i->word == 4;
			break;
		case 0xf0:
			i->lock = true;
			break;
		case 0xf2:
		case 0xf3:
			i->rep = true;
			break;
		case 0x26:
		case 0x2e:
		case 0x36:
		case 0x3e:
		case 0x64:
		case 0x65:
			i->segment = *opcode;
			break;
		default:
			return true;
		}
	}
	return false;
}

u64 *emulate_gpr(struct regs *r, u32 n)
{
	u64 *const table[8] = {
		&r->ax, &r->cx, &r->dx, &r->bx, &r->sp, &r->bp, &r->si, &r->di
	};

	return table[n & 7];
}

static bool port_io(struct insn *i, u32 port, u32 size, bool out)
{
	u32 m = ~0u >> (32 - size * 8), v;

	if (!guest_io_allowed(i->v, i->r, port, size))
		return false;
	i->debug = debug_match_ports(i->v, port, size);
	if (out) {
		guest_io_write(i->v, port, size, (u32)i->r->ax & m);
		return true;
	}
	v = guest_io_read(i->v, port, size) & m;
	i->r->ax = ((u32)i->r->ax & ~m) | v;
	return true;
}

/*
 * ins and outs access memory with the rights of the mode that runs them: the
 * hypervisor's own rights would let user mode reach kernel memory. Memory is
 * checked before the port is accessed.
 */
static bool element_faults(struct insn *i, u32 at, u32 size, bool write)
{
	u32 error = (write ? PF_WRITE : 0) |
		    (guest_kernel_mode(i->r->cs) ? 0 : PF_USER);
	u32 last = at + size - 1;

	if (walk_allows(i->v, gva(at), error)) {
		if (walk_allows(i->v, gva(last), error))
			return false;
		at = last & (u32)PAGE_MASK;
	}
	i->faulted = true;
	i->fault_at = at;
	i->fault_error = error |
			 (walk_allows(i->v, gva(at), 0) ? PF_PRESENT : 0);
	return true;
}

/* What a processor does after an instruction, or after a part of one. */
static bool done(struct insn *i)
{
	struct regs *r = i->r;

	r->ip = i->ip;
	r->flags &= ~(u64)FLAGS_RF;
	if (r->flags & FLAGS_TF)
		i->debug |= DR6_STEP;
	if (i->debug)
		debug_raise(i->v, r, i->debug);
	return true;
}

/* Whether the segment of ins or outs may be used so. */
static bool string_segment(struct insn *i, bool out)
{
	u16 sel = out && i->segment == 0x2e ? (u16)i->r->cs :
		  out && i->segment == 0x36 ? (u16)i->r->ss :
		  data_selector(out ? i->segment : 0x26);
	u64 d;

	i->base = 0;
	i->limit = ~0u;
	if (sel >> 3 >= FIRST_RESERVED_GDT_ENTRY && !(sel & 4))
		return true;		/* flat */
	if (sel < 4 || !find_descriptor(i->v, sel, &d) || !(d & DESC_S) ||
	    ((d & DESC_CODE) && !out) ||
	    (!(d & DESC_RW) && (!out || (d & DESC_CODE))))
		return false;
	i->base = descriptor_base(d);
	i->limit = descriptor_limit(d);
	return true;
}

/* One element of ins or outs. */
static bool string_step(struct insn *i, u32 port, u32 size, bool out)
{
	struct regs *r = i->r;
	u64 *index = out ? &r->si : &r->di;
	u32 at = i->base + (u32)*index, value = 0;

	if (i->limit < size - 1 || (u32)*index > i->limit - size + 1 ||
	    element_faults(i, at, size, !out) ||
	    !guest_range_ok(gva(at), size))
		return false;
	if (out) {
		i->again = guest_read(&value, gva(at), size);
		if (!i->again)
			guest_io_write(i->v, port, size, value);
	} else {
		value = guest_io_read(i->v, port, size);
		i->again = guest_write(gva(at), &value, size);
	}
	if (i->again)
		return false;
	*index = (u32)(*index + (r->flags & BIT(10) ? 0 - size : size));
	return true;
}

/*
 * ins and outs, a bounded number of elements at a time; the instruction is
 * left in place until the count is down. 16-bit addresses are not known.
 */
static bool string_io(struct insn *i, u32 size, bool out)
{
	struct regs *r = i->r;
	u32 port = (u32)r->dx & 0xffff, left = i->rep ? (u32)r->cx : 1, n;

	if (i->word != 4 || i->addr16 ||
	    !guest_io_allowed(i->v, r, port, size) || !string_segment(i, out))
		return false;
	i->debug = debug_match_ports(i->v, port, size);
	for (n = 0; left && n < (i->debug ? 1 : 512); n++, left--)
		if (!string_step(i, port, size, out))
			break;
	if (left && !n) {
		if (i->faulted)
			guest_page_fault(i->v, r, i->fault_at, i->fault_error);
		return i->faulted || i->again;
	}
	if (i->rep)
		r->cx = left;
	if (left)
		i->ip = (u32)r->ip;
	return done(i);
}

/* #UD after all: some processors look at the privilege first. */
static bool invalid_opcode(struct insn *i)
{
	guest_bounce(i->v, i->r, X86_UD, NO_ERROR_CODE);
	return true;
}

static bool one_byte(struct insn *i, u8 op)
{
	u32 size = op & 1 ? i->opsize : 1;
	u8 port;

	switch (op) {
	case 0x6c ... 0x6f:
		return string_io(i, size, op & 2);
	case 0xe4 ... 0xe7:
		return fetch(i, &port) && port_io(i, port, size, op & 2) &&
		       done(i);
	case 0xec ... 0xef:
		return port_io(i, (u32)i->r->dx & 0xffff, size, op & 2) &&
		       done(i);
	case 0xfa:
	case 0xfb:
		return guest_iopl_allows(i->v, i->r) && done(i);
	default:
		return false;
	}
}

static bool read_control(struct vcpu *v, u32 cr, u64 *to)
{
	switch (cr) {
	case 0:
		*to = CR0_FIXED | (v->proc.cr0_ts ? CR0_TS : 0);
		return true;
	case 2:
		*to = 0;
		memcpy(to, v->shared.info + v->d->abi->cr2_offset,
		       v->d->abi->cr2_size);
		return true;
	case 3:
		*to = abi32_mfn_to_cr3(v->roots.table);
		return true;
	case 4:
		*to = CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT | v->proc.cr4 |
		      (v->proc.xcr0 ? CR4_OSXSAVE : 0) | (read_cr4() & CR4_MCE);
		return true;
	default:
		return false;
	}
}

/* FSGSBASE is only remembered: its instructions are of 64-bit mode. */
static void set_cr4(struct vcpu *v, u64 value)
{
	bool on = value & CR4_OSXSAVE;
	u32 r[4];

	guest_cpuid(v, true, 7, 0, r);
	v->proc.cr4 = value & (CR4_GUEST | (r[1] & 1 ? CR4_FSGSBASE : 0));
	context_load_tsd(v);
	guest_cpuid(v, true, 1, 0, r);
	if (on && !v->proc.xcr0 && (r[2] & CPUID_XSAVE)) {
		memset(v->proc.fpu_more, 0, sizeof(v->proc.fpu_more));
		context_set_xcr0(v, XCR0_START);
	} else if (!on) {
		context_set_xcr0(v, 0);
	}
}

static bool do_rdtsc(struct insn *i)
{
	u64 tsc = rdtsc();

	i->r->ax = (u32)tsc;
	i->r->dx = tsc >> 32;
	return done(i);
}

/* In XCR0, x87 is always on, and AVX needs SSE. */
static bool xsetbv_or_rdtscp(struct insn *i)
{
	u64 value = (u32)i->r->ax | i->r->dx << 32;
	u8 modrm;

	if (!fetch(i, &modrm))
		return false;
	if (modrm == 0xf9) {		/* rdtscp */
		i->r->cx = i->v->proc.msr[GUEST_TSC_AUX];
		return do_rdtsc(i);
	}
	if (modrm != 0xd1)
		return false;
	if (!i->v->proc.xcr0)
		return invalid_opcode(i);
	if ((u32)i->r->cx || !(value & 1) || (value & ~(u64)XCR0_KNOWN) ||
	    (value & 6) == 4)
		return false;
	context_set_xcr0(i->v, value);
	return done(i);
}

static int write_control(struct vcpu *v, u32 cr, u64 value)
{
	switch (cr) {
	case 0:
		if ((value ^ CR0_FIXED) & ~CR0_TS)
			return -EINVAL;
		context_set_ts(v, !!(value & CR0_TS));
		return 0;
	case 2:
		memcpy(v->shared.info + v->d->abi->cr2_offset, &value,
		       v->d->abi->cr2_size);
		return 0;
	case 3:
		return pv_new_baseptr(v, abi32_cr3_to_mfn((u32)value));
	case 4:
		set_cr4(v, value);
		return 0;
	default:
		return -EINVAL;
	}
}

static bool move_control(struct insn *i, u8 op)
{
	u64 value = 0, *reg;
	u8 modrm;
	u32 n;
	int rc;

	/* Whatever the mode bits say, the operand is a register. */
	if (!fetch(i, &modrm))
		return false;
	reg = emulate_gpr(i->r, modrm & 7);
	n = modrm >> 3 & 7;
	if ((op & 1) && pv_get_debugreg((u64[]){ n }) == -ENODEV)
		return invalid_opcode(i);
	switch (op) {
	case 0x20:
		if (!read_control(i->v, n, &value))
			return false;
		*reg = (u32)value;
		return done(i);
	case 0x21:
		*reg = (u32)pv_get_debugreg((u64[]){ n });
		return done(i);
	case 0x22:
		rc = write_control(i->v, n, (u32)*reg);
		/* Half-way through a large table: the instruction stays. */
		return rc == -ERESTART || (!rc && done(i));
	default:
		return !pv_set_debugreg((u64[]){ n, (u32)*reg }) && done(i);
	}
}

static bool do_rdmsr(struct insn *i)
{
	u64 value;

	if (!guest_rdmsr(i->v, (u32)i->r->cx, &value))
		return false;
	i->r->ax = (u32)value;
	i->r->dx = value >> 32;
	return done(i);
}

static bool two_byte(struct insn *i, u8 op)
{
	struct regs *r = i->r;
	u32 out[4];

	switch (op) {
	case 0x01:
		return xsetbv_or_rdtscp(i);
	case 0x06:
		context_set_ts(i->v, 0);
		return done(i);
	case 0x09:
		if (i->v->d->privileged)
			wbinvd();
		return done(i);
	case 0x20 ... 0x23:
		return move_control(i, op);
	case 0x30:
		return guest_wrmsr(i->v, (u32)r->cx,
				   (u32)r->ax | r->dx << 32) && done(i);
	case 0x31:
		return do_rdtsc(i);
	case 0x32:
		return do_rdmsr(i);
	case 0xa2:
		guest_cpuid(i->v, guest_kernel_mode(r->cs), (u32)r->ax,
			    (u32)r->cx, out);
		r->ax = out[0];
		r->bx = out[1];
		r->cx = out[2];
		r->dx = out[3];
		return done(i);
	default:
		return false;
	}
}

static bool start(struct insn *i, struct vcpu *v, struct regs *r)
{
	u64 d;

	if (!find_descriptor(v, (u16)r->cs, &d) || !(d & DESC_S) ||
	    !(d & DESC_CODE))
		return false;
	*i = (struct insn){
		.v = v, .r = r, .ip = (u32)r->ip,
		.cs_base = descriptor_base(d), .cs_limit = descriptor_limit(d),
		.word = d & DESC_32BIT ? 4 : 2,
	};
	i->opsize = i->word;
	return true;
}

bool emulate_privileged(struct vcpu *v, struct regs *r)
{
	struct insn i;
	u8 op;

	if (!start(&i, v, r) || !decode_prefixes(&i, &op))
		return false;
	if (i.lock)
		return invalid_opcode(&i);
	if (op != 0x0f)
		return one_byte(&i, op);
	/* All of the second map need ring 0, so only a kernel may. */
	if (!guest_kernel_mode(r->cs) || !fetch(&i, &op))
		return false;
	return two_byte(&i, op);
}

/* ud2; .ascii "xen"; cpuid */
bool emulate_forced(struct vcpu *v, struct regs *r)
{
	static const u8 prefix[] = { 0x0f, 0x0b, 'x', 'e', 'n', 0x0f, 0xa2 };
	struct insn i;
	u32 n;
	u8 b;

	if (!start(&i, v, r))
		return false;
	for (n = 0; n < sizeof(prefix); n++)
		if (!fetch(&i, &b) || b != prefix[n])
			return false;
	return two_byte(&i, 0xa2);
}
