// SPDX-License-Identifier: GPL-2.0-only
/*
 * Privileged instructions of a guest. A kernel in ring 1 or 3 gets #GP(0) on
 * each of them. The ABI promises that they work with the privilege that the
 * hypervisor grants: port accesses by the guest's port rights, virtual control
 * and debug registers, and some MSRs.
 *
 * CLI and STI do nothing if the virtual IOPL allows them, since a guest masks
 * events in vcpu_info. HLT is not emulated, since a guest waits by a hypercall.
 */
#include "cpu/emulate.h"
#include "entry/guest_trap.h"
#include "entry/traps.h"
#include "hypercalls.h"
#include "mmu/mmu.h"
#include "mmu/tables.h"

#define RDMSR_BYTES	0x320f		/* of RDMSR */

bool emulate_done(struct emulation *e)
{
	struct regs *r = e->r;

	r->ip = e->i.next;
	r->flags &= ~(u64)FLAGS_RF;
	if (r->flags & FLAGS_TF)
		e->debug |= DR6_STEP;
	if (e->debug)
		processor_raise_debug(e->v, r, e->debug);
	return true;
}

/* The instruction is invalid, but some processors test the privilege first. */
static bool invalid_opcode(struct emulation *e)
{
	bounce_exception(e->v, e->r, X86_UD, NO_ERROR_CODE);
	return true;
}

static bool port_io(struct emulation *e)
{
	const struct insn *i = &e->i;
	u32 port = i->immediate ? (u8)i->imm : (u32)e->r->dx & 0xffff;

	if (!ioport_allowed(e->v, e->r, port, i->width))
		return false;
	e->debug = processor_match_ports(e->v, port, i->width);
	if (i->op == INSN_OUT)
		ioport_write(e->v, port, i->width,
			       (u32)insn_get_reg(e->r, i, 0));
	else
		insn_set_reg(e->r, i, 0,
			     ioport_read(e->v, port, i->width));
	return emulate_done(e);
}

static bool cli_sti(struct emulation *e)
{
	return ioport_iopl_allows(e->v, e->r) && emulate_done(e);
}

static bool do_clts(struct emulation *e)
{
	context_set_ts(e->v, 0);
	return emulate_done(e);
}

static bool do_wbinvd(struct emulation *e)
{
	if (tables_cache_ok(e->v->d, PTE_PCD))
		wbinvd();
	return emulate_done(e);
}

static bool read_cr(struct emulation *e)
{
	const struct vcpu *v = e->v;
	u64 value = 0;

	switch (e->i.reg) {
	case 0:
		value = CR0_FIXED | (v->proc.cr0_ts ? CR0_TS : 0);
		break;
	case 2:
		memcpy(&value, v->shared.info + v->d->width->cr2_offset,
		       v->d->width->long_size);
		break;
	case 3:
		value = width_mfn_to_cr3(v->d->width, v->roots.kernel.table);
		break;
	case 4:
		value = CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT | v->proc.cr4 |
			(read_cr4() & CR4_MCE);
		break;
	default:
		return false;
	}
	*insn_gpr(e->r, e->i.rm) = value & v->d->width->long_mask;
	return emulate_done(e);
}

static bool write_cr(struct emulation *e)
{
	struct vcpu *v = e->v;
	u64 value = *insn_gpr(e->r, e->i.rm) & v->d->width->long_mask;
	long rc;

	switch (e->i.reg) {
	case 0:
		if ((value ^ CR0_FIXED) & ~CR0_TS)
			return false;
		context_set_ts(v, !!(value & CR0_TS));
		break;
	case 2:
		memcpy(v->shared.info + v->d->width->cr2_offset, &value,
		       v->d->width->long_size);
		break;
	case 3:
		rc = mmu_new_baseptr(v, width_cr3_to_mfn(v->d->width, value));
		/* -ERESTART: the guest runs the instruction again. */
		if (rc)
			return rc == -ERESTART;
		break;
	case 4:
		v->proc.cr4 = processor_cr4(v, value);
		context_load_cr4(v);
		break;
	default:
		return false;
	}
	return emulate_done(e);
}

static bool move_dr(struct emulation *e)
{
	u64 *reg = insn_gpr(e->r, e->i.rm), mask = e->v->d->width->long_mask;
	u64 value;

	if (!processor_get_debug(e->v, e->i.reg, &value))
		return invalid_opcode(e);
	if (e->i.op == INSN_READ_DR)
		*reg = value & mask;
	else if (do_set_debugreg((u64[]){ e->i.reg, *reg & mask }))
		return false;
	return emulate_done(e);
}

