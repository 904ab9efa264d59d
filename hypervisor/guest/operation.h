/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of a hypercall's operations. */
#ifndef KRYPTON_OPERATION_H
#define KRYPTON_OPERATION_H

#define OPERATION_MAX	96u	/* bytes of an argument */

struct operation {
	long (*fn)(struct domain *d, void *arg);
	u8 size;		/* of the argument here, in bytes */
	bool out;		/* write the argument back if fn returns 0 */
	u8 how;			/* OPERATION_* */
#define OPERATION_LOCKED	1u	/* call fn with d's event lock held */
#define OPERATION_PRIVILEGED	2u	/* only for a privileged caller */
#define OPERATION_PRIVILEGED_FIRST 4u	/* tested before the argument is read */
/* Call fn for the domain that the argument's first member, a domid_t, names. */
#define OPERATION_TARGET	8u
	const char *layout;	/* of the argument (guest/layout.h); NULL: the
				 * same in all guests */
};
/* The size of an argument of this type, which must not exceed the maximum. */
#define OPERATION_SIZE(type) \
	sizeof(u8 [sizeof(type) <= OPERATION_MAX ? sizeof(type) : -1])
/*
 * Call operation a[0] of the table for the calling domain, with the argument at
 * address a[1]. It fails with -ENOSYS (no such operation), -EFAULT, as
 * domain_target() (with OPERATION_TARGET), or -EPERM, tested in this order as on
 * Xen (but see OPERATION_PRIVILEGED_FIRST), or with what fn returns.
 */
long operation_call(const struct operation *ops, u32 count, const u64 a[]);

#endif
