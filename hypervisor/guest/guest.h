/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one way to the memory of the guest that runs on this CPU.
 *
 * A range is checked whole: it must end below the machine-to-phys window.
 * Both functions return 0 or -EFAULT; after a fault part may have been copied.
 */
#ifndef KRYPTON_GUEST_H
#define KRYPTON_GUEST_H

#include <xen/xen.h>

/*
 * Whether a 64-bit guest may name this address: it is canonical, and not in the
 * hypervisor's slots. Addresses of 32-bit guests always pass.
 */
static inline bool guest_address_ok(u64 at)
{
	return at < BIT(47) || at >= HYPERVISOR_VIRT_END;
}

/* Whether a range lies in the part of the address space that is a guest's. */
bool guest_range_ok(gva_t at, u64 n);
int guest_read(void *dst, gva_t src, u64 n);
int guest_write(gva_t dst, const void *src, u64 n);

/* An array of n longs, not 0. */
int guest_get_longs(gva_t at, u64 *to, u32 n);
int guest_put_longs(gva_t at, const u64 *from, u32 n);
/* One element of an array of longs. */
int guest_get_long(gva_t array, u64 index, u64 *value);
int guest_put_long(gva_t array, u64 index, u64 value);

/* gva of element i in an array of elements of the given size. */
static inline gva_t gva_index(gva_t base, u64 i, u64 size)
{
	return gva(base.a + i * size);
}

#endif
