/* SPDX-License-Identifier: GPL-2.0-only */
/* The private root tables that processors use for a vCPU. */
#ifndef KRYPTON_ROOTS_H
#define KRYPTON_ROOTS_H

#include "machine/paging.h"

/*
 * A vCPU's part. The page lock guards it, except the pointers, which never change
 * once the vCPU has a root.
 */
struct vcpu_roots {
	/* For the kernel, and for the user mode of a 64-bit guest */
	struct root {
		mfn_t table;	/* the guest's: an L3, or an L4 */
		u64 used;	/* slots copied from an L4, a bit for eight */
		u64 *own;	/* the processor's L4 */
		u64 *thin;	/* loaded while the guest runs with XPTI */
	} kernel, user;
	struct pae_root {
		u64 entry[4];
	} *l3;			/* a 32-bit guest's L3 below its root: a page */
};

/* Rights of the entry by which a private root leads to a 32-bit guest's L3. */
#define ROOT_RIGHTS	(PTE_P | PTE_RW | PTE_US | PTE_A)

/*
 * Make this the vCPU's root table, or INVALID_MFN for none. The caller holds the
 * page lock and gives the vCPU a reference to the root's type.
 */
void roots_set(struct vcpu *v, mfn_t table);
/* The same for the user mode of a 64-bit guest. Call roots_set() before. */
void roots_set_user(struct vcpu *v, mfn_t table);
/* Load CR3 of this CPU for the vCPU in its mode, which flushes the TLB. */
void roots_load(const struct vcpu *v);
/*
 * Give a vCPU of a 64-bit guest its two thin roots, before it has any root: they
 * have the guest's slots and nothing of the hypervisor. 0 or -ENOMEM.
 */
int roots_split(struct vcpu *v);
/*
 * Forget which slots of this frame are in use: it is about to become an L4. The
 * caller holds the page lock.
 */
void roots_forget(struct domain *d, mfn_t table);
/*
 * An entry of a valid root has changed: change it in the private roots of all
 * vCPUs that use the root, and flush. The caller holds the page lock, and still
 * the references of the old entry.
 */
void roots_changed(struct domain *d, const u64 *entry);

#endif
