// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vCPU's whole state as one structure of the public ABI (vcpu_guest_context
 * of arch-x86/xen.h): how a vCPU starts, and how the tools start, save and
 * restore one. Behind the FPU's part it is an array of longs for a guest of any
 * width; runs say how their order differs from that of our own form.
 *
 * Tables and descriptors are taken once, when the vCPU is initialised. After
 * that only registers and entry points may be changed, by the tools, while
 * the vCPU does not run: they have paused its domain. A guest initialises
 * each of its vCPUs once, which is decided under the page lock, because from
 * then on that vCPU may run.
 */
#include "cpu/context.h"
#include "cpu/descriptors.h"
#include "cpu/vcpu.h"
#include "debug.h"
#include "domain/domain.h"
#include "errno.h"
#include "guest/guest.h"
#include "lib/lib.h"
#include "mmu/ptype.h"
#include "mmu/roots.h"

/* Our own form: a selector is in the lowest 16 bits of a long. */
struct context {
	u8 fpu[512];
	u64 flags;
	struct regs regs;
	u64 es, ds, fs, gs;
	struct { u64 codes, ip; } traps[256];	/* vector, flags, cs: 8, 8, 16 */
	u64 ldt_base, ldt_ents, gdt_frames[16], gdt_ents;
	u64 kernel_ss, kernel_sp, ctrlreg[8], debugreg[8];
	struct { u64 cs, ip; } callback[CB_FAILSAFE + 1];
	u64 vm_assist;
};

#define RUN(member, longs)	{ offsetof(struct context, member), longs }
#define LAST_RUN		(10 + 2 * 256 + 42)
const struct context_run context32[] = {
	RUN(flags, 1), RUN(regs.bx, 1), RUN(regs.cx, 4), RUN(regs.bp, 1),
	RUN(regs.ax, 1), RUN(regs.error, LAST_RUN), { 0, 0 }
};
const struct context_run context64[] = { { 0, 0 } };
_Static_assert(offsetof(struct context, regs.error) + LAST_RUN * 8 ==
	       sizeof(struct context), "none is left out");

/* From memory of the caller, or else to it: what is in our form is lost then. */
static int copy(struct context *c, gva_t at, const struct width *w, bool get)
{
	int rc = get ? guest_read(c->fpu, at, sizeof(c->fpu)) :
		 guest_write(at, c->fpu, sizeof(c->fpu));
	const struct context_run *r = w->context;
	bool narrow = w->long_size == 4;
	u64 *longs, size, i;

	for (at.a += sizeof(c->fpu); !rc && r->longs; at.a += size, r++) {
		longs = (u64 *)((u8 *)c + r->first);
		size = r->longs * w->long_size;
		for (i = 0; !get && narrow && i < r->longs; i++)
			((u32 *)longs)[i] = (u32)longs[i];
		rc = get ? guest_read(longs, at, size) :
		     guest_write(at, longs, size);
		/* From the last on: each now lies at or below its place. */
		for (i = r->longs; get && narrow && i--;)
			longs[i] = ((u32 *)longs)[i];
	}
	return rc;
}

static void set_registers(struct vcpu *v, const struct context *c)
{
	v->proc.regs = c->regs;
	v->proc.regs.error = 0;
	/* Never ring 0. A return to a null CS faults, which the guest gets. */
	v->proc.regs.cs = (u16)c->regs.cs | !(c->regs.cs & 3);
	v->proc.regs.ss = selector_ring1((u16)c->regs.ss);
	v->proc.regs.flags = (c->regs.flags & FLAGS_GUEST) | FLAGS_IF | 2;
	v->proc.ds = (u16)c->ds;
	v->proc.es = (u16)c->es;
	v->proc.fs = (u16)c->fs;
	v->proc.gs = (u16)c->gs;
	v->entry.iopl = c->regs.flags >> 12 & 3;
	v->entry.kernel_ss = selector_ring1((u32)c->kernel_ss);
	v->entry.kernel_sp = c->kernel_sp;
	v->proc.cr0_ts = c->ctrlreg[0] & CR0_TS;
	context_reset_fpu(v);
	if (c->flags & VGCF_i387_valid)
		context_set_fpu(v, c->fpu);
}

static void set_entries(struct vcpu *v, const struct context *c)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(v->entry.traps); i++)
		v->entry.traps[i] = (struct vcpu_trap){
			c->traps[i].ip,
			selector_ring1((u16)(c->traps[i].codes >> 16)),
			c->traps[i].codes >> 8 & 7
		};
	for (i = 0; i < ARRAY_SIZE(c->callback); i++)
		vcpu_set_callback(v, i, (u32)c->callback[i].cs,
				  c->callback[i].ip, i == CB_EVENT ||
				  c->flags & VGCF_failsafe_disables_events);
}

