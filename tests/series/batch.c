// SPDX-License-Identifier: GPL-2.0
/*
 * The test batch: a mapping that refuses some pages, and the loops of privcmd that
 * look at its result.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TRIALS		20000u
#define BATCHES		3u
#define PER_BATCH	(4096u / sizeof(xen_pfn_t))
#define MOST		(BATCHES * PER_BATCH)

#define __user
#define XEN_PAGE_SIZE	4096u
#define XEN_PFN_PER_PAGE	1
#define PAGE_MASK	(~4095ul)
#define XENFEAT_auto_translated_physmap	2
#define PRIVCMD_MMAPBATCH_MFN_ERROR	0xf0000000u
#define PRIVCMD_MMAPBATCH_PAGED_ERROR	0x80000000u
#define xen_feature(x)	false
#define xen_pv_domain()	true	/* what 7.2 asks in its place */
#define BUG_ON(x)	do { if (x) abort(); } while (0)
#define get_user(x, p)	((x) = *(p), 0)
#define __put_user(x, p)	(*(p) = (x), 0)

typedef unsigned long xen_pfn_t;
typedef uint16_t domid_t;
typedef struct { uint64_t val; } pgprot_t;

struct page;
struct vm_area_struct {
	void *vm_private_data;
	pgprot_t vm_page_prot;
};

static int refused[MOST];		/* by frame: the error, or 0 */
static int no_table[BATCHES];	/* by batch: the error of the whole, or 0 */
static unsigned int batches;
static unsigned int failures;

/* As in xen/xen-ops.h: errors over frames, and how many pages were mapped. */
static int xen_remap_domain_gfn_array(struct vm_area_struct *vma,
				      unsigned long addr, xen_pfn_t *gfn, int nr,
				      int *err_ptr, pgprot_t prot,
				      unsigned int domid, struct page **pages)
{
	int i, mapped = 0, rc = no_table[batches++];
	static int errors[PER_BATCH];

	if (rc)
		return rc;
	for (i = 0; i < nr; i++) {
		errors[i] = refused[gfn[i]];
		mapped += !errors[i];
	}
	memcpy(err_ptr, errors, (size_t)nr * sizeof(*errors));
	return mapped;
}

#include "loops.h"

static int resource_result(int num, const int *errs, int all)
{
	struct { int num; } kdata = { all };
	int rc = -1;

#include "resource.h"
	return rc;
}

static void expect(unsigned int trial, const char *what, long wanted, long got)
{
	if (wanted != got && failures++ < 20)
		printf("trial %u: %s: expected %ld, got %ld\n", trial, what,
		       wanted, got);
}

/* How many of the batch's frames there are */
static unsigned int in_batch(unsigned int nr, unsigned int batch)
{
	unsigned int first = batch * PER_BATCH;

	return nr < first ? 0 : nr - first < PER_BATCH ? nr - first : PER_BATCH;
}

static int tristate(unsigned int nr)
{
	unsigned int i;
	int state = 0;

	for (i = 0; i < nr; i++)
		if (refused[i] == -ENOENT)
			return -ENOENT;
		else if (refused[i])
			state = 1;
	return state;
}

/* Map nr frames, then let version 1 or 2 of the call return their errors. */
static void test_batch(unsigned int trial, unsigned int nr, int version)
{
	static xen_pfn_t frames[BATCHES][PER_BATCH], user[MOST];
	static int errors[MOST];
	struct vm_area_struct vma = { 0 };
	struct mmap_batch_state state = {
		.vma = &vma, .version = version, .user_gfn = user,
		.user_err = errors,
	};
	unsigned int i, b;

	batches = 0;
	memset(errors, 0, sizeof(errors));
	for (i = 0; i < nr; i++)
		frames[i / PER_BATCH][i % PER_BATCH] = user[i] = i;
	for (b = 0; in_batch(nr, b); b++)
		mmap_batch_fn(frames[b], (int)in_batch(nr, b), &state);
	expect(trial, "state", tristate(nr), state.global_error);

	for (b = 0; in_batch(nr, b); b++)
		mmap_return_errors(frames[b], (int)in_batch(nr, b), &state);
	for (i = 0; i < nr; i++)
		if (version == 2)
			expect(trial, "error", refused[i], errors[i]);
		else
			expect(trial, "mark", !refused[i] ? i :
			       (long)(i | (refused[i] == -ENOENT ?
					   PRIVCMD_MMAPBATCH_PAGED_ERROR :
					   PRIVCMD_MMAPBATCH_MFN_ERROR)),
			       (long)user[i]);
}

static void test_resource(unsigned int trial, unsigned int nr)
{
	unsigned int i;
	int mapped = 0, first = 0;

	for (i = 0; i < nr; i++) {
		mapped += !refused[i];
		if (refused[i] && !first)
			first = refused[i];
	}
	expect(trial, "resource", first,
	       resource_result(mapped, refused, (int)nr));
}

/* A page table that cannot be allocated leaves the frames where errors would be. */
static void test_no_table(void)
{
	static xen_pfn_t frames[PER_BATCH];
	struct vm_area_struct vma = { 0 };
	struct mmap_batch_state state = { .vma = &vma };

	memset(frames, 0xff, sizeof(frames));
	frames[1] = (xen_pfn_t)-ENOENT;
	batches = 0;
	no_table[0] = -ENOMEM;
	mmap_batch_fn(frames, 2, &state);
	expect(TRIALS, "state without a table", 1, state.global_error);
	no_table[0] = 0;
}

int main(void)
{
	static const unsigned int one_of[] = { 0, 500, 20, 2 };
	unsigned int i, trial, nr, density;

	srand(1);
	for (trial = 0; trial < TRIALS; trial++) {
		nr = 1 + (unsigned int)rand() % (trial % 4 ? 20 : MOST);
		density = one_of[(unsigned int)rand() % 4];
		for (i = 0; i < MOST; i++)
			refused[i] = !density || (unsigned int)rand() % density ?
				0 : rand() % 8 ? -EINVAL : -ENOENT;
		test_batch(trial, nr, 1 + (int)(trial % 2));
		test_resource(trial, nr);
	}
	test_no_table();
	printf("%u trials, %u failures\n", TRIALS, failures);
	return failures ? 1 : 0;
}
