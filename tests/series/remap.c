// SPDX-License-Identifier: GPL-2.0
/*
 * The test remap: made-up page tables, a hypervisor that refuses some frames,
 * and both xen_remap_pfn() in comparison, on many sets of such frames.
 */
#include <stdio.h>

#include "remap.h"

#define TRIALS		5000u
#define MOST		1500u		/* pages in a trial: more than a batch */
#define DOMID		7

/* What a call does to the world. */
struct outcome {
	int rc;
	unsigned int updates, flushes, runs;
	u64 mapped[ENTRIES];
	int errors[ENTRIES];
};

struct trial {
	unsigned int nr, at;
	bool contiguous;	/* one frame after the other, and no errors */
	bool shared;		/* the errors go over the frames */
	bool no_translate;
	xen_pfn_t frames[ENTRIES];
};

pte_t table[ENTRIES];
bool no_memory;

static int refused[ENTRIES];	/* by frame: 0, or the error */
static struct outcome *now;
static unsigned int failures;

static void fail(unsigned int trial, const char *what, long expected, long got)
{
	if (failures++ < 20)
		printf("trial %u: %s: expected %ld, got %ld\n", trial, what,
		       expected, got);
}

int apply_to_page_range(struct mm_struct *mm, unsigned long addr,
			unsigned long size, pte_fn_t fn, void *data)
{
	unsigned long end = addr + size;
	int err = 0;

	for (; addr < end && !err; addr += PAGE_SIZE)
		err = fn(&table[addr >> PAGE_SHIFT], addr, data);
	return err;
}

int apply_to_page_range_batch(struct mm_struct *mm, unsigned long addr,
			      unsigned long size, pte_batch_fn_t fn, void *data)
{
	unsigned long next, end = addr + size;
	int err = 0;

	for (; addr < end && !err; addr = next) {
		next = (addr | (TABLE_SIZE - 1)) + 1;
		next = min(next, end);
		now->runs++;
		err = fn(&table[addr >> PAGE_SHIFT],
			 (next - addr) >> PAGE_SHIFT, addr, data);
	}
	return err;
}

int HYPERVISOR_mmu_update(struct mmu_update *update, int nr, int *done,
			  unsigned int domid)
{
	int i, err = domid == DOMID && nr > 0 ? 0 : -1;

	now->updates++;
	for (i = 0; i < nr && !err; i++) {
		err = refused[update[i].val >> PAGE_SHIFT];
		if (err)
			break;
		/* With the command, which has to be right, too. */
		now->mapped[update[i].ptr / sizeof(pte_t)] =
			update[i].val | (update[i].ptr & 7) << 60;
	}
	*done = i;
	return err;
}

int HYPERVISOR_mmuext_op(struct mmuext_op *op, int nr, int *done,
			 unsigned int domid)
{
	now->flushes += nr == 1 && op->cmd == MMUEXT_TLB_FLUSH_ALL;
	return 0;
}

void xen_flush_tlb_all(void)
{
	now->flushes++;
}

static void run(remap_fn *remap, const struct trial *t, struct outcome *o)
{
	static xen_pfn_t frames[ENTRIES];
	struct mm_struct mm = { 0 };
	struct vm_area_struct vma = { VM_PFNMAP | VM_IO, &mm };
	int *errors = o->errors;

	memset(o, 0, sizeof(*o));
	memset(errors, 0x55, sizeof(o->errors));
	memcpy(frames, t->frames, sizeof(frames));
	if (t->contiguous)
		errors = NULL;
	else if (t->shared)
		errors = (int *)frames;
	now = o;
	o->rc = remap(&vma, (unsigned long)t->at << PAGE_SHIFT, frames,
		      (int)t->nr, errors, (pgprot_t) { 0x27 }, DOMID,
		      t->no_translate);
	if (errors && errors != o->errors)
		memcpy(o->errors, errors, t->nr * sizeof(*errors));
}

