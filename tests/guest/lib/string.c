// SPDX-License-Identifier: GPL-2.0-only
/* What gcc asks for in a program without libc: copies and fills. */
#include <stddef.h>

void *memcpy(void *d, const void *s, size_t n)
{
	void *to = d;

	__asm__ volatile("rep movsb" : "+D" (d), "+S" (s), "+c" (n)
			 :: "memory");
	return to;
}

void *memset(void *d, int c, size_t n)
{
	void *to = d;

	__asm__ volatile("rep stosb" : "+D" (d), "+c" (n) : "a" (c) : "memory");
	return to;
}
