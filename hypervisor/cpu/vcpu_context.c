// SPDX-License-Identifier: GPL-2.0-only
/*
 * A vCPU's whole state as one structure of the public ABI, vcpu_guest_context
 * of arch-x86/xen.h. Guests start their vCPUs with it, and the tools start,
 * save and restore vCPUs. Behind the FPU's part the structure is an array of
 * longs in guests of both widths. Struct context holds the same longs; tables
 * of runs (struct context_run) describe how their order differs.
 *
 * The vCPU gets its page tables and descriptors once, when it is initialised.
 * Later only the tools can change its registers and entry points, while it does
 * not run, because they have paused its domain. A guest initialises each of its
 * vCPUs once. The page lock decides which call is the first, since the vCPU may
 * run from then on.
 */
#include "cpu/emulate.h"
#include "mmu/mmu.h"

/* The hypervisor's form. A selector is in the lowest 16 bits of its long. */
struct context {
	struct xsave_image fpu;		/* the ABI has only its first part */
	u64 flags;
	struct regs regs;
	u64 es, ds, fs, gs;
	struct { u64 codes, ip; } traps[256];	/* vector, flags, cs: 8, 8, 16 */
	u64 ldt_base, ldt_ents;
	mfn_t gdt_frames[16];
	u64 gdt_ents;
	u64 kernel_ss, kernel_sp, ctrlreg[8], debugreg[8];
	struct { u64 cs, ip; } callback[CB_SYSCALL + 1];
	u64 vm_assist;
	u64 fs_base, gs_kernel, gs_user;	/* GS base of each mode */
};

#define RUN(member, longs)	{ offsetof(struct context, member), longs }
/* Number of longs from regs.ip up to the callbacks. */
#define TAIL	(9 + 2 * 256 + 1 + 1 + 16 + 1 + 2 + 8 + 8)
const struct context_run context32[] = {
	RUN(flags, 1), RUN(regs.bx, 1), RUN(regs.cx, 4), RUN(regs.bp, 1),
	RUN(regs.ax, 1), RUN(regs.error, 1 + TAIL + 2 * 2), RUN(vm_assist, 1),
	{ 0, 0 }
};
const struct context_run context64[] = {
	RUN(flags, 1), RUN(regs.r15, 15), RUN(regs.error, 1 + TAIL),
	RUN(callback[CB_EVENT].ip, 1), RUN(callback[CB_FAILSAFE].ip, 1),
	RUN(callback[CB_SYSCALL].ip, 1), RUN(vm_assist, 4), { 0, 0 }
};
_Static_assert(offsetof(struct context, regs.ip) + TAIL * 8 ==
	       offsetof(struct context, callback), "none is left out");

/* By callback: the flag that it masks events. CB_EVENT always does. */
static const u32 mask_flag[] = {
	[CB_FAILSAFE] = VGCF_failsafe_disables_events,
	[CB_SYSCALL] = VGCF_syscall_disables_events,
};

/*
 * Copy *c from the caller's memory ('get') or to it, which destroys *c for a
 * 32-bit guest. 0 or -EFAULT.
 */
static int copy(struct context *c, gva_t at, const struct width *w, bool get)
{
	int rc = get ? guest_read(c->fpu.fxsave, at, sizeof(c->fpu.fxsave)) :
		 guest_write(at, c->fpu.fxsave, sizeof(c->fpu.fxsave));
	const struct context_run *r = w->context;
	bool narrow = !w->is_long;
	u64 *longs, size, i;

	for (at.a += sizeof(c->fpu.fxsave); !rc && r->longs; at.a += size, r++) {
		longs = (u64 *)((u8 *)c + r->first);
		size = r->longs * w->long_size;
		for (i = 0; !get && narrow && i < r->longs; i++)
			((u32 *)longs)[i] = (u32)longs[i];
		rc = get ? guest_read(longs, at, size) :
		     guest_write(at, longs, size);
		/*
		 * Widen from the last on: each lies at or below its new place.
		 */
		for (i = r->longs; get && narrow && i--;)
			longs[i] = ((u32 *)longs)[i];
	}
	return rc;
}

/*
 * A selector whose ring is at least the kernel's. In a 32-bit guest a null
 * selector stays null.
 */
static u16 kernel_selector(const struct vcpu *v, u64 sel)
{
	return v->d->width->kernel_ring == 1 ? selector_ring1((u32)sel) :
	       (u16)sel | 3;
}

/* Mode and segment bases; a 32-bit guest's are 0. */
static void set_mode(struct vcpu *v, const struct context *c)
{
	bool user = v->d->width->is_long && !(c->flags & VGCF_in_kernel);

	v->proc.in_user = user;
	v->proc.fs_base = c->fs_base;
	v->proc.gs_base = user ? c->gs_user : c->gs_kernel;
	v->proc.gs_other = user ? c->gs_kernel : c->gs_user;
}

