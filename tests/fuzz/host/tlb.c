// SPDX-License-Identifier: GPL-2.0-only
/*
 * What processors may have cached. Each domain has one processor, which may
 * keep whatever the domain's tables allowed at any time until it is flushed,
 * for whatever reason. So a frame that the domain may still write through a
 * cached entry must not become a table or descriptors. A frame that it may
 * still use as a table must neither become writable nor change. No such frame
 * may get another owner. Free frames, and pages of the hypervisor that are no
 * longer shared, need no flush: their next user flushes.
 */
#include "cpu/descriptors.h"
#include "lib/lib.h"
#include "mmu/ptype.h"
#include "pages.h"

static struct cached {
	const struct domain *owner;	/* of the frame at that time */
	u8 read, write, table;		/* bit per domain */
	bool idle;			/* still a table, by content alone */
	bool shared;			/* a page of the hypervisor */
	u64 sum;			/* of its contents since then */
} cached[HOST_FRAMES];

void tlb_reset(void)
{
	memset(cached, 0, sizeof(cached));
}

static struct cached *note(u64 n, u32 nr)
{
	struct cached *c = n < HOST_FRAMES ? &cached[n] : NULL;

	if (!c || frame_table[n].kind != FRAME_GUEST)
		return NULL;
	c->owner = frame_table[n].owner;
	c->read |= (u8)(1 << nr);
	return c;
}

/* From level 2 down to the pages. */
static void walk(u32 nr, u64 n, u32 level)
{
	const u64 *entry = mfn_to_virt(mfn(n));
	struct cached *c = note(n, nr);
	u32 i;

	if (!c)
		return;
	c->table |= (u8)(1 << nr);
	for (i = 0; i < 512; i++) {
		if (!(entry[i] & PTE_P))
			continue;
		if (level > TYPE_L1) {
			if (entry[i] & PTE_PSE)	/* the machine-to-phys window */
				continue;
			walk(nr, pte_mfn(entry[i]).n, level - 1);
			continue;
		}
		c = note(pte_mfn(entry[i]).n, nr);
		if (c && (entry[i] & PTE_RW))
			c->write |= (u8)(1 << nr);
	}
}

static void look(u32 nr)
{
	const struct domain *d = world.d[nr];
	struct cached *c;
	u32 i, k;
	u64 e;

	if (!d || d->life.is_dying)
		return;
	for (i = 0; i < HOST_VCPUS; i++) {
		for (k = 0; k < 4; k++) {
			e = d->vcpu[i]->roots.l3->entry[k];
			if ((e & PTE_P) && (!i || e !=
					    d->vcpu[0]->roots.l3->entry[k]))
				walk(nr, pte_mfn(e).n, TYPE_L2);
		}
		for (k = 0; k < 32; k++) {
			e = *paging_entry(d->vcpu[i]->desc.area +
					  k * PAGE_SIZE);
			c = (e & PTE_P) && e != descriptors_none() ?
			    note(pte_mfn(e).n, nr) : NULL;
			if (c)
				c->table |= (u8)(1 << nr);
		}
	}
}

void tlb_flushed(u32 cpus)
{
	u32 n, nr;

	for (n = 0; n < HOST_FRAMES; n++) {
		cached[n].read &= (u8)~cpus;
		cached[n].write &= (u8)~cpus;
		cached[n].table &= (u8)~cpus;
	}
	for (nr = 0; nr < HOST_DOMAINS; nr++)
		if (cpus >> nr & 1)
			look(nr);
}

static bool is_table(const struct frame *f)
{
	return f->type_count && f->type >= TYPE_L1 && f->type <= TYPE_SEGDESC;
}

static void check_owner(u32 n, struct cached *c)
{
	const struct frame *f = &frame_table[n];

	if (f->kind == FRAME_GUEST)
		c->shared = f->flags & FRAME_XENHEAP;
	else if (f->kind == FRAME_FREE)
		c->shared = false;
	CHECK(!c->read || f->kind == FRAME_FREE ||
	      (f->kind == FRAME_HV && c->shared) ||
	      (f->kind == FRAME_GUEST && f->owner == c->owner),
	      "frame %x has another owner, and no flush", n);
}

static void check_idle(u32 n, struct cached *c)
{
	const u64 *entry = mfn_to_virt(mfn(n));
	bool was = c->idle;
	u64 sum = 0;
	u32 i;

	c->idle = c->table && !is_table(&frame_table[n]) &&
		  frame_table[n].kind == FRAME_GUEST;
	if (!c->idle)
		return;
	for (i = 0; i < 512; i++)
		sum = sum * 31 + entry[i];
	CHECK(!was || sum == c->sum,
	      "frame %x changes, and is a table without a flush", n);
	c->sum = sum;
}

static void check_grants(u32 n, const struct cached *c)
{
	u32 nr;

	for (nr = 0; nr < HOST_DOMAINS; nr++)
		CHECK(!(c->read >> nr & 1) || c->owner == world.d[nr] ||
		      !world.d[nr] || model_may_know(nr, n),
		      "frame %x is unmapped by domain %u without a flush", n,
		      nr);
}

void tlb_check(void)
{
	const struct frame *f;
	struct cached *c;
	u32 n, nr;

	for (nr = 0; nr < HOST_DOMAINS; nr++)
		look(nr);
	for (n = 0; n < HOST_FRAMES; n++) {
		f = &frame_table[n];
		c = &cached[n];
		check_owner(n, c);
		check_idle(n, c);
		if (c->read && f->kind == FRAME_GUEST)
			check_grants(n, c);
		if (f->kind != FRAME_GUEST || !f->type_count)
			continue;
		CHECK(!c->write || f->type == TYPE_WRITABLE,
		      "frame %x has type %u, and is written without a flush",
		      n, f->type);
		CHECK(!c->table || f->type != TYPE_WRITABLE,
		      "frame %x is written, and a table without a flush", n);
	}
}
