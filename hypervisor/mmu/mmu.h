/* SPDX-License-Identifier: GPL-2.0-only */
/* What the hypercalls on page tables share. */
#ifndef KRYPTON_MMU_H
#define KRYPTON_MMU_H

#include "types.h"

/*
 * mmu/batch.c: the list a[0] of a[1] entries of a size, one by one; as a
 * hypercall's arguments they are changed for its continuation.
 */
long pv_batch(u64 a[], u32 size, struct domain *d,
	      int (*one)(void *data, gva_t at), void *data);

/* Whose pages a call works on: put it after an error, too. */
int pv_get_owner(u32 id, struct domain **owner);
void pv_put_owner(struct domain *owner);
/* On the vCPUs of a bitmap in the caller's memory; 0 or -EFAULT. */
int pv_flush_vcpus(struct domain *d, u64 bitmap);
/* Load a root table; -ERESTART: call again to go on validating it. */
int pv_new_baseptr(struct vcpu *v, mfn_t table);

#endif
