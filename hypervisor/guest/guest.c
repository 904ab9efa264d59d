// SPDX-License-Identifier: GPL-2.0-only
/*
 * Copies from and to guest memory. The guest's page tables decide which pages
 * exist and which are writable (CR0.WP is set). If the processor faults, the
 * fault-recovery table continues behind the copy, which returns -EFAULT. The
 * range check comes first and keeps every access in the guest's part of the
 * address space. Nothing can be copied from and to any address, as on Xen.
 */
#include "domain/domain.h"

bool guest_range_ok(gva_t at, u64 n)
{
	return domain_range_ok(current_domain(), at, n);
}

/* Copy whole words, then the remaining bytes. Not 0: a part was not copied. */
static u64 copy(void *dst, const void *src, u64 n)
{
	u64 left = n / sizeof(u64);

	__asm__ volatile("1:	rep movsq\n"
			 "	movl %k[bytes], %%ecx\n"
			 "2:	rep movsb\n"
			 "3:\n"
			 EXTABLE("1b", "3b")
			 EXTABLE("2b", "3b")
			 : "+&c" (left), "+&D" (dst), "+&S" (src)
			 : [bytes] "r" (n % sizeof(u64)) : "memory");
	return left;
}

int guest_read(void *dst, gva_t src, u64 n)
{
	if (n && (!guest_range_ok(src, n) || copy(dst, (const void *)src.a, n)))
		return -EFAULT;
	return 0;
}

int guest_write(gva_t dst, const void *src, u64 n)
{
	if (n && (!guest_range_ok(dst, n) || copy((void *)dst.a, src, n)))
		return -EFAULT;
	return 0;
}