static void set_registers(struct vcpu *v, const struct context *c)
{
	v->proc.regs = c->regs;
	v->proc.regs.error = 0;
	/*
	 * Never ring 0. A return to a null CS faults, and the guest gets that.
	 */
	v->proc.regs.cs = kernel_selector(v, c->regs.cs) | !(c->regs.cs & 3);
	v->proc.regs.ss = kernel_selector(v, c->regs.ss);
	v->proc.regs.flags = (c->regs.flags & FLAGS_GUEST) | FLAGS_IF | 2;
	v->proc.ds = (u16)c->ds;
	v->proc.es = (u16)c->es;
	v->proc.fs = (u16)c->fs;
	v->proc.gs = (u16)c->gs;
	set_mode(v, c);
	v->entry.iopl = c->regs.flags >> 12 & 3;
	v->entry.kernel_ss = kernel_selector(v, c->kernel_ss);
	v->entry.kernel_sp = c->kernel_sp;
	v->proc.cr0_ts = c->ctrlreg[0] & CR0_TS;
	v->proc.cr4 = processor_cr4(v, c->ctrlreg[4]);
	if (c->flags & VGCF_i387_valid)
		context_copy_fpu(&v->proc.fpu, &c->fpu, XCR0_START);
	else
		context_reset_fpu(v);
}

static void set_entries(struct vcpu *v, const struct context *c)
{
	u32 i;

	for (i = 0; i < ARRAY_SIZE(c->traps); i++)
		v->entry.traps[i] =
			vcpu_entry_point(v, (u16)(c->traps[i].codes >> 16),
					 c->traps[i].ip,
					 c->traps[i].codes >> 8 & 7);
	for (i = 0; i < ARRAY_SIZE(c->callback); i++)
		vcpu_set_callback(v, i, (u32)c->callback[i].cs,
				  c->callback[i].ip,
				  i == CB_EVENT || (c->flags & mask_flag[i]));
}

static mfn_t user_root(const struct vcpu *v, const struct context *c)
{
	return v->d->width->is_long && c->ctrlreg[1] ?
	       width_cr3_to_mfn(v->d->width, c->ctrlreg[1]) : INVALID_MFN;
}

/* Give the vCPU its tables and descriptors. On an error it gets none. */
static int set_tables(struct vcpu *v, const struct context *c)
{
	mfn_t root = width_cr3_to_mfn(v->d->width, c->ctrlreg[3]);
	mfn_t user = user_root(v, c);
	int rc;

	ASSERT_HELD(&v->d->tables.lock);
	/* The GDT first: if it is refused, no root has to be dropped. */
	rc = xpti_prepare(v);
	if (!rc)
		rc = descriptors_set_gdt(v, c->gdt_frames, (u32)c->gdt_ents);
	if (rc)
		return rc;
	rc = ptype_get_both(v->d, root, v->d->width->root_type);
	if (!rc) {
		rc = mfn_eq(user, INVALID_MFN) ? 0 :
		     ptype_get_both(v->d, user, v->d->width->root_type);
		if (rc == -ERESTART)
			ptype_put_resumable(v->d, root);
		else if (rc)
			ptype_put_both(v->d, root);
	}
	if (rc) {
		descriptors_set_gdt(v, c->gdt_frames, 0);
		return rc;
	}
	roots_set(v, root);
	if (v->d->width->is_long)
		roots_set_user(v, user);
	v->desc.ldt_base = gva(c->ldt_base);
	v->desc.ldt_entries = (u32)c->ldt_ents;
	return 0;
}

/* Whether the context names exactly the tables that the vCPU has. */
static bool same_tables(const struct vcpu *v, const struct context *c)
{
	u32 i;

	if (c->ctrlreg[3] != width_mfn_to_cr3(v->d->width, v->roots.kernel.table) ||
	    !mfn_eq(user_root(v, c), v->roots.user.table) ||
	    c->gdt_ents != v->desc.gdt_entries || c->ldt_ents != v->desc.ldt_entries ||
	    (c->ldt_ents && c->ldt_base != v->desc.ldt_base.a))
		return false;
	for (i = 0; i < DIV_ROUND_UP(v->desc.gdt_entries, 512u); i++)
		if (!mfn_eq(c->gdt_frames[i], v->desc.gdt[i]))
			return false;
	return true;
}