static u64 edx_eax(const struct regs *r)
{
	return (u32)r->ax | r->dx << 32;
}

static bool put_edx_eax(struct emulation *e, u64 value)
{
	e->r->ax = (u32)value;
	e->r->dx = value >> 32;
	return emulate_done(e);
}

static bool do_rdtsc(struct emulation *e)
{
	if (e->i.op == INSN_RDTSCP)
		e->r->cx = e->v->proc.msr[GUEST_TSC_AUX];
	return put_edx_eax(e, rdtsc());
}

static bool do_rdmsr(struct emulation *e)
{
	u64 value;

	return msr_read(e->v, (u32)e->r->cx, &value) &&
	       put_edx_eax(e, value);
}

static bool do_wrmsr(struct emulation *e)
{
	return msr_write(e->v, (u32)e->r->cx, edx_eax(e->r)) &&
	       emulate_done(e);
}

static bool do_xsetbv(struct emulation *e)
{
	u64 value = edx_eax(e->r);

	if (!(e->v->proc.cr4 & CR4_OSXSAVE))
		return invalid_opcode(e);
	if (!vcpu_in_kernel(e->v, e->r) || (u32)e->r->cx ||
	    !cpuid_xcr0_ok(e->v->d, value))
		return false;
	context_set_xcr0(e->v, value);
	return emulate_done(e);
}

static bool do_cpuid(struct emulation *e)
{
	struct regs *r = e->r;
	u32 out[4];

	cpuid_emulate(e->v, vcpu_in_kernel(e->v, r), (u32)r->ax, (u32)r->cx,
		    out);
	r->ax = out[0];
	r->bx = out[1];
	r->cx = out[2];
	r->dx = out[3];
	return emulate_done(e);
}

static bool (*const handlers[INSN_OPS])(struct emulation *e) = {
	[INSN_CLI] = cli_sti, [INSN_STI] = cli_sti,
	[INSN_IN] = port_io, [INSN_OUT] = port_io,
	[INSN_INS] = string_io, [INSN_OUTS] = string_io,
	[INSN_CLTS] = do_clts, [INSN_WBINVD] = do_wbinvd,
	[INSN_RDTSC] = do_rdtsc, [INSN_RDTSCP] = do_rdtsc,
	[INSN_CPUID] = do_cpuid,
	[INSN_RDMSR] = do_rdmsr, [INSN_WRMSR] = do_wrmsr,
	[INSN_XSETBV] = do_xsetbv,
	[INSN_READ_CR] = read_cr, [INSN_WRITE_CR] = write_cr,
	[INSN_READ_DR] = move_dr, [INSN_WRITE_DR] = move_dr,
};

bool emulate_privileged(struct vcpu *v, struct regs *r)
{
	struct emulation e = { .v = v, .r = r };
	int rc = insn_decode(v, r, &e.i);

	if (rc)
		return rc == -EFAULT;
	if (!handlers[e.i.op])
		return false;
	if (e.i.prefixes & INSN_LOCK)
		return invalid_opcode(&e);
	return (e.i.op < INSN_KERNEL || vcpu_in_kernel(v, r)) &&
	       handlers[e.i.op](&e);
}

bool emulate_user_gs(struct vcpu *v, struct regs *r)
{
	struct emulation e;
	u16 code;

	if ((u32)r->cx != MSR_KERNEL_GS_BASE || r->cs != SEL_64_CS ||
	    !v->d->width->is_long || v->proc.in_user ||
	    !domain_range_ok(v->d, gva(r->ip), sizeof(code)))
		return false;
	GUEST_GET(u16, r->ip, code);
	if (code != RDMSR_BYTES)
		return false;
	e.v = v;
	e.r = r;
	e.debug = 0;
	e.i.next = r->ip + sizeof(code);
	return put_edx_eax(&e, v->proc.gs_other);
fault:
	return false;
}

/* The sequence is: ud2; .ascii "xen"; cpuid, without any prefix. */
bool emulate_forced(struct vcpu *v, struct regs *r)
{
	struct emulation e = { .v = v, .r = r };

	return !insn_decode(v, r, &e.i) && e.i.op == INSN_UD2 &&
	       e.i.length == 7 && (e.i.imm & 0xffffffffff) == 0xa20f6e6578 &&
	       do_cpuid(&e);
}
