// SPDX-License-Identifier: GPL-2.0-only
/* Ranges of device frames, given and taken at random: as a map of bits says. */
#include <stdlib.h>
#include <string.h>
#include "domain/domain.h"
#include "errno.h"
#include "host.h"
#include "lib/lib.h"
#include "machine/paging.h"
#include "mmu/ptype.h"
#include "mmu/tables.h"

#define FRAMES	40u

static bool has(const struct domain *d, u64 n)
{
	u32 i;

	for (i = 0; i < MAX_IOMEM; i++)
		if (n >= d->dev.iomem[i].first && n < d->dev.iomem[i].end)
			return true;
	return false;
}

/*
 * A domain reaches exactly the device frames that were given to it and not
 * taken back. Where its list of ranges is full, it may lose frames by a change
 * and gains none.
 */
static void test_iomem(void **state)
{
	static struct domain d;
	u64 first, end, n;
	bool model[FRAMES] = { false }, allow;
	u32 i, full = 0;
	int rc;

	(void)state;
	srand(9);
	for (i = 0; i < 200000; i++) {
		first = (u64)rand() % FRAMES;
		end = first + 1 + (u64)rand() % (rand() % 8 ? 2 : FRAMES);
		end = MIN(end, (u64)FRAMES);
		allow = rand() & 1;
		rc = devices_set_iomem(&d, first, end, allow);
		full += rc != 0;
		for (n = 0; n < FRAMES; n++) {
			if (n >= first && n < end)
				model[n] = allow;
			/* With no place for more, less is allowed, never more. */
			if (rc)
				model[n] = model[n] && has(&d, n);
			assert_int_equal(has(&d, n), model[n]);
		}
	}
	assert_true(full > 0);
}

/* The second page, by the first one, which is a table; 0: no more. */
static int map_second(struct domain *d, u32 first, u64 bits)
{
	u64 *l1 = mfn_to_virt(mfn(first));

	return tables_set(d, l1, bits ? make_pte(mfn(first + 1), bits) : 0,
			  false);
}

static struct domain *domain_with_table(u32 *first)
{
	struct domain *d;

	host_reset();
	frames_init(HOST_FRAMES);
	frames_give(mfn(256), HOST_FRAMES - 256);
	d = host_domain(4, first);
	assert_true(!ptype_get_both(d, mfn(*first), TYPE_L1));
	return d;
}

/* Memory that is not cached: only while there is a range of device frames. */
static void test_uncached(void **state)
{
	u32 first, i;
	struct domain *d = domain_with_table(&first);

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_int_equal(map_second(d, first, PTE_P | PTE_RW | PTE_PCD),
				 -EINVAL);
		assert_int_equal(devices_set_iomem(d, 16, 24, true), 0);
		assert_int_equal(map_second(d, first, PTE_P | PTE_RW | PTE_PCD),
				 0);
		assert_int_equal(map_second(d, first, 0), 0);
		assert_int_equal(devices_set_iomem(d, 1, 100, false), 0);
	}
}

static void *revealed;		/* the page whose caches were flushed */
static u32 flushes_before;

/* Memory has an entry for a frame of nobody, which the caches hid. */
static void reveal(void *page)
{
	assert_null(revealed);
	revealed = page;
	/* No processor may write any more by an old translation. */
	assert_true(host_flushes > flushes_before);
	*(u64 *)page = make_pte(mfn(1), PTE_P);
}

/*
 * What memory has of a page may differ from what the caches have, if it was mapped
 * writable and not write-back (XSA-402). Such a page is flushed from them before
 * its contents are checked for another type, once; no other page is.
 */
static void test_page_flushes(void **state)
{
	static const struct {
		u64 bits, then;		/* of two mappings, one after the other */
		bool flush;
	} cases[] = {
		{ PTE_RW, 0, false }, { PTE_PCD, 0, false },
		{ PTE_PCD | PTE_PWT, PTE_RW, false },
		{ PTE_RW | PTE_PCD, 0, true }, { PTE_RW | PTE_PWT, 0, true },
		{ PTE_RW | PTE_PAT, 0, true }, { PTE_PCD, PTE_RW | PTE_PCD, true },
		{ PTE_RW | PTE_PAT, PTE_RW, true }, { PTE_RW | PTE_PAT, 0, true },
	};
	u32 first, i;
	struct domain *d = domain_with_table(&first);
	mfn_t m = mfn(first + 1);
	int rc;

	(void)state;
	assert_int_equal(devices_set_iomem(d, 16, 24, true), 0);
	host_page_flushed = reveal;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(map_second(d, first, PTE_P | cases[i].bits), 0);
		if (cases[i].then)
			assert_int_equal(map_second(d, first, PTE_P |
						    cases[i].then), 0);
		assert_int_equal(map_second(d, first, 0), 0);
		revealed = NULL;
		flushes_before = host_flushes;
		rc = ptype_get_both(d, m, TYPE_L1);
		assert_int_equal(rc < 0, cases[i].flush);
		assert_ptr_equal(revealed, cases[i].flush ? mfn_to_virt(m) :
				 NULL);
		memset(mfn_to_virt(m), 0, PAGE_SIZE);
		if (rc)
			assert_int_equal(ptype_get_both(d, m, TYPE_L1), 0);
		ptype_put_both(d, m);
	}
}

EXPORT_TESTS(devices, cmocka_unit_test(test_iomem),
	     cmocka_unit_test(test_uncached),
	     cmocka_unit_test(test_page_flushes));
