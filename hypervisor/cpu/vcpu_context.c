// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vCPU's whole state as one structure of the public ABI (vcpu_guest_context
 * of arch-x86/xen.h, 32-bit layout): how a vCPU starts, and how the tools
 * start, save and restore one.
 *
 * Tables and descriptors are taken once, when the vCPU is initialised. After
 * that only registers and entry points may be changed, by the tools, while
 * the vCPU does not run: they have paused its domain. A guest initialises
 * each of its vCPUs once, which is decided under the page lock, because from
 * then on that vCPU may run.
 */
#include <xen/foreign/x86_32.h>
#include "cpu/callbacks.h"
#include "cpu/context.h"
#include "cpu/descriptors.h"
#include "cpu/processor.h"
#include "domain/domain.h"
#include "errno.h"
#include "guest/guest.h"
#include "lib/lib.h"
#include "mmu/ptype.h"

typedef struct vcpu_guest_context_x86_32 context_t;

_Static_assert(sizeof(context_t) == 2800, "public ABI");

/* The return to a null CS faults, and the guest gets that fault. */
static u16 outside_ring0(u32 sel)
{
	return (u16)(sel & 3 ? sel : sel | 1);
}

static void set_registers(struct vcpu *v, const context_t *c)
{
	const struct cpu_user_regs_x86_32 *u = &c->user_regs;

	v->proc.regs = (struct regs){
		.ax = u->eax, .bx = u->ebx, .cx = u->ecx, .dx = u->edx,
		.si = u->esi, .di = u->edi, .bp = u->ebp, .ip = u->eip,
		.cs = outside_ring0(u->cs), .ss = selector_ring1(u->ss),
		.sp = u->esp,
		.flags = (u->eflags & FLAGS_GUEST) | FLAGS_IF | 2,
	};
	v->proc.ds = u->ds;
	v->proc.es = u->es;
	v->proc.fs = u->fs;
	v->proc.gs = u->gs;
	v->entry.iopl = u->eflags >> 12 & 3;
	v->entry.kernel_ss = selector_ring1(c->kernel_ss);
	v->entry.kernel_sp = c->kernel_sp;
	v->proc.cr0_ts = c->ctrlreg[0] & CR0_TS;
	context_reset_fpu(v);
	if (c->flags & VGCF_i387_valid_X86_32)
		context_set_fpu(v, &c->fpu_ctxt);
}

static void set_entries(struct vcpu *v, const context_t *c)
{
	const struct trap_info_x86_32 *t = c->trap_ctxt;
	u32 i;

	for (i = 0; i < 256; i++)
		v->entry.traps[i] = (struct vcpu_trap){
			t[i].address, selector_ring1(t[i].cs), t[i].flags & 7
		};
	vcpu_set_callback(v, CB_EVENT, c->event_callback_cs,
			  c->event_callback_eip, true);
	vcpu_set_callback(v, CB_FAILSAFE, c->failsafe_callback_cs,
			  c->failsafe_callback_eip,
			  c->flags & VGCF_failsafe_disables_events_X86_32);
}

/* All or nothing, or -ERESTART; the page lock is held. */
static int set_tables(struct vcpu *v, const context_t *c)
{
	mfn_t root = abi32_cr3_to_mfn(c->ctrlreg[3]), gdt[GDT_FRAMES];
	u32 i;
	int rc;

	for (i = 0; i < GDT_FRAMES; i++)
		gdt[i] = mfn(c->gdt_frames[i]);
	rc = ptype_get_both(v->d, root, TYPE_L3, false);
	if (rc)
		return rc;
	rc = descriptors_set_gdt(v, gdt, c->gdt_ents);
	if (rc) {
		ptype_put_both(v->d, root);
		return rc;
	}
	v->roots.table = root;
	v->desc.ldt_base = gva(c->ldt_base);
	v->desc.ldt_entries = c->ldt_ents;
	return 0;
}

/* A vCPU that has its tables may be told only what it has. */
static bool same_tables(const struct vcpu *v, const context_t *c)
{
	u32 i;

	if (!mfn_eq(abi32_cr3_to_mfn(c->ctrlreg[3]), v->roots.table) ||
	    c->gdt_ents != v->desc.gdt_entries ||
	    c->ldt_ents != v->desc.ldt_entries ||
	    (c->ldt_ents && c->ldt_base != v->desc.ldt_base.a))
		return false;
	for (i = 0; i < DIV_ROUND_UP(c->gdt_ents, 512u); i++)
		if (c->gdt_frames[i] != v->desc.gdt[i].n)
			return false;
	return true;
}

static bool context_ok(const struct vcpu *v, const context_t *c)
{
	return c->gdt_ents <= GDT_MAX_ENTRIES &&
	       c->ldt_ents <= LDT_MAX_ENTRIES &&
	       !(c->ldt_base & (PAGE_SIZE - 1)) &&
	       (v->id || !(c->vm_assist & ~pv_known_assists()));
}