/* All or nothing, or -ERESTART. */
static int set_tables(struct vcpu *v, const struct context *c)
{
	mfn_t root = width_cr3_to_mfn(v->d->width, c->ctrlreg[3]);
	mfn_t gdt[GDT_FRAMES];
	u32 i;
	int rc;

	ASSERT_HELD(&v->d->tables.lock);
	for (i = 0; i < GDT_FRAMES; i++)
		gdt[i] = mfn(c->gdt_frames[i]);
	rc = ptype_get_both(v->d, root, v->d->width->root_type);
	if (rc)
		return rc;
	rc = descriptors_set_gdt(v, gdt, (u32)c->gdt_ents);
	if (rc) {
		ptype_put_both(v->d, root);
		return rc;
	}
	roots_set(v, root);
	v->desc.ldt_base = gva(c->ldt_base);
	v->desc.ldt_entries = (u32)c->ldt_ents;
	return 0;
}

/* A vCPU that has its tables may be told only what it has. */
static bool same_tables(const struct vcpu *v, const struct context *c)
{
	u32 i;

	if (!mfn_eq(width_cr3_to_mfn(v->d->width, c->ctrlreg[3]), v->roots.table) ||
	    c->gdt_ents != v->desc.gdt_entries || c->ldt_ents != v->desc.ldt_entries ||
	    (c->ldt_ents && c->ldt_base != v->desc.ldt_base.a))
		return false;
	for (i = 0; i < DIV_ROUND_UP(v->desc.gdt_entries, 512u); i++)
		if (c->gdt_frames[i] != v->desc.gdt[i].n)
			return false;
	return true;
}

static bool context_ok(const struct vcpu *v, const struct context *c)
{
	return c->gdt_ents <= GDT_MAX_ENTRIES &&
	       c->ldt_ents <= LDT_MAX_ENTRIES &&
	       !(c->ldt_base & (PAGE_SIZE - 1)) &&
	       (v->id || !(c->vm_assist & ~v->d->width->assists));
}

static int set_locked(struct vcpu *v, const struct context *c)
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
	vcpu_reset_debugregs(v, c->debugreg);
	if (first && !v->id)
		v->d->policy.vm_assist = (u32)c->vm_assist;
	/* Last: whoever sees these may let the vCPU run. */
	__atomic_store_n(&v->proc.initialised, true, __ATOMIC_RELEASE);
	/* It runs as soon as its domain is not paused. */
	if (c->flags & VGCF_online)
		__atomic_fetch_or(&v->sched.state, VCPU_UP, __ATOMIC_SEQ_CST);
	return 0;
}

int vcpu_context_set(struct vcpu *v, gva_t at)
{
	struct context c = { 0 };
	int rc = copy(&c, at, v->d->width, true);

	if (!rc)
		rc = ptype_lock(v->d);
	if (rc)
		return rc;
	rc = set_locked(v, &c);
	spin_unlock(&v->d->tables.lock);
	return rc;
}

static void get_registers(const struct vcpu *v, struct context *c)
{
	c->flags = VGCF_i387_valid;
	if (vcpu_in_kernel(v, &v->proc.regs))
		c->flags |= VGCF_in_kernel;
	if (v->entry.callback[CB_FAILSAFE].flags & TRAP_MASKS)
		c->flags |= VGCF_failsafe_disables_events;
	if (v->sched.state & VCPU_UP)
		c->flags |= VGCF_online;
	memcpy(c->fpu, v->proc.fpu, sizeof(v->proc.fpu));
	c->regs = v->proc.regs;
	c->regs.error = 0;
	c->regs.flags |= v->entry.iopl << 12;
	c->ds = v->proc.ds;
	c->es = v->proc.es;
	c->fs = v->proc.fs;
	c->gs = v->proc.gs;
	c->kernel_ss = v->entry.kernel_ss;
	c->kernel_sp = v->entry.kernel_sp;
	c->ctrlreg[0] = CR0_FIXED | (v->proc.cr0_ts ? CR0_TS : 0);
	c->ctrlreg[3] = width_mfn_to_cr3(v->d->width, v->roots.table);
	c->ctrlreg[4] = CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT | v->proc.cr4;
	memcpy(c->debugreg, v->proc.dr, sizeof(v->proc.dr));
}

static void get_entries(const struct vcpu *v, struct context *c)
{
	const struct vcpu_trap *t = v->entry.traps;
	u64 i;

	for (i = 0; i < ARRAY_SIZE(v->entry.traps); i++, t++) {
		c->traps[i].codes = i | t->flags << 8 | (u32)t->cs << 16;
		c->traps[i].ip = t->ip;
	}
	for (i = 0; i < ARRAY_SIZE(c->callback); i++) {
		c->callback[i].cs = v->entry.callback[i].cs;
		c->callback[i].ip = v->entry.callback[i].ip;
	}
	c->ldt_base = v->desc.ldt_base.a;
	c->ldt_ents = v->desc.ldt_entries;
	c->gdt_ents = v->desc.gdt_entries;
	for (i = 0; i < DIV_ROUND_UP(v->desc.gdt_entries, 512u); i++)
		c->gdt_frames[i] = v->desc.gdt[i].n;
	c->vm_assist = v->d->policy.vm_assist;
}

int vcpu_context_get(struct vcpu *v, gva_t at)
{
	struct context c = { 0 };

	spin_lock(&v->d->tables.lock);
	get_registers(v, &c);
	get_entries(v, &c);
	spin_unlock(&v->d->tables.lock);
	return copy(&c, at, v->d->width, false);
}
