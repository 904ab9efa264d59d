/* SPDX-License-Identifier: GPL-2.0-only */
/* Operations of a hypercall, in a table. */
#ifndef KRYPTON_OPERATION_H
#define KRYPTON_OPERATION_H

struct operation {
	long (*fn)(struct domain *d, void *arg);
	u8 size;		/* of the argument */
	bool out;		/* after 0 the argument is written back */
	u8 how;			/* OPERATION_* */
#define OPERATION_LOCKED		1u	/* fn runs with d's event lock held */
#define OPERATION_PRIVILEGED	2u	/* -EPERM for any other caller */
};
/* For d, the caller: what fn gives; -ENOSYS, -EFAULT, -EPERM, in this order. */
long operation_call(const struct operation *ops, u32 count, u32 cmd,
		    struct domain *d, gva_t at);

#endif
