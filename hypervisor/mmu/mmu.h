/* SPDX-License-Identifier: GPL-2.0-only */
/* What the hypercalls on page tables share. */
#ifndef KRYPTON_MMU_H
#define KRYPTON_MMU_H

/*
 * mmu/batch.c: a call on the list a[0] of a[1] elements of a size, one by one,
 * which may drop tables of d. The arguments are changed for a continuation.
 *	b = batch_begin(a, size);
 *	while (batch_next(&b))
 *		batch_done(&b, result of the element at a[0]);
 *	return batch_end(&b, d);
 */
struct batch {
	u64 *a;
	u32 size, done;
	bool continued;
	int rc;
};

struct batch batch_begin(u64 a[], u32 size);
static inline bool batch_next(const struct batch *b)
{
	return b->a[1] && !b->rc;
}
void batch_done(struct batch *b, int rc);
long batch_end(struct batch *b, struct domain *d);

/* Whose pages a call works on: put it after an error, too. */
int mmu_get_owner(u32 id, struct domain **owner);
void mmu_put_owner(struct domain *owner);
/* Let the entry at a machine address, of d's, map a page of another domain. */
int mmu_map_foreign(struct domain *d, paddr_t at, u64 value,
		   struct domain *owner);
/* On the vCPUs of a bitmap in the caller's memory; 0 or -EFAULT. */
int mmu_flush_vcpus(struct domain *d, u64 bitmap);
/* Load a root table; -ERESTART: call again to go on validating it. */
int mmu_new_baseptr(struct vcpu *v, mfn_t table);
/* The same for the user mode of a 64-bit guest; table 0: it has none. */
int mmu_new_user_baseptr(struct vcpu *v, mfn_t table);

#endif