static int set_locked(struct vcpu *v, const context_t *c)
{
	bool first = !v->proc.initialised;
	int rc;

	if (v->d->life.is_dying)
		return -ESRCH;
	if (!first && v->d == current_domain())
		return -EEXIST;
	if (!context_ok(v, c))
		return -EINVAL;
	if (!first && !same_tables(v, c))
		return -EOPNOTSUPP;
	rc = first ? set_tables(v, c) : 0;
	if (rc)
		return rc;
	set_registers(v, c);
	set_entries(v, c);
	pv_reset_debugregs(v, c->debugreg);
	if (first && !v->id)
		v->d->policy.vm_assist = c->vm_assist;
	/* Last: whoever sees these may let the vCPU run. */
	__atomic_store_n(&v->proc.initialised, true, __ATOMIC_RELEASE);
	/* It runs as soon as its domain is not paused. */
	if (c->flags & VGCF_online_X86_32)
		__atomic_fetch_or(&v->sched.state, VCPU_UP, __ATOMIC_SEQ_CST);
	return 0;
}

int abi32_set_context(struct vcpu *v, gva_t at)
{
	context_t c;
	int rc;

	if (guest_read(&c, at, sizeof(c)))
		return -EFAULT;
	rc = ptype_lock(v->d);
	if (rc)
		return rc;
	rc = set_locked(v, &c);
	spin_unlock(&v->d->tables.lock);
	return rc;
}

static void get_registers(const struct vcpu *v, context_t *c)
{
	const struct regs *r = &v->proc.regs;

	c->user_regs = (struct cpu_user_regs_x86_32){
		.eax = (u32)r->ax, .ebx = (u32)r->bx, .ecx = (u32)r->cx,
		.edx = (u32)r->dx, .esi = (u32)r->si, .edi = (u32)r->di,
		.ebp = (u32)r->bp, .eip = (u32)r->ip, .cs = (u16)r->cs,
		.esp = (u32)r->sp, .ss = (u16)r->ss,
		.eflags = (u32)r->flags | v->entry.iopl << 12,
		.ds = v->proc.ds, .es = v->proc.es,
		.fs = v->proc.fs, .gs = v->proc.gs,
	};
	c->kernel_ss = v->entry.kernel_ss;
	c->kernel_sp = (u32)v->entry.kernel_sp;
	c->ctrlreg[0] = (u32)(CR0_FIXED | (v->proc.cr0_ts ? CR0_TS : 0));
	c->ctrlreg[3] = abi32_mfn_to_cr3(v->roots.table);
	c->ctrlreg[4] = (u32)(CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT |
			      v->proc.cr4);
	memcpy(&c->fpu_ctxt, v->proc.fpu, sizeof(v->proc.fpu));
}

static void get_entries(const struct vcpu *v, context_t *c)
{
	u32 i;

	for (i = 0; i < 256; i++) {
		c->trap_ctxt[i].vector = (u8)i;
		c->trap_ctxt[i].flags = v->entry.traps[i].flags;
		c->trap_ctxt[i].cs = v->entry.traps[i].cs;
		c->trap_ctxt[i].address = (u32)v->entry.traps[i].ip;
	}
	c->event_callback_cs = v->entry.callback[CB_EVENT].cs;
	c->event_callback_eip = (u32)v->entry.callback[CB_EVENT].ip;
	c->failsafe_callback_cs = v->entry.callback[CB_FAILSAFE].cs;
	c->failsafe_callback_eip = (u32)v->entry.callback[CB_FAILSAFE].ip;
	for (i = 0; i < 8; i++)
		c->debugreg[i] = (u32)v->proc.dr[i];
}

static u32 get_flags(const struct vcpu *v)
{
	u32 flags = VGCF_i387_valid_X86_32;

	if ((v->proc.regs.cs & 3) == 1)
		flags |= VGCF_in_kernel_X86_32;
	if (v->entry.callback[CB_FAILSAFE].mask_events)
		flags |= VGCF_failsafe_disables_events_X86_32;
	if (v->sched.state & VCPU_UP)
		flags |= VGCF_online_X86_32;
	return flags;
}

int abi32_get_context(struct vcpu *v, gva_t at)
{
	context_t c;
	u32 i;

	memset(&c, 0, sizeof(c));
	spin_lock(&v->d->tables.lock);
	get_registers(v, &c);
	get_entries(v, &c);
	c.flags = get_flags(v);
	c.ldt_base = (u32)v->desc.ldt_base.a;
	c.ldt_ents = v->desc.ldt_entries;
	c.gdt_ents = v->desc.gdt_entries;
	for (i = 0; i < DIV_ROUND_UP(v->desc.gdt_entries, 512u); i++)
		c.gdt_frames[i] = (u32)v->desc.gdt[i].n;
	c.vm_assist = v->d->policy.vm_assist;
	spin_unlock(&v->d->tables.lock);
	return guest_write(at, &c, sizeof(c));
}
