// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the linked decompressors expect of a C library besides lib.c. They are
 * called with allocators of ours, so that malloc is named but never used; and
 * they run only at boot, with the identity mapping that their stack protector
 * reads its canary from, and with interrupts off, since they use a red zone.
 */
#include "lib.h"

void *malloc(size_t n);
void free(void *p);
void __stack_chk_fail(void);

void *malloc(size_t n)
{
	(void)n;
	return NULL;
}

void free(void *p)
{
	(void)p;
}

void __stack_chk_fail(void)
{
	panic("stack overrun in a decompressor");
}
