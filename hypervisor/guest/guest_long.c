// SPDX-License-Identifier: GPL-2.0-only
/*
 * Longs in guest memory: 32 or 64 bits there, by the guest's width, and 64 bits
 * here. Stack frames, frame numbers and multicall entries consist of longs. The
 * copies are short plain loops, because many hypercalls run one.
 */
#include "domain/domain.h"

/*
 * The index i runs from -n to 0. 'access' is the label of the instruction that
 * touches guest memory and may fault.
 */
#define COPY(load, store, access, from, to, n) ({		\
	s64 i = -(s64)(n);						\
									\
	__asm__ volatile("1:	" load "\n"				\
			 "2:	" store "\n"				\
			 "	incq %[i]\n"				\
			 "	jnz 1b\n"				\
			 "3:\n"						\
			 EXTABLE(access, "3b")				\
			 : [i] "+&r" (i)					\
			 : [s] "r" ((from) + (n)), [d] "r" ((to) + (n))	\
			 : "rax", "memory", "cc");			\
	i ? -EFAULT : 0;						\
})

int guest_get_longs(gva_t at, u64 *to, u32 n)
{
	const struct domain *d = current_domain();
	u32 size = d->width->long_size;

	if (!domain_range_ok(d, at, n * size))
		return -EFAULT;
	if (size == sizeof(*to))
		return COPY("movq (%[s],%[i],8), %%rax",
			    "movq %%rax, (%[d],%[i],8)", "1b",
			    (const u64 *)at.a, to, n);
	return COPY("movl (%[s],%[i],4), %%eax",
			   "movq %%rax, (%[d],%[i],8)", "1b",
			   (const u32 *)at.a, to, n);
}

int guest_put_longs(gva_t at, const u64 *from, u32 n)
{
	const struct domain *d = current_domain();
	u32 size = d->width->long_size;

	if (!domain_range_ok(d, at, n * size))
		return -EFAULT;
	if (size == sizeof(*from))
		return COPY("movq (%[s],%[i],8), %%rax",
			    "movq %%rax, (%[d],%[i],8)", "2b",
			    from, (u64 *)at.a, n);
	return COPY("movl (%[s],%[i],8), %%eax",
			   "movl %%eax, (%[d],%[i],4)", "2b",
			   from, (u32 *)at.a, n);
}

static gva_t element(gva_t array, u64 index)
{
	return gva_index(array, index, current_domain()->width->long_size);
}

int guest_get_long(gva_t array, u64 index, u64 *value)
{
	return guest_get_longs(element(array, index), value, 1);
}

int guest_put_long(gva_t array, u64 index, u64 value)
{
	return guest_put_longs(element(array, index), &value, 1);
}
