/* SPDX-License-Identifier: GPL-2.0-only */
/* The root tables that the processor walks for a vCPU. */
#ifndef KRYPTON_ROOTS_H
#define KRYPTON_ROOTS_H

#include "machine/paging.h"

/* A vCPU's part; the page lock, but for the pointers, which are fixed. */
struct vcpu_roots {
	mfn_t table;			/* guest's L3, or L4 of its kernel */
	mfn_t user;			/* 64-bit guest's L4 of user mode */
	u64 used, user_used;		/* slots of the guest's in the next: by eight */
	u64 *root;			/* the processor's L4 */
	u64 *user_root;			/* in user mode; NULL: a 32-bit guest */
	u64 *thin, *thin_user;		/* while the guest runs, with XPTI */
	struct pae_root {
		u64 entry[4];
	} *l3;				/* the processor's L3, a page */
};

/* Of the entry of a private root that leads to the guest's part. */
#define ROOT_RIGHTS	(PTE_P | PTE_RW | PTE_US | PTE_A)

/*
 * Have the vCPU use this root of the guest, or none with INVALID_MFN. The
 * caller holds the page lock, and the root's type for the vCPU.
 */
void roots_set(struct vcpu *v, mfn_t table);
/* The same for the user mode of a 64-bit guest, which roots_set() knows first. */
void roots_set_user(struct vcpu *v, mfn_t table);
/* Have this processor use what the vCPU has for its mode; flushes its TLB. */
void roots_load(const struct vcpu *v);
/*
 * Give a vCPU of a 64-bit guest, before it has a root, two more that follow the
 * others in the guest's slots and have nothing of the hypervisor's: -ENOMEM.
 */
int roots_split(struct vcpu *v);
/* This frame is about to become an L4: what it had in which slots is void. */
void roots_forget(struct domain *d, mfn_t table);
/*
 * An entry of a valid root has changed: have all vCPUs that use the root follow,
 * and flush. The caller holds the page lock, and what the old entry held.
 */
void roots_changed(struct domain *d, const u64 *entry);

#endif
