// SPDX-License-Identifier: GPL-2.0-only
/*
 * What parsers need: memory that a loader and firmware have filled, and an end
 * for panics. Lengths of up to 16 MiB may reach past 4 GiB; those bytes read as
 * zero, too.
 */
#include <sanitizer/asan_interface.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "lib/lib.h"
#include "machine/paging.h"
#include "parser.h"

#define MEMORY		(4ull << 30)
#define SLACK		(32ull << 20)
#define GUARD		(64ull << 20)
#define MAX_PIECES	64u
#define ALONE		4096u	/* bytes behind a piece that is alone */

u64 direct_base;
u32 parser_messages;

static struct piece {
	u64 phys, size;
} pieces[MAX_PIECES];
static u32 count;
static jmp_buf end;
static bool may_panic;

void panic(const char *fmt, ...)
{
	if (may_panic)
		longjmp(end, 1);
	fprintf(stderr, "panic: %s\n", fmt);
	abort();
}

void log_at(enum log_level level, const char *fmt, ...)
{
	(void)level;
	(void)fmt;
	parser_messages++;
}

void parser_check(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "wrong: %s\n", what);
	abort();
}

u8 *parser_copy(const u8 *data, size_t size)
{
	static u8 *copy;

	free(copy);
	copy = malloc(size ? size : 1);
	memcpy(copy, data, size);
	return copy;
}

static u8 *memory(void)
{
	static u8 *at;

	if (at)
		return at;
	at = mmap(NULL, MEMORY + SLACK + GUARD, PROT_NONE,
		  MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (at == MAP_FAILED ||
	    mprotect(at, MEMORY + SLACK, PROT_READ | PROT_WRITE))
		panic("no memory");
	direct_base = (u64)at;
	return at;
}

void parser_put(u64 phys, const void *data, size_t size, bool alone)
{
	parser_check(count < MAX_PIECES, "the fuzzer's own pieces");
	memcpy(memory() + phys, data, size);
	pieces[count++] = (struct piece){ phys, size };
	if (alone)
		ASAN_POISON_MEMORY_REGION(memory() + phys + size, ALONE);
}

void parser_forget(void)
{
	struct piece *p;

	for (; count; count--) {
		p = &pieces[count - 1];
		ASAN_UNPOISON_MEMORY_REGION(memory() + p->phys,
					    p->size + ALONE);
		memset(memory() + p->phys, 0, p->size);
	}
}

bool parser_run(void (*fn)(void))
{
	memory();
	may_panic = true;
	if (!setjmp(end)) {
		fn();
		may_panic = false;
		return true;
	}
	may_panic = false;
	return false;
}
