// SPDX-License-Identifier: GPL-2.0-only
/*
 * mmuext_op: pin and unpin tables, load roots, flush TLBs, load the LDT, clear
 * and copy pages.
 *
 * A pin is a type reference that the guest holds. FRAME_PINNED records it, so a
 * guest can neither pin a table twice nor unpin it twice.
 */
#include "cpu/ldt.h"
#include "guest/get_few.h"
#include "hypercalls.h"
#include "machine/smp.h"
#include "mmu/mmu.h"
#include "mmu/tables.h"

#define OP_LONGS	(sizeof(struct mmuext) / sizeof(u64))

_Static_assert(TYPE_L1 < TYPE_L2 && TYPE_L2 < TYPE_L3 && TYPE_L3 < TYPE_L4,
	       "levels ascend");

static int pin(struct domain *d, mfn_t m, enum frame_type type)
{
	int rc;

	/* As on Xen, a pin at a level that the guest lacks does nothing. */
	if (type > d->width->root_type)
		return 0;
	rc = ptype_get_both(d, m, type);
	if (rc)
		return rc;
	if (mfn_frame(m)->flags & FRAME_PINNED) {
		ptype_put_both(d, m);
		return -EINVAL;
	}
	mfn_frame(m)->flags |= FRAME_PINNED;
	return 0;
}

static int unpin(struct domain *d, mfn_t m)
{
	struct frame *f;
	int rc = -EINVAL;

	if (!page_get(d, m))
		return -EINVAL;
	f = mfn_frame(m);
	if (f->flags & FRAME_PINNED) {
		f->flags &= (u8)~FRAME_PINNED;
		ptype_put_both(d, m);
		rc = 0;
	}
	page_put(m);
	return rc;
}

int mmu_new_baseptr(struct vcpu *v, mfn_t m)
{
	int rc = ptype_lock(v->d);
	mfn_t old;

	if (rc)
		return rc;
	spin_guard_taken(&v->d->tables.lock);
	old = v->roots.kernel.table;
	if (mfn_eq(old, m)) {
		roots_load(v);
		return 0;
	}
	rc = ptype_get_both(v->d, m, v->d->width->root_type);
	if (rc)
		return rc;
	ldt_drop(v);
	roots_set(v, m);
	roots_load(v);
	if (!mfn_eq(old, INVALID_MFN))
		ptype_put_both(v->d, old);
	return 0;
}

/*
 * The same for the user mode of a 64-bit guest; table 0 stands for none. This
 * needs no flush: only user mode walks the root, and the entry to the kernel has
 * loaded another CR3.
 */
static int new_user_baseptr(struct vcpu *v, mfn_t m)
{
	int rc = ptype_lock(v->d);
	mfn_t old;

	if (rc)
		return rc;
	spin_guard_taken(&v->d->tables.lock);
	if (m.n && !mfn_valid(m))
		return -EINVAL;
	m = m.n ? m : INVALID_MFN;
	old = v->roots.user.table;
	if (mfn_eq(old, m))
		return 0;
	if (!mfn_eq(m, INVALID_MFN))
		rc = ptype_get_both(v->d, m, v->d->width->root_type);
	if (rc)
		return rc;
	roots_set_user(v, m);
	if (!mfn_eq(old, INVALID_MFN))
		ptype_put_both(v->d, old);
	return 0;
}

/* Without a source: clear it. */
static int fill_page(struct domain *d, mfn_t m, const void *from)
{
	if (ptype_get_both(d, m, TYPE_WRITABLE))
		return -EINVAL;
	if (from)
		memcpy(mfn_to_virt(m), from, PAGE_SIZE);
	else
		memset(mfn_to_virt(m), 0, PAGE_SIZE);
	ptype_put_both(d, m);
	return 0;
}

static int copy_page(struct domain *d, mfn_t to, mfn_t from)
{
	int rc = -EINVAL;

	if (page_get(d, from)) {
		rc = fill_page(d, to, mfn_to_virt(from));
		page_put(from);
	}
	return rc;
}

int mmu_flush_vcpus(struct domain *d, u64 bitmap)
{
	cpus_t cpus = { { 0 } };
	u64 vcpus;
	u32 i;

	/* As on Xen, a long of the bitmap, which no domain's vCPUs exceed. */
	if (guest_get_long(gva(bitmap), 0, &vcpus))
		return -EFAULT;
	for (i = 0; i < d->max_vcpus; i++)
		if ((vcpus >> i & 1) && d->vcpu[i])
			cpus_add(&cpus, d->vcpu[i]->sched.cpu);
	smp_flush(cpus_and(cpus, d->tables.dirty_cpus));
	return 0;
}

