/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Access to the memory of the guest that runs on this CPU, through the page
 * tables that the CPU has loaded. All other code reaches guest addresses by
 * these functions.
 *
 * Sizes are in bytes. Each function first checks that the whole range lies in
 * the guest's part of the address space, then copies. It returns 0 or -EFAULT;
 * after -EFAULT a part of the range may have been copied. The caller may hold
 * locks: a page fault ends the copy and is never served.
 */
#ifndef KRYPTON_GUEST_H
#define KRYPTON_GUEST_H

#include <xen/xen.h>

/*
 * Whether a 64-bit guest may store this address: it is canonical and outside
 * the hypervisor's slots. An address of a 32-bit guest always passes.
 */
static inline bool guest_address_ok(u64 at)
{
	return at < BIT(47) || at >= HYPERVISOR_VIRT_END;
}

/* Whether n bytes from 'at' lie in the guest's part of the address space. */
bool guest_range_ok(gva_t at, u64 n);
int guest_read(void *dst, gva_t src, u64 n);
int guest_write(gva_t dst, const void *src, u64 n);

/*
 * Load a variable from, or store a value to, an address that was range-checked. On
 * a fault they go to the label 'fault' of the function.
 */
#define GUEST_GET(type, at, to)						\
	asm goto("1:	mov %1, %0\n"					\
		 EXTABLE("1b", "%l[fault]")				\
		 : "=r" (to) : "m" (*(const type *)(at)) : : fault)
#define GUEST_PUT(type, at, value)					\
	asm goto("1:	mov %1, %0\n"					\
		 EXTABLE("1b", "%l[fault]")				\
		 :: "m" (*(type *)(at)), "r" ((type)(value)) : "memory" : fault)

/*
 * Copy n longs, at least one. A long is as wide as the guest's registers in
 * guest memory, and a u64 here.
 */
int guest_get_longs(gva_t at, u64 *to, u32 n);
int guest_put_longs(gva_t at, const u64 *from, u32 n);
/* The same for element 'index' of an array of longs. */
int guest_get_long(gva_t array, u64 index, u64 *value);
int guest_put_long(gva_t array, u64 index, u64 value);

/* The guest address in a handle (XEN_GUEST_HANDLE) of a copied structure. */
#define HANDLE(h)	gva((u64)(h).p)

/* The address of element i of an array whose elements have this size. */
static inline gva_t gva_index(gva_t base, u64 i, u64 size)
{
	return gva(base.a + i * size);
}

#endif