static void make(struct trial *t, unsigned int number)
{
	static const unsigned int one_of[] = { 0, 500, 20, 2 };
	unsigned int i, density = one_of[(unsigned int)rand() % 4];

	t->nr = 1 + (unsigned int)rand() % (number % 3 ? MOST : 20);
	t->at = (unsigned int)rand() % (ENTRIES - MOST);
	t->contiguous = rand() % 4 == 0;
	t->shared = rand() % 2;
	t->no_translate = rand() % 2;
	no_memory = rand() % 5 == 0;
	for (i = 0; i < ENTRIES; i++) {
		refused[i] = 0;
		if (density && (unsigned int)rand() % density == 0)
			refused[i] = rand() % 2 ? -2 : -22;
		t->frames[i] = (unsigned int)rand() % ENTRIES;
	}
	t->frames[0] %= ENTRIES - MOST;
}

/*
 * A small batch, as 64-bit's are, counts what was mapped in a call only if that
 * did not fail; a large one counts what was mapped.
 */
static void compare_rc(unsigned int number, const struct trial *t,
		       const struct outcome *a, const struct outcome *b)
{
	bool large = t->nr > 16 && !no_memory;
	int good = 0;
	unsigned int i;

	for (i = 0; i < t->nr; i++)
		good += !refused[t->frames[i]];
	if (t->contiguous || a->rc < 0) {
		if (a->rc != b->rc)
			fail(number, "result", a->rc, b->rc);
	} else if (b->rc != (large ? good : a->rc) || a->rc > good) {
		fail(number, "pages mapped", good, b->rc);
	}
}

static void compare(unsigned int number, const struct trial *t,
		    const struct outcome *a, const struct outcome *b)
{
	unsigned int i;

	compare_rc(number, t, a, b);
	for (i = 0; i < ENTRIES; i++)
		if (a->mapped[i] != b->mapped[i])
			fail(number, "entry", (long)a->mapped[i],
			     (long)b->mapped[i]);
	for (i = 0; i < t->nr && !t->contiguous; i++)
		if (b->errors[i] != refused[t->frames[i]] ||
		    a->errors[i] != b->errors[i])
			fail(number, "error", refused[t->frames[i]],
			     b->errors[i]);
	if (b->flushes != 1)
		fail(number, "flushes", 1, b->flushes);
	if (b->updates > a->updates)
		fail(number, "calls at most", a->updates, b->updates);
}

/* 1,024 pages in three page tables, with nothing in the way. */
static void count(struct trial *t, bool contiguous)
{
	static struct outcome a, b;
	unsigned int i;

	memset(refused, 0, sizeof(refused));
	no_memory = false;
	t->nr = 1024;
	t->at = 256;
	t->contiguous = contiguous;
	for (i = 0; i < t->nr; i++)
		t->frames[i] = i;
	run(remap_64, t, &a);
	run(remap_32, t, &b);
	printf("1024 pages, %s: %u hypercalls, 64-bit %u\n",
	       contiguous ? "contiguous" : "listed", b.updates + b.flushes,
	       a.updates + a.flushes);
	if (b.rc != 1024 || b.updates + b.flushes != 2)
		fail(TRIALS, "hypercalls", 2, b.updates + b.flushes);
	if (a.runs || b.runs != 3)
		fail(TRIALS, "runs of entries", 3, b.runs);
	if (a.updates + a.flushes != 65)
		fail(TRIALS, "hypercalls of 64-bit", 65, a.updates + a.flushes);
}

int main(void)
{
	static struct trial t;
	static struct outcome a, b;
	unsigned int i;

	srand(1);
	for (i = 0; i < TRIALS; i++) {
		make(&t, i);
		run(remap_64, &t, &a);
		run(remap_32, &t, &b);
		compare(i, &t, &a, &b);
	}
	count(&t, false);
	count(&t, true);
	printf("%u trials, %u failures\n", TRIALS, failures);
	return failures ? 1 : 0;
}