/* Operations on pages of d, which may be another domain than the caller. */
static int page_operation(struct domain *d, const struct mmuext *op)
{
	if (d->life.is_dying)
		return -ESRCH;
	switch (op->cmd) {
	case MMUEXT_PIN_L1_TABLE ... MMUEXT_PIN_L4_TABLE:
		return pin(d, mfn(op->arg1),
			   TYPE_L1 + (u32)op->cmd - MMUEXT_PIN_L1_TABLE);
	case MMUEXT_UNPIN_TABLE:
		return unpin(d, mfn(op->arg1));
	case MMUEXT_CLEAR_PAGE:
		return fill_page(d, mfn(op->arg1), NULL);
	case MMUEXT_COPY_PAGE:
		return copy_page(d, mfn(op->arg1), mfn(op->arg2));
	case MMUEXT_MARK_SUPER:
	case MMUEXT_UNMARK_SUPER:
		return -EOPNOTSUPP;
	default:
		return -ENOSYS;
	}
}

static int flush_operation(struct domain *d, const struct mmuext *op)
{
	switch (op->cmd) {
	case MMUEXT_TLB_FLUSH_LOCAL:
		tlb_flush_local();
		return 0;
	case MMUEXT_INVLPG_LOCAL:
		if (domain_range_ok(d, gva(op->arg1), 1))
			invlpg(op->arg1);
		return 0;
	case MMUEXT_TLB_FLUSH_MULTI:
	case MMUEXT_INVLPG_MULTI:
		return mmu_flush_vcpus(d, op->arg2) ? -EINVAL : 0;
	case MMUEXT_TLB_FLUSH_ALL:
	case MMUEXT_INVLPG_ALL:
		ptype_flush(d);
		return 0;
	default:
		if (!tables_cache_ok(d, PTE_PCD))
			return op->cmd == MMUEXT_FLUSH_CACHE ? -EACCES :
			       -EINVAL;
		wbinvd();
		return 0;
	}
}

/* Operations on the calling vCPU: its roots and its LDT. */
static int vcpu_operation(struct vcpu *v, const struct mmuext *op)
{
	if (op->cmd == MMUEXT_NEW_BASEPTR)
		return mmu_new_baseptr(v, mfn(op->arg1));
	if (op->cmd == MMUEXT_NEW_USER_BASEPTR)
		return v->d->width->is_long ?
		       new_user_baseptr(v, mfn(op->arg1)) : -EINVAL;
	spin_guard(&v->d->tables.lock);
	return ldt_set(v, gva(op->arg1), (u32)op->arg2);	/* nr_ents */
}

static int one_operation(struct vcpu *v, struct domain *owner, gva_t request)
{
	struct mmuext op;
	int rc;

	if (!guest_get_few(v->d, v->d->width->long_size, request,
			   (u64 *)&op, OP_LONGS))
		return -EFAULT;
	op.cmd = (u32)op.cmd;
	switch (op.cmd) {
	case MMUEXT_TLB_FLUSH_LOCAL ... MMUEXT_INVLPG_ALL:
	case MMUEXT_FLUSH_CACHE:
	case MMUEXT_FLUSH_CACHE_GLOBAL:
		return owner == v->d ? flush_operation(v->d, &op) : -EPERM;
	case MMUEXT_NEW_BASEPTR:
	case MMUEXT_NEW_USER_BASEPTR:
	case MMUEXT_SET_LDT:
		return owner == v->d ? vcpu_operation(v, &op) : -EPERM;
	}
	rc = ptype_lock(owner);
	if (rc)
		return rc;
	spin_guard_taken(&owner->tables.lock);
	return page_operation(owner, &op);
}

long do_mmuext_op(u64 a[])
{
	struct vcpu *v = current_vcpu();
	struct batch b = batch_begin(a, OP_LONGS * v->d->width->long_size);
	u32 id = (u16)a[3];
	struct domain *owner;
	long rc = 0;

	if (id == DOMID_SELF)
		owner = v->d;
	else
		rc = mmu_get_owner(id, &owner);
	/* DOMID_IO and DOMID_XEN have neither page tables nor vCPUs to flush. */
	if (!rc && (id == DOMID_IO || id == DOMID_XEN))
		rc = v->d->privileged ? -EINVAL : -EPERM;
	while (!rc && batch_next(&b))
		batch_done(&b, one_operation(v, owner, gva(a[0])));
	if (!rc)
		rc = batch_end(&b, owner);
	mmu_put_owner(owner);
	return rc;
}
