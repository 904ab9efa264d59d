// SPDX-License-Identifier: GPL-2.0-only
/*
 * Random values: most could be right, some are nearly right, some hostile.
 * Classes of the latter: addresses that wrap or lie in the hypervisor's part,
 * read-only or absent pages, frames of other domains, of the hypervisor, of
 * tables, of no memory; counts that overflow when they are multiplied.
 *
 * What it runs is left mapped: a domain that runs what happens to lie in memory
 * would find QEMU's faults (Documentation/testing.md, IRET).
 */
#include "values.h"

#define NX	(1ull << 63)

u32 draw(struct source *s)
{
	s->state ^= s->state << 13;
	s->state ^= s->state >> 17;
	s->state ^= s->state << 5;
	return s->state;
}

u32 below(struct source *s, u32 n)
{
	return (u32)((u64)draw(s) * n >> 32);
}

bool one_in(struct source *s, u32 n)
{
	return !below(s, n);
}

u32 some_count(struct call *c)
{
	static const u32 odd[] = {
		0, 64, 512, 4096, 0x10000, 0x1fffffff, 0x20000001, 0x40000000,
		0x7fffffff, 0x80000000, 0x80000001, 0xffffffff,
	};

	if (one_in(c->s, 16))
		return PICK(c->s, odd);
	return one_in(c->s, 4) ? 2 + below(c->s, 3) : 1;
}

u32 some_domid(struct call *c)
{
	static const u32 odd[] = {
		0, 1, 0x7ff1, 0x7ff2, 0x7ff3, 0x7ff4, 0x7fff, 0xffff,
	};

	if (one_in(c->s, 8))
		return PICK(c->s, odd);
	if (one_in(c->s, 8))
		return CONTROL->peer;
	return one_in(c->s, 2) ? DOMID_SELF : CONTROL->domid;
}

u32 some_page(struct call *c)
{
	u32 page = one_in(c->s, 8) ? below(c->s, DOMU_PAGES) : PAGE_CONTROL;

	return page != PAGE_CONTROL ? page :
	       PAGE_PLAY + below(c->s, DOMU_PAGES - PAGE_PLAY);
}

u32 spare_page(struct call *c)
{
	u32 page = some_page(c);

	if (page >= PAGE_READONLY || (page < 6 && one_in(c->s, 256)))
		return page;
	return PAGE_PLAY;
}

u32 odd_frame(struct call *c)
{
	switch (below(c->s, 8)) {
	case 0:
		return CONTROL->dom0_frames[below(c->s, DOM0_FRAMES)];
	case 1:
		return 0xffffffff - below(c->s, 2);
	case 2:
		return 0x100 + below(c->s, 0x300);	/* the hypervisor */
	case 3:
		return 0xfee00 + below(c->s, 2);	/* an APIC */
	case 4:
		return below(c->s, 0x200);		/* firmware */
	case 5:
		return 1u << below(c->s, 32);
	default:
		return below(c->s, 0x20000);		/* any RAM */
	}
}

u32 some_frame(struct call *c)
{
	return one_in(c->s, 10) ? odd_frame(c) :
	       CONTROL->frames[some_page(c)];
}

u32 spare_frame(struct call *c)
{
	return one_in(c->s, 10) ? odd_frame(c) :
	       CONTROL->frames[spare_page(c)];
}

ulong some_address(struct call *c)
{
	u32 page = spare_page(c);

	if (one_in(c->s, 12))
		return odd_address(c->s);
	return page << 12 | (one_in(c->s, 4) ? below(c->s, 4096) : 0);
}

u64 some_entry(struct call *c)
{
	static const u64 flags[] = {
		PTE_RWP | NX, PTE_RWP | NX, PTE_RWP | NX, PTE_RO | NX,
		PTE_RO | NX, PTE_P, PTE_P, PTE_RWP | PTE_US | NX,
		PTE_RWP | PTE_PSE | NX, PTE_P | PTE_RW | 8, 0,
	};
	u64 e = (u64)some_frame(c) << 12 | PICK(c->s, flags);

	if (one_in(c->s, 32))
		e ^= 1ull << below(c->s, 64);
	return one_in(c->s, 8) ? 0 : e;
}

/* The slots that map what runs are in page 5, up to that of PAGE_ARGS. */
u64 some_slot(struct call *c)
{
	static const u32 slots[] = { 0, 1, 2, 3, 4, 427, 428, 511 };
	u32 page = spare_page(c), slot = PICK(c->s, slots);

	if (one_in(c->s, 2))
		page = one_in(c->s, 8) ? below(c->s, 5) : 5;
	if (page == 5)
		slot = PAGE_READONLY + below(c->s, 80);
	else if (page < 5 && !one_in(c->s, 512))
		slot = safe_slot(c->s);
	if (one_in(c->s, 10))
		return (u64)odd_frame(c) << 12 | slot * 8;
	return (u64)CONTROL->frames[page] << 12 | slot * 8;
}

mmu_update_t some_update(struct call *c)
{
	mmu_update_t u;

	if (upper_entry(c, &u))
		return u;
	u.ptr = some_slot(c);
	u.val = some_entry(c);
	return u;
}

u32 some_selector(struct call *c)
{
	static const u32 known[] = {
		FLAT_KERNEL_CS, FLAT_KERNEL_DS, FLAT_USER_CS, FLAT_USER_DS,
		0, 8, 0xe008, 0xe010, 0xe023, 0xe033, 0xffff,
	};

	return one_in(c->s, 4) ? draw(c->s) & 0xffff : PICK(c->s, known);
}

ulong some_watch(struct source *s)
{
	ulong at = some_word(s);

	return at == FUZZ_ENTRY(s->id) && !one_in(s, 256) ? 0 : at;
}

ulong argument(struct call *c, const void *what, u32 size)
{
	ulong at = c->at;

	if (one_in(c->s, 20))
		return some_address(c);
	if (at + size > PAGE_READONLY << 12)
		at = c->at = PAGE_ARGS << 12;
	memcpy((void *)at, what, size);
	if (one_in(c->s, 16))
		((u8 *)at)[below(c->s, size)] = (u8)draw(c->s);
	c->at += (size + 7) & ~7ul;
	return at;
}

ulong place(struct call *c)
{
	return one_in(c->s, 8) ? some_address(c) :
	       (PAGE_ARGS << 12) + (below(c->s, 0x7000) & ~7u);
}
