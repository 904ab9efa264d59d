// SPDX-License-Identifier: GPL-2.0-only
/*
 * The memory and string functions that the compiler and the decompressors
 * expect; small rather than fast.
 */
#include "lib/lib.h"

void *memcpy(void *dst, const void *src, size_t n)
{
	size_t words = n / sizeof(u64);
	void *to = dst;

	__asm__ volatile("rep movsq\n\t"
			 "movl	%k[bytes], %%ecx\n\t"
			 "rep movsb"
			 : "+&c" (words), "+&D" (to), "+&S" (src)
			 : [bytes] "r" (n % sizeof(u64)) : "memory");
	return dst;
}

void *memmove(void *dst, const void *src, size_t n)
{
	u8 *d = (u8 *)dst + n;
	const u8 *s = (const u8 *)src + n;

	if ((u8 *)dst <= (const u8 *)src || (u8 *)dst >= s)
		return memcpy(dst, src, n);
	while (n--)
		*--d = *--s;
	return dst;
}

void *memset(void *dst, int c, size_t n)
{
	size_t words = n / sizeof(u64);
	void *to = dst;

	__asm__ volatile("rep stosq\n\t"
			 "movl	%k[bytes], %%ecx\n\t"
			 "rep stosb"
			 : "+&c" (words), "+&D" (to)
			 : "a" (0x0101010101010101ull * (u8)c),
			   [bytes] "r" (n % sizeof(u64)) : "memory");
	return dst;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const u8 *x = a, *y = b;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x < *y ? -1 : 1;
	return 0;
}

size_t strlen(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int strncmp(const char *a, const char *b, size_t n)
{
	for (; n; n--, a++, b++) {
		if (*a != *b)
			return (u8)*a < (u8)*b ? -1 : 1;
		if (!*a)
			break;
	}
	return 0;
}