static bool addresses_ok(const struct vcpu *v, const struct context *c)
{
	const u64 addresses[] = {
		c->regs.ip, c->regs.sp, c->kernel_sp, c->fs_base, c->gs_kernel,
		c->gs_user, c->callback[CB_EVENT].ip,
		c->callback[CB_FAILSAFE].ip, c->callback[CB_SYSCALL].ip,
	};
	u32 i;

	for (i = 0; i < ARRAY_SIZE(addresses); i++)
		if (!cpu_canonical(addresses[i]))
			return false;
	for (i = 0; i < ARRAY_SIZE(c->traps); i++)
		if (!cpu_canonical(c->traps[i].ip))
			return false;
	return !(c->ldt_base >> 47) || c->ldt_base > v->d->width->hole_last;
}

static bool context_ok(const struct vcpu *v, const struct context *c)
{
	return addresses_ok(v, c) && c->gdt_ents <= FIRST_RESERVED_GDT_ENTRY &&
	       c->ldt_ents <= LDT_MAX_ENTRIES &&
	       !(c->ldt_base & (PAGE_SIZE - 1)) &&
	       (v->id || !(c->vm_assist & ~v->d->width->assists));
}

/* A vCPU in user mode needs a root for it. */
static bool mode_ok(const struct vcpu *v, const struct context *c)
{
	return !v->d->width->is_long || (c->flags & VGCF_in_kernel) || c->ctrlreg[1];
}

static int set_locked(struct vcpu *v, const struct context *c)
{
	bool first = !v->proc.initialised;
	int rc;

	if (v->d->life.is_dying)
		return -ESRCH;
	if (!first && v->d == current_domain())
		return -EEXIST;
	if (!context_ok(v, c) || (first && !mode_ok(v, c)))
		return -EINVAL;
	if (!first && !(same_tables(v, c) && mode_ok(v, c)))
		return -EOPNOTSUPP;
	rc = first ? set_tables(v, c) : 0;
	if (rc)
		return rc;
	set_registers(v, c);
	set_entries(v, c);
	vcpu_reset_debugregs(v, c->debugreg);
	if (first && !v->id)
		v->d->policy.vm_assist = c->vm_assist;
	if (!(c->flags & VGCF_online))
		atomic_and(&v->sched.state, ~(u32)VCPU_UP);
	/* Last: another CPU that sees this may bring the vCPU up, and run it. */
	__atomic_store_n(&v->proc.initialised, true, __ATOMIC_RELEASE);
	/* The vCPU runs as soon as its domain is not paused. */
	if (c->flags & VGCF_online)
		atomic_or(&v->sched.state, VCPU_UP);
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
	spin_guard_taken(&v->d->tables.lock);
	return set_locked(v, &c);
}

static void get_mode(const struct vcpu *v, struct context *c)
{
	bool user = v->proc.in_user;

	c->fs_base = v->proc.fs_base;
	c->gs_user = user ? v->proc.gs_base : v->proc.gs_other;
	c->gs_kernel = user ? v->proc.gs_other : v->proc.gs_base;
	if (v->d->width->is_long && !mfn_eq(v->roots.user.table, INVALID_MFN))
		c->ctrlreg[1] = width_mfn_to_cr3(v->d->width, v->roots.user.table);
}

static void get_registers(const struct vcpu *v, struct context *c)
{
	u32 i;

	c->flags = VGCF_i387_valid;
	if (vcpu_in_kernel(v, &v->proc.regs))
		c->flags |= VGCF_in_kernel;
	for (i = 0; i < ARRAY_SIZE(mask_flag); i++)
		if (v->entry.callback[i].flags & TRAP_MASKS)
			c->flags |= mask_flag[i];
	if (v->sched.state & VCPU_UP)
		c->flags |= VGCF_online;
	context_copy_fpu(&c->fpu, &v->proc.fpu, v->proc.fpu.parts);
	c->regs = v->proc.regs;
	c->regs.error = 0;
	c->regs.flags |= v->entry.iopl << 12;
	c->ds = v->proc.ds;
	c->es = v->proc.es;
	c->fs = v->proc.fs;
	c->gs = v->proc.gs;
	get_mode(v, c);
	c->kernel_ss = v->entry.kernel_ss;
	c->kernel_sp = v->entry.kernel_sp;
	c->ctrlreg[0] = CR0_FIXED | (v->proc.cr0_ts ? CR0_TS : 0);
	c->ctrlreg[3] = width_mfn_to_cr3(v->d->width, v->roots.kernel.table);
	c->ctrlreg[4] = CR4_PAE | CR4_OSFXSR | CR4_OSXMMEXCPT | v->proc.cr4;
	memcpy(c->debugreg, v->proc.dr, sizeof(v->proc.dr));
	c->debugreg[7] |= v->proc.dr7_io;
}

static void get_entries(const struct vcpu *v, struct context *c)
{
	const struct vcpu_trap *t = v->entry.traps;
	u64 i;

	for (i = 0; i < ARRAY_SIZE(c->traps); i++, t++) {
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
		c->gdt_frames[i] = v->desc.gdt[i];
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
